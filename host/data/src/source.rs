//! A panel's source: which table, columns and rows it may read, checked as far as that goes without the database.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::fault::{Fault, Part};
use crate::fill::Fill;
use crate::fragment::{Expr, Fragment, OrderKey, Refusal, parse_combined, parse_condition, parse_order};
use crate::ladder::Ladder;
use crate::query::Aggregate;
use crate::time::Zone;

/// More columns than this no panel shows.
const MOST_COLUMNS: usize = 100;

/// A column of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSpec {
    /// The role (`value`, `timestamp`, …), or the column's own name in a list of columns. Unique in a source.
    pub name: String,
    /// The column in the database.
    pub column: String,
    /// What to show above it.
    pub title: Option<String>,
    /// `datetime`, `number`, … as configured.
    pub format: Option<String>,
}

/// Which column a time range restricts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TimeColumn {
    /// The column named `timestamp`, else the first whose format is `datetime`, else none.
    #[default]
    Default,
    /// None: time ranges do not restrict this source.
    None,
    /// This one: a configured name, or any column of the table.
    Named(String),
}

/// A source as the configuration writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSpec {
    /// `table` or `schema.table`; a part with a dot in it is written in double quotes.
    pub table: String,
    /// At least one.
    pub columns: Vec<ColumnSpec>,
    /// A condition: `severity IN ('ERROR', 'CRITICAL')`. It may use any column of the table.
    pub filter: Option<String>,
    /// `recorded_at DESC, id`.
    pub order_by: Option<String>,
    /// At most this many rows.
    pub limit: Option<u64>,
    /// Condition, order and limit in one: `metric_type = 'memory' ORDER BY recorded_at DESC LIMIT 1`. Excludes the
    /// three above.
    pub combined: Option<String>,
    /// Which column a time range restricts.
    pub time_column: TimeColumn,
    /// IANA name of the zone of times that are stored without one; `None`: UTC.
    pub time_zone: Option<String>,
    /// The function for buckets; `None`: the average.
    pub aggregate: Option<Aggregate>,
    /// The bucket ladder; `None`: the default one.
    pub ladder: Option<Ladder>,
    /// What buckets without rows show; `None`: nothing, a gap stays a gap.
    pub fill: Option<Fill>,
    /// What may be kept of answers.
    pub keep: Keep,
}

/// What may be kept of a source's answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: rows are changed at any time.
    Nothing,
    /// Buckets, once they are settled.
    Buckets {
        /// A bucket is settled when it ended longer ago than this; `None`: the host's default.
        settle: Option<Duration>,
        /// What was read longer ago than this is read again; `None`: the host's default.
        reread: Option<Duration>,
    },
}

impl Default for Keep {
    fn default() -> Self {
        Self::Buckets {
            settle: None,
            reread: None,
        }
    }
}

/// A checked source. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Source(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    spec: SourceSpec,
    ladder: Ladder,
    table: TableName,
    zone: Zone,
    fragment: Fragment,
    /// Which part of the configuration the condition and the order were written in.
    condition_part: Part,
    order_part: Part,
}

impl Source {
    /// Checks a source as far as that goes without the database, and reports everything that is wrong with it.
    pub fn parse(spec: &SourceSpec) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let table = TableName::parse(&spec.table)
            .map_err(|fault| faults.push(fault))
            .ok();
        check_columns(&spec.columns, &mut faults);
        let zone = match spec.time_zone.as_deref() {
            None => Zone::utc(),
            Some(name) => Zone::named(name).unwrap_or_else(|| {
                let fault = Fault::new(Part::TimeZone, format!("there is no time zone `{name}`"));
                faults.push(fault.help("zones are named as in `Europe/Berlin`; leave it out for UTC"));
                Zone::utc()
            }),
        };
        if let TimeColumn::Named(name) = &spec.time_column
            && name.trim().is_empty()
        {
            faults.push(Fault::new(Part::TimeColumn, "the name is empty"));
        }
        let fragment = fragments(spec, &mut faults);
        let (condition_part, order_part) = match spec.combined {
            Some(_) => (Part::Query, Part::Query),
            None => (Part::Where, Part::OrderBy),
        };
        match table {
            Some(table) if faults.is_empty() => Ok(Self(Arc::new(Inner {
                spec: spec.clone(),
                ladder: spec.ladder.clone().unwrap_or_default(),
                table,
                zone,
                fragment,
                condition_part,
                order_part,
            }))),
            _ => Err(faults),
        }
    }

    /// The columns, in the order of the configuration.
    pub fn columns(&self) -> &[ColumnSpec] {
        &self.0.spec.columns
    }

    /// The bucket ladder of this source.
    pub fn ladder(&self) -> &Ladder {
        &self.0.ladder
    }

    /// The function for buckets where the request names none.
    pub fn aggregate(&self) -> Aggregate {
        self.0.spec.aggregate.unwrap_or_default()
    }

    /// Whether an answer depends on the range and the data alone: not on the clock, and not on a limit that counts
    /// rows of the whole range.
    pub fn is_pure(&self) -> bool {
        self.impure().is_none()
    }

    /// Why an answer does not depend on the range and the data alone, in a word.
    pub(crate) fn impure(&self) -> Option<&'static str> {
        let fragment = &self.0.fragment;
        if fragment.limit.is_some() {
            Some("limit")
        } else if fragment.condition.iter().any(Expr::reads_clock) {
            Some("clock")
        } else {
            None
        }
    }

    /// Whether the configuration says which row comes first: by an order, or by a time column, whose newest does.
    pub fn is_ordered(&self) -> bool {
        let spec = &self.0.spec;
        let is_time =
            |column: &ColumnSpec| column.name == "timestamp" || column.format.as_deref() == Some("datetime");
        !self.0.fragment.order.is_empty()
            || match &spec.time_column {
                TimeColumn::Named(_) => true,
                TimeColumn::Default => spec.columns.iter().any(is_time),
                TimeColumn::None => false,
            }
    }

    /// What buckets without rows show.
    pub fn fill(&self) -> Option<Fill> {
        self.0.spec.fill
    }

    /// What may be kept of answers.
    pub fn keep(&self) -> &Keep {
        &self.0.spec.keep
    }

    /// The table as the configuration names it.
    pub fn table_name(&self) -> String {
        self.0.table.to_string()
    }

    pub(crate) fn table(&self) -> &TableName {
        &self.0.table
    }

    pub(crate) fn time_column(&self) -> &TimeColumn {
        &self.0.spec.time_column
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.0.zone
    }

    pub(crate) fn condition(&self) -> Option<&Expr> {
        self.0.fragment.condition.as_ref()
    }

    pub(crate) fn order(&self) -> &[OrderKey] {
        &self.0.fragment.order
    }

    pub(crate) fn limit(&self) -> Option<u64> {
        self.0.fragment.limit
    }

    pub(crate) fn condition_fault(&self, refusal: Refusal) -> Fault {
        fault(self.0.condition_part.clone(), refusal)
    }

    pub(crate) fn order_fault(&self, refusal: Refusal) -> Fault {
        fault(self.0.order_part.clone(), refusal)
    }
}

fn fault(part: Part, refusal: Refusal) -> Fault {
    Fault {
        part,
        offset: refusal.offset,
        message: refusal.message,
        help: refusal.help,
    }
}

fn check_columns(columns: &[ColumnSpec], faults: &mut Vec<Fault>) {
    if columns.is_empty() {
        faults.push(Fault::new(Part::Table, "the source has no columns").help("list them under `columns:`"));
    }
    if columns.len() > MOST_COLUMNS {
        faults.push(Fault::new(
            Part::Table,
            format!("the source has more than {MOST_COLUMNS} columns"),
        ));
    }
    let mut seen = HashSet::new();
    for column in columns {
        let part = || Part::Column(column.name.clone());
        if column.column.trim().is_empty() || column.column.contains('\0') {
            faults.push(Fault::new(part(), "this is no column's name"));
        }
        if !seen.insert(column.name.as_str()) {
            faults.push(Fault::new(
                part(),
                format!("the column `{}` is listed twice", column.name),
            ));
        }
    }
}

/// Parses `where`, `order_by` and `limit`, or the combined form of them.
fn fragments(spec: &SourceSpec, faults: &mut Vec<Fault>) -> Fragment {
    let mut fragment = Fragment::default();
    if let Some(text) = &spec.combined {
        for (part, given) in [
            (Part::Where, spec.filter.is_some()),
            (Part::OrderBy, spec.order_by.is_some()),
            (Part::Limit, spec.limit.is_some()),
        ] {
            if given {
                let message = format!("`{part}` and a `query` in one piece exclude each other");
                faults.push(Fault::new(part, message).help("write one or the other"));
            }
        }
        match parse_combined(text) {
            Ok(parsed) => fragment = parsed,
            Err(refusal) => faults.push(fault(Part::Query, refusal)),
        }
        return fragment;
    }
    if let Some(text) = &spec.filter {
        match parse_condition(text) {
            Ok(condition) => fragment.condition = Some(condition),
            Err(refusal) => faults.push(fault(Part::Where, refusal)),
        }
    }
    if let Some(text) = &spec.order_by {
        match parse_order(text) {
            Ok(order) => fragment.order = order,
            Err(refusal) => faults.push(fault(Part::OrderBy, refusal)),
        }
    }
    if spec.limit == Some(0) {
        faults.push(Fault::new(Part::Limit, "a limit of 0 shows nothing").help("leave the limit out"));
    }
    fragment.limit = spec.limit;
    fragment
}

/// The name of a table, and of its schema where it is given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TableName {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

impl TableName {
    /// Parses `table`, `schema.table`, `"a table".table`.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let offset = text.len() - rest.len();
            let refuse = |message: &str| Fault::new(Part::Table, message).at(offset);
            let (part, after) = match rest.strip_prefix('"') {
                Some(quoted) => {
                    let mut part = String::new();
                    let mut letters = quoted.char_indices().peekable();
                    let end = loop {
                        match letters.next() {
                            Some((_, '"')) if letters.peek().is_some_and(|(_, next)| *next == '"') => {
                                letters.next();
                                part.push('"');
                            }
                            Some((index, '"')) => break index,
                            Some((_, letter)) => part.push(letter),
                            None => return Err(refuse("the closing quote is missing")),
                        }
                    };
                    (part, &quoted[end + 1..])
                }
                None => {
                    let end = rest.find('.').unwrap_or(rest.len());
                    let part = &rest[..end];
                    if let Some(index) =
                        part.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | ' ')))
                    {
                        return Err(Fault::new(Part::Table, "this is no table's name")
                            .at(offset + index)
                            .help("write `table` or `schema.table`; unusual names go in double quotes"));
                    }
                    (part.trim().to_owned(), &rest[end..])
                }
            };
            if part.is_empty() || part.contains('\0') {
                return Err(refuse("there is no table's name"));
            }
            parts.push(part);
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => break,
                None => return Err(refuse("this is no table's name")),
            }
        }
        match <[String; 2]>::try_from(parts) {
            Ok([schema, name]) => Ok(Self {
                schema: Some(schema),
                name,
            }),
            Err(parts) => {
                match <[String; 1]>::try_from(parts) {
                    Ok([name]) => Ok(Self { schema: None, name }),
                    Err(_) => Err(Fault::new(Part::Table, "a table has one schema at most")
                        .help("write `schema.table`")),
                }
            }
        }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn column(name: &str, column: &str) -> ColumnSpec {
        ColumnSpec {
            name: name.into(),
            column: column.into(),
            title: None,
            format: None,
        }
    }

    fn spec() -> SourceSpec {
        SourceSpec {
            table: "metrics".into(),
            columns: vec![column("value", "cpu_percent")],
            ..SourceSpec::default()
        }
    }

    #[test]
    fn reads_names_of_tables() {
        let name = |schema: Option<&str>, name: &str| TableName {
            schema: schema.map(Into::into),
            name: name.into(),
        };
        assert_eq!(TableName::parse("metrics"), Ok(name(None, "metrics")));
        assert_eq!(TableName::parse("order"), Ok(name(None, "order")));
        assert_eq!(TableName::parse("ops.metrics"), Ok(name(Some("ops"), "metrics")));
        assert_eq!(
            TableName::parse("\"a.b\".\"c\"\"d\""),
            Ok(name(Some("a.b"), "c\"d"))
        );
        for text in [
            "",
            ".",
            "a.",
            ".b",
            "a.b.c",
            "\"a",
            "\"a\"b",
            "a;b",
            "a(b)",
            "a/*b*/",
            "a'b",
            "(select 1)",
        ] {
            assert!(TableName::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reports_everything_that_is_wrong_at_once() {
        let faults = Source::parse(&SourceSpec {
            table: "a;b".into(),
            columns: vec![column("value", "x"), column("value", "")],
            filter: Some("a = (SELECT 1)".into()),
            order_by: Some("b;".into()),
            limit: Some(0),
            time_zone: Some("Mars/Olympus".into()),
            ..SourceSpec::default()
        })
        .unwrap_err();
        let parts: Vec<_> = faults.iter().map(|fault| fault.part.to_string()).collect();
        assert_eq!(
            parts,
            [
                "table",
                "column `value`",
                "column `value`",
                "time_zone",
                "where",
                "order_by",
                "limit"
            ]
        );
        assert_eq!(faults[4].offset, 5);
        assert_eq!(faults[5].offset, 1);
    }

    #[test]
    fn the_combined_form_excludes_the_others() {
        let combined = Some("a = 1 ORDER BY b LIMIT 1".to_owned());
        assert!(
            Source::parse(&SourceSpec {
                combined: combined.clone(),
                ..spec()
            })
            .is_ok()
        );
        let faults = Source::parse(&SourceSpec {
            combined,
            filter: Some("a = 1".into()),
            ..spec()
        })
        .unwrap_err();
        assert_eq!(faults[0].part, Part::Where);
    }

    #[test]
    fn knows_which_sources_depend_on_more_than_the_range() {
        let pure = |filter: Option<&str>, limit| {
            Source::parse(&SourceSpec {
                filter: filter.map(Into::into),
                limit,
                ..spec()
            })
            .unwrap()
            .is_pure()
        };
        assert!(pure(None, None));
        assert!(pure(Some("a = 1"), None));
        assert!(!pure(Some("a > now()"), None));
        assert!(!pure(None, Some(5)));
    }
}
