//! This host as a client of a provider on this machine, which signs what it is told to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod flow;
mod stand_in;
mod tokens;
