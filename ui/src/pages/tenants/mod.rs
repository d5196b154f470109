//! Tenants: all of them, for the host's administrators; who may do what in one, for its admins too.

mod admit;
mod list;
mod members;
mod one;

pub(crate) use list::tenants;
pub(crate) use one::{members, tenant_admin};
