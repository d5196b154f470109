//! What a plain scalar means: the core schema of YAML 1.2.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

/// The meaning of a scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Also integers beyond 64 bits; may be infinite or not a number.
    Float(f64),
    Text,
}

/// The meaning of a scalar that was written without quotes.
///
/// `yes`, `no`, `on` and `off` are texts, as YAML 1.2 has it.
pub(crate) fn resolve(text: &str) -> Scalar {
    match text {
        // Numbers that nothing in a configuration can be: told apart from texts for the sake of the message.
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    // A plain scalar is a document of its own.
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { strict_booleans: true })
        .unwrap_or(Scalar::Text)
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Meaning;
        impl Visitor<'_> for Meaning {
            type Value = Scalar;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a scalar")
            }

            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::Null)
            }

            fn visit_none<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Boolean(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Integer(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
                Ok(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Integer))
            }

            fn visit_i128<E>(self, value: i128) -> Result<Scalar, E> {
                Ok(Scalar::Float(value as f64))
            }

            fn visit_u128<E>(self, value: u128) -> Result<Scalar, E> {
                Ok(Scalar::Float(value as f64))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar::Float(value))
            }

            fn visit_str<E>(self, _: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text)
            }
        }
        deserializer.deserialize_any(Meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_scalars_as_yaml_1_2_does() {
        for (text, meaning) in [
            ("~", Scalar::Null),
            ("true", Scalar::Boolean(true)),
            ("yes", Scalar::Text),
            ("0", Scalar::Integer(0)),
            ("-7", Scalar::Integer(-7)),
            ("0x1F", Scalar::Integer(31)),
            ("0o17", Scalar::Integer(15)),
            ("0x-1", Scalar::Text),
            ("1.5", Scalar::Float(1.5)),
            (".5", Scalar::Float(0.5)),
            ("1e3", Scalar::Float(1000.0)),
            ("-.inf", Scalar::Float(f64::NEG_INFINITY)),
            ("inf", Scalar::Text),
            ("nan", Scalar::Text),
            ("1.2.3", Scalar::Text),
            ("2026-01-05", Scalar::Text),
            ("-", Scalar::Text),
            ("99999999999999999999", Scalar::Float(1e20)),
        ] {
            assert_eq!(resolve(text), meaning, "{text}");
        }
        assert!(matches!(resolve(".nan"), Scalar::Float(value) if value.is_nan()));
    }
}
