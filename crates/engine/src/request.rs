//! What the host asks for: one run, as it arrives in JSON.

use crate::limits::Limits;
use serde::Deserialize;
use std::path::Path;

/// Where a hook of the user runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HookPlace {
    /// In the runtime's hook thread: hooks given as module paths.
    Thread,
    /// On the host's event loop: hooks given as functions.
    Host,
}

/// Which hooks a run has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Hooks {
    /// Asked where a module is that the ordinary rules do not find.
    pub resolver: Option<HookPlace>,
    /// Turns source into JavaScript the engine runs.
    pub compiler: Option<HookPlace>,
    /// The compiler's identity in the cache of its results.
    pub compiler_id: String,
    /// Maps the arguments before the guest's code is loaded.
    pub arguments: Option<HookPlace>,
    /// Whether the host wants to hear when the function was found.
    pub running: bool,
}

/// How the result crosses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ResultForm {
    /// As `JSON.stringify` has it.
    #[default]
    Json,
    /// With dates, maps, sets, bytes and cycles.
    Structured,
}

/// A function of the host as the guest sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostFunction {
    /// The names that lead to it from the global object, its own last.
    pub path: Vec<String>,
    /// Whether its calls do not count: pieces of a stream do not.
    #[serde(default)]
    pub is_free: bool,
}

/// One run. Paths are absolute.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The customer's folder.
    pub root: String,
    /// The module below it.
    pub file: String,
    /// Which of its exports is called.
    pub func_name: String,
    /// Extensions of the guest's own source files.
    pub source_extensions: Vec<String>,
    /// Packages that may be required.
    #[serde(default)]
    pub external: Vec<String>,
    /// Folders allowed besides `root`.
    #[serde(default)]
    pub whitelisted_paths: Vec<String>,
    /// Milliseconds of wall clock.
    pub timeout: u64,
    /// 0 comes first.
    #[serde(default)]
    pub priority: u32,
    /// What it may use up.
    pub limits: Limits,
    /// Whether console calls are reported.
    #[serde(default)]
    pub console: bool,
    /// How the result crosses.
    #[serde(default)]
    pub result: ResultForm,
    /// The user's hooks.
    #[serde(default)]
    pub hooks: Hooks,
    /// Functions of the host that the guest may call, by the path of their names: `["db", "get"]`.
    #[serde(default)]
    pub host_functions: Vec<HostFunction>,
    /// The application that the run starts from, already loaded.
    #[serde(default)]
    pub prepared: Option<u32>,
    /// Which builtins guests may require; all of them when nothing is said.
    #[serde(default)]
    pub builtins: Option<Vec<String>>,
    /// Whether code of packages finds stand-ins for modules that reach outside.
    #[serde(default = "yes")]
    pub stubs: bool,
    /// The IANA name of the zone that dates are local to.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Languages besides English that the guest's `Intl` knows, out of those that were added.
    #[serde(default)]
    pub locales: Vec<String>,
    /// Whether the application is only to be loaded.
    #[serde(default)]
    pub is_preparing: bool,
    /// Handed back with every request to the hook thread.
    #[serde(default)]
    pub hook_data: serde_json::Value,
}

impl Request {
    /// A call of `func_name` in a JavaScript module below `root`, with the default limits and `timeout` milliseconds; without
    /// packages, hooks, functions of the host, or a console.
    #[must_use]
    pub fn new(root: &Path, file: &str, func_name: &str, timeout: u64) -> Self {
        Self {
            root: root.to_string_lossy().into_owned(),
            file: file.to_owned(),
            func_name: func_name.to_owned(),
            source_extensions: vec!["js".to_owned()],
            external: Vec::new(),
            whitelisted_paths: Vec::new(),
            timeout,
            priority: 0,
            limits: Limits::default(),
            console: false,
            result: ResultForm::default(),
            hooks: Hooks::default(),
            host_functions: Vec::new(),
            prepared: None,
            builtins: None,
            stubs: yes(),
            time_zone: utc(),
            locales: Vec::new(),
            is_preparing: false,
            hook_data: serde_json::Value::Null,
        }
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

fn yes() -> bool {
    true
}
