//! Where a panel's data comes from.

use crate::{ColumnInfo, QueryError, Rows, RowsRequest, SeriesAnswer, SeriesRequest};

/// One source that the panel's YAML declares, bound to the tenant, the range and the limits of this call.
pub trait Source {
    /// The columns as the YAML declares them: the role (`value`, `service_name`, …) or, for sources with a list of
    /// columns, the column's own name.
    fn columns(&self) -> Vec<ColumnInfo>;

    /// Values over time; needs the roles `timestamp` and `value`. One series per value of `series_label`, or one in
    /// all where that role is not mapped.
    ///
    /// # Errors
    /// [`QueryError`] says why there is no answer.
    fn series(&self, request: SeriesRequest) -> Result<SeriesAnswer, QueryError>;

    /// Rows; one column of the answer per configured column.
    ///
    /// # Errors
    /// [`QueryError`] says why there is no answer.
    fn rows(&self, request: RowsRequest) -> Result<Rows, QueryError>;

    /// Whether the YAML maps the role, or lists the column, of this name.
    fn has(&self, column: &str) -> bool {
        self.columns().iter().any(|info| info.name == column)
    }
}

/// The sources that the panel's YAML declares.
pub trait Sources {
    /// Opens one by name; `main` is the one under `data_source:`.
    ///
    /// # Errors
    /// [`QueryError::Denied`] when the YAML declares no source of this name.
    fn open(&self, name: &str) -> Result<Box<dyn Source>, QueryError>;
}

/// The real ones: every question goes to the host.
#[cfg(target_family = "wasm")]
pub(crate) struct HostSources;

#[cfg(target_family = "wasm")]
impl Sources for HostSources {
    fn open(&self, name: &str) -> Result<Box<dyn Source>, QueryError> {
        Ok(Box::new(crate::bindings::porthole::panel::query::open(name)?))
    }
}

#[cfg(target_family = "wasm")]
impl Source for crate::bindings::porthole::panel::query::Source {
    fn columns(&self) -> Vec<ColumnInfo> {
        Self::columns(self)
    }

    fn series(&self, request: SeriesRequest) -> Result<SeriesAnswer, QueryError> {
        Self::series(self, &request)
    }

    fn rows(&self, request: RowsRequest) -> Result<Rows, QueryError> {
        Self::rows(self, &request)
    }
}
