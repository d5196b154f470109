//! Typed values out of a mapping; what nobody asked for is reported.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::time::Duration;

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
}

impl<'n, 'r, 'a> Fields<'n, 'r, 'a> {
    /// The fields of a mapping; anything else is a fault.
    pub fn of(reader: &'r Reader<'a>, name: impl Into<String>, node: &'n Node) -> Option<Self> {
        let name = name.into();
        match &node.value {
            Value::Map(entries) => Some(Self {
                reader,
                node,
                name,
                entries,
                known: RefCell::default(),
            }),
            _ => {
                reader.wrong_kind(&name, "a mapping of keys to values", node);
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
        self.known.borrow_mut().push(key);
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
        Fields::of(self.reader, key, self.get(key)?)
    }

    /// The text under a key.
    pub fn text(&self, key: &'static str) -> Option<Spanned<String>> {
        self.reader.text(key, self.get(key)?)
    }

    /// The text under a key, which has to be there and to hold something else than spaces.
    pub fn required_text(&self, key: &'static str, help: &str) -> Option<Spanned<String>> {
        let node = self.required(key, help)?;
        let text = self.reader.text(key, node)?;
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
                let message = format!("`{key}` must be true or false, and this is {}", node.described());
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
                self.reader.wrong_kind(key, "a whole number", node);
                return None;
            }
        };
        let value = value.filter(|value| allowed.contains(value));
        if value.is_none() {
            let (least, most) = (allowed.start(), allowed.end());
            let message = format!(
                "`{key}` must be a whole number from {least} to {most}, and this is {}",
                node.described()
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
            self.reader.wrong_kind(key, wanted, node);
            return None;
        };
        let Some(value) = read(text) else {
            self.reader.wrong_kind(key, wanted, node);
            return None;
        };
        if !allowed.contains(&value) {
            let (least, most) = (write(*allowed.start()), write(*allowed.end()));
            let message = format!(
                "`{key}` must be from {least} to {most}, and this is {}",
                shortened(text)
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
                node.described()
            );
            self.reader.fault(node, message, suggestion(text, &names));
        }
        found.map(|(_, value)| *value)
    }

    /// The items of a list under a key.
    pub fn list(&self, key: &'static str) -> Option<&'n [Node]> {
        let node = self.get(key)?;
        match &node.value {
            Value::List(items) => Some(items),
            _ => {
                self.reader.wrong_kind(key, "a list", node);
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
                self.reader.wrong_kind(key, "a mapping", node);
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
                let message = format!("`{}` has no key `{}`", self.name, shortened(name));
                let help =
                    suggestion(name, &known).or_else(|| Some(format!("its keys are {}", known.join(", "))));
                self.reader.fault(key, message, help);
            }
        }
    }
}
