//! What can be asked of a source, and the answers.

use crate::{Frame, Series, TextLimits};

/// A stretch of time in milliseconds since the Unix epoch, UTC; `start` is in, `end` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// In.
    pub start: i64,
    /// Out.
    pub end: i64,
}

/// What becomes of the points in one bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// Their mean.
    #[default]
    Average,
    /// The smallest.
    Minimum,
    /// The largest.
    Maximum,
    /// Their sum.
    Sum,
    /// How many have a value.
    Count,
    /// The value at the newest instant.
    Last,
}

/// A question for points in time. Missing values are no points to an aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesQuery {
    /// `None`: all of it.
    pub range: Option<Range>,
    /// Buckets of this many seconds, aligned to the Unix epoch in UTC; `None`: raw points. A bucket's instant is its
    /// start; rows outside `range` are not in any bucket.
    pub bucket_seconds: Option<u32>,
    /// Ignored for raw points.
    pub aggregate: Aggregate,
    /// These series only; empty: all.
    pub labels: Vec<String>,
    /// More points than this are refused with [`DataError::TooLarge`](crate::DataError).
    pub max_rows: u64,
    /// A larger answer than this is refused with [`DataError::TooLarge`](crate::DataError).
    pub max_bytes: u64,
}

/// The answer to a [`SeriesQuery`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeriesAnswer {
    /// Ordered by label.
    pub series: Vec<Series>,
    /// Rows that came from the database.
    pub rows_read: u64,
    /// The size of the answer in memory.
    pub bytes_read: u64,
    /// How many whole, settled buckets came from where; `None`: the question was not split.
    pub buckets: Option<BucketUse>,
    /// Buckets that are asked for each time: those that are not settled, parts of them at the ends of the range, and all
    /// of a question that was not split.
    pub asked_anew: u64,
}

/// Where the buckets of an answer came from. Parts of buckets at the ends of a range, and those that are not settled,
/// always come from the database and are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BucketUse {
    /// They were known.
    pub kept: u64,
    /// The database was asked.
    pub computed: u64,
}

/// A question for rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowsQuery {
    /// `None`: all of it. Sources without a time column are never restricted.
    pub range: Option<Range>,
    /// Configured column and whether the largest come first. Empty: the source's own order.
    pub sort: Vec<(String, bool)>,
    /// Configured column and the text its value, written as text, must contain, without regard to case.
    pub filters: Vec<(String, String)>,
    /// Keep the newest row of each value of this configured column: newest by the source's time column, or, where
    /// it has none, the first in the source's own order.
    pub latest_per: Option<String>,
    /// Rows to leave out at the start.
    pub offset: u64,
    /// Rows to return at most. 0: the kinds of the columns, without asking the database for a row.
    pub limit: u64,
    /// Whether [`RowsAnswer::total`] is wanted.
    pub count: bool,
    /// How much of long texts is wanted.
    pub texts: TextLimits,
    /// More rows than this are refused with [`DataError::TooLarge`](crate::DataError).
    pub max_rows: u64,
    /// A larger answer than this is refused with [`DataError::TooLarge`](crate::DataError).
    pub max_bytes: u64,
}

/// The answer to a [`RowsQuery`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowsAnswer {
    /// One column for each configured column, in that order.
    pub frame: Frame,
    /// How many rows there are without `offset` and `limit`; only when asked for.
    pub total: Option<u64>,
    /// Texts that are not whole.
    pub shortened: u64,
    /// Rows that came from the database.
    pub rows_read: u64,
    /// The size of the answer in memory.
    pub bytes_read: u64,
}
