//! One's own account: password, sessions, tokens.

mod new_token;
mod overview;
mod password;

pub(crate) use overview::account;
pub(super) use password::check;
