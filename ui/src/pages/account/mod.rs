//! One's own account: password, sessions, tokens, and what happened to it.

mod events;
mod new_token;
mod overview;
mod password;
mod tenants;

pub(super) use new_token::{MadeToken, made_dialog, new_dialog};
pub(crate) use overview::account;
pub(super) use password::check;
