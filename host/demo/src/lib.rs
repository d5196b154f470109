//! Sample tenants whose data keeps arriving, for `porthole demo`.
//!
//! The figures are functions of time (`tenant`), so that what is filled in before the start and what arrives later are
//! one curve. [`Feed::open`] makes what a dashboard shows first; [`Feed::run`] fills in older days and then lets new
//! data arrive.

mod configuration;
mod feed;
mod inventory;
mod noise;
mod present;
mod season;
mod tables;
mod tenant;

pub use configuration::write_configuration;
pub use feed::{Feed, FeedError};

/// The ids of the sample tenants, as their configuration folders are called.
pub fn tenants() -> impl Iterator<Item = &'static str> {
    tenant::TENANTS.iter().map(|tenant| tenant.id)
}
