//! Where a panel's data comes from: table, columns, fragments of SQL.

use crate::Spanned;

/// One entry of `data_sources:`, or the one under `data_source:`, with its `query:`.
///
/// Table, columns and fragments are as written: whether they exist, and whether the SQL is allowed, is for those to say
/// who know the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceConfig {
    /// `metrics` or `schema.metrics`.
    pub table: Spanned<String>,
    /// In the order of the file; at least one; names are unique.
    pub columns: Vec<ColumnConfig>,
    /// `query.where`.
    pub filter: Option<Spanned<String>>,
    /// `query.order_by`.
    pub order_by: Option<Spanned<String>>,
    /// `query.limit`, from 1.
    pub limit: Option<Spanned<u64>>,
    /// `query:` as one text: condition, ORDER BY and LIMIT together. Excludes the three above.
    pub combined: Option<Spanned<String>>,
    /// `time_column:`: the database's column that the reader's range restricts; `none`: the range restricts nothing;
    /// absent: the column of the role `timestamp`, or what else the data room finds fit.
    pub time_column: Option<Spanned<String>>,
    /// `time_zone:`: IANA name of the zone in which timestamps without one are meant; none: the tenant's, else UTC.
    pub time_zone: Option<Spanned<String>>,
}

impl SourceConfig {
    /// The column with this name (or role).
    pub fn column(&self, name: &str) -> Option<&ColumnConfig> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// One column of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnConfig {
    /// The role (`value`, `service_name`, …), or, for a list of columns, the column's own name.
    pub name: String,
    /// The database's column.
    pub column: Spanned<String>,
    /// `display:`, for people.
    pub title: Option<String>,
    /// `datetime`, `number`, `status`, `boolean`, `text`, or what a panel type of the tenant understands.
    pub format: Option<String>,
}
