//! The limits of a run, as numbers that the host has validated. One field, one unit, one meaning.

use serde::Deserialize;

/// Everything a run may use up. Sizes are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Bytes of guest heap, the realm's own included.
    pub memory: u64,
    /// Bytes of native stack that guest code may use.
    pub stack: u64,
    /// Milliseconds of CPU time; unlimited without.
    #[serde(default)]
    pub cpu: Option<u64>,
    /// Timers and immediates pending at once.
    pub timers: u64,
    /// Calls of host functions in all.
    pub host_calls: u64,
    /// Calls of host functions that wait for their answer at once.
    pub host_calls_in_flight: u64,
    /// Bytes of arguments and context as text.
    pub args_bytes: u64,
    /// Values in the arguments and the context.
    pub args_values: u64,
    /// Bytes of the result as text.
    pub result_bytes: u64,
    /// Values in the result.
    pub result_values: u64,
    /// Bytes of console output; what comes after is dropped, and the cut is marked.
    pub console_bytes: u64,
    /// Bytes of one source file.
    pub source_bytes: u64,
    /// Modules one run may load.
    pub modules: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            memory: 64 * MIB,
            stack: 4 * MIB,
            cpu: None,
            timers: 1_000,
            host_calls: 1_000,
            host_calls_in_flight: 64,
            args_bytes: 16 * MIB,
            args_values: 100_000,
            result_bytes: 16 * MIB,
            result_values: 100_000,
            console_bytes: 64 << 10,
            source_bytes: 8 * MIB,
            modules: 1_000,
        }
    }
}

/// Bytes as people read them: `17.2 MiB`, `64 KiB`, `12 bytes`.
#[must_use]
pub fn readable_bytes(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    for (unit, name) in UNITS {
        if bytes >= unit {
            let tenths = (u128::from(bytes) * 10 / u128::from(unit)) as u64;
            return match tenths % 10 {
                0 => format!("{} {name}", tenths / 10),
                rest => format!("{}.{rest} {name}", tenths / 10),
            };
        }
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::readable_bytes;

    #[test]
    fn bytes_read_as_people_write_them() {
        assert_eq!(readable_bytes(12), "12 bytes");
        assert_eq!(readable_bytes(64 << 10), "64 KiB");
        assert_eq!(readable_bytes(18_035_507), "17.1 MiB");
        assert_eq!(readable_bytes(3 << 30), "3 GiB");
    }
}
