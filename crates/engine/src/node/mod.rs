//! Node's modules for guests: the sources and bundles that the sandbox embeds, and what is computed natively for them.
//!
//! Must not know the engine: text and bytes go in and come out.

pub mod buffers;
pub mod ciphers;
pub mod collation;
pub mod compression;
pub mod encodings;
pub mod hashes;
pub mod locale_data;
pub mod locale_tags;
pub mod plurals;
pub mod signatures;
pub mod time_zone_rules;
pub mod time_zones;
pub mod urls;
pub mod work;
