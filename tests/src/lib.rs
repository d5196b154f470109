//! What crosses the rooms: tests that start the real `porthole` on real databases and ask it over HTTP.
//!
//! This library is what those tests stand on; the tests are in `tests/`, the browser's journeys in `e2e/`.
//!
//! - [`Cluster`]: a throw-away PostgreSQL of this test alone.
//! - [`Site`]: a folder with settings, tenants and data, and the command line on it.
//! - [`Host`]: a running `porthole` on a free port.
//! - [`Nginx`]: the proxy that is shipped, in front of running hosts.
//! - [`guides`]: the guides' pages, their links and blocks of code.
//! - [`Client`]: somebody who asks the API.
//! - [`Keycloak`]: an identity provider, [`Visitor`]: somebody who logs in there with a browser, [`Gate`]: a way that
//!   can be shut.
//! - [`stamp`]: a panel's component in as many versions as a test wants.
//! - [`readings`]: CSV files read, and their means computed, without any of Porthole's code.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod client;
mod gate;
pub mod guides;
mod host;
pub mod keycloak;
pub mod nginx;
pub mod places;
mod postgres;
pub mod readings;
mod site;
pub mod stamp;
mod visitor;

pub use client::{Answer, Client};
pub use gate::Gate;
pub use host::Host;
pub use keycloak::{CLIENT_SECRET, Keycloak, NewClient, USER_PASSWORD, issuer};
pub use nginx::Nginx;
pub use postgres::{Cluster, free_port};
pub use site::{Outcome, Site, porthole};
pub use visitor::{Page, Visitor};
