//! Tenant databases: SQL fragments, buckets, frames.
//!
//! A [`Source`] is what a panel's configuration says about a table, checked. [`Databases`] holds the connections of all
//! tenants; [`TenantData`] answers questions about a source: points in time ([`TenantData::series`]) or rows
//! ([`TenantData::rows`]). Nobody above this room sees the text of a query or a connection, and nothing from a request
//! ever becomes text of a query: it selects among configured columns, or it is bound.
//!
//! [`load`] and [`import`] write, over connections of their own; [`provision`] makes a whole database for a new tenant.

mod advice;
mod buckets;
mod catalogue;
mod cells;
mod connection;
mod databases;
mod digits;
mod error;
mod fault;
mod fill;
mod fragment;
mod frame;
pub mod import;
mod label;
mod ladder;
pub mod load;
mod moment;
pub mod provision;
mod query;
mod source;
mod sql;
mod tenant;
mod text;
mod time;

pub use advice::{Advice, Question};
pub use buckets::{BucketOptions, BucketStore, expect_figures};
pub use connection::{PoolOccupancy, asked_by};
pub use databases::{Databases, DatabasesOptions, TenantDatabase};
pub use digits::nearest;
pub use error::DataError;
pub use fault::{Fault, Part};
pub use fill::Fill;
pub use frame::{Column, ColumnData, Frame, Series};
pub use ladder::{Ladder, LadderError, Rung};
pub use query::{Aggregate, BucketUse, Range, RowsAnswer, RowsQuery, SeriesAnswer, SeriesQuery};
pub use source::{ColumnSpec, Keep, Source, SourceSpec, TimeColumn};
pub use tenant::TenantData;
pub use text::{CUT, TextLimits};
pub use time::is_zone;
