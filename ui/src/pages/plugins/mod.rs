//! A tenant's plugins, for its editors: all of them, and each by itself.

mod acts;
mod detail;
mod list;
mod log;
mod parts;
mod polled;
mod upload;

pub(crate) use detail::plugin;
pub(crate) use list::plugins;

use crate::prelude::*;

use super::{
    desk::{TenantSection, tenant_name, tenant_tabs},
    name_tab, not_open, notice,
};
use crate::{frame, query::segment, stores::Session};

/// The frame of these pages; `name` is the plugin's, on its own page. `body` is only made for those who may see it.
fn page(tenant: &str, name: Option<&str>, body: impl FnOnce() -> View) -> View {
    let list = format!("/t/{}/plugins", segment(tenant));
    let trail = match name {
        None => view! { span(class="dim wide", aria-hidden="true") { "/" } b(class="here") { "Plugins" } },
        Some(name) => {
            let name = name.to_owned();
            view! {
                span(class="dim wide", aria-hidden="true") { "/" }
                a(class="here link", href=list) { "Plugins" }
                span(class="dim", aria-hidden="true") { "/" }
                b(class="here") { (name) }
            }
        }
    };
    let bar = frame::bare_bar(Some(tenant.to_owned()), Some(trail));
    let body = if use_context::<Session>().may_publish(tenant) {
        name_tab(&format!(
            "{} · {}",
            name.unwrap_or("Plugins"),
            tenant_name(tenant)
        ));
        let tabs = tenant_tabs(tenant, TenantSection::Plugins);
        let body = body();
        view! { div(class="desk") { (tabs) (body) } }
    } else if let Some(elsewhere) = not_open(tenant) {
        elsewhere
    } else {
        name_tab("Not permitted");
        notice(
            "Only for editors",
            "A tenant's plugins are shown to its editors and admins. Ask one of them to publish, roll back or explain a plugin.",
            None,
        )
    };
    view! { (bar) main { (body) } }
}
