//! Compiles the guard: `setjmp` may only be called from C.

fn main() {
    println!("cargo:rerun-if-changed=src/sandbox/guard.c");
    cc::Build::new().file("src/sandbox/guard.c").opt_level(2).warnings(true).compile("isolated_runtime_guard");
}
