//! A panel's source: which table, columns and rows it may read, checked as far as that goes without the database.

use std::sync::Arc;

use crate::fault::{Fault, Part};
use crate::ladder::Ladder;
use crate::query::Aggregate;

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
}

/// A checked source. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Source(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    spec: SourceSpec,
    ladder: Ladder,
}

impl Source {
    /// Checks a source as far as that goes without the database, and reports everything that is wrong with it.
    pub fn parse(spec: &SourceSpec) -> Result<Self, Vec<Fault>> {
        if spec.columns.is_empty() {
            return Err(vec![Fault::new(Part::Table, "the source has no columns")]);
        }
        Ok(Self(Arc::new(Inner {
            spec: spec.clone(),
            ladder: spec.ladder.clone().unwrap_or_default(),
        })))
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
}
