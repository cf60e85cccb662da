//! What bundles reach by `native('name')`, and nobody else.

use super::super::js::{Args, Js, JsResult, Value};
use super::super::natives::Native;

const NATIVES: [(&str, Native); 45] = [
    ("classNumber", Native::ClassNumber),
    ("promiseDetails", Native::PromiseDetails),
    ("watchPromises", Native::WatchPromises),
    ("proxyDetails", Native::ProxyDetails),
    ("now", Native::Now),
    ("builtinNames", Native::BuiltinNames),
    ("requireBuiltin", Native::RequireBuiltin),
    ("bytesToText", Native::BytesToText),
    ("textToBytes", Native::TextToBytes),
    ("writeText", Native::WriteText),
    ("compareBytes", Native::CompareBytes),
    ("findBytes", Native::FindBytes),
    ("encodeUtf8", Native::EncodeUtf8),
    ("encodeUtf8Into", Native::EncodeUtf8Into),
    ("encodingLabel", Native::EncodingLabel),
    ("decodeBytes", Native::DecodeBytes),
    ("parseUrl", Native::ParseUrl),
    ("changeUrl", Native::ChangeUrl),
    ("domainToAscii", Native::DomainToAscii),
    ("hash", Native::Hash),
    ("hmac", Native::Hmac),
    ("pbkdf2", Native::Pbkdf2),
    ("scrypt", Native::Scrypt),
    ("randomFill", Native::RandomFill),
    ("aesBlocks", Native::AesBlocks),
    ("aesCtr", Native::AesCtr),
    ("gcmCounter", Native::GcmCounter),
    ("gcmTag", Native::GcmTag),
    ("ed25519Public", Native::Ed25519Public),
    ("ed25519Sign", Native::Ed25519Sign),
    ("ed25519Verify", Native::Ed25519Verify),
    ("timingSafeEqual", Native::TimingSafeEqual),
    ("zlibConvert", Native::ZlibConvert),
    ("crc32", Native::Crc32),
    ("domainToUnicode", Native::DomainToUnicode),
    ("collatorCompare", Native::CollatorCompare),
    ("canonicalLocale", Native::CanonicalLocale),
    ("likelyLocale", Native::LikelyLocale),
    ("timeZoneName", Native::TimeZoneName),
    ("timeZoneNames", Native::TimeZoneNames),
    ("timeZoneOffset", Native::TimeZoneOffset),
    ("defaultTimeZone", Native::DefaultTimeZone),
    ("localeData", Native::LocaleData),
    ("localeLanguages", Native::LocaleLanguages),
    ("pluralCategory", Native::PluralCategory),
];

/// A function; `undefined` for a name that is none.
pub(in crate::sandbox) fn by_name(js: Js, _this: Value, args: Args, _data: Value) -> JsResult {
    let name = js.text(args.get(0))?;
    let native = NATIVES.iter().find(|(known, _)| known.as_bytes() == name.bytes()).map(|(_, native)| *native);
    js.free_text(name);
    match native {
        Some(native) => js.function(c"native", 0, native as i32, Value::UNDEFINED),
        None => Ok(Value::UNDEFINED),
    }
}

#[cfg(test)]
mod tests {
    use super::NATIVES;
    use crate::sandbox::builtins::list;

    #[test]
    fn every_native_that_a_bundle_names_exists() {
        for (_, builtin) in list::all() {
            for (at, _) in builtin.source.match_indices("native(\"") {
                let name = builtin.source[at + 8..].split('"').next().unwrap_or("");
                assert!(NATIVES.iter().any(|(known, _)| *known == name), "{} uses {name}", builtin.name);
            }
        }
    }
}
