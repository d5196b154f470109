//! Reading JSON in little code, for the UI: a page is fetched before it runs, and serde_json's own reader makes code for
//! more ways of writing a type than the host ever uses (structs as arrays, enums with content, …).

use std::fmt;

use serde::{
    Deserialize,
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess,
        Visitor,
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

/// Reads a value of the API from its JSON.
///
/// # Errors
/// When the text is no JSON, or not what `T` is: which field, and why.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    let value: Value = serde_json::from_str(text).map_err(|error| ReadError(error.to_string()))?;
    T::deserialize(Reader(value))
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

impl serde::de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// A JSON value to be read: structs from objects, enums from texts.
pub(crate) struct Reader(pub Value);

impl Reader {
    fn unexpected(&self, expected: &str) -> ReadError {
        let found = match self.0 {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        ReadError(["expected ", expected, ", found ", found].concat())
    }
}

impl<'de> Deserializer<'de> for Reader {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(_) => self.deserialize_f64(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(fields) => visitor.visit_map(Fields::new(fields)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(self.unexpected("a boolean")),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let Value::Number(number) = &self.0 else {
            return Err(self.unexpected("a number"));
        };
        if let Some(whole) = number.as_u64() {
            visitor.visit_u64(whole)
        } else if let Some(whole) = number.as_i64() {
            visitor.visit_i64(whole)
        } else {
            visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN))
        }
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(self.unexpected("a text")),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(self.unexpected("an array")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields::new(fields)),
            _ => Err(self.unexpected("an object")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(name.into_deserializer()),
            _ => Err(self.unexpected("a name")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 char str bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct map identifier
    }
}

/// A JSON object and the text under its tag.
pub(crate) fn tagged<'de, D: Deserializer<'de>>(
    deserializer: D,
    tag: &'static str,
) -> Result<(String, Value), D::Error> {
    let value = Value::deserialize(deserializer)?;
    match value.get(tag).and_then(Value::as_str) {
        Some(text) => Ok((text.to_owned(), value)),
        None => Err(D::Error::missing_field(tag)),
    }
}

/// The items of an array.
struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        self.0
            .next()
            .map(|item| seed.deserialize(Reader(item)))
            .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// The fields of an object.
struct Fields {
    rest: serde_json::map::IntoIter,
    current: (String, Value),
}

impl Fields {
    fn new(fields: Map<String, Value>) -> Self {
        Self {
            rest: fields.into_iter(),
            current: (String::new(), Value::Null),
        }
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        match self.rest.next() {
            Some(field) => {
                self.current = field;
                let name: &str = &self.current.0;
                seed.deserialize(IntoDeserializer::<ReadError>::into_deserializer(name))
                    .map(Some)
            }
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let value = std::mem::take(&mut self.current.1);
        seed.deserialize(Reader(value)).map_err(|error| {
            // So that the whole way to what is wrong can be read.
            ReadError::custom(format_args!("{}: {error}", self.current.0))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::{PanelAnswer, Plugin, Problem, View};

    #[test]
    fn reads_what_serde_json_reads() {
        let answer = json!({
            "panel": "cpu", "type": "timeseries", "title": "CPU",
            "range": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"},
            "aggregation": {"bucket_seconds": 600, "function": "avg"},
            "generated_at": "2026-01-02T00:00:01Z", "cache": "partial", "refresh_interval": 300,
            "view": {"series": [{"label": "a", "instants": [-1, 2], "values": [1, null], "mark": "area", "later": [1]}],
                     "y_axis": {"label": null, "unit": "%", "minimum": 0.5, "maximum": -3}, "thresholds": [],
                     "stacked": true, "kind": "chart"},
            "usage": {"plugin": "timeseries", "version": "0.1.0", "wall_us": 812, "guest_us": 140, "memory_bytes": 1,
                      "queries": 1, "rows": 5760, "buckets_computed": 12},
            "unknown": {"is": ["no", "fault"]}
        })
        .to_string();
        assert_eq!(
            read::<PanelAnswer>(&answer).unwrap(),
            serde_json::from_str::<PanelAnswer>(&answer).unwrap()
        );
        let table = json!({"kind": "table", "columns": [
                {"name": "a", "title": "A", "format": {"as": "status", "styles": [
                    {"value": "up", "color": "#10B981", "label": null}]}, "sortable": true, "filterable": false},
                {"name": "b", "title": "B", "format": {"as": "number", "decimals": 2}, "sortable": true, "filterable": false}],
            "rows": [[1, "x", null, true, -2.5, {"a": [1]}]], "total": 1, "page": 1, "page_size": 50,
            "sort": [{"column": "a", "descending": true}]})
        .to_string();
        assert_eq!(
            read::<View>(&table).unwrap(),
            serde_json::from_str::<View>(&table).unwrap()
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let sort =
            r#"{"kind":"table","columns":[],"rows":[],"total":"many","page":1,"page_size":1,"sort":[]}"#;
        let error = read::<View>(sort).unwrap_err().to_string();
        assert!(error.contains("total") && error.contains("a text"), "{error}");
        let error = read::<Problem>("{}").unwrap_err().to_string();
        assert!(error.contains("missing field"), "{error}");
        assert!(
            read::<Plugin>("[]")
                .unwrap_err()
                .to_string()
                .contains("an object")
        );
        assert!(read::<Problem>("<html>").is_err());
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        let text =
            r#"{"kind":"image","media_type":"image/png","url":"/x","alternative":"","width":-1,"height":2}"#;
        assert!(read::<View>(text).unwrap_err().to_string().contains("width"));
    }
}
