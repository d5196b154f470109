//! The newest row of each, by an index.
//!
//! Ranking all rows reads all of them, which takes as long as the table is large. Where an index leads from each value to its
//! newest row, the values are found one after the other by it, and of each value one row is read.

use super::rows::has_order;
use super::table::Layout;
use super::{Dialect, Kind, Resolved};
use crate::query::RowsQuery;
use crate::time::TimeForm;

/// The column that rows are told apart by, and the time column, by their places in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByIndex {
    group: usize,
    time: usize,
}

impl ByIndex {
    /// Whether the newest row of each value of the configured column `group` can be found so: of all of a table of PostgreSQL
    /// with an index on the two columns, and many rows for each value.
    pub(super) fn of(source: &Resolved<'_>, query: &RowsQuery, group: usize) -> Option<Self> {
        let table = source.table;
        let (time, form) = source.time?;
        let group = source.columns[group];
        let Layout::Indexed(indexes) = &table.layout else {
            return None;
        };
        // With a condition of whatever kind, finding the next value may read all rows of those between.
        let is_whole =
            query.range.is_none() && source.source.condition().is_none() && source.source.limit().is_none();
        let is_plain = matches!(form, TimeForm::Timestamp | TimeForm::TimestampTz | TimeForm::Date);
        let is_ordered = |place: &usize| match &table.columns[*place].kind {
            Kind::Opaque(name) => has_order(name),
            _ => true,
        };
        let is_fit = table.dialect == Dialect::Postgres
            && is_whole
            && is_plain
            && table.is_crowded(group)
            && source.columns.iter().all(is_ordered)
            && indexes
                .iter()
                .any(|columns| columns.starts_with(&[Some(group), Some(time)]));
        is_fit.then_some(Self { group, time })
    }

    /// The statement. `select`: what is wanted of a row, among it the time as `t`; `ties`: what decides between rows of the same
    /// time, by the names that `select` gives.
    pub(super) fn statement(self, source: &Resolved<'_>, select: &str, ties: &[String]) -> String {
        let table = &source.table.quoted;
        let (group, time) = (source.quoted(self.group), source.quoted(self.time));
        let ties = ties.join(", ");
        // An index has rows without a time before all others, going backwards: they are looked for only where there are no others.
        let newest = |condition: &str| {
            let with_time = format!(
                "(SELECT {select} FROM {table} AS tenants WHERE {condition} AND {time} IS NOT NULL ORDER BY t DESC, {ties} LIMIT 1)"
            );
            if !source.table.columns[self.time].nullable {
                return with_time;
            }
            format!(
                "(SELECT * FROM ({with_time} UNION ALL \
                 (SELECT {select} FROM {table} AS tenants WHERE {condition} AND {time} IS NULL ORDER BY {ties} LIMIT 1)) AS either \
                 ORDER BY t DESC NULLS LAST LIMIT 1)"
            )
        };
        let without = match source.table.columns[self.group].nullable {
            true => format!(" UNION ALL {}", newest(&format!("{group} IS NULL"))),
            false => String::new(),
        };
        format!(
            "WITH RECURSIVE each AS (\
             (SELECT {group} AS one FROM {table} AS tenants WHERE {group} IS NOT NULL ORDER BY 1 LIMIT 1) UNION ALL \
             SELECT (SELECT {group} FROM {table} AS tenants WHERE {group} > each.one ORDER BY 1 LIMIT 1) FROM each \
             WHERE each.one IS NOT NULL) \
             SELECT newest.* FROM each CROSS JOIN LATERAL {} AS newest WHERE each.one IS NOT NULL{without}",
            newest(&format!("{group} = each.one"))
        )
    }
}
