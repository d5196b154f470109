//! Rows: the source's own condition, order and limit first; then the newest of each, filters, sort and page.

use std::borrow::Cow;

use crate::query::{Range, RowsQuery};
use crate::time::{TimeForm, Zone};

use super::expression::Renderer;
use super::newest::ByIndex;
use super::series::conditions;
use super::{Bind, Binds, Dialect, Kind, Resolved, Statement, direction, time};

/// One key of an order, written.
pub(super) struct Key {
    pub(super) text: String,
    pub(super) direction: &'static str,
}

/// The two statements of one question for rows.
#[derive(Debug)]
pub(crate) struct RowsStatements {
    /// The rows, one column for each configured column.
    pub(crate) rows: Statement,
    /// How many rows there are on all pages.
    pub(crate) count: Statement,
}

impl RowsStatements {
    /// `Err` is a sentence on the request: it names a column that the source does not have.
    pub(crate) fn new(source: &Resolved<'_>, query: &RowsQuery, now: i64) -> Result<Self, String> {
        let (text, binds) = filtered(source, query, now)?;
        let count = binds.statement(format!("SELECT count(*) FROM {}", text.from));
        let (text, mut binds) = filtered(source, query, now)?;
        // Under names of their own: PostgreSQL would sort by what is called `c0` here, a text, instead of by the column.
        let columns: Vec<_> = (0..source.columns.len())
            .map(|index| format!("{} AS s{index}", output(source, index, &mut binds, query)))
            .collect();
        let limit = binds.add(Bind::Integer(i64::try_from(query.limit).unwrap_or(i64::MAX)));
        let offset = binds.add(Bind::Integer(i64::try_from(query.offset).unwrap_or(i64::MAX)));
        let rows = format!(
            "SELECT {} FROM {}{} LIMIT {limit} OFFSET {offset}",
            columns.join(", "),
            text.from,
            order_clause(&text.order)
        );
        Ok(Self {
            rows: binds.statement(rows),
            count,
        })
    }
}

struct Filtered {
    /// Everything after FROM, without the order.
    from: String,
    order: Vec<String>,
}

/// What is left after the source's own limit, the newest of each and the filters; in it, configured column `n` is named
/// `c{n}` and key `n` of the source's own order `o{n}`.
fn filtered(source: &Resolved<'_>, query: &RowsQuery, now: i64) -> Result<(Filtered, Binds), String> {
    let table = source.table;
    let dialect = table.dialect;
    let mut binds = Binds::new(dialect);
    let conditions = conditions(source, query.range, now, &mut binds);
    let mut renderer = Renderer {
        table,
        zone: source.zone(),
        now,
        binds: &mut binds,
    };
    let base = base_order(source, &mut renderer, query.range.is_some());

    let mut select: Vec<_> = source
        .columns
        .iter()
        .enumerate()
        .map(|(index, place)| format!("{} AS c{index}", source.quoted(*place)))
        .collect();
    select.extend(
        base.iter()
            .enumerate()
            .map(|(index, key)| format!("{} AS o{index}", key.text)),
    );
    if let Some((place, form)) = source.time {
        let time = time::sortable(renderer.binds, &source.quoted(place), form, source.zone());
        select.push(format!("{time} AS t"));
    }
    if table.numbered {
        select.push("_rowid_ AS r".into());
    }
    let mut inner = format!(
        "SELECT {} FROM {}{}",
        select.join(", "),
        table.quoted,
        where_clause(&conditions)
    );
    let own_order: Vec<_> = base
        .iter()
        .enumerate()
        .map(|(index, key)| format!("o{index}{}", key.direction))
        .collect();
    if let Some(limit) = source.source.limit() {
        let keys: Vec<_> = base
            .iter()
            .map(|key| format!("{}{}", key.text, key.direction))
            .collect();
        let limit = binds.add(Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
        inner.push_str(&format!("{} LIMIT {limit}", order_clause(&keys)));
    }

    if let Some(name) = &query.latest_per {
        let index = source
            .configured(name)
            .ok_or_else(|| unknown(source, name, "latest_per"))?;
        let newest = match source.time {
            Some(_) => vec![format!("t{}", direction(dialect, true, false, true))],
            None => own_order.clone(),
        };
        let ties = ties(source, &newest);
        inner = match ByIndex::of(source, query, index) {
            Some(by_index) => by_index.statement(source, &select.join(", "), &ties),
            None => {
                let newest: Vec<_> = newest.into_iter().chain(ties).collect();
                let rank = format!(
                    "row_number() OVER (PARTITION BY {}{}) AS n",
                    grouped(source, index),
                    order_clause(&newest)
                );
                format!("SELECT * FROM (SELECT *, {rank} FROM ({inner}) AS ranked) AS newest WHERE n = 1")
            }
        };
    }
    let mut filters = Vec::new();
    for (name, contains) in &query.filters {
        let index = source
            .configured(name)
            .ok_or_else(|| unknown(source, name, "filter"))?;
        let text = shown(source, index, &mut binds, query.range);
        let contains = match source.time_form(index) {
            Some(_) => Cow::Owned(as_times_are_shown(contains)),
            None => Cow::Borrowed(contains.as_str()),
        };
        let pattern = binds.add(Bind::Text(contains_pattern(&contains)));
        filters.push(match dialect {
            Dialect::Postgres => format!("{text} ILIKE {pattern}"),
            Dialect::Sqlite => format!("{text} LIKE {pattern} ESCAPE '\\'"),
        });
    }
    let mut order = Vec::new();
    for (name, descending) in &query.sort {
        let index = source
            .configured(name)
            .ok_or_else(|| unknown(source, name, "sort"))?;
        let column = &table.columns[source.columns[index]];
        let in_range = query.range.is_some()
            && source
                .time
                .is_some_and(|(place, _)| place == source.columns[index]);
        let nullable = column.nullable && !in_range;
        let key = match source.time_form(index) {
            Some(form) => time::sortable(&mut binds, &format!("c{index}"), form, source.zone()),
            None => sortable(source, index),
        };
        order.push(format!(
            "{key}{}",
            direction(dialect, *descending, false, nullable)
        ));
    }
    order.extend(own_order);
    order.extend(ties(source, &order));
    Ok((
        Filtered {
            from: format!("({inner}) AS found{}", where_clause(&filters)),
            order,
        },
        binds,
    ))
}

fn unknown(source: &Resolved<'_>, name: &str, what: &str) -> String {
    let names: Vec<_> = source
        .source
        .columns()
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    format!(
        "{what}: there is no column `{name}`; there are {}",
        names.join(", ")
    )
}

/// The source's own order; newest first where it says nothing and has a time column, as a reader expects of "the
/// value" of something measured.
pub(super) fn base_order(source: &Resolved<'_>, renderer: &mut Renderer<'_>, in_range: bool) -> Vec<Key> {
    let table = source.table;
    let mut keys = Vec::new();
    for key in source.source.order() {
        // `resolve` has written it once already.
        let Ok(text) = renderer.order_key(&key.expr) else {
            continue;
        };
        let nullable = match &key.expr.node {
            crate::fragment::Node::Column { name, exact } => table.find(name, *exact).is_none_or(|place| {
                let is_time = source.time.is_some_and(|(time, _)| time == place);
                table.columns[place].nullable && !(is_time && in_range)
            }),
            _ => true,
        };
        keys.push(Key {
            text,
            direction: direction(table.dialect, key.descending, key.nulls_first, nullable),
        });
    }
    if let (true, Some((place, form))) = (keys.is_empty(), source.time) {
        let nullable = table.columns[place].nullable && !in_range;
        let (zone, column) = (source.zone(), source.quoted(place));
        keys.push(Key {
            text: time::sortable(renderer.binds, &column, form, zone),
            direction: direction(table.dialect, true, false, nullable),
        });
    }
    keys
}

/// What decides between rows that are equal in everything asked for, so that no page shows a row that another page
/// shows: SQLite's row number, in the direction of the last key, as an index has it; else every column.
fn ties(source: &Resolved<'_>, keys: &[String]) -> Vec<String> {
    if source.table.numbered {
        let descending = keys.last().is_some_and(|key| key.contains(" DESC"));
        return vec![if descending {
            "r DESC".into()
        } else {
            "r ASC".into()
        }];
    }
    let columns = source.columns.iter().enumerate();
    columns
        .map(|(index, place)| match &source.table.columns[*place].kind {
            // Whether a type has an order is not known of all; its text has one.
            Kind::Opaque(name) if !has_order(name) => format!("CAST(c{index} AS text)"),
            _ => format!("c{index}"),
        })
        .collect()
}

/// A column as it can be sorted: JSON and the like have no order, their text has.
fn sortable(source: &Resolved<'_>, index: usize) -> String {
    match (
        source.table.dialect,
        &source.table.columns[source.columns[index]].kind,
    ) {
        (Dialect::Postgres, Kind::Opaque(name)) if !name.starts_with("character") => {
            if is_unordered(name) {
                format!("CAST(c{index} AS text)")
            } else {
                format!("c{index}")
            }
        }
        (Dialect::Sqlite, kind @ Kind::Boolean) => as_text(Dialect::Sqlite, &format!("c{index}"), kind),
        _ => format!("c{index}"),
    }
}

/// A column as rows can be told apart by it.
fn grouped(source: &Resolved<'_>, index: usize) -> String {
    sortable(source, index)
}

/// Whether a type of PostgreSQL's own is known to have an order, in which an index may have it.
pub(super) fn has_order(name: &str) -> bool {
    matches!(
        name,
        "uuid" | "inet" | "cidr" | "macaddr" | "macaddr8" | "interval" | "bytea" | "money"
    ) || name.starts_with("character")
        || name.starts_with("time ")
        || name.starts_with("bit")
}

fn is_unordered(name: &str) -> bool {
    matches!(
        name,
        "json" | "xml" | "point" | "line" | "lseg" | "box" | "path" | "polygon" | "circle"
    )
}

/// A configured column as it leaves the database: of texts one character more than is wanted, which tells that there are
/// more. One cell must not fill the memory.
pub(super) fn output(source: &Resolved<'_>, index: usize, binds: &mut Binds, query: &RowsQuery) -> String {
    let column = format!("c{index}");
    if let Some(form) = source.time_form(index) {
        return time::instant(
            binds,
            &column,
            form,
            source.zone(),
            range_of(source, index, query.range),
        );
    }
    let most = query.texts.each.saturating_add(1);
    let digits = query.texts.digits.saturating_add(1);
    match (binds.dialect(), &source.table.columns[source.columns[index]].kind) {
        (Dialect::Postgres, Kind::Integer) => format!("CAST({column} AS bigint)"),
        (Dialect::Postgres, Kind::Decimal) => format!("left(CAST({column} AS text), {digits})"),
        (Dialect::Postgres, Kind::Number) => format!("CAST({column} AS float8)"),
        (Dialect::Postgres, Kind::Text | Kind::Opaque(_)) => format!("left(CAST({column} AS text), {most})"),
        (Dialect::Sqlite, Kind::Text | Kind::Opaque(_)) => {
            format!("substr(CAST({column} AS text), 1, {most})")
        }
        _ => column,
    }
}

/// The range that the values of a configured column lie in: that of the question, where it is the column that is in it.
fn range_of(source: &Resolved<'_>, index: usize, range: Option<Range>) -> Option<Range> {
    let is_in_range = source
        .time
        .is_some_and(|(place, _)| place == source.columns[index]);
    range.filter(|_| is_in_range)
}

/// A configured column as text, for filters.
fn shown(source: &Resolved<'_>, index: usize, binds: &mut Binds, range: Option<Range>) -> String {
    let column = format!("c{index}");
    let dialect = binds.dialect();
    match source.time_form(index) {
        Some(form) => {
            let range = range_of(source, index, range);
            let instant = time::instant(binds, &column, form, source.zone(), range);
            match (dialect, form) {
                (Dialect::Postgres, TimeForm::Timestamp | TimeForm::Date) if source.zone().is_utc() => {
                    format!("to_char({instant}, 'YYYY-MM-DD HH24:MI:SS')")
                }
                (Dialect::Postgres, _) => {
                    format!("to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')")
                }
                (Dialect::Sqlite, _) => {
                    format!("strftime('%Y-%m-%d %H:%M:%S', {instant} / 1000, 'unixepoch')")
                }
            }
        }
        None => as_text(
            dialect,
            &column,
            &source.table.columns[source.columns[index]].kind,
        ),
    }
}

/// A column of this kind as text.
pub(super) fn as_text(dialect: Dialect, column: &str, kind: &Kind) -> String {
    match (dialect, kind) {
        (Dialect::Postgres, Kind::Text) => column.to_owned(),
        // Words are what some write instead of numbers, as they are read.
        (Dialect::Sqlite, Kind::Boolean) => format!(
            "(CASE WHEN typeof({column}) = 'text' THEN CASE WHEN lower({column}) IN ('true', 't', 'yes', '1') THEN 'true' \
             WHEN lower({column}) IN ('false', 'f', 'no', '0') THEN 'false' END WHEN {column} THEN 'true' \
             WHEN NOT {column} THEN 'false' END)"
        ),
        _ => format!("CAST({column} AS text)"),
    }
}

/// A piece of a written time as [`shown`] writes times: in UTC, with a space between date and time, to the second.
fn as_times_are_shown(text: &str) -> String {
    let text = text.trim();
    // Only a whole time can be moved to UTC; of a piece, `10:30`, nobody knows what follows.
    let has_offset = text.get(11..).is_some_and(|time| time.contains(['+', '-']));
    if has_offset && let Some(instant) = crate::time::parse(text, &Zone::utc()) {
        return crate::time::write(instant.div_euclid(1000) * 1000, &Zone::utc(), ' ');
    }
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let text = match text.rsplit_once('.') {
        Some((seconds, fraction))
            if seconds.ends_with(|last: char| last.is_ascii_digit())
                && fraction.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            seconds
        }
        _ => text,
    };
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let after_digit = shown.ends_with(|last: char| last.is_ascii_digit());
        let before_digit = letters.peek().is_none_or(char::is_ascii_digit);
        shown.push(match letter {
            'T' | 't' if after_digit && before_digit => ' ',
            other => other,
        });
    }
    shown
}

fn contains_pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars().filter(|letter| *letter != '\0') {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

pub(super) fn where_clause(conditions: &[String]) -> String {
    if conditions.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", conditions.join(" AND "))
    }
}

fn order_clause(keys: &[String]) -> String {
    if keys.is_empty() {
        String::new()
    } else {
        format!(" ORDER BY {}", keys.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_found_however_it_is_written() {
        for (written, shown) in [
            ("2026-01-01T00:00:00Z", "2026-01-01 00:00:00"),
            ("2026-01-01t00:00:00.000z", "2026-01-01 00:00:00"),
            ("2026-01-01T01:30:00+01:00", "2026-01-01 00:30:00"),
            ("2026-01-01 00:00:00", "2026-01-01 00:00:00"),
            ("2026-01-01T00:00", "2026-01-01 00:00"),
            ("2026-01-01T1", "2026-01-01 1"),
            ("2026-01-01T", "2026-01-01 "),
            ("01T10:", "01 10:"),
            ("2026-01", "2026-01"),
            ("10:00", "10:00"),
            (".123", ".123"),
            (".", "."),
            (".z", "."),
            ("Tue", "Tue"),
        ] {
            assert_eq!(as_times_are_shown(written), shown, "{written}");
        }
    }
}
