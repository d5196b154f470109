//! The blocks `display:` and `parameters:` of a panel's YAML, read into a panel's own types.
//!
//! They arrive as JSON text. `serde_json` reads it into a small tree and [`reader`] reads types from that: its errors
//! know the place in the YAML and speak of YAML, and a panel that reads many types stays a small component.

mod fault;
mod json;
mod reader;

use serde::de::DeserializeOwned;

use crate::{Call, Failure};
use json::Json;

pub(crate) use fault::quoted;

impl Call {
    /// The panel's `display:` as a type of the panel's own. Give every key that may be missing a default, and write
    /// `#[serde(deny_unknown_fields)]`, so that a misspelt key is a message and not a riddle.
    ///
    /// # Errors
    /// [`Failure::Configuration`] naming the key: `display.thresholds[1].value: expected a number, found "high"`.
    pub fn display<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        parse("display", &self.display)
    }

    /// The panel's `parameters:` as a type of the panel's own; as [`display`](Self::display).
    ///
    /// # Errors
    /// [`Failure::Configuration`] naming the key.
    pub fn parameters<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        parse("parameters", &self.parameters)
    }
}

fn parse<T: DeserializeOwned>(part: &str, text: &str) -> Result<T, Failure> {
    let json = tree(part, text)?;
    T::deserialize(reader::Reader(&json)).map_err(|fault| fault.into_failure(part))
}

fn tree(part: &str, text: &str) -> Result<Json, Failure> {
    serde_json::from_str(text).map_err(|_| Failure::configuration(part, "the host's text for it is not JSON"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::{Color, Thresholds};

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Shape {
        Round,
        Corner(u8),
        Text { size: i32 },
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Display {
        #[serde(default)]
        thresholds: Thresholds,
        line_color: Option<Color>,
        #[serde(default)]
        shapes: Vec<Shape>,
        #[serde(default)]
        by_port: BTreeMap<u16, bool>,
        range: Option<(f64, i64)>,
    }

    fn fault(text: &str) -> String {
        match parse::<Display>("display", text) {
            Err(Failure::Configuration(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_what_serde_can_describe() {
        let display: Display = parse(
            "display",
            r##"{"line_color":null,"thresholds":[{"value":-1,"color":"#fff"}],
                "shapes":["round",{"corner":3},{"text":{"size":-9}}],"by_port":{"80":true},"range":[1,-2]}"##,
        )
        .unwrap();
        assert_eq!(display.line_color, None);
        assert_eq!(display.thresholds.as_slice()[0].value, -1.0);
        assert_eq!(
            display.shapes,
            [Shape::Round, Shape::Corner(3), Shape::Text { size: -9 }]
        );
        assert_eq!(display.by_port, BTreeMap::from([(80, true)]));
        assert_eq!(display.range, Some((1.0, -2)));
    }

    #[test]
    fn a_wrong_value_is_named_with_its_place() {
        for (text, message) in [
            (
                r##"{"thresholds":[{"value":"high","color":"#ffffff"}]}"##,
                r#"display.thresholds[0].value: expected a number, found "high""#,
            ),
            (
                r#"{"line_color":"blue"}"#,
                r##"display.line_color: "blue" is not a colour; write it in quotes as "#rrggbb""##,
            ),
            (
                r#"{"line_color":["a"]}"#,
                "display.line_color: expected a string, found a list",
            ),
            (
                r#"{"shapes":["square"]}"#,
                "display.shapes[0]: expected round, corner or text, found \"square\"",
            ),
            (
                r#"{"shapes":[{"corner":300}]}"#,
                "display.shapes[0].corner: expected a whole number from 0 to 255, found 300",
            ),
            (
                r#"{"shapes":[{"corner":1.5}]}"#,
                "display.shapes[0].corner: expected a whole number from 0 to 255, found 1.5",
            ),
            (
                r#"{"shapes":[{"text":{}}]}"#,
                "display.shapes[0].text: `size` is missing",
            ),
            (
                r#"{"by_port":{"http":true}}"#,
                "display.by_port.http: expected a whole number from 0 to 65535, found \"http\"",
            ),
            (
                r#"{"by_port":{"1":"yes"}}"#,
                "display.by_port.1: expected true or false, found \"yes\"",
            ),
            (
                r#"{"range":[1]}"#,
                "display.range: expected a tuple of size 2, found a list of 1",
            ),
            (
                r#"{"range":[1,2,3]}"#,
                "display.range: expected a list of 2, found a list of 3",
            ),
            (
                r#"{"thresholds":{"value":1}}"#,
                "display.thresholds: expected a list, found a mapping",
            ),
            (
                r#"{"thresholds":[7]}"#,
                "display.thresholds[0]: expected a mapping, found 7",
            ),
        ] {
            assert_eq!(fault(text), message, "{text}");
        }
    }

    #[test]
    fn a_missing_and_an_unknown_key_are_named() {
        assert_eq!(
            fault(r#"{"thresholds":[{"value":1}]}"#),
            "display.thresholds[0]: `color` is missing"
        );
        assert_eq!(
            fault(r#"{"colour":1}"#),
            "display.colour: there is no such key; there are thresholds, line_color, shapes, by_port and range"
        );
    }

    #[test]
    fn a_block_that_is_no_mapping_is_said_so() {
        assert_eq!(fault("[1,2]"), "display: expected a mapping, found a list");
        assert_eq!(fault("7"), "display: expected a mapping, found 7");
        assert_eq!(fault("null"), "display: expected a mapping, found nothing");
        assert_eq!(fault("{"), "display: the host's text for it is not JSON");
    }

    #[test]
    fn a_long_text_is_not_repeated_whole() {
        let long = format!(r#"{{"range":"{}"}}"#, "é".repeat(5_000));
        assert!(fault(&long).len() < 200);
    }
}
