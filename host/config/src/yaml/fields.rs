//! Typed values out of a mapping; what nobody asked for is reported.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::reader::how_to_write;
use super::tree::shortened;
use super::{Node, Reader, Scalar, Value};
use crate::Spanned;
use crate::quantity;
use crate::suggestion::suggestion;

/// A mapping while it is read. Keys are "known" once they were asked for; [`Fields::finish`] reports the others.
pub(crate) struct Fields<'n, 'r, 'a> {
    pub reader: &'r Reader<'a>,
    pub node: &'n Node,
    /// For messages: `panel`, `data_source`, …
    name: String,
    entries: &'n [(Node, Node)],
    known: RefCell<Vec<&'static str>>,
    /// Whether what stands here, and below, may be a secret: then messages repeat none of it.
    is_confidential: bool,
}

/// Keys below which secrets stand, or should stand in a way that is not one of ours.
const CONFIDENTIAL: [&str; 3] = ["database", "central_database", "oidc"];

impl<'n, 'r, 'a> Fields<'n, 'r, 'a> {
    /// The fields of a mapping; anything else is a fault.
    pub fn of(reader: &'r Reader<'a>, name: impl Into<String>, node: &'n Node) -> Option<Self> {
        let name = name.into();
        let is_confidential = CONFIDENTIAL.contains(&name.as_str());
        match &node.value {
            Value::Map(entries) => Some(Self {
                reader,
                node,
                name,
                entries,
                known: RefCell::default(),
                is_confidential,
            }),
            _ => {
                // A text where there should be keys is anything, a database's address with its password, too.
                let what = match name.contains(' ') {
                    // No key, as the whole file.
                    true => name,
                    false => format!("`{name}`"),
                };
                let message = format!(
                    "{what} must be a mapping of keys to values, and this is {}",
                    node.kind()
                );
                let help =
                    "write `key: value`, each on a line of its own, what belongs to a key indented below it";
                reader.fault(node, message, Some(help.to_owned()));
                None
            }
        }
    }

    /// The value of a key, if there is one and it is not empty.
    pub fn get(&self, key: &'static str) -> Option<&'n Node> {
        self.entry(key)
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
    }

    fn entry(&self, key: &'static str) -> Option<&'n (Node, Node)> {
        let mut known = self.known.borrow_mut();
        // Some are asked for twice, and listed once.
        if !known.contains(&key) {
            known.push(key);
        }
        drop(known);
        self.entries
            .iter()
            .find(|(name, _)| name.scalar_text() == Some(key))
    }

    /// The value of a key that has to be there.
    pub fn required(&self, key: &'static str, help: &str) -> Option<&'n Node> {
        match self.entry(key) {
            Some((_, value)) if !value.is_null() => Some(value),
            Some((name, _)) => {
                self.reader
                    .fault(name, format!("`{key}` is empty"), Some(help.to_owned()));
                None
            }
            None => {
                self.reader.fault(
                    self.node,
                    format!("`{}` needs `{key}`", self.name),
                    Some(help.to_owned()),
                );
                None
            }
        }
    }

    /// The mapping under a key.
    pub fn mapping(&self, key: &'static str) -> Option<Fields<'n, 'r, 'a>> {
        let mut below = Fields::of(self.reader, key, self.get(key)?)?;
        below.is_confidential |= self.is_confidential;
        Some(below)
    }

    fn described(&self, node: &Node) -> String {
        match self.is_confidential {
            true => node.kind().to_owned(),
            false => node.described(),
        }
    }

    fn wrong_kind(&self, key: &str, wanted: &str, node: &Node) {
        let message = format!("`{key}` must be {wanted}, and this is {}", self.described(node));
        self.reader.fault(node, message, how_to_write(key, wanted));
    }

    /// The text under a key.
    pub fn text(&self, key: &'static str) -> Option<Spanned<String>> {
        self.reader.text_said(key, self.get(key)?, self.is_confidential)
    }

    /// The text under a key, which has to be there and to hold something else than spaces.
    pub fn required_text(&self, key: &'static str, help: &str) -> Option<Spanned<String>> {
        let node = self.required(key, help)?;
        let text = self.reader.text_said(key, node, self.is_confidential)?;
        if text.value.trim().is_empty() {
            self.reader
                .fault(node, format!("`{key}` is empty"), Some(help.to_owned()));
            return None;
        }
        Some(text)
    }

    /// `true` or `false` under a key.
    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        let node = self.get(key)?;
        match node.value {
            Value::Scalar {
                meaning: Scalar::Boolean(value),
                ..
            } => Some(value),
            _ => {
                let message = format!(
                    "`{key}` must be true or false, and this is {}",
                    self.described(node)
                );
                self.reader.fault(node, message, None);
                None
            }
        }
    }

    /// A whole number under a key.
    pub fn integer(&self, key: &'static str, allowed: RangeInclusive<u64>) -> Option<u64> {
        let node = self.get(key)?;
        self.integer_of(key, node, allowed)
    }

    /// The whole number that a node is.
    pub fn integer_of(&self, key: &str, node: &Node, allowed: RangeInclusive<u64>) -> Option<u64> {
        let value = match node.value {
            Value::Scalar {
                meaning: Scalar::Integer(value),
                ..
            } => u64::try_from(value).ok(),
            Value::Scalar {
                meaning: Scalar::Float(_),
                ..
            } => None,
            _ => {
                self.wrong_kind(key, "a whole number", node);
                return None;
            }
        };
        let value = value.filter(|value| allowed.contains(value));
        if value.is_none() {
            let (least, most) = (allowed.start(), allowed.end());
            let message = format!(
                "`{key}` must be a whole number from {least} to {most}, and this is {}",
                self.described(node)
            );
            self.reader.fault(node, message, None);
        }
        value
    }

    /// A length of time under a key: seconds as a number, or a text as `500ms`, `30s`, `5m`, `12h`, `7d`.
    pub fn duration(&self, key: &'static str, allowed: RangeInclusive<Duration>) -> Option<Duration> {
        let node = self.get(key)?;
        self.quantity(
            key,
            node,
            quantity::duration,
            allowed,
            quantity::duration_text,
            "a length of time, as 30s, 5m, 12h or 7d",
        )
    }

    /// A size under a key: bytes as a number, or a text as `64MiB`.
    pub fn size(&self, key: &'static str, allowed: RangeInclusive<u64>) -> Option<u64> {
        let node = self.get(key)?;
        self.quantity(
            key,
            node,
            quantity::size,
            allowed,
            quantity::size_text,
            "a size, as 512KiB, 64MiB or 2GiB",
        )
    }

    fn quantity<T: PartialOrd + Copy>(
        &self,
        key: &str,
        node: &Node,
        read: fn(&str) -> Option<T>,
        allowed: RangeInclusive<T>,
        write: fn(T) -> String,
        wanted: &str,
    ) -> Option<T> {
        let Some(text) = node.scalar_text() else {
            self.wrong_kind(key, wanted, node);
            return None;
        };
        let Some(value) = read(text) else {
            self.wrong_kind(key, wanted, node);
            return None;
        };
        if !allowed.contains(&value) {
            let (least, most) = (write(*allowed.start()), write(*allowed.end()));
            let message = format!(
                "`{key}` must be from {least} to {most}, and this is {}",
                if self.is_confidential {
                    self.described(node)
                } else {
                    shortened(text)
                }
            );
            self.reader.fault(node, message, None);
            return None;
        }
        Some(value)
    }

    /// One of a few words under a key.
    pub fn word<T: Copy>(&self, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let node = self.get(key)?;
        let text = node.scalar_text().unwrap_or_default();
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!(
                "`{key}` must be one of {}, and this is {}",
                names.join(", "),
                self.described(node)
            );
            let help =
                suggestion(text, &names).unwrap_or_else(|| format!("write {key}: {}", names.join(" or ")));
            self.reader.fault(node, message, Some(help));
        }
        found.map(|(_, value)| *value)
    }

    /// The items of a list under a key.
    pub fn list(&self, key: &'static str) -> Option<&'n [Node]> {
        let node = self.get(key)?;
        match &node.value {
            Value::List(items) => Some(items),
            _ => {
                self.wrong_kind(key, "a list", node);
                None
            }
        }
    }

    /// The entries of a mapping with free keys under a key.
    pub fn entries(&self, key: &'static str) -> Option<&'n [(Node, Node)]> {
        let node = self.get(key)?;
        match &node.value {
            Value::Map(entries) => Some(entries),
            _ => {
                self.wrong_kind(key, "a mapping", node);
                None
            }
        }
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(self) {
        let known = self.known.into_inner();
        for (key, _) in self.entries {
            let name = key.scalar_text().unwrap_or_default();
            if !known.contains(&name) {
                let named = if self.is_confidential && !is_plain(name) {
                    "…".to_owned()
                } else {
                    shortened(name)
                };
                let message = format!("`{}` has no key `{named}`", self.name);
                let help =
                    suggestion(name, &known).or_else(|| Some(format!("its keys are {}", known.join(", "))));
                self.reader.fault(key, message, help);
            }
        }
    }
}

/// Whether a text looks like a key that somebody mistyped.
fn is_plain(name: &str) -> bool {
    name.len() <= 40
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'-')
}
