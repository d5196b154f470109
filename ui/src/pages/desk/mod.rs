//! What the pages of accounts and of their administration are made of.

mod asked;
mod confirm;
mod deed;
mod dialog;
mod field;
mod frame;
mod parts;
mod role;
mod secret;
mod sessions;
mod strength;
mod tokens;

pub(super) use asked::Asked;
pub(super) use confirm::{Confirm, Question};
pub(super) use deed::Deed;
pub(super) use dialog::Dialog;
pub(super) use field::{Field, choice, focus_wrong};
pub(super) use frame::{Section, TenantSection, host_page, tenant_name, tenant_page, tenant_tabs};
pub(super) use parts::{badge, cut, cut_link, dash, facts, text, trouble, when};
pub(super) use role::{MAY_COME_BACK, by_group, role, role_choice, role_title, roles};
pub(super) use secret::secret;
pub(super) use sessions::{SessionTable, sessions};
pub(super) use strength::strength;
pub(super) use tokens::{Whose, live_ones, tokens};
