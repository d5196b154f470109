//! The frame of these pages: bar, tabs, and the word to those who may not see them.

use crate::prelude::*;

use crate::{
    frame,
    pages::{name_tab, not_open, notice},
    query::segment,
    stores::Session,
};

/// The parts of the host's administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Accounts.
    Users,
    /// Tenants.
    Tenants,
    /// Who is logged in.
    Sessions,
    /// The audit log.
    Audit,
}

impl Section {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Users, "/admin/users", "Users"),
        (Self::Tenants, "/admin/tenants", "Tenants"),
        (Self::Sessions, "/admin/sessions", "Sessions"),
        (Self::Audit, "/admin/audit", "Audit log"),
    ];
}

/// The parts of a tenant's own administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TenantSection {
    /// Its plugins, for its editors too.
    Plugins,
    /// Who may do what there.
    Members,
    /// Its audit log.
    Audit,
}

impl TenantSection {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Plugins, "plugins", "Plugins"),
        (Self::Members, "members", "Members"),
        (Self::Audit, "audit", "Audit log"),
    ];
}

/// A page of the host's administration. `body` is only made for those who may see it, and may give the tab a better title.
pub(crate) fn host_page(section: Section, body: impl FnOnce() -> View) -> View {
    let title = Section::ALL
        .into_iter()
        .find(|(one, ..)| *one == section)
        .map_or("", |(.., name)| name);
    name_tab(title);
    let bar = frame::titled_bar("Administration");
    let session = use_context::<Session>();
    if !session.is_admin() {
        let who = session.me().map(|me| me.email.clone()).unwrap_or_default();
        let body = forbidden(
            "This page is for administrators",
            &format!(
                "You are logged in as {who}, who does not administer this host. Ask one of those who run it for what you need, or log in with another account."
            ),
        );
        return view! { (bar) main { (body) } };
    }
    let tabs = tabs(
        "Administration",
        Section::ALL
            .into_iter()
            .map(|(one, address, name)| (address.to_owned(), name, one == section))
            .collect(),
    );
    let body = body();
    view! { (bar) main { div(class="desk") { (tabs) (body) } } }
}

/// A page of a tenant's own administration. `body` is only made for its admins.
pub(crate) fn tenant_page(tenant: &str, section: TenantSection, body: impl FnOnce() -> View) -> View {
    let name = TenantSection::ALL
        .into_iter()
        .find(|(one, ..)| *one == section)
        .map_or("", |(.., name)| name);
    let trail = view! { span(class="dim wide", aria-hidden="true") { "/" } b(class="here wide") { (name) } };
    let bar = frame::bare_bar(Some(tenant.to_owned()), Some(trail));
    if let Some(elsewhere) = not_open(tenant) {
        return view! { (bar) main { (elsewhere) } };
    }
    name_tab(&format!("{name} · {}", tenant_name(tenant)));
    if !use_context::<Session>().administers(tenant) {
        let body = forbidden(
            "This page is for the tenant's admins",
            "Who is in a tenant, and what happened there, is shown to those with the role admin in it. Ask one of them.",
        );
        return view! { (bar) main { (body) } };
    }
    let tabs = tenant_tabs(tenant, section);
    let body = body();
    view! { (bar) main { div(class="desk") { (tabs) (body) } } }
}

/// A tenant as its readers call it.
pub(crate) fn tenant_name(tenant: &str) -> String {
    use_context::<Session>()
        .me()
        .and_then(|me| Some(me.tenants.iter().find(|one| one.id == tenant)?.name.clone()))
        .unwrap_or_else(|| tenant.to_owned())
}

/// From one part of a tenant's administration to the others; nothing for those who may see but one.
pub(crate) fn tenant_tabs(tenant: &str, section: TenantSection) -> View {
    if !use_context::<Session>().administers(tenant) {
        return View::new();
    }
    tabs(
        "Tenant's administration",
        TenantSection::ALL
            .into_iter()
            .map(|(one, path, name)| (format!("/t/{}/{path}", segment(tenant)), name, one == section))
            .collect(),
    )
}

fn tabs(label: &'static str, tabs: Vec<(String, &'static str, bool)>) -> View {
    let tabs: Vec<View> = tabs
        .into_iter()
        .map(|(address, name, is_here)| {
            let current = if is_here { "page" } else { "false" };
            view! { a(href=address, aria-current=current) { (name) } }
        })
        .collect();
    view! { nav(class="tabs", aria-label=label) { (tabs) } }
}

fn forbidden(title: &'static str, detail: &str) -> View {
    name_tab("Not permitted");
    let way = view! { a(class="button primary", href="/") { "To the start page" } };
    let said = notice(title, detail, Some(way));
    view! { div(data-testid="forbidden") { (said) } }
}
