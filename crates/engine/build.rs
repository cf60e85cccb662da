//! Compiles what C must own: the guard (`setjmp` may only be called from C) and the signal handlers that jump to it.

fn main() {
    for file in ["guard.h", "guard.c", "signals.c"] {
        println!("cargo:rerun-if-changed=src/sandbox/{file}");
    }
    cc::Build::new()
        .file("src/sandbox/guard.c")
        .file("src/sandbox/signals.c")
        .opt_level(2)
        .warnings(true)
        .compile("isolated_runtime_guard");
}
