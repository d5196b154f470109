//! The tree of one YAML document.

use std::ops::Range;

use serde_json::Value as Json;

use super::Scalar;
use crate::fragment::Style;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    pub value: Value,
    /// The bytes of a scalar in the file's text, quotes and all.
    pub bytes: Range<usize>,
    /// How a scalar is written.
    pub style: Style,
    /// What the node and all below it cost, so that an alias can be charged before it is copied.
    pub cost: Cost,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Scalar {
        meaning: Scalar,
        text: String,
    },
    List(Vec<Node>),
    /// In the order of the file; keys are scalars with different texts.
    Map(Vec<(Node, Node)>),
}

/// What a node and all below it take.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub nodes: usize,
    pub bytes: usize,
    pub depth: usize,
}

impl Node {
    /// The text of a scalar as written, whatever it means.
    pub fn scalar_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// `key:` with nothing behind it.
    pub fn is_null(&self) -> bool {
        matches!(
            self.value,
            Value::Scalar {
                meaning: Scalar::Null,
                ..
            }
        )
    }

    /// A list or mapping that holds nothing.
    pub fn is_empty(&self) -> bool {
        match &self.value {
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
            Value::Scalar { .. } => false,
        }
    }

    /// For a sentence, without what is written: `a text`, `a list`.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar { meaning, .. } => match meaning {
                Scalar::Null => "nothing",
                Scalar::Text => "a text",
                Scalar::Boolean(_) => "true or false",
                Scalar::Integer(_) | Scalar::Float(_) => "a number",
            },
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// For a sentence: `the text "abc"`, `a list`.
    pub fn described(&self) -> String {
        match &self.value {
            Value::Scalar {
                meaning: Scalar::Null,
                ..
            } => "nothing".to_owned(),
            Value::Scalar {
                meaning: Scalar::Text,
                text,
            } => format!("the text \"{}\"", shortened(text)),
            Value::Scalar {
                meaning: Scalar::Boolean(_),
                text,
            } => text.clone(),
            Value::Scalar { text, .. } => format!("the number {}", shortened(text)),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }

    /// The same as JSON; keys become texts. `Err` is a number that JSON does not have.
    pub fn to_json(&self) -> Result<Json, &Node> {
        Ok(match &self.value {
            Value::Scalar { meaning, text } => match meaning {
                Scalar::Null => Json::Null,
                Scalar::Boolean(value) => Json::Bool(*value),
                Scalar::Integer(value) => Json::from(*value),
                Scalar::Float(value) => Json::Number(serde_json::Number::from_f64(*value).ok_or(self)?),
                Scalar::Text => Json::String(text.clone()),
            },
            Value::List(items) => Json::Array(items.iter().map(Node::to_json).collect::<Result<_, _>>()?),
            Value::Map(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, value)| {
                        Ok((key.scalar_text().unwrap_or_default().to_owned(), value.to_json()?))
                    })
                    .collect::<Result<_, _>>()?,
            ),
        })
    }
}

/// The first characters of a text, on one line: a message must not grow with what it complains about. Of an address that names
/// somebody, and so may have a password, only what is before that.
pub(crate) fn shortened(text: &str) -> String {
    if let Some((scheme, rest)) = text.split_once("://")
        && rest.contains('@')
    {
        let scheme = scheme.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
        return format!("{}://…", scheme.unwrap_or_default());
    }
    let mut short: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
