//! Reading the API's JSON in little code, for the UI: a page is fetched before it runs, and what serde derives makes code
//! for more ways of writing a type than the host ever uses, anew for every type.

use std::fmt;

use serde_json::{Map, Value};

/// Reads a type of the API from its JSON.
///
/// # Errors
/// When the text is no JSON, or not what `T` is: which field, and why.
pub fn read<T: Read>(text: &str) -> Result<T, ReadError> {
    let value: Value = serde_json::from_str(text).map_err(|error| ReadError(error.to_string()))?;
    T::read(value)
}

/// What can be read from JSON, as serde would.
pub trait Read: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// When it is of another kind.
    fn read(value: Value) -> Result<Self, ReadError>;
}

/// Why JSON is not what it should be; a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError(String);

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    /// Something else was expected.
    pub(crate) fn unexpected(value: &Value, expected: &str) -> Self {
        let found = match value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "another number",
            Value::String(text) => text,
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        Self(["expected ", expected, ", found ", found].concat())
    }

    /// So that the whole way to what is wrong can be read.
    fn within(self, field: &str) -> Self {
        Self([field, ": ", &self.0].concat())
    }
}

/// The fields of an object, to be taken one by one.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Of an object.
    pub fn of(value: Value) -> Result<Self, ReadError> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            other => Err(ReadError::unexpected(&other, "an object")),
        }
    }

    /// A field's value; null where it is missing.
    pub fn value(&mut self, name: &str) -> Value {
        self.0.get_mut(name).map(Value::take).unwrap_or_default()
    }

    /// A field, read.
    pub fn take<T: Read>(&mut self, name: &str) -> Result<T, ReadError> {
        T::read(self.value(name)).map_err(|error| error.within(name))
    }

    /// A field that may be left out.
    pub fn take_or_default<T: Read + Default>(&mut self, name: &str) -> Result<T, ReadError> {
        match self.value(name) {
            Value::Null => Ok(T::default()),
            value => T::read(value).map_err(|error| error.within(name)),
        }
    }
}

impl Read for Value {
    fn read(value: Value) -> Result<Self, ReadError> {
        Ok(value)
    }
}

impl Read for String {
    fn read(value: Value) -> Result<Self, ReadError> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(ReadError::unexpected(&other, "a text")),
        }
    }
}

impl Read for bool {
    fn read(value: Value) -> Result<Self, ReadError> {
        value
            .as_bool()
            .ok_or_else(|| ReadError::unexpected(&value, "a boolean"))
    }
}

impl Read for f64 {
    fn read(value: Value) -> Result<Self, ReadError> {
        value
            .as_f64()
            .ok_or_else(|| ReadError::unexpected(&value, "a number"))
    }
}

impl Read for i64 {
    fn read(value: Value) -> Result<Self, ReadError> {
        value
            .as_i64()
            .ok_or_else(|| ReadError::unexpected(&value, "a whole number"))
    }
}

impl Read for u64 {
    fn read(value: Value) -> Result<Self, ReadError> {
        value
            .as_u64()
            .ok_or_else(|| ReadError::unexpected(&value, "a whole number, not negative"))
    }
}

/// Numbers that are read as `u64` and must fit.
macro_rules! small_numbers {
    ($($small:ty)*) => { $(
        impl Read for $small {
            fn read(value: Value) -> Result<Self, ReadError> {
                value
                    .as_u64()
                    .and_then(|number| number.try_into().ok())
                    .ok_or_else(|| ReadError::unexpected(&value, "a smaller whole number, not negative"))
            }
        }
    )* };
}

small_numbers!(u8 u16 u32);

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Result<Self, ReadError> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value) -> Result<Self, ReadError> {
        match value {
            Value::Array(items) => items.into_iter().map(T::read).collect(),
            other => Err(ReadError::unexpected(&other, "an array")),
        }
    }
}
