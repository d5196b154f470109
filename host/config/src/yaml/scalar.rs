//! What a plain scalar means: the core schema of YAML 1.2.

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
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Boolean(true),
        "false" | "False" | "FALSE" => Scalar::Boolean(false),
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ => number(text).unwrap_or(Scalar::Text),
    }
}

fn number(text: &str) -> Option<Scalar> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.parse() {
            Ok(integer) => Some(Scalar::Integer(integer)),
            Err(_) => text.parse().ok().map(Scalar::Float),
        };
    }
    // Rust reads `inf`, `nan` and `infinity` as numbers; YAML does not.
    let written_as_number = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned.contains(|any: char| any.is_ascii_digit())
        && unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    if written_as_number {
        text.parse().ok().map(Scalar::Float)
    } else {
        None
    }
}

fn radix(digits: &str, radix: u32) -> Option<Scalar> {
    // `from_str_radix` takes a sign, YAML does not.
    if digits.starts_with(['-', '+']) {
        return None;
    }
    i64::from_str_radix(digits, radix).ok().map(Scalar::Integer)
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
