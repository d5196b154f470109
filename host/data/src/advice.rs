//! What a question costs a tenant's database, and which index would make it cheaper: for operators, not for readers.

use std::time::Instant;

use crate::cells::Cells;
use crate::connection::Connections;
use crate::error::DataError;
use crate::query::{RowsQuery, SeriesQuery};
use crate::sql::{self, Bind, Dialect, Resolved, RowsStatements, Statement, quote};
use crate::time;

/// Tables with fewer rows are read whole as quickly as by an index.
const SMALL: f64 = 10_000.0;

/// What statements call the rows that they have read already.
const MADE: [&str; 5] = ["points", "buckets", "found", "newest", "ranked"];

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
    /// Where it reads all: a statement that makes an index by which it would read what it needs only, or why none would.
    pub index: Option<Result<String, &'static str>>,
}

/// Asks the question, and asks the database how it finds the answer.
pub(crate) async fn advise(
    connections: &Connections,
    source: &Resolved<'_>,
    question: &Question,
) -> Result<Advice, DataError> {
    let statements = match question {
        Question::Series(query) => {
            vec![sql::series(source, query, time::now()).map_err(DataError::Query)?]
        }
        Question::Rows(query) => {
            let both = RowsStatements::new(source, query, time::now()).map_err(DataError::Invalid)?;
            let count = query.count.then_some(both.count);
            std::iter::once(both.rows).chain(count).collect()
        }
    };
    let explained: Vec<_> = statements
        .iter()
        .map(|statement| explained(source, statement))
        .collect();
    let begin = Instant::now();
    let mut rows = 0;
    for (place, statement) in statements.into_iter().enumerate() {
        let answers = |_: &dyn Cells| {
            // What counts them is not one of them.
            rows += u64::from(place == 0);
            Ok(())
        };
        connections.each(statement, answers).await?;
    }
    let millis = begin.elapsed().as_secs_f64() * 1000.0;

    let column = match source.table.dialect {
        Dialect::Postgres => 0,
        Dialect::Sqlite => 3,
    };
    let mut reads_all = false;
    for statement in explained {
        let steps = |row: &dyn Cells| {
            let step = row.text(column).unwrap_or_default();
            reads_all |= match source.table.dialect {
                Dialect::Postgres => step.contains("Seq Scan on "),
                // `SCAN t USING INDEX` reads all of an index; what has another name was made of rows that were read before.
                Dialect::Sqlite => {
                    let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
                    scanned.is_some_and(|name| !MADE.contains(&name) && !name.starts_with('('))
                }
            };
            Ok(())
        };
        connections.each(statement, steps).await?;
    }
    let size = match reads_all {
        true => Some(size(connections, source).await?),
        false => None,
    };
    let reads_all_of = size.filter(|rows| *rows >= SMALL);
    Ok(Advice {
        millis,
        rows,
        reads_all_of,
        index: reads_all_of.map(|_| index(source, question)),
    })
}

fn explained(source: &Resolved<'_>, statement: &Statement) -> Statement {
    let how = match source.table.dialect {
        Dialect::Postgres => "EXPLAIN",
        Dialect::Sqlite => "EXPLAIN QUERY PLAN",
    };
    Statement {
        text: format!("{how} {}", statement.text),
        binds: statement.binds.clone(),
    }
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
fn index(source: &Resolved<'_>, question: &Question) -> Result<String, &'static str> {
    let (time, _) = source.time.ok_or("the source has no time column")?;
    if let Question::Rows(query) = question {
        if query.latest_per.is_some() {
            return Err(
                "the newest row of each is found among all of them; bound the source with `where:`, or read from a \
                        table that holds the newest only",
            );
        }
        let by_time = |name: &String| source.place(name) == Some(time);
        if !query.sort.iter().all(|(name, _)| by_time(name)) {
            return Err(
                "what is sorted is all of the range; sort by time, ask for a shorter range, or give the source a \
                        `limit:`",
            );
        }
    }
    let mut columns = source.fixed_columns();
    columns.dedup();
    columns.retain(|column| *column != time);
    columns.push(time);
    let names: Vec<_> = columns.iter().map(|column| source.quoted(*column)).collect();
    let table = &source.table.quoted;
    Ok(match source.table.dialect {
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
