//! Writing: creating tables and inserting many rows at once. For imports and sample data, never for panels.

use secrecy::SecretString;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 64 bits.
    Integer,
    /// Double precision.
    Real,
    /// True or false.
    Boolean,
    /// A point in time, to the millisecond, in UTC.
    Timestamp,
    /// Text.
    Text,
}

/// A column of a table to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadColumn {
    /// Its name in the database.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is created `NOT NULL`.
    pub required: bool,
}

/// A table to be written. It is created when missing; an existing one must have these columns with fitting types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableSpec {
    /// `table` or `schema.table`.
    pub name: String,
    /// A primary key that counts up by itself and is not in `columns`.
    pub identity: Option<String>,
    /// In the order of the rows' values.
    pub columns: Vec<LoadColumn>,
    /// Created with the table: the columns of each index.
    pub indexes: Vec<Vec<String>>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Missing.
    Null,
    /// For [`Kind::Integer`].
    Integer(i64),
    /// For [`Kind::Real`].
    Real(f64),
    /// For [`Kind::Boolean`].
    Boolean(bool),
    /// For [`Kind::Timestamp`]: milliseconds since the Unix epoch, UTC.
    Instant(i64),
    /// For [`Kind::Text`].
    Text(String),
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The database cannot be reached or opened.
    #[error("{0}")]
    Unavailable(String),
    /// The existing table differs from the wanted one; each entry is one difference.
    #[error("the table {table} exists already and differs: {}", .differences.join("; "))]
    Differs {
        /// Its name.
        table: String,
        /// One sentence each.
        differences: Vec<String>,
    },
    /// The database refused a statement.
    #[error("{0}")]
    Refused(String),
}

/// A connection that can write.
#[derive(Debug)]
pub struct Loader {}

impl Loader {
    /// Opens a read-write connection. A missing SQLite file is created, with its folders.
    pub async fn open(_url: &SecretString) -> Result<Self, LoadError> {
        Err(LoadError::Unavailable("not connected".into()))
    }

    /// Creates the table when it is missing; true when it was.
    pub async fn create(&mut self, _table: &TableSpec) -> Result<bool, LoadError> {
        Err(LoadError::Unavailable("not connected".into()))
    }

    /// Creates the table when it is missing and inserts all rows, or nothing. Returns how many were inserted.
    pub async fn insert(&mut self, _table: &TableSpec, _rows: &[Vec<Value>]) -> Result<u64, LoadError> {
        Err(LoadError::Unavailable("not connected".into()))
    }

    /// As [`Loader::insert`], after deleting all rows that were there, in the same transaction.
    pub async fn replace(&mut self, _table: &TableSpec, _rows: &[Vec<Value>]) -> Result<u64, LoadError> {
        Err(LoadError::Unavailable("not connected".into()))
    }

    /// Deletes the rows whose timestamp `column` is before `instant` (milliseconds since the Unix epoch, UTC).
    pub async fn delete_before(
        &mut self,
        _table: &TableSpec,
        _column: &str,
        _instant: i64,
    ) -> Result<u64, LoadError> {
        Err(LoadError::Unavailable("not connected".into()))
    }

    /// Closes the connection; everything that was inserted is on disk.
    pub async fn close(self) {}
}
