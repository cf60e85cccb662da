//! Links the addon as Node-API modules are linked.

fn main() {
    napi_build::setup();
}
