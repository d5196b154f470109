//! Writing: creating tables and inserting many rows at once. For imports and sample data, never for panels.

mod existing;

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

use crate::connection::Target;
use crate::source::TableName;
use crate::sql::quote;
use crate::time::{self, Zone};

pub(crate) use existing::Existing;
use existing::differences;

const CONNECT: Duration = Duration::from_secs(10);
/// SQLite's limit is 32,766.
const MOST_VARIABLES: usize = 30_000;
/// PostgreSQL's limit in bytes; it cuts longer names without a word.
const LONGEST_NAME: usize = 63;

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

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer => "integer",
            Self::Real => "real",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Text => "text",
        })
    }
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
pub struct Loader {
    connection: Writer,
}

#[derive(Debug)]
enum Writer {
    Postgres(Box<PgConnection>),
    Sqlite(Box<SqliteConnection>),
}

impl Loader {
    /// Opens a read-write connection. A missing SQLite file is created, with its folders.
    pub async fn open(url: &SecretString) -> Result<Self, LoadError> {
        let connect = async {
            Ok(match Target::parse(url).map_err(LoadError::Unavailable)? {
                Target::Postgres(options) => Writer::Postgres(Box::new(
                    PgConnection::connect_with(&options).await.map_err(unavailable)?,
                )),
                Target::Sqlite(options) => {
                    if let Some(folder) = options.get_filename().parent() {
                        tokio::fs::create_dir_all(folder).await.map_err(|error| {
                            LoadError::Unavailable(format!(
                                "cannot make the folder of the database file: {error}"
                            ))
                        })?;
                    }
                    make_private(options.get_filename()).await?;
                    // With a write-ahead log readers and the one writer do not wait for each other.
                    let options = options
                        .create_if_missing(true)
                        .journal_mode(SqliteJournalMode::Wal)
                        .synchronous(SqliteSynchronous::Normal)
                        .busy_timeout(Duration::from_secs(10));
                    Writer::Sqlite(Box::new(
                        SqliteConnection::connect_with(&options)
                            .await
                            .map_err(unavailable)?,
                    ))
                }
            })
        };
        match tokio::time::timeout(CONNECT, connect).await {
            Ok(connection) => Ok(Self {
                connection: connection?,
            }),
            Err(_) => Err(LoadError::Unavailable(format!(
                "the database did not accept a connection within {} s",
                CONNECT.as_secs()
            ))),
        }
    }

    /// Creates the table when it is missing; true when it was.
    pub async fn create(&mut self, table: &TableSpec) -> Result<bool, LoadError> {
        self.begin().await?;
        let created = self.prepare(table).await;
        self.end(created).await
    }

    /// Creates the table when it is missing and inserts all rows, or nothing. Returns how many were inserted.
    pub async fn insert(&mut self, table: &TableSpec, rows: &[Vec<Value>]) -> Result<u64, LoadError> {
        self.begin().await?;
        let inserted = async {
            self.prepare(table).await?;
            self.append(table, rows).await
        }
        .await;
        self.end(inserted).await
    }

    /// As [`Loader::insert`], after deleting all rows that were there, in the same transaction.
    pub async fn replace(&mut self, table: &TableSpec, rows: &[Vec<Value>]) -> Result<u64, LoadError> {
        self.begin().await?;
        let inserted = async {
            self.prepare(table).await?;
            self.execute(format!("DELETE FROM {}", self.quoted(table)?))
                .await?;
            self.append(table, rows).await
        }
        .await;
        self.end(inserted).await
    }

    /// Deletes the rows whose timestamp `column` is before `instant` (milliseconds since the Unix epoch, UTC).
    pub async fn delete_before(
        &mut self,
        table: &TableSpec,
        column: &str,
        instant: i64,
    ) -> Result<u64, LoadError> {
        let table = self.quoted(table)?;
        let column = quote(column);
        let text = time::write(instant, &Zone::utc(), ' ');
        let deleted = match &mut self.connection {
            Writer::Postgres(connection) => {
                let sql = format!("DELETE FROM {table} WHERE {column} < CAST($1 AS timestamptz)");
                let query = sqlx::query(AssertSqlSafe(sql)).bind(format!("{text}+00"));
                query
                    .execute(&mut **connection)
                    .await
                    .map(|done| done.rows_affected())
            }
            Writer::Sqlite(connection) => {
                let sql = format!("DELETE FROM {table} WHERE {column} < ?1");
                let query = sqlx::query(AssertSqlSafe(sql)).bind(text);
                query
                    .execute(&mut **connection)
                    .await
                    .map(|done| done.rows_affected())
            }
        };
        deleted.map_err(refused)
    }

    /// Closes the connection; everything that was inserted is on disk.
    pub async fn close(self) {
        let closed = match self.connection {
            Writer::Postgres(connection) => connection.close().await,
            Writer::Sqlite(connection) => connection.close().await,
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "closing a connection");
        }
    }

    /// Begins a transaction, after giving up one that was left open.
    pub(crate) async fn begin(&mut self) -> Result<(), LoadError> {
        match &mut self.connection {
            // Not in a transaction: only a warning.
            Writer::Postgres(_) => self.execute("ROLLBACK".into()).await?,
            Writer::Sqlite(_) => {
                let _ = self.execute("ROLLBACK".into()).await;
            }
        }
        let begin = match &self.connection {
            Writer::Postgres(_) => "BEGIN",
            // Takes the writer's place at once, and waits for it if need be: never halfway through.
            Writer::Sqlite(_) => "BEGIN IMMEDIATE",
        };
        self.execute(begin.into()).await
    }

    /// Commits after success; after an error nothing has happened.
    pub(crate) async fn end<T>(&mut self, outcome: Result<T, LoadError>) -> Result<T, LoadError> {
        match outcome {
            Ok(value) => {
                self.execute("COMMIT".into()).await?;
                Ok(value)
            }
            Err(error) => {
                if let Err(rollback) = self.execute("ROLLBACK".into()).await {
                    tracing::debug!(error = %rollback, "rolling back");
                }
                Err(error)
            }
        }
    }

    /// Creates the table when it is missing, else holds it against the specification; in the open transaction.
    pub(crate) async fn prepare(&mut self, table: &TableSpec) -> Result<bool, LoadError> {
        if let Some(existing) = self.existing(&table.name).await? {
            let differences = differences(table, &existing);
            return match differences.is_empty() {
                true => Ok(false),
                false => Err(LoadError::Differs {
                    table: table.name.clone(),
                    differences,
                }),
            };
        }
        let quoted = self.quoted(table)?;
        let mut columns = Vec::new();
        if let Some(identity) = &table.identity {
            columns.push(match &self.connection {
                Writer::Postgres(_) => {
                    format!(
                        "{} BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
                        quote(identity)
                    )
                }
                Writer::Sqlite(_) => format!("{} INTEGER PRIMARY KEY", quote(identity)),
            });
        }
        for column in &table.columns {
            let kind = match (&self.connection, column.kind) {
                (Writer::Postgres(_), Kind::Integer) => "BIGINT",
                (Writer::Postgres(_), Kind::Real) => "DOUBLE PRECISION",
                (Writer::Postgres(_), Kind::Timestamp) => "TIMESTAMPTZ",
                (_, Kind::Boolean) => "BOOLEAN",
                (_, Kind::Text) => "TEXT",
                (Writer::Sqlite(_), Kind::Integer) => "INTEGER",
                (Writer::Sqlite(_), Kind::Real) => "REAL",
                (Writer::Sqlite(_), Kind::Timestamp) => "TIMESTAMP",
            };
            let required = if column.required { " NOT NULL" } else { "" };
            columns.push(format!("{} {kind}{required}", quote(&column.name)));
        }
        self.execute(format!("CREATE TABLE {quoted} ({})", columns.join(", ")))
            .await?;
        let name = self.table_name(&table.name)?.name;
        for index in &table.indexes {
            let columns: Vec<_> = index.iter().map(|column| quote(column)).collect();
            let named = match &self.connection {
                // It finds a name of this form by itself that is free and not too long.
                Writer::Postgres(_) => String::new(),
                Writer::Sqlite(_) => quote(&format!("{name}_{}_idx", index.join("_"))),
            };
            self.execute(format!(
                "CREATE INDEX {named} ON {quoted} ({})",
                columns.join(", ")
            ))
            .await?;
        }
        Ok(true)
    }

    /// Inserts rows in the open transaction.
    pub(crate) async fn append(&mut self, table: &TableSpec, rows: &[Vec<Value>]) -> Result<u64, LoadError> {
        if let Some(row) = rows.iter().find(|row| row.len() != table.columns.len()) {
            let message = format!(
                "a row has {} values for {} columns",
                row.len(),
                table.columns.len()
            );
            return Err(LoadError::Refused(message));
        }
        if rows.is_empty() {
            return Ok(0);
        }
        let quoted = self.quoted(table)?;
        let columns: Vec<_> = table.columns.iter().map(|column| quote(&column.name)).collect();
        let columns = columns.join(", ");
        match &mut self.connection {
            Writer::Postgres(connection) => {
                let mut copy = connection
                    .copy_in_raw(&format!("COPY {quoted} ({columns}) FROM STDIN"))
                    .await
                    .map_err(refused)?;
                for chunk in rows.chunks(1000) {
                    let mut text = String::with_capacity(chunk.len() * 64);
                    chunk.iter().for_each(|row| copy_line(row, &mut text));
                    copy.send(text.into_bytes()).await.map_err(refused)?;
                }
                copy.finish().await.map_err(refused)
            }
            Writer::Sqlite(connection) => {
                let mut inserted = 0;
                let at_once = (MOST_VARIABLES / table.columns.len()).clamp(1, 500);
                for chunk in rows.chunks(at_once) {
                    let row = format!("({})", vec!["?"; table.columns.len()].join(", "));
                    let values = vec![row; chunk.len()].join(", ");
                    let sql = format!("INSERT INTO {quoted} ({columns}) VALUES {values}");
                    let mut query = sqlx::query(AssertSqlSafe(sql));
                    for value in chunk.iter().flatten() {
                        query = match value {
                            Value::Null => query.bind(None::<i64>),
                            Value::Integer(value) => query.bind(*value),
                            Value::Real(value) => query.bind(*value),
                            Value::Boolean(value) => query.bind(*value),
                            Value::Instant(instant) => query.bind(time::write(*instant, &Zone::utc(), ' ')),
                            Value::Text(text) => query.bind(text.as_str()),
                        };
                    }
                    inserted += query
                        .execute(&mut **connection)
                        .await
                        .map_err(refused)?
                        .rows_affected();
                }
                Ok(inserted)
            }
        }
    }

    async fn execute(&mut self, sql: String) -> Result<(), LoadError> {
        match &mut self.connection {
            Writer::Postgres(connection) => connection
                .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
                .await
                .map(|_| ()),
            Writer::Sqlite(connection) => connection
                .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
                .await
                .map(|_| ()),
        }
        .map_err(refused)
    }

    fn quoted(&self, table: &TableSpec) -> Result<String, LoadError> {
        let name = self.table_name(&table.name)?;
        Ok(match &name.schema {
            Some(schema) => format!("{}.{}", quote(schema), quote(&name.name)),
            None => quote(&name.name),
        })
    }

    fn table_name(&self, text: &str) -> Result<TableName, LoadError> {
        let name = TableName::parse(text).map_err(|fault| LoadError::Refused(fault.to_string()))?;
        let parts = [Some(&name.name), name.schema.as_ref()];
        let longest = parts.into_iter().flatten().map(String::len).max();
        match (&self.connection, longest) {
            (Writer::Postgres(_), Some(length)) if length > LONGEST_NAME => {
                let start: String = text.chars().take(LONGEST_NAME).collect();
                Err(LoadError::Refused(format!(
                    "the table's name `{start}…` is too long: PostgreSQL takes {LONGEST_NAME} bytes, and this has {length}"
                )))
            }
            _ => Ok(name),
        }
    }
}

/// Makes a missing database file so that only its owner can read it. Its log and index get the same mode from SQLite.
async fn make_private(file: &Path) -> Result<(), LoadError> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    match options.open(file).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(LoadError::Unavailable(format!(
            "cannot make the database file: {error}"
        ))),
    }
}

/// One line of PostgreSQL's COPY in text form.
fn copy_line(row: &[Value], text: &mut String) {
    for (index, value) in row.iter().enumerate() {
        if index > 0 {
            text.push('\t');
        }
        match value {
            Value::Null => text.push_str("\\N"),
            Value::Integer(value) => text.push_str(&value.to_string()),
            // The shortest text that is this number again.
            Value::Real(value) => text.push_str(&value.to_string()),
            Value::Boolean(value) => text.push(if *value { 't' } else { 'f' }),
            Value::Instant(instant) => {
                text.push_str(&time::write(*instant, &Zone::utc(), ' '));
                text.push_str("+00");
            }
            Value::Text(value) => {
                for letter in value.chars() {
                    match letter {
                        '\\' => text.push_str("\\\\"),
                        '\t' => text.push_str("\\t"),
                        '\n' => text.push_str("\\n"),
                        '\r' => text.push_str("\\r"),
                        letter => text.push(letter),
                    }
                }
            }
        }
    }
    text.push('\n');
}

fn unavailable(error: sqlx::Error) -> LoadError {
    LoadError::Unavailable(match error {
        sqlx::Error::Database(error) => format!("the database cannot be opened: {}", error.message()),
        sqlx::Error::Io(error) => format!("the database cannot be reached: {}", error.kind()),
        _ => "the database cannot be opened".into(),
    })
}

fn refused(error: sqlx::Error) -> LoadError {
    match error {
        sqlx::Error::Database(error) => {
            LoadError::Refused(format!("the database refused: {}", error.message()))
        }
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => {
            LoadError::Unavailable("the connection to the database was lost".into())
        }
        error => LoadError::Refused(format!("the database answered in an unexpected way: {error}")),
    }
}
