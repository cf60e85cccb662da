//! The hook thread's side: it has an environment of its own, loads the addon there, and attaches to an engine.

use crate::outbox::AskHook;
use crate::registry;
use napi::bindgen_prelude::{Env, FnArgs, Function, Result};
use napi_derive::napi;

/// From now on requests of this engine's runs come to `on_request`: request id, kind, payload as JSON.
#[napi(catch_unwind)]
pub fn attach_hook_thread(
    env: Env,
    engine_id: u32,
    generation: u32,
    on_request: Function<'_, FnArgs<(u32, String, String)>, ()>,
) -> Result<()> {
    let ask: AskHook = on_request
        .build_threadsafe_function::<(u32, String, String)>()
        .weak::<true>()
        .callee_handled::<false>()
        .build_callback(|call| Ok(FnArgs::from(call.value)))?;
    let Some(core) = registry::find(engine_id) else { return Ok(()) };
    core.outbox.attach_hook(generation, ask);
    // Runs before the threadsafe function is torn down: afterwards no pool thread can reach it.
    env.add_env_cleanup_hook((engine_id, generation), |(engine_id, generation)| {
        if let Some(core) = registry::find(engine_id) {
            core.outbox.detach_hook(generation);
        }
    })?;
    core.pool.hooks().attach(generation);
    Ok(())
}

/// The hook thread's answer.
#[napi(catch_unwind)]
pub fn answer_hook(engine_id: u32, generation: u32, request_id: u32, ok: bool, text: String) {
    if let Some(core) = registry::find(engine_id) {
        let answer = if ok { Ok(text) } else { Err(text) };
        core.pool.hooks().answer_from_thread(generation, request_id, answer);
    }
}
