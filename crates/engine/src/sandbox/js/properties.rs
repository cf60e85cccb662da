//! Properties and their names. What may run guest code says so.

use super::{Atom, Js, JsResult, Text, Thrown, Value};
use rquickjs::qjs;
use std::ffi::{CStr, c_int};
use std::ptr;

/// How a property is defined.
#[derive(Clone, Copy)]
pub(in crate::sandbox) enum Shape {
    /// Writable, enumerable, configurable.
    Data,
    /// Writable and configurable, not enumerable: how built-in methods are defined.
    Method,
    /// Neither writable, enumerable nor configurable.
    Fixed,
}

impl Shape {
    fn flags(self) -> c_int {
        (match self {
            Self::Data => qjs::JS_PROP_C_W_E,
            Self::Method => qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE,
            Self::Fixed => 0,
        }) as c_int
    }
}

/// Own property names of an object; to be freed with `free_keys`.
#[derive(Clone, Copy)]
pub(in crate::sandbox) struct Keys {
    table: *mut qjs::JSPropertyEnum,
    count: u32,
}

impl Keys {
    pub(in crate::sandbox) fn len(self) -> u32 {
        self.count
    }

    pub(in crate::sandbox) fn get(self, index: u32) -> Atom {
        assert!(index < self.count, "keys are read within their count");
        // SAFETY: the engine filled `count` entries.
        Atom(unsafe { (*self.table.add(index as usize)).atom })
    }
}

impl Js {
    pub(in crate::sandbox) fn global(self) -> Value {
        // SAFETY: entered; the caller owns the reference.
        Value(unsafe { qjs::JS_GetGlobalObject(self.0) })
    }

    /// May run guest code.
    pub(in crate::sandbox) fn get(self, object: Value, name: &CStr) -> JsResult {
        // SAFETY: borrowed object, C string.
        Self::check(unsafe { self.engine(|| qjs::JS_GetPropertyStr(self.0, object.0, name.as_ptr())) })
    }

    /// May run guest code.
    pub(in crate::sandbox) fn get_atom(self, object: Value, name: Atom) -> JsResult {
        // SAFETY: borrowed object, live atom.
        Self::check(unsafe { self.engine(|| qjs::JS_GetProperty(self.0, object.0, name.0)) })
    }

    /// May run guest code, unless the index is an own data property.
    pub(in crate::sandbox) fn get_index(self, object: Value, index: u32) -> JsResult {
        // SAFETY: borrowed object.
        Self::check(unsafe { self.engine(|| qjs::JS_GetPropertyUint32(self.0, object.0, index)) })
    }

    /// An own data property, read without running guest code; `None` for accessors and missing ones. Not for proxies.
    pub(in crate::sandbox) fn get_own_data(self, object: Value, name: Atom) -> Result<Option<Value>, Thrown> {
        let mut found = qjs::JSPropertyDescriptor {
            flags: 0,
            value: qjs::JS_UNDEFINED,
            getter: qjs::JS_UNDEFINED,
            setter: qjs::JS_UNDEFINED,
        };
        // SAFETY: `found` is filled when the answer is 1, with references that the caller owns.
        let status = unsafe { self.engine(|| qjs::JS_GetOwnProperty(self.0, &raw mut found, object.0, name.0)) };
        Self::check_status(status)?;
        if status == 0 {
            return Ok(None);
        }
        if found.flags & qjs::JS_PROP_GETSET as c_int != 0 {
            self.free(Value(found.getter));
            self.free(Value(found.setter));
            return Ok(None);
        }
        Ok(Some(Value(found.value)))
    }

    /// Runs guest code for proxies only.
    pub(in crate::sandbox) fn has_own(self, object: Value, name: Atom) -> Result<bool, Thrown> {
        // SAFETY: borrowed object, live atom; without a descriptor the engine only looks.
        let status = unsafe { self.engine(|| qjs::JS_GetOwnProperty(self.0, ptr::null_mut(), object.0, name.0)) };
        Self::check_status(status)?;
        Ok(status == 1)
    }

    /// Defines an own property; takes `value` over. Runs no guest code unless `object` is a proxy.
    pub(in crate::sandbox) fn define(
        self,
        object: Value,
        name: &CStr,
        value: Value,
        shape: Shape,
    ) -> Result<(), Thrown> {
        // SAFETY: borrowed object, owned value.
        Self::check_status(unsafe {
            self.engine(|| qjs::JS_DefinePropertyValueStr(self.0, object.0, name.as_ptr(), value.0, shape.flags()))
        })
    }

    /// As `define`.
    pub(in crate::sandbox) fn define_atom(
        self,
        object: Value,
        name: Atom,
        value: Value,
        shape: Shape,
    ) -> Result<(), Thrown> {
        // SAFETY: borrowed object, owned value, live atom.
        Self::check_status(unsafe {
            self.engine(|| qjs::JS_DefinePropertyValue(self.0, object.0, name.0, value.0, shape.flags()))
        })
    }

    /// As `define`.
    pub(in crate::sandbox) fn define_index(self, object: Value, index: u32, value: Value) -> Result<(), Thrown> {
        // SAFETY: borrowed object, owned value.
        Self::check_status(unsafe {
            self.engine(|| qjs::JS_DefinePropertyValueUint32(self.0, object.0, index, value.0, Shape::Data.flags()))
        })
    }

    /// Defines an accessor; takes both functions over (`undefined` for none).
    pub(in crate::sandbox) fn define_accessor(
        self,
        object: Value,
        name: &CStr,
        getter: Value,
        setter: Value,
    ) -> Result<(), Thrown> {
        let atom = self.atom(name.to_bytes())?;
        let defined = self.define_accessor_atom(object, atom, getter, setter, Shape::Method);
        self.free_atom(atom);
        defined
    }

    /// As `define_accessor`; whether it can be enumerated and configured is as `shape` has it.
    pub(in crate::sandbox) fn define_accessor_atom(
        self,
        object: Value,
        name: Atom,
        getter: Value,
        setter: Value,
        shape: Shape,
    ) -> Result<(), Thrown> {
        let kept = shape.flags() & (qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_ENUMERABLE) as c_int;
        let flags = kept | (qjs::JS_PROP_HAS_GET | qjs::JS_PROP_HAS_SET) as c_int;
        // SAFETY: borrowed object, owned functions, live atom.
        Self::check_status(unsafe {
            self.engine(|| qjs::JS_DefinePropertyGetSet(self.0, object.0, name.0, getter.0, setter.0, flags))
        })
    }

    pub(in crate::sandbox) fn set_length(self, array: Value, length: i64) -> Result<(), Thrown> {
        // SAFETY: borrowed array.
        Self::check_status(unsafe { self.engine(|| qjs::JS_SetLength(self.0, array.0, length)) })
    }

    pub(in crate::sandbox) fn delete(self, object: Value, name: &CStr) -> Result<(), Thrown> {
        let atom = self.atom(name.to_bytes())?;
        // SAFETY: borrowed object, live atom.
        let status = unsafe { self.engine(|| qjs::JS_DeleteProperty(self.0, object.0, atom.0, 0)) };
        self.free_atom(atom);
        Self::check_status(status)
    }

    /// Deletes an own property; a refusal is no matter.
    pub(in crate::sandbox) fn delete_atom(self, object: Value, name: Atom) {
        // SAFETY: borrowed object, live atom.
        if unsafe { self.engine(|| qjs::JS_DeleteProperty(self.0, object.0, name.0, 0)) } < 0 {
            self.free(self.take_exception());
        }
    }

    pub(in crate::sandbox) fn atom(self, name: &[u8]) -> Result<Atom, Thrown> {
        // SAFETY: pointer and length of a live slice; the engine copies.
        let atom = unsafe { self.engine(|| qjs::JS_NewAtomLen(self.0, name.as_ptr().cast(), name.len() as _)) };
        if atom == 0 { Err(Thrown) } else { Ok(Atom(atom)) }
    }

    pub(in crate::sandbox) fn atom_of(self, value: Value) -> Result<Atom, Thrown> {
        // SAFETY: borrowed value; strings convert without running guest code.
        let atom = unsafe { self.engine(|| qjs::JS_ValueToAtom(self.0, value.0)) };
        if atom == 0 { Err(Thrown) } else { Ok(Atom(atom)) }
    }

    pub(in crate::sandbox) fn free_atom(self, atom: Atom) {
        // SAFETY: the caller gives up a reference it owns.
        unsafe { self.engine(|| qjs::JS_FreeAtom(self.0, atom.0)) };
    }

    pub(in crate::sandbox) fn atom_text(self, atom: Atom) -> Result<Text, Thrown> {
        let mut bytes = 0;
        // SAFETY: live atom; the length is stored before the call returns.
        let start = unsafe { self.engine(|| qjs::JS_AtomToCStringLen(self.0, &raw mut bytes, atom.0)) };
        if start.is_null() { Err(Thrown) } else { Ok(Text { start, bytes: bytes as usize }) }
    }

    /// Own enumerable string keys, in order. Runs guest code for proxies only.
    pub(in crate::sandbox) fn own_keys(self, object: Value) -> Result<Keys, Thrown> {
        let (mut table, mut count) = (ptr::null_mut(), 0);
        let flags = (qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_ENUM_ONLY) as c_int;
        // SAFETY: borrowed object; table and count are filled on success.
        Self::check_status(unsafe {
            self.engine(|| qjs::JS_GetOwnPropertyNames(self.0, &raw mut table, &raw mut count, object.0, flags))
        })?;
        Ok(Keys { table, count })
    }

    pub(in crate::sandbox) fn free_keys(self, keys: Keys) {
        // SAFETY: filled by `own_keys`, freed once.
        unsafe { self.engine(|| qjs::JS_FreePropertyEnum(self.0, keys.table, keys.count)) };
    }
}
