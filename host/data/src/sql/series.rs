//! Points in time: raw, or in buckets.
//!
//! PostgreSQL takes the plain `GROUP BY date_bin(…)` for a group per row and sorts, on disk for long ranges. Computing
//! the bucket in a subquery fenced by `OFFSET 0` hides that and is about twice as fast.

use crate::query::{Aggregate, SeriesQuery};

use super::expression::Renderer;
use super::{Bind, Binds, Dialect, Kind, Resolved, Statement, rows, time};

/// Labels are cut to this many characters.
const LABEL: usize = 1024;

/// The columns of the answer are: the point's instant, its label, its value. The label is NULL throughout where the
/// source has no `series_label`. Rows come in any order. An error is a sentence on the source's configuration.
pub(crate) fn series(source: &Resolved<'_>, query: &SeriesQuery, now: i64) -> Result<Statement, String> {
    let table = source.table;
    let dialect = table.dialect;
    let zone = source.zone();
    let mut binds = Binds::new(dialect);
    let (time_place, form) = source.time.ok_or(
        "a series needs a time column: name one `timestamp`, or say which one it is with `time_column:`",
    )?;
    let value_place = source
        .place("value")
        .ok_or("a series needs a column with the role `value`")?;
    let label_place = source.place("series_label");

    let column = source.quoted(time_place);
    let instant = time::instant(&mut binds, &column, form, zone, query.range);
    let value = value(
        dialect,
        &source.quoted(value_place),
        &table.columns[value_place].kind,
    )
    .ok_or_else(|| {
        let column = &table.columns[value_place];
        format!(
            "the value column `{}` of {} is {}: a series needs numbers",
            column.name,
            table.name,
            column.kind.describe()
        )
    })?;
    let label = match label_place {
        None => "CAST(NULL AS text)".to_owned(),
        Some(place) => rows::as_text(dialect, &source.quoted(place), &table.columns[place].kind),
    };

    let mut conditions = conditions(source, query.range, now, &mut binds);
    if let Some(place) = label_place
        && !query.labels.is_empty()
    {
        conditions.push(labelled(
            &mut binds,
            &source.quoted(place),
            &label,
            &table.columns[place].kind,
            &query.labels,
        ));
    }
    let mut from = format!("{}{}", table.quoted, rows::where_clause(&conditions));
    let (mut instant, mut value, mut label, mut direct) = (instant, value, label, Some(column.as_str()));
    if let Some(limit) = source.source.limit() {
        // The limit counts rows, not points: it comes first.
        let mut renderer = Renderer {
            table,
            zone,
            now,
            binds: &mut binds,
        };
        let order = rows::base_order(source, &mut renderer, query.range.is_some());
        let keys: Vec<_> = order
            .into_iter()
            .map(|key| format!("{}{}", key.text, key.direction))
            .collect();
        let order = if keys.is_empty() {
            String::new()
        } else {
            format!(" ORDER BY {}", keys.join(", "))
        };
        let limit = binds.add(Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
        from = format!(
            "(SELECT {instant} AS t, {label} AS l, {value} AS v FROM {from}{order} LIMIT {limit}) AS limited"
        );
        (instant, label, value, direct) = ("t".into(), "l".into(), "v".into(), None);
    }

    let cut = |label: &str| match dialect {
        Dialect::Postgres => format!("left({label}, {LABEL})"),
        Dialect::Sqlite => format!("substr({label}, 1, {LABEL})"),
    };
    let Some(seconds) = query.bucket_seconds else {
        return Ok(binds.statement(format!("SELECT {instant}, {}, {value} FROM {from}", cut(&label))));
    };
    let bucket = time::bucket(dialect, &instant, form, zone, direct, seconds);
    let fence = match dialect {
        Dialect::Postgres => " OFFSET 0",
        Dialect::Sqlite => "",
    };
    let cut = cut("l");
    let aggregate = match query.aggregate {
        Aggregate::Average => "avg(v)",
        Aggregate::Minimum => "min(v)",
        Aggregate::Maximum => "max(v)",
        Aggregate::Sum => "sum(v)",
        Aggregate::Count => match dialect {
            Dialect::Postgres => "CAST(count(v) AS float8)",
            Dialect::Sqlite => "CAST(count(v) AS REAL)",
        },
        Aggregate::Last => {
            let points = format!(
                "(SELECT {bucket} AS b, {label} AS l, {value} AS v, {instant} AS t FROM {from}) AS points"
            );
            return Ok(binds.statement(match dialect {
                Dialect::Postgres => format!(
                    "SELECT DISTINCT ON (b, l) b, {cut}, v FROM {points} WHERE v IS NOT NULL ORDER BY b, l, t DESC"
                ),
                // SQLite takes the other columns from the row that has the maximum.
                Dialect::Sqlite => {
                    format!("SELECT b, {cut}, v, max(t) FROM {points} WHERE v IS NOT NULL GROUP BY b, l")
                }
            }));
        }
    };
    Ok(binds.statement(format!(
        "SELECT b, {cut}, {aggregate} FROM (SELECT {bucket} AS b, {label} AS l, {value} AS v FROM {from}{fence}) \
         AS points GROUP BY b, l"
    )))
}

/// A value column in double precision; `None`: it holds no numbers.
fn value(dialect: Dialect, column: &str, kind: &Kind) -> Option<String> {
    match (dialect, kind) {
        (Dialect::Postgres, Kind::Integer | Kind::Decimal | Kind::Number) => {
            Some(format!("CAST({column} AS float8)"))
        }
        (Dialect::Postgres, Kind::Boolean) => Some(format!("CAST(CAST({column} AS integer) AS float8)")),
        // A column's type is a suggestion in SQLite; text in it is no number and not 0 either.
        (Dialect::Sqlite, Kind::Integer | Kind::Decimal | Kind::Number | Kind::Boolean) => Some(format!(
            "(CASE WHEN typeof({column}) IN ('integer', 'real') THEN CAST({column} AS REAL) END)"
        )),
        _ => None,
    }
}

/// The source's own condition and the range.
pub(super) fn conditions(
    source: &Resolved<'_>,
    range: Option<crate::query::Range>,
    now: i64,
    binds: &mut Binds,
) -> Vec<String> {
    let mut conditions = Vec::new();
    if let (Some((place, form)), Some(range)) = (source.time, range) {
        conditions.push(time::within(
            binds,
            &source.quoted(place),
            form,
            source.zone(),
            range,
        ));
    }
    if let Some(condition) = source.source.condition() {
        let mut renderer = Renderer {
            table: source.table,
            zone: source.zone(),
            now,
            binds,
        };
        // `resolve` has written it once already; should it ever fail here, nothing must be shown.
        conditions.push(renderer.condition(condition).unwrap_or_else(|_| "FALSE".into()));
    }
    conditions
}

fn labelled(binds: &mut Binds, column: &str, as_text: &str, kind: &Kind, labels: &[String]) -> String {
    // Text is compared as it is stored, so that an index serves it.
    let column_text = if *kind == Kind::Text { column } else { as_text };
    let markers: Vec<_> = labels
        .iter()
        .map(|label| binds.add(Bind::Text(label.clone())))
        .collect();
    let listed = format!("{column_text} IN ({})", markers.join(", "));
    // A missing label is shown as an empty one.
    if labels.iter().any(String::is_empty) {
        format!("({listed} OR {column} IS NULL)")
    } else {
        listed
    }
}
