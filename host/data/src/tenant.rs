//! One tenant's data.

use crate::{DataError, Fault, RowsAnswer, RowsQuery, SeriesAnswer, SeriesQuery, Source};

/// One tenant's data. Cheap to clone; dropping a call's future stops its query.
#[derive(Debug, Clone)]
pub struct TenantData {}

impl TenantData {
    /// Points in time. Needs the columns `timestamp` (or another time column) and `value`; one series for each value
    /// of `series_label`, or one in all.
    pub async fn series(&self, _source: &Source, _query: &SeriesQuery) -> Result<SeriesAnswer, DataError> {
        Err(DataError::Unavailable("not connected".into()))
    }

    /// Rows, sorted, filtered and paged.
    pub async fn rows(&self, _source: &Source, _query: &RowsQuery) -> Result<RowsAnswer, DataError> {
        Err(DataError::Unavailable("not connected".into()))
    }

    /// Holds a source against the database's catalogue; no faults: it fits.
    pub async fn check(&self, _source: &Source) -> Result<Vec<Fault>, DataError> {
        Err(DataError::Unavailable("not connected".into()))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DataError> {
        Err(DataError::Unavailable("not connected".into()))
    }
}
