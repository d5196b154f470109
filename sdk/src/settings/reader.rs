//! Reads types from a tree, and adds the place to whatever goes wrong.

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
        value::StrDeserializer,
    },
    forward_to_deserialize_any,
};

use super::{fault::Fault, json::Json};

#[derive(Clone, Copy)]
pub(super) struct Reader<'de>(pub(super) &'de Json);

impl<'de> Reader<'de> {
    fn unexpected(self) -> Unexpected<'de> {
        match self.0 {
            Json::Null => Unexpected::Unit,
            Json::Boolean(value) => Unexpected::Bool(*value),
            Json::Unsigned(value) => Unexpected::Unsigned(*value),
            Json::Signed(value) => Unexpected::Signed(*value),
            Json::Float(value) => Unexpected::Float(*value),
            Json::Text(text) => Unexpected::Str(text),
            Json::List(_) => Unexpected::Seq,
            Json::Map(_) => Unexpected::Map,
        }
    }

    /// One method for all lists, so that there is one place that knows whether all of it was wanted.
    fn list<V: Visitor<'de>>(items: &'de [Json], visitor: V) -> Result<V::Value, Fault> {
        let mut list = List {
            items: items.iter(),
            index: 0,
        };
        let value = visitor.visit_seq(&mut list)?;
        match list.items.len() {
            0 => Ok(value),
            _ => {
                let wanted = ["a list of ", &list.index.to_string()].concat();
                Err(Fault::invalid_length(items.len(), &wanted.as_str()))
            }
        }
    }

    fn map<V: Visitor<'de>>(pairs: &'de [(String, Json)], visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(Map {
            pairs: pairs.iter(),
            current: None,
        })
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            Json::Boolean(value) => visitor.visit_bool(*value),
            Json::Unsigned(value) => visitor.visit_u64(*value),
            Json::Signed(value) => visitor.visit_i64(*value),
            Json::Float(value) => visitor.visit_f64(*value),
            Json::Text(text) => visitor.visit_borrowed_str(text),
            Json::List(items) => Self::list(items, visitor),
            Json::Map(pairs) => Self::map(pairs, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Json::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// A list is no mapping, though serde would take one.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Json::Map(pairs) => Self::map(pairs, visitor),
            _ => Err(Fault::invalid_type(self.unexpected(), &"a mapping")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Json::Text(name) => visitor.visit_enum(Variant { name, content: None }),
            Json::Map(pairs) => match &pairs[..] {
                [(name, content)] => visitor.visit_enum(Variant {
                    name,
                    content: Some(content),
                }),
                _ => Err(Fault::invalid_value(Unexpected::Map, &"a mapping with one key")),
            },
            _ => Err(Fault::invalid_type(self.unexpected(), &"a string")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

struct List<'de> {
    items: core::slice::Iter<'de, Json>,
    index: usize,
}

impl<'de> SeqAccess<'de> for &mut List<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let value = seed
            .deserialize(Reader(item))
            .map_err(|fault| fault.within_index(self.index))?;
        self.index += 1;
        Ok(Some(value))
    }
}

struct Map<'de> {
    pairs: core::slice::Iter<'de, (String, Json)>,
    current: Option<&'de (String, Json)>,
}

impl<'de> MapAccess<'de> for Map<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.current = self.pairs.next();
        let Some((key, _)) = self.current else {
            return Ok(None);
        };
        seed.deserialize(Key(key))
            .map(Some)
            .map_err(|fault| fault.within_key(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        match self.current.take() {
            Some((key, value)) => seed
                .deserialize(Reader(value))
                .map_err(|fault| fault.within_key(key)),
            None => Err(Fault::custom("a value was read before its key")),
        }
    }
}

/// A key of a mapping: a text, which may be read as a number or a boolean.
struct Key<'de>(&'de str);

/// Reads a key as another type, when it looks like one; the visitor says what it makes of the text when not.
macro_rules! parsed_key {
    ($($method:ident $visit:ident,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => visitor.visit_borrowed_str(self.0),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(Variant {
            name: self.0,
            content: None,
        })
    }

    parsed_key! {
        deserialize_bool visit_bool,
        deserialize_i8 visit_i64, deserialize_i16 visit_i64, deserialize_i32 visit_i64, deserialize_i64 visit_i64,
        deserialize_u8 visit_u64, deserialize_u16 visit_u64, deserialize_u32 visit_u64, deserialize_u64 visit_u64,
        deserialize_f32 visit_f64, deserialize_f64 visit_f64,
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Json>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'de>), Fault> {
        let variant = seed.deserialize(StrDeserializer::<Fault>::new(self.name))?;
        Ok((
            variant,
            Content {
                name: self.name,
                content: self.content,
            },
        ))
    }
}

struct Content<'de> {
    name: &'de str,
    content: Option<&'de Json>,
}

impl<'de> Content<'de> {
    fn read<T>(&self, read: impl FnOnce(Reader<'de>) -> Result<T, Fault>) -> Result<T, Fault> {
        read(Reader(self.content.unwrap_or(&Json::Null))).map_err(|fault| fault.within_key(self.name))
    }
}

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.content {
            None | Some(Json::Null) => Ok(()),
            Some(content) => {
                Err(Fault::invalid_type(Reader(content).unexpected(), &"nothing").within_key(self.name))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        self.read(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.read(|reader| reader.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.read(|reader| reader.deserialize_struct("", fields, visitor))
    }
}
