//! A value and its place in a file, down to the byte inside a text.

use std::sync::Arc;

use porthole_model::Diagnostic;

use crate::fragment::Fragment;

/// A value and where it stands.
///
/// Texts also know how they were written (plain, quoted, block), so that a byte offset inside the value can be traced
/// back to a line and column of the file: see [`Spanned::fault_at`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Relative to the configuration folder: `tenants/tenant-alpha/panels/cpu_usage.yaml`.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    pub(crate) fragment: Option<Arc<Fragment>>,
}

impl<T> Spanned<T> {
    /// A value that comes from no file, for tests and for values made up by the program.
    pub fn unplaced(value: T) -> Self {
        Self {
            value,
            file: Arc::from("(built in)"),
            line: 1,
            column: 1,
            fragment: None,
        }
    }

    /// A fault of this value; `help` says what to do.
    pub fn fault(&self, message: impl Into<String>, help: Option<String>) -> Diagnostic {
        Diagnostic {
            file: self.file.to_string(),
            line: self.line,
            column: self.column,
            message: message.into(),
            help,
        }
    }

    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: change(self.value),
            file: self.file,
            line: self.line,
            column: self.column,
            fragment: self.fragment,
        }
    }
}

impl Spanned<String> {
    /// The value.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Line and column, both from 1, of the byte at `offset` of the value. An offset past the end gives the place just
    /// behind the last character. Exact for texts on one line and for literal blocks; for folded texts it is the place
    /// the character came from, or the nearest before it.
    pub fn place_of(&self, offset: usize) -> (u32, u32) {
        match &self.fragment {
            Some(fragment) => fragment.place_of(&self.value, offset),
            None => {
                let before = self.value.get(..offset).unwrap_or(&self.value);
                (
                    self.line,
                    self.column
                        .saturating_add(u32::try_from(before.chars().count()).unwrap_or(u32::MAX)),
                )
            }
        }
    }

    /// A fault at the byte `offset` of the value.
    pub fn fault_at(&self, offset: usize, message: impl Into<String>, help: Option<String>) -> Diagnostic {
        let (line, column) = self.place_of(offset);
        Diagnostic {
            file: self.file.to_string(),
            line,
            column,
            message: message.into(),
            help,
        }
    }
}
