//! One's own account: password, sessions, tokens, and what happened to it.

mod events;
mod new_token;
mod overview;
mod password;

pub(crate) use overview::account;
pub(super) use password::check;
