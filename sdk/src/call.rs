//! What a panel is asked for.

use serde::de::DeserializeOwned;

use crate::{Call, Failure};

impl Call {
    /// The panel's `display:` as a type of the panel's own. Give every key that may be missing a default, and write
    /// `#[serde(deny_unknown_fields)]`, so that a misspelt key is a message and not a riddle.
    ///
    /// # Errors
    /// [`Failure::Configuration`] naming the key: `display.thresholds[1].value: invalid type: …`.
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
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.inner().to_string();
        Failure::configuration(&place(part, &path), without_position(&reason))
    })
}

/// `display.thresholds[0].color`; the part alone where the fault is in all of it.
fn place(part: &str, path: &str) -> String {
    match path {
        "." => part.to_owned(),
        // The path of a missing key ends with the key's parent, and of an unknown one with `?`.
        path => format!("{part}.{}", path.trim_end_matches(".?").trim_end_matches('?'))
            .trim_end_matches('.')
            .to_owned(),
    }
}

/// The line and column of the JSON text mean nothing to someone who wrote YAML.
fn without_position(reason: &str) -> &str {
    // By bytes: the standard search from behind would be a tenth of a small panel's code.
    const MARK: &[u8] = b" at line ";
    let position = reason
        .as_bytes()
        .windows(MARK.len())
        .rposition(|window| window == MARK);
    position
        .and_then(|position| reason.get(..position))
        .unwrap_or(reason)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::Deserialize;

    use super::*;
    use crate::{Color, Thresholds};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Display {
        #[serde(default)]
        #[allow(dead_code)]
        thresholds: Thresholds,
        #[allow(dead_code)]
        line_color: Option<Color>,
    }

    fn fault(text: &str) -> String {
        match parse::<Display>("display", text) {
            Err(Failure::Configuration(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wrong_value_is_named_with_its_place() {
        assert_eq!(
            fault(r##"{"thresholds":[{"value":"high","color":"#ffffff"}]}"##),
            "display.thresholds[0].value: invalid type: string \"high\", expected f64"
        );
        assert_eq!(
            fault(r#"{"line_color":"blue"}"#),
            "display.line_color: `blue` is not a colour; write it in quotes as \"#rrggbb\""
        );
    }

    #[test]
    fn a_missing_and_an_unknown_key_are_named() {
        assert_eq!(
            fault(r#"{"thresholds":[{"value":1}]}"#),
            "display.thresholds[0]: missing field `color`"
        );
        assert!(
            fault(r#"{"colour":1}"#).starts_with("display.colour: unknown field `colour`, expected"),
            "{}",
            fault(r#"{"colour":1}"#)
        );
    }

    #[test]
    fn a_block_that_is_no_mapping_is_said_so() {
        assert!(fault("[1,2]").starts_with("display"));
        assert!(fault("7").starts_with("display: invalid type"));
    }
}
