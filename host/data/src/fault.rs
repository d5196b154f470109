//! What is wrong with a source, and where.

use std::fmt;

/// The part of a source's configuration that a fault is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// `table:`
    Table,
    /// The column of this name: its role, or its own name in a list of columns.
    Column(String),
    /// `where:`
    Where,
    /// `order_by:`
    OrderBy,
    /// `limit:`
    Limit,
    /// The combined form, `query: "… ORDER BY … LIMIT …"`.
    Query,
    /// `time_column:`
    TimeColumn,
    /// `time_zone:`
    TimeZone,
    /// The panel's own bucket ladder.
    Ladder,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table => f.write_str("table"),
            Self::Column(name) => write!(f, "column `{name}`"),
            Self::Where => f.write_str("where"),
            Self::OrderBy => f.write_str("order_by"),
            Self::Limit => f.write_str("limit"),
            Self::Query => f.write_str("query"),
            Self::TimeColumn => f.write_str("time_column"),
            Self::TimeZone => f.write_str("time_zone"),
            Self::Ladder => f.write_str("ladder"),
        }
    }
}

/// One thing that is wrong with a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub part: Part,
    /// Byte offset in that part's text; 0 where the part as a whole is meant.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Fault {
    /// A fault at the start of `part`.
    pub fn new(part: Part, message: impl Into<String>) -> Self {
        Self {
            part,
            offset: 0,
            message: message.into(),
            help: None,
        }
    }

    /// The same fault at byte `offset` of the part's text.
    pub fn at(mut self, offset: usize) -> Self {
        self.offset = offset;
        self
    }

    /// The same fault with advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}
