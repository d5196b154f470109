//! What a panel may reach, as trait objects: the tenant's data without any idea of where it is.

use std::sync::Arc;

use async_trait::async_trait;

use crate::bindings::{ColumnInfo, QueryError, Rows, RowsRequest, SeriesAnswer, SeriesRequest};

/// One source that the panel's configuration declares, bound to tenant, panel and time range for one call.
///
/// The sandbox counts queries, rows and bytes around it; an implementation need not, but may refuse earlier with
/// [`QueryError::TooLarge`].
#[async_trait]
pub trait Source: Send + Sync {
    /// The columns the configuration declares; needs no database.
    fn columns(&self) -> Vec<ColumnInfo>;

    /// Series over time. Instants are milliseconds since the Unix epoch; instants and values of one series have equal
    /// length and ascend in time; NaN marks a missing value.
    async fn series(&self, request: SeriesRequest) -> Result<SeriesAnswer, QueryError>;

    /// Rows as columns of equal length, one per configured column.
    async fn rows(&self, request: RowsRequest) -> Result<Rows, QueryError>;

    /// How many time buckets had to be computed for the answers given so far, for the receipt.
    fn buckets_computed(&self) -> u64 {
        0
    }
}

/// Opens the sources of one panel by the names its configuration gives them (`main`, `latest`, …).
pub trait Sources: Send + Sync {
    /// The source of this name, or [`QueryError::Denied`] when the configuration declares none. The name comes from the
    /// guest: it may be anything.
    fn open(&self, name: &str) -> Result<Arc<dyn Source>, QueryError>;
}
