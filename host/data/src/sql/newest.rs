//! The newest row of each, by an index.
//!
//! Ranking all rows reads all of them, which takes as long as the table is large. Where an index leads from each value to its
//! newest row, the values are found one after the other by it, and of each value one row is read.

use super::rows::has_order;
use super::table::Layout;
use super::{Dialect, Kind, Resolved, time};
use crate::query::RowsQuery;
use crate::time::TimeForm;

/// The column that rows are told apart by, and the time column, by their places in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByIndex {
    group: usize,
    time: usize,
}

impl ByIndex {
    /// Whether the newest row of each value of the configured column `group` can be found so: of all of a table with an index on
    /// the two columns. In PostgreSQL there have to be many rows for each value, or looking each value up costs more than ranking.
    pub(super) fn of(source: &Resolved<'_>, query: &RowsQuery, group: usize) -> Option<Self> {
        let table = source.table;
        let (time_place, form) = source.time?;
        let group = source.columns[group];
        let Layout::Indexed(indexes) = &table.layout else {
            return None;
        };
        // With a condition of whatever kind, finding the next value may read all rows of those between.
        let is_whole =
            query.range.is_none() && source.source.condition().is_none() && source.source.limit().is_none();
        let is_plain = match table.dialect {
            Dialect::Postgres => matches!(form, TimeForm::Timestamp | TimeForm::TimestampTz | TimeForm::Date),
            Dialect::Sqlite => true,
        };
        let is_ordered = |place: &usize| match &table.columns[*place].kind {
            Kind::Opaque(name) => has_order(name),
            _ => true,
        };
        let is_fit = is_whole
            && is_plain
            && Self::is_worth_one(source, group)
            && source.columns.iter().all(is_ordered)
            && indexes
                .iter()
                .any(|columns| columns.starts_with(&[Some(group), Some(time_place)]));
        is_fit.then_some(Self {
            group,
            time: time_place,
        })
    }

    /// Whether an index on the column at this place and on time would be used.
    pub(crate) fn is_worth_one(source: &Resolved<'_>, group: usize) -> bool {
        let table = source.table;
        match (table.dialect, source.time) {
            (_, None) => false,
            (Dialect::Postgres, _) => table.is_crowded(group),
            (Dialect::Sqlite, Some((_, form))) => {
                time::is_in_order(form) && table.numbered && table.has_plain_order
            }
        }
    }

    /// The statement. `select`: what is wanted of a row, among it the time as `t`; `ties`: what decides in PostgreSQL between rows
    /// of the same time, by the names that `select` gives.
    pub(super) fn statement(self, source: &Resolved<'_>, select: &str, ties: &[String]) -> String {
        match source.table.dialect {
            Dialect::Postgres => self.postgres(source, select, ties),
            Dialect::Sqlite => self.sqlite(source, select),
        }
    }

    /// SQLite has the number of each row in the index, and rows without a time after all others, going backwards; it cannot
    /// join a subquery to what stands before it. Of rows of the same time the last counts, as where they are ranked.
    fn sqlite(self, source: &Resolved<'_>, select: &str) -> String {
        let table = &source.table.quoted;
        let (group, time) = (source.quoted(self.group), source.quoted(self.time));
        let newest = |condition: &str| {
            format!(
                "(SELECT _rowid_ FROM {table} AS tenants WHERE {condition} ORDER BY {time} DESC, _rowid_ DESC LIMIT 1)"
            )
        };
        let without = match source.table.columns[self.group].nullable {
            true => format!(" UNION ALL SELECT {}", newest(&format!("{group} IS NULL"))),
            false => String::new(),
        };
        format!(
            "WITH RECURSIVE each(one) AS (SELECT min({group}) FROM {table} AS tenants UNION ALL \
             SELECT (SELECT min({group}) FROM {table} AS tenants WHERE {group} > each.one) FROM each WHERE each.one IS NOT NULL) \
             SELECT {select} FROM {table} AS tenants WHERE _rowid_ IN \
             (SELECT {} FROM each WHERE each.one IS NOT NULL{without})",
            newest(&format!("{group} = each.one"))
        )
    }

    fn postgres(self, source: &Resolved<'_>, select: &str, ties: &[String]) -> String {
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
