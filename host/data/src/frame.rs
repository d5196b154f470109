//! Data as it leaves this room: columns, never cells.

/// One line of a chart. `instants` (milliseconds since the Unix epoch, UTC) and `values` have equal length; instants
/// ascend; NaN is a missing value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// The value of the source's `series_label` column, or the value column's name.
    pub label: String,
    /// Milliseconds since the Unix epoch, UTC.
    pub instants: Vec<i64>,
    /// One for each instant.
    pub values: Vec<f64>,
}

/// The values of one column, all of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnData {
    /// NaN is a missing number.
    Numbers(Vec<f64>),
    /// Whole numbers.
    Integers(Vec<Option<i64>>),
    /// Exact numbers, as digits with a sign and a point at most; one that has more than are wanted ends in [`CUT`](crate::CUT).
    Decimals(Vec<Option<String>>),
    /// Text, and everything that has no kind of its own, written as text.
    Texts(Vec<Option<String>>),
    /// Truth values.
    Booleans(Vec<Option<bool>>),
    /// Milliseconds since the Unix epoch, UTC.
    Instants(Vec<Option<i64>>),
}

impl ColumnData {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Integers(values) => values.len(),
            Self::Decimals(values) | Self::Texts(values) => values.len(),
            Self::Booleans(values) => values.len(),
            Self::Instants(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A column and its configured name.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// As [`ColumnSpec::name`](crate::ColumnSpec).
    pub name: String,
    /// Its values.
    pub data: ColumnData,
}

/// Columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// In the order of the source's configuration.
    pub columns: Vec<Column>,
}

impl Frame {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.data.len())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
