//! What a question costs a tenant's database, and which index would make it cheaper: for operators, not for readers.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::cells::Cells;
use crate::connection::Connections;
use crate::error::DataError;
use crate::fragment::Node;
use crate::query::{RowsQuery, SeriesQuery};
use crate::sql::{self, Bind, ByIndex, Dialect, Odd, Resolved, RowsStatements, Statement, direction, quote};
use crate::time;

/// Tables with fewer rows are read whole as quickly as by an index.
const SMALL: f64 = 10_000.0;

/// What statements call the rows that they have read already.
const MADE: [&str; 6] = ["points", "buckets", "found", "newest", "ranked", "each"];

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
            vec![sql::series(source, query, Odd::Along, time::now()).map_err(DataError::Query)?]
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
    // What is read whole, by the names of the plan: of a view the tables under it, of a partitioned table the parts.
    let mut whole = BTreeSet::new();
    for statement in explained {
        let steps = |row: &dyn Cells| {
            let step = row.text(column).unwrap_or_default();
            let scanned = match source.table.dialect {
                Dialect::Postgres => step.split_once("Seq Scan on ").map(|(_, rest)| relation(rest)),
                // `SCAN t USING INDEX` reads all of an index; what has another name was made of rows that were read before.
                Dialect::Sqlite => step
                    .strip_prefix("SCAN ")
                    // What is selected from nothing.
                    .filter(|rest| !rest.contains("CONSTANT ROW"))
                    .and_then(|rest| rest.split(' ').next())
                    .filter(|name| !MADE.contains(name) && !name.starts_with('(')),
            };
            whole.extend(scanned.map(str::to_owned));
            Ok(())
        };
        connections.each(statement, steps).await?;
    }
    let size = match whole.is_empty() {
        true => None,
        false => Some(size(connections, source, &whole).await?),
    };
    let reads_all_of = size.filter(|rows| *rows >= SMALL);
    let index = match reads_all_of {
        Some(_) => Some(index(source, question, kind(connections, source).await?)),
        None => None,
    };
    Ok(Advice {
        millis,
        rows,
        reads_all_of,
        index,
    })
}

/// The name at the beginning of what a plan says after `Seq Scan on`: `public.metrics m  (cost=…)`, `public."a b"`.
fn relation(rest: &str) -> &str {
    let mut quoted = false;
    let end = rest.find(|letter| {
        quoted ^= letter == '"';
        letter == ' ' && !quoted
    });
    &rest[..end.unwrap_or(rest.len())]
}

/// What a table of PostgreSQL is, by the letter of its catalogue; `r` in SQLite.
async fn kind(connections: &Connections, source: &Resolved<'_>) -> Result<char, DataError> {
    let mut kind = 'r';
    if source.table.dialect == Dialect::Postgres {
        let statement = Statement {
            text: "SELECT CAST(relkind AS text) FROM pg_catalog.pg_class WHERE oid = to_regclass($1)".into(),
            binds: vec![Bind::Text(source.table.quoted.clone())],
        };
        connections
            .each(statement, |row| {
                kind = row.text(0).and_then(|text| text.chars().next()).unwrap_or(kind);
                Ok(())
            })
            .await?;
    }
    Ok(kind)
}

fn explained(source: &Resolved<'_>, statement: &Statement) -> Statement {
    let how = match source.table.dialect {
        // With the schemas of what is read.
        Dialect::Postgres => "EXPLAIN (VERBOSE)",
        Dialect::Sqlite => "EXPLAIN QUERY PLAN",
    };
    Statement {
        text: format!("{how} {}", statement.text),
        binds: statement.binds.clone(),
    }
}

/// How many rows there are together in what is read whole, about.
async fn size(
    connections: &Connections,
    source: &Resolved<'_>,
    whole: &BTreeSet<String>,
) -> Result<f64, DataError> {
    let statement = match source.table.dialect {
        // What was not counted yet is taken for rows of a hundred bytes.
        Dialect::Postgres => Statement {
            text: "SELECT CAST(sum(CASE WHEN c.reltuples > 0 THEN c.reltuples ELSE pg_relation_size(c.oid) / 100 END) AS float8) \
                   FROM unnest(string_to_array($1, chr(10))) AS whole (name) \
                   JOIN pg_catalog.pg_class c ON c.oid = to_regclass(whole.name)"
                .into(),
            binds: vec![Bind::Text(whole.iter().cloned().collect::<Vec<_>>().join("\n"))],
        },
        Dialect::Sqlite => Statement {
            text: format!("SELECT CAST(count(*) AS REAL) FROM {}", source.table.quoted),
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

/// What leads from each value of a column to its newest row.
fn index_to_newest(
    source: &Resolved<'_>,
    query: &RowsQuery,
    name: &str,
    time: usize,
    kind: char,
) -> Result<String, &'static str> {
    let is_whole =
        query.range.is_none() && source.source.condition().is_none() && source.source.limit().is_none();
    match source.place(name) {
        Some(group) if is_whole && ByIndex::is_worth_one(source, group) => {
            Ok(index_on(source, &[group, time], kind))
        }
        _ => Err(
            "the newest row of each is found among all of them; read from a table that holds the newest only, or without a \
             condition from one that has many rows of each: there an index leads to them",
        ),
    }
}

/// The statement that makes an index on these columns.
fn index_on(source: &Resolved<'_>, columns: &[usize], kind: char) -> String {
    let names: Vec<_> = columns.iter().map(|column| source.quoted(*column)).collect();
    match source.table.dialect {
        Dialect::Postgres => of_postgres(source, &names, kind),
        Dialect::Sqlite => {
            let words: Vec<_> = columns
                .iter()
                .map(|column| source.table.columns[*column].name.as_str())
                .collect();
            of_sqlite(source, &names, &words.join("_"))
        }
    }
}

fn of_sqlite(source: &Resolved<'_>, names: &[String], by: &str) -> String {
    let name = quote(&format!("{}_by_{by}", source.table.name));
    // SQLite wants the schema before the index's name.
    let table = &source.table.quoted;
    let table = table.strip_prefix("main.").unwrap_or(table);
    format!("CREATE INDEX {name} ON {table} ({});", names.join(", "))
}

/// A statement that keeps nobody waiting who writes; for a partitioned table there is none.
fn of_postgres(source: &Resolved<'_>, names: &[String], kind: char) -> String {
    let how = if kind == 'p' { "" } else { " CONCURRENTLY" };
    format!(
        "CREATE INDEX{how} ON {} ({});",
        source.table.quoted,
        names.join(", ")
    )
}

/// What leads to the first rows in the source's own order: the columns that the condition holds to a value, then those of the
/// order, each in the direction in which it is asked for, since an index is of use in that only, or wholly turned over.
fn index_to_first(source: &Resolved<'_>, kind: char) -> Result<String, &'static str> {
    let table = source.table;
    let mut names: Vec<_> = fixed(source)
        .into_iter()
        .map(|place| source.quoted(place))
        .collect();
    for key in source.source.order() {
        let Node::Column { name, exact } = &key.expr.node else {
            return Err(
                "what it is ordered by is computed; order by a column, or read from a view that has it as one",
            );
        };
        let place = table
            .find(name, *exact)
            .ok_or("the source orders by a column that the table has not")?;
        let nullable = table.columns[place].nullable;
        let direction = direction(table.dialect, key.descending, key.nulls_first, nullable);
        if table.dialect == Dialect::Sqlite && direction.contains("NULLS") {
            return Err(
                "SQLite has no index with missing values at that end; leave `NULLS FIRST` or `NULLS LAST` out",
            );
        }
        names.push(format!(
            "{}{}",
            source.quoted(place),
            direction.trim_end_matches(" ASC")
        ));
    }
    Ok(match table.dialect {
        Dialect::Postgres => of_postgres(source, &names, kind),
        Dialect::Sqlite => of_sqlite(source, &names, "order"),
    })
}

/// The columns that the condition holds to a value.
fn fixed(source: &Resolved<'_>) -> Vec<usize> {
    let mut columns = source.fixed_columns();
    columns.dedup();
    columns
}

/// The columns that the condition holds to a value, then time. `kind`: what the table is.
fn index(source: &Resolved<'_>, question: &Question, kind: char) -> Result<String, &'static str> {
    match kind {
        'v' => return Err("it is a view: the tables that it reads need the index"),
        'f' => return Err("its rows are on another server: the index is needed there"),
        _ => {}
    }
    if let Question::Rows(query) = question
        && query.sort.is_empty()
        && query.latest_per.is_none()
        && !source.source.order().is_empty()
        // Of a stretch of time an index on time reads less, whatever the order in it.
        && (query.range.is_none() || source.time.is_none())
    {
        return index_to_first(source, kind);
    }
    let (time, _) = source.time.ok_or("the source has no time column")?;
    if let Question::Rows(query) = question {
        if let Some(name) = &query.latest_per {
            return index_to_newest(source, query, name, time, kind);
        }
        let by_time = |name: &String| source.place(name) == Some(time);
        if !query.sort.iter().all(|(name, _)| by_time(name)) {
            return Err(
                "what is sorted is all of the range; sort by time, ask for a shorter range, or give the source a \
                        `limit:`",
            );
        }
    }
    let mut columns = fixed(source);
    columns.retain(|column| *column != time);
    columns.push(time);
    Ok(index_on(source, &columns, kind))
}

#[cfg(test)]
mod tests {
    use super::relation;

    #[test]
    fn names_are_taken_out_of_plans_with_their_spaces() {
        for (rest, name) in [
            (
                "public.metrics metrics  (cost=0.00..1.00 rows=1 width=4)",
                "public.metrics",
            ),
            ("public.\"a b\" ab  (cost=0.00..1.00)", "public.\"a b\""),
            ("\"S \"\"x\".\"t\" t", "\"S \"\"x\".\"t\""),
        ] {
            assert_eq!(relation(rest), name);
        }
    }
}
