//! In which way buckets are asked for.
//!
//! Measured with PostgreSQL 15 on two processors, one and ten million rows, 20 series, an index on (condition's column,
//! time), without just-in-time compilation, which costs more than these statements take (`cargo xtask bench data` has the
//! figures). The plain `GROUP BY date_bin(…), label` is, with the table's statistics, either taken for a group per row and
//! sorted on disk, or computed by three processes at once. With the bucket in a subquery fenced by `OFFSET 0` it is always
//! hashed, by one process. Buckets from `generate_series` with one aggregate each, by the index, take a quarter to a third
//! less of that, and are the quickest from one-minute buckets with some twenty rows up; and a range asked that way can be
//! cut into pieces that are read side by side.

use crate::query::Range;
use crate::time::TimeForm;

use super::table::Layout;
use super::{Dialect, Resolved};

/// With more buckets than this looking each of them up costs more than it saves.
const MOST_BUCKETS: i64 = 20_000;

/// A way of asking for buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Grouped by bucket and label. What other engines can hand on to where the rows are.
    Plain,
    /// The same, and PostgreSQL's planner is kept from looking into the bucket.
    Fenced,
    /// For each bucket of the range its rows by the index on time, grouped by label.
    EachBucket(Range),
}

/// The way that fits a source and a range.
pub(crate) fn shape(source: &Resolved<'_>, range: Option<Range>, seconds: u32) -> Shape {
    let table = source.table;
    if table.dialect == Dialect::Sqlite || table.layout == Layout::Spread {
        return Shape::Plain;
    }
    let Some(range) = range else {
        return Shape::Fenced;
    };
    let size = i64::from(seconds) * 1000;
    let buckets = range.end.saturating_sub(range.start) / size + 2;
    if buckets <= MOST_BUCKETS && source.source.limit().is_none() && is_indexed(source) {
        Shape::EachBucket(range)
    } else {
        Shape::Fenced
    }
}

/// Whether an index leads to a stretch of time: through columns that the condition holds to a value, or at once.
fn is_indexed(source: &Resolved<'_>) -> bool {
    let (Some((place, form)), Layout::Indexed(indexes)) = (source.time, &source.table.layout) else {
        return false;
    };
    // A day, or a time of another zone, is no bucket's bound.
    let comparable = match form {
        TimeForm::TimestampTz => true,
        TimeForm::Timestamp => source.zone().is_utc(),
        _ => false,
    };
    let fixed = source.fixed_columns();
    comparable
        && indexes.iter().any(|columns| {
            let mut columns = columns
                .iter()
                .skip_while(|column| column.is_some_and(|column| fixed.contains(&column)));
            columns.next() == Some(&Some(place))
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Kind, Table, TableColumn, resolve};
    use super::*;
    use crate::source::{ColumnSpec, Source, SourceSpec};

    const DAY: i64 = 86_400_000;

    fn table(layout: Layout) -> Table {
        let column = |name: &str, kind| TableColumn {
            name: name.into(),
            kind,
            nullable: true,
            single: false,
            time_form: None,
        };
        Table {
            dialect: Dialect::Postgres,
            quoted: "\"m\"".into(),
            name: "m".into(),
            numbered: false,
            layout,
            has_plain_order: true,
            crowded: None,
            columns: vec![
                column("at", Kind::Time(TimeForm::Timestamp)),
                column("kind", Kind::Text),
                column("v", Kind::Number),
                column("host", Kind::Text),
            ],
        }
    }

    fn source(filter: &str, zone: Option<&str>) -> Source {
        let column = |name: &str, column: &str| ColumnSpec {
            name: name.into(),
            column: column.into(),
            title: None,
            format: None,
        };
        Source::parse(&SourceSpec {
            table: "m".into(),
            columns: vec![column("timestamp", "at"), column("value", "v")],
            filter: Some(filter.into()),
            time_zone: zone.map(str::to_owned),
            ..SourceSpec::default()
        })
        .unwrap()
    }

    fn chosen(layout: Layout, filter: &str, zone: Option<&str>, seconds: u32) -> Shape {
        let (table, source) = (table(layout), source(filter, zone));
        let resolved = resolve(&source, &table, None).unwrap();
        let range = Range {
            start: 0,
            end: 30 * DAY,
        };
        shape(&resolved, Some(range), seconds)
    }

    #[test]
    fn buckets_are_looked_up_one_by_one_where_an_index_leads_to_them() {
        let by_kind_and_time = || Layout::Indexed(vec![vec![Some(1), Some(0)]]);
        let each = |layout, filter| matches!(chosen(layout, filter, None, 3600), Shape::EachBucket(_));
        assert!(each(by_kind_and_time(), "kind = 'cpu'"));
        assert!(each(
            by_kind_and_time(),
            "host = 'a' AND (kind = 'cpu' AND v > 1)"
        ));
        assert!(each(by_kind_and_time(), "kind IN ('cpu', 'memory')"));
        assert!(each(Layout::Indexed(vec![vec![Some(0), None]]), "v > 1"));
        for filter in [
            "v > 1",
            "kind <> 'cpu'",
            "kind = 'cpu' OR v > 1",
            "NOT (kind = 'cpu')",
            "kind = host",
        ] {
            assert!(!each(by_kind_and_time(), filter), "{filter}");
        }
        assert!(!each(Layout::Indexed(vec![vec![None, Some(0)]]), "kind = 'cpu'"));
        assert!(!each(Layout::Indexed(Vec::new()), "kind = 'cpu'"));
    }

    #[test]
    fn many_buckets_and_times_of_other_zones_are_grouped_behind_a_fence() {
        let indexed = || Layout::Indexed(vec![vec![Some(0)]]);
        assert_eq!(chosen(indexed(), "v > 1", None, 60), Shape::Fenced);
        assert_eq!(
            chosen(indexed(), "v > 1", Some("Europe/Berlin"), 3600),
            Shape::Fenced
        );
    }

    #[test]
    fn tables_on_other_servers_are_asked_so_that_those_can_do_the_work() {
        assert_eq!(chosen(Layout::Spread, "v > 1", None, 3600), Shape::Plain);
    }
}
