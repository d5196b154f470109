//! What can be wrong with a template or its data, and where.

use crate::Refusal;

/// What is wrong with a template, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column} of the template: {message}")]
pub struct TemplateFault {
    /// A sentence without a place.
    pub message: String,
    /// From 1, of the template.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl TemplateFault {
    /// A fault at a byte of the template.
    pub(super) fn at(template: &str, byte: usize, message: impl Into<String>) -> Self {
        let before = &template[..template.floor_char_boundary(byte)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            message: message.into(),
            line: before.bytes().filter(|b| *b == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// A fault the engine found.
    pub(super) fn of(template: &str, error: &minijinja::Error) -> Self {
        let message = match (error.kind(), error.detail()) {
            (minijinja::ErrorKind::OutOfFuel, _) => {
                "the template does more work than is allowed; it may loop over too much".to_owned()
            }
            (minijinja::ErrorKind::WriteFailure, _) => "the template writes more than is allowed".to_owned(),
            (_, Some(detail)) => detail.to_owned(),
            (kind, None) => kind.to_string(),
        };
        match (error.range(), error.line()) {
            (Some(range), _) => Self::at(template, range.start, message),
            (None, line) => Self {
                message,
                line: line.unwrap_or(1),
                column: 1,
            },
        }
    }
}

/// Why a document is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The template is wrong, or does not go with the data: for who wrote the panel's YAML.
    #[error(transparent)]
    Template(#[from] TemplateFault),
    /// What the guest returned is not what a document may be, or became too much: for the plugin's author.
    #[error(transparent)]
    Data(#[from] Refusal),
}
