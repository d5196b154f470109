//! What a question costs a tenant's database, and which index would make it cheaper: for operators, not for readers.

use std::time::Instant;

use crate::connection::Connections;
use crate::error::DataError;
use crate::query::{RowsQuery, SeriesQuery};
use crate::sql::{self, Bind, Dialect, Resolved, RowsStatements, Statement, quote};
use crate::time;

/// Tables with fewer rows are read whole as quickly as by an index.
const SMALL: f64 = 10_000.0;

/// A question whose cost is wanted.
#[derive(Debug, Clone)]
pub enum Question {
    /// Points in time.
    Series(SeriesQuery),
    /// Rows.
    Rows(RowsQuery),
}

/// What a question costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// How long the database took to answer, milliseconds.
    pub millis: f64,
    /// Rows it answered with.
    pub rows: u64,
    /// How many rows the table has, about, where the question reads all of them; `None`: it reads what it needs.
    pub reads_all_of: Option<f64>,
    /// A statement that makes an index by which it would read what it needs only.
    pub index: Option<String>,
}

/// Asks the question, and asks the database how it finds the answer.
pub(crate) async fn advise(
    connections: &Connections,
    source: &Resolved<'_>,
    question: &Question,
) -> Result<Advice, DataError> {
    let statement = match question {
        Question::Series(query) => sql::series(source, query, time::now()).map_err(DataError::Query)?,
        Question::Rows(query) => {
            RowsStatements::new(source, query, time::now())
                .map_err(DataError::Invalid)?
                .rows
        }
    };
    let explained = Statement {
        text: format!(
            "{} {}",
            match source.table.dialect {
                Dialect::Postgres => "EXPLAIN",
                Dialect::Sqlite => "EXPLAIN QUERY PLAN",
            },
            statement.text
        ),
        binds: statement.binds.clone(),
    };
    let begin = Instant::now();
    let mut rows = 0;
    connections
        .each(statement, |_| {
            rows += 1;
            Ok(())
        })
        .await?;
    let millis = begin.elapsed().as_secs_f64() * 1000.0;

    let column = match source.table.dialect {
        Dialect::Postgres => 0,
        Dialect::Sqlite => 3,
    };
    let mut reads_all = false;
    connections
        .each(explained, |row| {
            let step = row.text(column).unwrap_or_default();
            reads_all |= match source.table.dialect {
                Dialect::Postgres => step.contains("Seq Scan on "),
                // `SCAN t USING INDEX` reads all of an index.
                Dialect::Sqlite => {
                    step.starts_with("SCAN ") && !step.contains("points") && !step.contains("buckets")
                }
            };
            Ok(())
        })
        .await?;
    let size = match reads_all {
        true => Some(size(connections, source).await?),
        false => None,
    };
    let reads_all_of = size.filter(|rows| *rows >= SMALL);
    Ok(Advice {
        millis,
        rows,
        reads_all_of,
        index: reads_all_of.and_then(|_| index(source)),
    })
}

/// How many rows a table has, about.
async fn size(connections: &Connections, source: &Resolved<'_>) -> Result<f64, DataError> {
    let table = &source.table.quoted;
    let statement = match source.table.dialect {
        Dialect::Postgres => Statement {
            text: "SELECT CAST(greatest(c.reltuples, 0) AS float8) FROM pg_catalog.pg_class c WHERE c.oid = to_regclass($1)"
                .into(),
            binds: vec![Bind::Text(table.clone())],
        },
        Dialect::Sqlite => Statement {
            text: format!("SELECT CAST(count(*) AS REAL) FROM {table}"),
            binds: Vec::new(),
        },
    };
    let mut size = 0.0;
    connections
        .each(statement, |row| {
            size = row.number(0);
            Ok(())
        })
        .await?;
    Ok(if size.is_finite() { size } else { 0.0 })
}

/// The columns that the condition holds to a value, then time.
fn index(source: &Resolved<'_>) -> Option<String> {
    let (time, _) = source.time?;
    let mut columns = source.fixed_columns();
    columns.dedup();
    columns.retain(|column| *column != time);
    columns.push(time);
    let names: Vec<_> = columns.iter().map(|column| source.quoted(*column)).collect();
    let table = &source.table.quoted;
    Some(match source.table.dialect {
        Dialect::Postgres => format!("CREATE INDEX CONCURRENTLY ON {table} ({});", names.join(", ")),
        Dialect::Sqlite => {
            let words: Vec<_> = columns
                .iter()
                .map(|column| source.table.columns[*column].name.as_str())
                .collect();
            let name = quote(&format!("{}_by_{}", source.table.name, words.join("_")));
            // SQLite wants the schema before the index's name.
            let table = table.strip_prefix("main.").unwrap_or(table);
            format!("CREATE INDEX {name} ON {table} ({});", names.join(", "))
        }
    })
}
