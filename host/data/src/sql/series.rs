//! Points in time: raw, or in buckets.
//!
//! Buckets can be asked for in several ways, of which one fits best; [`shape`] says which, and why.

use crate::buckets::Measure;
use crate::fault::{Fault, Part};
use crate::label;
use crate::query::{Aggregate, Range, SeriesQuery};
use crate::time::TimeForm;

use super::expression::Renderer;
use super::packed::packed;
use super::shape::{Shape, shape};
use super::{Bind, Binds, Dialect, Kind, Resolved, Statement, rows, time};

/// The columns of the answer are: the point's instant, its label, its value. The label is NULL throughout where the
/// source has no `series_label`. Rows come in any order. An error is a sentence on the source's configuration.
pub(crate) fn series(
    source: &Resolved<'_>,
    query: &SeriesQuery,
    odd: Odd,
    now: i64,
) -> Result<Statement, String> {
    let odd = match (query.bucket_seconds, query.aggregate) {
        // Of a count nobody sees what was counted.
        (Some(_), Aggregate::Count) => Odd::LeftOut,
        _ => odd,
    };
    let points = Points::new(source, query.range, &query.labels, odd, now)?;
    Ok(match query.bucket_seconds {
        None => points.raw(),
        Some(seconds) => {
            let wanted = Wanted::Answer(query.aggregate);
            let shape = shape(source, query.range, seconds);
            points.buckets(wanted, seconds, shape)
        }
    })
}

/// What becomes of numbers that are none, NaN and the infinities, of which whatever is computed with them is one as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Odd {
    /// They are read along, which costs nothing: whoever finds one in an answer asks again.
    Along,
    /// They are missing numbers.
    LeftOut,
}

/// Which whole buckets are wanted, and of what.
#[derive(Debug, Clone)]
pub(crate) struct PartsQuery<'a> {
    pub(crate) range: Range,
    /// The width of a bucket.
    pub(crate) seconds: u32,
    pub(crate) measure: Measure,
    /// Only these series; empty: all.
    pub(crate) labels: &'a [String],
    /// Whether all series of a bucket may come in one row.
    pub(crate) may_be_packed: bool,
    pub(crate) odd: Odd,
}

/// A statement for whole buckets.
pub(crate) struct Parts {
    pub(crate) statement: Statement,
    /// Whether a row is a bucket of all series, label, value and count being arrays: see [`packed`](super::packed).
    pub(crate) is_packed: bool,
}

/// Whole buckets as the store keeps them. The columns are those of [`series`], the value being the measure's (the sum, for
/// means), and for means how many rows have a value.
pub(crate) fn parts(source: &Resolved<'_>, query: &PartsQuery<'_>, now: i64) -> Result<Parts, String> {
    let shape = shape(source, Some(query.range), query.seconds);
    let points = Points::new(source, Some(query.range), query.labels, query.odd, now)?;
    let wanted = Wanted::Parts(query.measure);
    Ok(match (shape, points.direct.clone()) {
        (Shape::EachBucket(range), Some(column)) if query.may_be_packed => Parts {
            statement: points.each_bucket(wanted, query.seconds, range, &column, true),
            is_packed: true,
        },
        _ => Parts {
            statement: points.buckets(wanted, query.seconds, shape),
            is_packed: false,
        },
    })
}

/// The question without range and buckets: two questions for which this is the same differ in nothing else. It is never
/// run.
pub(crate) fn canonical(source: &Resolved<'_>) -> Result<Statement, String> {
    Ok(Points::new(source, None, &[], Odd::Along, 0)?.raw())
}

/// What is wanted of each bucket.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Answer(Aggregate),
    Parts(Measure),
}

impl Wanted {
    /// The columns after the label, over a column `v`; none: the newest value, which is no aggregate.
    fn columns(self, dialect: Dialect) -> Option<&'static str> {
        let count = match dialect {
            Dialect::Postgres => "CAST(count(v) AS float8)",
            Dialect::Sqlite => "CAST(count(v) AS REAL)",
        };
        Some(match self {
            Self::Answer(Aggregate::Average) => "avg(v)",
            Self::Answer(Aggregate::Minimum) | Self::Parts(Measure::Minimum) => "min(v)",
            Self::Answer(Aggregate::Maximum) | Self::Parts(Measure::Maximum) => "max(v)",
            Self::Answer(Aggregate::Sum) => "sum(v)",
            Self::Answer(Aggregate::Count) => count,
            Self::Parts(Measure::Mean) => match dialect {
                Dialect::Postgres => "sum(v), CAST(count(v) AS float8)",
                Dialect::Sqlite => "sum(v), CAST(count(v) AS REAL)",
            },
            Self::Answer(Aggregate::Last) | Self::Parts(Measure::Last) => return None,
        })
    }
}

/// The points of a source, before they are put into buckets.
struct Points<'s, 'r> {
    source: &'r Resolved<'s>,
    range: Option<Range>,
    binds: Binds,
    form: TimeForm,
    /// Expressions over `from`.
    instant: String,
    label: String,
    value: String,
    /// The time column itself; none where `from` is a subquery.
    direct: Option<String>,
    table: String,
    conditions: Vec<String>,
}

impl<'s, 'r> Points<'s, 'r> {
    fn new(
        source: &'r Resolved<'s>,
        range: Option<Range>,
        labels: &[String],
        odd: Odd,
        now: i64,
    ) -> Result<Self, String> {
        let table = source.table;
        let dialect = table.dialect;
        let zone = source.zone();
        let mut binds = Binds::new(dialect);
        let needed = needed(source).map_err(|fault| fault.message)?;
        let (time_place, form) = needed.time;
        let label_place = source.place("series_label");

        let column = source.quoted(time_place);
        let instant = time::instant(&mut binds, &column, form, zone, range);
        let value = match odd {
            Odd::Along => needed.expression,
            Odd::LeftOut => finite(dialect, &needed.expression),
        };
        let label = match label_place {
            None => "CAST(NULL AS text)".to_owned(),
            Some(place) => named(
                dialect,
                &rows::as_text(dialect, &source.quoted(place), &table.columns[place].kind),
                table.columns[place].nullable,
            ),
        };
        let mut conditions = conditions(source, range, now, &mut binds);
        if let Some(place) = label_place
            && !labels.is_empty()
        {
            conditions.push(labelled(
                &mut binds,
                &source.quoted(place),
                &rows::as_text(dialect, &source.quoted(place), &table.columns[place].kind),
                &table.columns[place].kind,
                labels,
            ));
        }
        let mut points = Self {
            source,
            range,
            binds,
            form,
            instant,
            label,
            value,
            direct: Some(column),
            table: table.quoted.clone(),
            conditions,
        };
        if let Some(limit) = source.source.limit() {
            points.limited(limit, now);
        }
        Ok(points)
    }

    /// A limit counts rows, not points: it comes first.
    fn limited(&mut self, limit: u64, now: i64) {
        let mut renderer = Renderer {
            table: self.source.table,
            zone: self.source.zone(),
            now,
            binds: &mut self.binds,
        };
        let order = rows::base_order(self.source, &mut renderer, self.range.is_some());
        let keys: Vec<_> = order
            .into_iter()
            .map(|key| format!("{}{}", key.text, key.direction))
            .collect();
        let order = if keys.is_empty() {
            String::new()
        } else {
            format!(" ORDER BY {}", keys.join(", "))
        };
        let limit = self
            .binds
            .add(Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
        self.table = format!(
            "(SELECT {} AS t, {} AS l, {} AS v FROM {}{order} LIMIT {limit}) AS limited",
            self.instant,
            self.label,
            self.value,
            self.from()
        );
        self.conditions = Vec::new();
        (self.instant, self.label, self.value) = ("t".into(), "l".into(), "v".into());
        self.direct = None;
    }

    fn dialect(&self) -> Dialect {
        self.source.table.dialect
    }

    fn from(&self) -> String {
        format!("{}{}", self.table, rows::where_clause(&self.conditions))
    }

    /// A label as it leaves the database.
    fn shown(&self, label: &str) -> String {
        shown(self.dialect(), label)
    }

    fn raw(self) -> Statement {
        let text = format!(
            "SELECT {}, {}, {} FROM {}",
            self.instant,
            self.shown(&self.label),
            self.value,
            self.from()
        );
        self.binds.statement(text)
    }

    fn buckets(self, wanted: Wanted, seconds: u32, shape: Shape) -> Statement {
        if let (Shape::EachBucket(range), Some(column)) = (shape, self.direct.clone()) {
            return self.each_bucket(wanted, seconds, range, &column, false);
        }
        let zone = self.source.zone();
        let bucket = time::bucket(
            self.dialect(),
            &self.instant,
            self.form,
            zone,
            self.direct.as_deref(),
            seconds,
        );
        let fence = if shape == Shape::Fenced { " OFFSET 0" } else { "" };
        let (shown, label, value, from) = (self.shown("l"), &self.label, &self.value, self.from());
        let text = match wanted.columns(self.dialect()) {
            Some(columns) => format!(
                "SELECT b, {shown}, {columns} FROM (SELECT {bucket} AS b, {label} AS l, {value} AS v FROM {from}{fence}) \
                 AS points GROUP BY b, l"
            ),
            None => {
                let points = format!(
                    "(SELECT {bucket} AS b, {label} AS l, {value} AS v, {} AS t FROM {from}) AS points",
                    self.instant
                );
                match self.dialect() {
                    Dialect::Postgres => format!(
                        "SELECT DISTINCT ON (b, l) b, {shown}, v FROM {points} ORDER BY b, l, v IS NULL, t DESC"
                    ),
                    // SQLite takes the other columns from the row that has the maximum, where there is one; that stands
                    // last, since the fourth column is another's.
                    Dialect::Sqlite => format!(
                        "SELECT b, {shown}, v, NULL, max(CASE WHEN v IS NOT NULL THEN t END) FROM {points} GROUP BY b, l"
                    ),
                }
            }
        };
        self.binds.statement(text)
    }

    /// One aggregate for each bucket, by the index on time: PostgreSQL only.
    fn each_bucket(
        mut self,
        wanted: Wanted,
        seconds: u32,
        range: Range,
        column: &str,
        is_packed: bool,
    ) -> Statement {
        let zone = self.source.zone();
        let size = i64::from(seconds) * 1000;
        let floor = |instant: i64| instant.div_euclid(size) * size;
        let first = time::bound(&mut self.binds, floor(range.start), self.form, zone);
        let last = time::bound(&mut self.binds, floor(range.end - 1), self.form, zone);
        let bucket = format!("interval '{seconds} seconds'");
        let mut conditions = vec![
            format!("{column} >= buckets.b"),
            format!("{column} < buckets.b + {bucket}"),
        ];
        conditions.append(&mut self.conditions);
        let conditions = rows::where_clause(&conditions);
        let (shown, label, value, table) = (self.shown("l"), &self.label, &self.value, &self.table);
        let (columns, points) = match wanted.columns(Dialect::Postgres) {
            Some(columns) => (
                match wanted {
                    Wanted::Parts(Measure::Mean) => "x, y",
                    _ => "x",
                },
                format!(
                    "SELECT l, {} FROM (SELECT {label} AS l, {value} AS v FROM {table}{conditions}) AS points GROUP BY l",
                    match columns.split_once(", ") {
                        Some((first, second)) => format!("{first} AS x, {second} AS y"),
                        None => format!("{columns} AS x"),
                    }
                ),
            ),
            None => (
                "x",
                format!(
                    "SELECT DISTINCT ON (l) l, v AS x FROM (SELECT {label} AS l, {value} AS v, {} AS t FROM \
                     {table}{conditions}) AS points ORDER BY l, v IS NULL, t DESC",
                    self.instant
                ),
            ),
        };
        let (shown, points) = match is_packed {
            true => ("l".to_owned(), packed(&shown, columns, &points)),
            false => (shown, points),
        };
        let text = format!(
            "SELECT b, {shown}, {columns} FROM (SELECT b FROM generate_series({first}, {last}, {bucket}) AS b) AS buckets \
             CROSS JOIN LATERAL ({points}) AS parts"
        );
        self.binds.statement(text)
    }
}

/// A label as rows are grouped by it: as it is shown, or two groups would be one series. A missing one is an empty one, and
/// SQLite tells labels apart by their beginning. `CASE` is what other servers can be handed.
fn named(dialect: Dialect, label: &str, nullable: bool) -> String {
    match (dialect, nullable) {
        (Dialect::Postgres, false) => label.to_owned(),
        (Dialect::Postgres, true) => format!("(CASE WHEN {label} IS NULL THEN '' ELSE {label} END)"),
        (Dialect::Sqlite, _) => format!("substr(coalesce({label}, ''), 1, {})", label::TOLD_APART),
    }
}

/// A number in double precision, where it is one.
fn finite(dialect: Dialect, number: &str) -> String {
    match dialect {
        // NaN is larger than all others there.
        Dialect::Postgres => format!(
            "(CASE WHEN {number} > CAST('-Infinity' AS float8) AND {number} < CAST('Infinity' AS float8) THEN {number} END)"
        ),
        Dialect::Sqlite => format!("(CASE WHEN {number} > -9e999 AND {number} < 9e999 THEN {number} END)"),
    }
}

/// The largest `numeric` that is a double, and the smallest that is not 0 as one: a cast of what is beyond them fails.
pub(super) const LARGEST: &str = "1.7976931348623157e308";
pub(super) const SMALLEST: &str = "1e-323";

/// A column in double precision; `None`: it holds no numbers.
pub(super) fn double(dialect: Dialect, column: &str, kind: &Kind) -> Option<String> {
    match (dialect, kind) {
        (Dialect::Postgres, Kind::Integer | Kind::Number) => Some(format!("CAST({column} AS float8)")),
        // What is too large is there, and no number that can be shown; so are NaN and the infinities.
        (Dialect::Postgres, Kind::Decimal) => Some(format!(
            "(CASE WHEN {column} > {LARGEST} OR {column} < -{LARGEST} THEN CAST(NULL AS float8) \
             WHEN {column} < {SMALLEST} AND {column} > -{SMALLEST} THEN CAST(0 AS float8) \
             ELSE CAST({column} AS float8) END)"
        )),
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
    let mut wanted = vec![format!("{column_text} IN ({})", markers.join(", "))];
    // A missing label is shown as an empty one.
    if labels.iter().any(String::is_empty) {
        wanted.push(format!("{column} IS NULL"));
    }
    // What begins so may be what is meant; which of it is, the host sees.
    for beginning in labels.iter().filter_map(|label| label::beginning(label)) {
        let marker = binds.add(Bind::Text(beginning.to_owned()));
        let kept = label::KEPT;
        wanted.push(match binds.dialect() {
            Dialect::Postgres => format!("left({as_text}, {kept}) = {marker}"),
            Dialect::Sqlite => format!("substr({as_text}, 1, {kept}) = {marker}"),
        });
    }
    match wanted.len() {
        1 => wanted.remove(0),
        _ => format!("({})", wanted.join(" OR ")),
    }
}

/// A label as [`label::shown`] has it, or as that can be made of it: it must neither fill the memory nor become another.
fn shown(dialect: Dialect, label: &str) -> String {
    match dialect {
        Dialect::Postgres => format!(
            "CASE WHEN octet_length({label}) <= {longest} OR length({label}) <= {longest} THEN {label} ELSE \
             left({label}, {kept}) || '{dots}' || left(encode(sha256(convert_to({label}, 'UTF8')), 'hex'), {digest}) END",
            longest = label::LONGEST,
            kept = label::KEPT,
            dots = label::DOTS,
            digest = label::DIGEST,
        ),
        Dialect::Sqlite => format!("substr({label}, 1, {})", label::TOLD_APART),
    }
}

/// What a series needs of a source.
struct Needed {
    time: (usize, TimeForm),
    /// The value in double precision.
    expression: String,
}

fn needed(source: &Resolved<'_>) -> Result<Needed, Fault> {
    let time = source.time.ok_or_else(|| {
        Fault::new(
            Part::Table,
            "a series needs a time column: name one `timestamp`, or say which one it is with `time_column:`",
        )
    })?;
    let value = source
        .place("value")
        .ok_or_else(|| Fault::new(Part::Table, "a series needs a column with the role `value`"))?;
    let table = source.table;
    let column = &table.columns[value];
    let expression = double(table.dialect, &source.quoted(value), &column.kind).ok_or_else(|| {
        let message = format!(
            "the value column `{}` of {} is {}: a series needs numbers",
            column.name,
            table.name,
            column.kind.describe()
        );
        Fault::new(Part::Column("value".into()), message)
            .help("name a column that holds numbers, or read from a view that makes numbers of it")
    })?;
    Ok(Needed { time, expression })
}

/// What a source lacks to be asked for points in time.
pub(crate) fn series_faults(source: &Resolved<'_>) -> Vec<Fault> {
    needed(source).err().into_iter().collect()
}
