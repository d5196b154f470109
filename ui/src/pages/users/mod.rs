//! Accounts, for the host's administrators: all of them, and each by itself.

mod change;
mod create;
mod detail;
mod grants;
mod link;
mod list;

pub(crate) use detail::user;
pub(crate) use list::users;
