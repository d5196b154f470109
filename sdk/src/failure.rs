//! Failures: what a panel says instead of a view.

use crate::{Failure, QueryError};

impl Failure {
    /// A fault in the panel's YAML: `place` as `display.thresholds[0].color`, `fault` as a sentence that says what is
    /// wrong there and what to do. The host finds the line by the place.
    pub fn configuration(place: &str, fault: &str) -> Self {
        Self::Configuration(format!("{place}: {fault}"))
    }

    /// The reader asked for something that makes no sense here (an unknown column to sort by).
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Query(QueryError::Invalid(message.into()))
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}
