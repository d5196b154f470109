//! What is wrong in a block of the YAML, and where.

use core::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use crate::Failure;

#[derive(Debug)]
pub(super) struct Fault {
    /// From the inside out, each with its `.` or `[]`.
    place: Vec<String>,
    message: String,
}

impl Fault {
    fn new(message: String) -> Self {
        Self {
            place: Vec::new(),
            message,
        }
    }

    pub(super) fn within_key(mut self, key: &str) -> Self {
        self.place.push([".", key].concat());
        self
    }

    pub(super) fn within_index(mut self, index: usize) -> Self {
        self.place.push(["[", &index.to_string(), "]"].concat());
        self
    }

    pub(super) fn into_failure(mut self, part: &str) -> Failure {
        self.place.push(part.to_owned());
        self.place.reverse();
        Failure::configuration(&self.place.concat(), &self.message)
    }

    fn mismatch(expected: &str, found: &str) -> Self {
        Self::new(["expected ", expected, ", found ", found].concat())
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch(&in_words(&expected.to_string()), &found_in_words(found))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::mismatch(
            &in_words(&expected.to_string()),
            &["a list of ", &length.to_string()].concat(),
        )
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        Self::mismatch(&listed(known, " or "), &quoted(variant))
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        match known {
            [] => Self::new("there is no such key; this block has none".to_owned()),
            _ => Self::new(["there is no such key; there are ", &listed(known, " and ")].concat()),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(["`", field, "` is missing"].concat())
    }
}

/// What serde's derived code calls a type, for someone who wrote YAML.
fn in_words(expected: &str) -> String {
    let words = match expected {
        "f64" | "f32" => "a number",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number, not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a mapping",
        structure if structure.starts_with("struct ") => "a mapping",
        other => other,
    };
    words.to_owned()
}

fn found_in_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(value) => value.to_string(),
        Unexpected::Signed(value) => value.to_string(),
        Unexpected::Float(value) => value.to_string(),
        Unexpected::Str(text) => quoted(text),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        _ => "something else".to_owned(),
    }
}

/// In quotation marks, and not all of a long text.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    match text.char_indices().nth(40) {
        Some((end, _)) => quoted.extend([&text[..end], "…"]),
        None => quoted.push_str(text),
    }
    quoted.push('"');
    quoted
}

/// `a, b and c`.
fn listed(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., one] => [&most.join(", "), last, one].concat(),
    }
}
