//! Sources in memory, so that panels are tested natively with plain `cargo test`.
//!
//! ```
//! use porthole_sdk::{RowsRequest, Sources, testing::{self, FakeSource, FakeSources}};
//!
//! let table = testing::frame([
//!     ("service_name", testing::texts(&["api", "web"])),
//!     ("status_value", testing::integers(&[0, 2])),
//! ]);
//! let sources = FakeSources::new(0, 3_600_000).with("main", FakeSource::new(table));
//! let rows = sources.open("main")?.rows(RowsRequest { limit: 1, count: true, ..RowsRequest::default() })?;
//! assert_eq!((rows.frame.height(), rows.total), (1, Some(2)));
//! # Ok::<(), porthole_sdk::QueryError>(())
//! ```
//!
//! A [`Fixture`] is such sources, and a call, in a file; [`golden`] compares what a panel makes of them with what it
//! made when somebody last looked. `porthole plugin test` does the same with the component, in the sandbox.

#[cfg(not(target_family = "wasm"))]
mod fixture;
#[cfg(not(target_family = "wasm"))]
mod golden;
mod rows;
mod series;
mod source;
#[cfg(not(target_family = "wasm"))]
mod text;

#[cfg(not(target_family = "wasm"))]
pub use fixture::{Cut, FORMAT, Fixture, FixtureColumn, FixtureFault, FixtureSource};
#[cfg(not(target_family = "wasm"))]
pub use golden::{UPDATE, check_golden, golden};
pub use source::{FakeSource, FakeSources};

use crate::{Column, ColumnData, Frame, Instant, Series, log::Level};

/// Takes the lines that panels have logged on this thread since the last call.
#[cfg(not(target_family = "wasm"))]
pub fn log_lines() -> Vec<(Level, String)> {
    crate::log::take()
}

/// Inside the sandbox the host has the lines.
#[cfg(target_family = "wasm")]
pub fn log_lines() -> Vec<(Level, String)> {
    Vec::new()
}

/// A series from pairs of milliseconds and value.
pub fn series(label: &str, points: &[(Instant, f64)]) -> Series {
    Series {
        label: label.into(),
        instants: points.iter().map(|point| point.0).collect(),
        values: points.iter().map(|point| point.1).collect(),
    }
}

/// A frame from named columns.
pub fn frame<const N: usize>(columns: [(&str, ColumnData); N]) -> Frame {
    Frame {
        columns: columns
            .into_iter()
            .map(|(name, data)| Column::new(name, data))
            .collect(),
    }
}

/// A column of numbers.
pub fn numbers(values: &[f64]) -> ColumnData {
    ColumnData::Numbers(values.to_vec())
}

/// A column of integers, none missing.
pub fn integers(values: &[i64]) -> ColumnData {
    ColumnData::Integers(values.iter().copied().map(Some).collect())
}

/// A column of texts, none missing.
pub fn texts(values: &[&str]) -> ColumnData {
    ColumnData::Texts(values.iter().map(|text| Some((*text).to_owned())).collect())
}

/// A column of instants, none missing.
pub fn instants(values: &[Instant]) -> ColumnData {
    ColumnData::Instants(values.iter().copied().map(Some).collect())
}
