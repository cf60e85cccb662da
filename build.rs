//! Links the addon as Node-API modules are linked.

#![expect(clippy::disallowed_methods, reason = "cargo tells a build script its target in the environment")]

fn main() {
    napi_build::setup();
    // Threads and signal handlers of the addon outlive the environment that loaded it: it is never unloaded.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
