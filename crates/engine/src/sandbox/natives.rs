//! Every function of ours that guest code can call, by number. None of them keeps a value with a destructor alive while
//! it calls the engine.

use super::js::{Args, Js, JsResult, Value};
use super::{builtins, console, esm, execution, host_calls, made_errors, process, random, require, stack, timers};

macro_rules! natives {
    ($($name:ident => $function:path),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(i32)]
        pub(super) enum Native { $($name),+ }

        /// Called by the trampoline; an unknown number cannot occur, since `Native` is what functions are made from.
        pub(super) fn call(index: i32, js: Js, this: Value, args: Args, data: Value) -> JsResult {
            $(if index == Native::$name as i32 {
                return $function(js, this, args, data);
            })+
            Ok(Value::UNDEFINED)
        }
    };
}

natives! {
    Require => require::require,
    RequireResolve => require::resolve,
    RequireResolvePaths => require::resolve_paths,
    ImportMetaResolve => esm::resolve_from_meta,
    HostCall => host_calls::call,
    GlobalArguments => execution::global_arguments,
    SetGlobalArguments => execution::set_global_arguments,
    Console => console::write,
    ConsoleAssert => console::assert,
    ConsoleIgnore => console::ignore,
    SetTimeout => timers::set_timeout,
    SetInterval => timers::set_interval,
    SetImmediate => timers::set_immediate,
    ClearTimer => timers::clear,
    TimerRef => timers::reference,
    TimerUnref => timers::unreference,
    TimerHasRef => timers::has_reference,
    TimerRefresh => timers::refresh,
    TimerClose => timers::close,
    TimerNumber => timers::number,
    NextTick => process::next_tick,
    HighResolutionTime => process::hrtime,
    HighResolutionTimeBigint => process::hrtime_bigint,
    WorkingDirectory => process::cwd,
    Uptime => process::uptime,
    Exit => process::exit,
    ErrorStack => stack::get,
    SetErrorStack => stack::set,
    CaptureStackTrace => stack::capture,
    PrepareStackTrace => made_errors::get_prepare,
    ParseJson => made_errors::parse_json,
    SetPrepareStackTrace => made_errors::set_prepare,
    Random => random::random,
    ProcessPart => process::part,
    ProcessStream => process::stream,
    WebGlobal => builtins::get_global,
    SetWebGlobal => builtins::set_global,
    RequireBuiltin => builtins::require_builtin,
    FunctionByName => builtins::native_by_name,
    BuiltinNames => builtins::names,
    ClassNumber => builtins::values::class_number,
    PromiseDetails => builtins::values::promise_details,
    WatchPromises => builtins::values::watch_promises,
    ProxyDetails => builtins::values::proxy_details,
    Now => builtins::values::now,
    BytesToText => builtins::buffers::bytes_to_text,
    TextToBytes => builtins::buffers::text_to_bytes,
    WriteText => builtins::buffers::write_text,
    CompareBytes => builtins::buffers::compare_bytes,
    FindBytes => builtins::buffers::find_bytes,
    EncodeUtf8 => builtins::text::encode_utf8,
    EncodeUtf8Into => builtins::text::encode_utf8_into,
    EncodingLabel => builtins::text::encoding_label,
    DecodeBytes => builtins::text::decode_bytes,
    ParseUrl => builtins::urls::parse_url,
    ChangeUrl => builtins::urls::change_url,
    DomainToAscii => builtins::urls::domain_to_ascii,
    Hash => builtins::compute::hash,
    Hmac => builtins::compute::hmac,
    Pbkdf2 => builtins::compute::pbkdf2,
    Scrypt => builtins::compute::scrypt,
    RandomFill => builtins::compute::random_fill,
    AesBlocks => builtins::compute::aes_blocks,
    AesCtr => builtins::compute::aes_ctr,
    GcmCounter => builtins::compute::gcm_counter,
    GcmTag => builtins::compute::gcm_tag,
    Ed25519Public => builtins::compute::ed25519_public,
    Ed25519Sign => builtins::compute::ed25519_sign,
    Ed25519Verify => builtins::compute::ed25519_verify,
    TimingSafeEqual => builtins::compute::timing_safe_equal,
    ZlibConvert => builtins::compute::zlib_convert,
    Crc32 => builtins::compute::crc32,
    DomainToUnicode => builtins::urls::domain_to_unicode,
    LocaleMethod => builtins::intl::method,
    LocaleCompare => builtins::intl::locale_compare,
    CollatorCompare => builtins::intl::collator_compare,
    CanonicalLocale => builtins::intl::canonical_locale,
    LikelyLocale => builtins::intl::likely_locale,
    TimeZoneName => builtins::intl::time_zone_name,
    TimeZoneNames => builtins::intl::time_zone_names,
    TimeZoneOffset => builtins::intl::time_zone_offset,
    DefaultTimeZone => builtins::intl::default_time_zone,
    LocaleData => builtins::intl::locale_data,
    LocaleLanguages => builtins::intl::languages,
    PluralCategory => builtins::intl::plural_category,
}
