//! How a text stands in its file, to trace bytes of the value back to lines and columns.

/// A scalar's own characters in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// As in the file, with quotes, escapes, indentation.
    pub raw: Box<str>,
    /// Of the first character of `raw`, from 1.
    pub line: u32,
    /// Of the first character of `raw`, from 1.
    pub column: u32,
}

impl Fragment {
    /// See [`crate::Spanned::place_of`].
    pub fn place_of(&self, value: &str, offset: usize) -> (u32, u32) {
        let _ = (value, offset);
        (self.line, self.column)
    }
}
