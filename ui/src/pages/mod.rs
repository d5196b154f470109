//! One file per page.

mod account;
mod audit;
mod dashboard;
mod dashboard_faults;
mod desk;
mod home;
mod login;
mod notice;
mod password;
mod plugins;
mod report;
mod reveal;
mod sessions;
mod tenant;
mod tenants;
mod users;

pub(crate) use account::account;
pub(crate) use audit::{audit, tenant_audit};
pub(crate) use dashboard::dashboard;
pub(crate) use dashboard_faults::{DashboardFaults, dashboard_faults};
pub(crate) use home::home;
pub(crate) use login::login;
pub(crate) use notice::{lost, not_found, not_open, notice, unreachable};
pub(crate) use password::password;
pub(crate) use plugins::{plugin, plugins};
pub(crate) use report::report;
pub(crate) use reveal::reveal;
pub(crate) use sessions::all_sessions;
pub(crate) use tenant::tenant;
pub(crate) use tenants::{members, tenant_admin, tenants};
pub(crate) use users::{user, users};

/// The browser tab's title.
fn name_tab(title: &str) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(&if title.is_empty() {
            "Porthole".to_owned()
        } else {
            format!("{title} · Porthole")
        });
    }
}
