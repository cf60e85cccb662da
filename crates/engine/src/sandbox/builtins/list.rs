//! The table of builtins: what they are called, what they are made of, and who may have them.

/// Who may require a builtin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Every file of the guest: it touches nothing outside the heap.
    Everyone,
    /// Code of allowed packages: neutral answers about a machine that the guest does not see.
    Packages,
    /// Code of allowed packages, unless `stubs` is off: it has the shape of what reaches outside, and no capability.
    StandIn,
    /// Other builtins only.
    Inside,
}

/// One builtin.
pub(super) struct Builtin {
    pub(super) name: &'static str,
    pub(super) audience: Audience,
    /// Bundled by scripts/bundle-guest.mjs; empty for stand-ins, which `internal/inert` makes.
    pub(super) source: &'static str,
}

macro_rules! bundled {
    ($audience:ident: $($name:literal),+ $(,)?) => {
        &[$(Builtin {
            name: $name,
            audience: Audience::$audience,
            source: include_str!(concat!("../../node/bundles/", $name, ".js")),
        }),+]
    };
}

macro_rules! stand_ins {
    ($($name:literal),+ $(,)?) => {
        &[$(Builtin { name: $name, audience: Audience::StandIn, source: "" }),+]
    };
}

pub(super) static TABLES: [&[Builtin]; 4] = [
    bundled!(Everyone:
        "assert", "assert/strict", "buffer", "console", "constants", "crypto", "events", "path", "path/posix",
        "path/win32", "punycode", "querystring", "stream", "stream/consumers", "stream/promises", "stream/web",
        "string_decoder", "timers", "timers/promises", "url", "util", "util/types", "zlib",
    ),
    bundled!(Packages:
        "async_hooks", "diagnostics_channel", "module", "os", "perf_hooks", "process", "tty",
    ),
    stand_ins![
        "child_process",
        "cluster",
        "dgram",
        "dns",
        "dns/promises",
        "domain",
        "fs",
        "fs/promises",
        "http",
        "http2",
        "https",
        "inspector",
        "inspector/promises",
        "net",
        "readline",
        "readline/promises",
        "repl",
        "tls",
        "v8",
        "vm",
        "worker_threads",
    ],
    bundled!(Inside:
        "internal/async_frames", "internal/blob", "internal/call-sites", "internal/clone", "internal/comparisons", "internal/constants", "internal/crypto/bytes",
        "internal/crypto/ciphers", "internal/crypto/derive", "internal/crypto/hashes", "internal/crypto/keys",
        "internal/crypto/random", "internal/crypto/web", "internal/encoding", "internal/errors",
        "internal/event-target", "internal/inert", "internal/inspect", "internal/intl", "internal/intl/collator",
        "internal/intl/date-fields", "internal/intl/date-patterns", "internal/intl/date-ranges",
        "internal/intl/date-time-format", "internal/intl/digits", "internal/intl/list-format", "internal/intl/locale",
        "internal/intl/locales", "internal/intl/methods", "internal/intl/number-format", "internal/intl/plural-rules",
        "internal/intl/relative-time-format", "internal/messages", "internal/parse-args",
        "internal/performance", "internal/process", "internal/stream-adapters", "internal/url",
    ),
];

/// Where a builtin stands; its identity in the run's cache.
pub(in crate::sandbox) type BuiltinIndex = u16;

/// All builtins with their indices.
pub(super) fn all() -> impl Iterator<Item = (BuiltinIndex, &'static Builtin)> {
    (0..).zip(TABLES.iter().copied().flatten())
}

pub(super) fn get(index: BuiltinIndex) -> Option<&'static Builtin> {
    all().find(|(known, _)| *known == index).map(|(_, builtin)| builtin)
}

pub(super) fn count() -> usize {
    TABLES.iter().map(|table| table.len()).sum()
}

pub(super) fn named(name: &str) -> Option<(BuiltinIndex, &'static Builtin)> {
    all().find(|(_, builtin)| builtin.name == name)
}
