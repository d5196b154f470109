//! The HTTP interface as a client sees it: a real central database behind it, and panels that answer as told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod administration;
mod answers;
mod errors;
mod invalidation;
mod isolation;
mod locks;
mod login;
mod matrix;
mod pictures;
mod provider;
mod site;
mod stand_in;
mod strictness;
mod tenant_audit;
mod timing;
mod writes;
