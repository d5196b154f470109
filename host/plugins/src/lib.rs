//! A tenant's own plugins: found in its folder or published into the central database, checked against what the tenant
//! trusts, loaded off the request path, swapped whole, and accounted for.
//!
//! [`Plugins::take_over`] brings the registry of the sandbox up to what a configuration says; [`Plugins::follow`] does
//! the same for what other hosts publish. [`Plugins::publish`] is the one way into the database, whoever asks. What
//! plugins cost and say is kept by [`Accounts`] and [`Logbook`], which are told of every call.
//!
//! Knows the sandbox, the central database and what tenants' folders say; knows neither HTTP nor a tenant's data.

mod accounts;
mod error;
mod folder;
mod listing;
mod loading;
mod logbook;
mod publish;
mod state;
mod swap;
mod trust;

pub use accounts::Accounts;
pub use error::PluginsError;
pub use logbook::{LogEntry, Logbook};
pub use publish::Upload;
pub use state::{Plugins, TenantSettings};
pub use trust::{lock_text, sha256};
