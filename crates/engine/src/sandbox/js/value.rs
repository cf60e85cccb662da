//! References into the guest's heap, plain and copyable: values, property names, arguments.

use rquickjs::qjs;

#[derive(Clone, Copy)]
pub(in crate::sandbox) struct Value(pub(super) qjs::JSValue);

impl Value {
    pub(in crate::sandbox) const UNDEFINED: Self = Self(qjs::JS_UNDEFINED);
    pub(in crate::sandbox) const NULL: Self = Self(qjs::JS_NULL);
    pub(in crate::sandbox) const TRUE: Self = Self(qjs::JS_TRUE);
    pub(in crate::sandbox) const FALSE: Self = Self(qjs::JS_FALSE);

    pub(in crate::sandbox) fn number(number: f64) -> Self {
        Self(qjs::JS_NewFloat64(number))
    }

    pub(in crate::sandbox) fn boolean(value: bool) -> Self {
        if value { Self::TRUE } else { Self::FALSE }
    }

    fn tag(self) -> i32 {
        // SAFETY: reads the tag of a value, whatever it is.
        unsafe { qjs::JS_VALUE_GET_NORM_TAG(self.0) }
    }

    pub(in crate::sandbox) fn is_undefined(self) -> bool {
        self.tag() == qjs::JS_TAG_UNDEFINED
    }

    pub(in crate::sandbox) fn is_null(self) -> bool {
        self.tag() == qjs::JS_TAG_NULL
    }

    pub(in crate::sandbox) fn is_object(self) -> bool {
        self.tag() == qjs::JS_TAG_OBJECT
    }

    pub(in crate::sandbox) fn is_string(self) -> bool {
        matches!(self.tag(), qjs::JS_TAG_STRING | qjs::JS_TAG_STRING_ROPE)
    }

    pub(in crate::sandbox) fn is_symbol(self) -> bool {
        self.tag() == qjs::JS_TAG_SYMBOL
    }

    pub(in crate::sandbox) fn is_bigint(self) -> bool {
        matches!(self.tag(), qjs::JS_TAG_BIG_INT | qjs::JS_TAG_SHORT_BIG_INT)
    }

    pub(in crate::sandbox) fn is_boolean(self) -> bool {
        self.tag() == qjs::JS_TAG_BOOL
    }

    pub(in crate::sandbox) fn is_true(self) -> bool {
        // SAFETY: the tag says that the payload is a boolean.
        self.is_boolean() && unsafe { qjs::JS_VALUE_GET_BOOL(self.0) }
    }

    pub(in crate::sandbox) fn as_number(self) -> Option<f64> {
        match self.tag() {
            // SAFETY: the tag says which payload it is.
            qjs::JS_TAG_INT => Some(f64::from(unsafe { qjs::JS_VALUE_GET_INT(self.0) })),
            // SAFETY: as above.
            qjs::JS_TAG_FLOAT64 => Some(unsafe { qjs::JS_VALUE_GET_FLOAT64(self.0) }),
            _ => None,
        }
    }

    /// The object's address: its identity for as long as a reference to it is held.
    pub(in crate::sandbox) fn identity(self) -> usize {
        // SAFETY: only objects and symbols have identities here; the payload is not dereferenced.
        unsafe { qjs::JS_VALUE_GET_PTR(self.0) as usize }
    }

    pub(in crate::sandbox) fn is_same_object(self, other: Self) -> bool {
        self.is_object() && other.is_object() && self.identity() == other.identity()
    }
}

/// What a native function was called with.
#[derive(Clone, Copy)]
pub(in crate::sandbox) struct Args {
    pub(super) values: *const qjs::JSValue,
    pub(super) count: usize,
}

impl Args {
    pub(in crate::sandbox) fn len(self) -> usize {
        self.count
    }

    /// Borrowed; `undefined` beyond the end.
    pub(in crate::sandbox) fn get(self, index: usize) -> Value {
        if index >= self.count {
            return Value::UNDEFINED;
        }
        // SAFETY: the engine passes `count` values that live as long as the call.
        Value(unsafe { *self.values.add(index) })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) struct Atom(pub(super) qjs::JSAtom);
