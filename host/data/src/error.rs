//! Why data could not be read.

use crate::fault::Fault;

/// Why data could not be read. No message contains a URL, a password or SQL text: readers may see all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// The request makes no sense for this source: an unknown sort column, an end before a start.
    #[error("{0}")]
    Invalid(String),
    /// The source's configuration does not fit the database, or the database refused the query.
    #[error("{0}")]
    Query(String),
    /// What the data holds, or what is computed of it, is beyond what the database can compute with; the fault is in the part
    /// of the source that asks for it, as far as that can be told.
    #[error("{0}")]
    OutOfRange(Fault),
    /// The answer would have more rows or bytes than one call may read.
    #[error("{0}")]
    TooLarge(String),
    /// The database did not answer in time.
    #[error("{0}")]
    TimedOut(String),
    /// The tenant's database cannot be reached.
    #[error("{0}")]
    Unavailable(String),
    /// The tenant's connections were all in use for as long as anybody waits.
    #[error("{0}")]
    Busy(String),
}
