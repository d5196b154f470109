//! One tenant: how it is, who may do what there, its tokens.

use crate::prelude::*;
use porthole_model::{ApiTokens, Grants, TenantState, TenantStates};

use super::list::{database, state, switch};
use crate::{
    live::live,
    pages::{
        desk::{Asked, Confirm, Section, TenantSection, Whose, facts, host_page, tenant_page, text, tokens},
        name_tab, notice,
    },
    query::{Query, segment},
    stores::Session,
};

/// The page of the host's administrators.
pub(crate) fn tenant_admin(tenant: String) -> View {
    host_page(Section::Tenants, move || hosts_body(tenant))
}

/// The page of the tenant's own admins.
pub(crate) fn members(tenant: String) -> View {
    tenant_page(&tenant.clone(), TenantSection::Members, move || {
        let is_hosts = use_context::<Session>().is_admin();
        let confirm = Confirm::new();
        let slabs = slabs(&tenant, is_hosts, confirm);
        let questions = confirm.view();
        view! {
            h1(tabindex="-1") { "Members" }
            p(class="dim lead") { "Who may see this tenant's dashboards, publish its plugins, or change this page; and the tokens with which programs do." }
            (slabs)
            (questions)
        }
    })
}

fn hosts_body(tenant: String) -> View {
    let asked = Asked::<TenantStates>::start(|| "/admin/tenants".to_owned());
    let confirm = Confirm::new();
    let about = asked.shown({
        let tenant = tenant.clone();
        move |answer| match answer.tenants.iter().find(|one| one.id == tenant) {
            Some(one) => {
                name_tab(&format!("{} · Tenants", one.name));
                head(one, asked, confirm)
            }
            None => {
                name_tab("Not found");
                notice(
                    "There is no such tenant",
                    "Neither the configuration nor the central database knows it.",
                    None,
                )
            }
        }
    });
    let is_known = create_selector({
        let tenant = tenant.clone();
        move || {
            asked
                .answer()
                .is_some_and(|answer| answer.tenants.iter().any(|one| one.id == tenant))
        }
    });
    let slabs = live(move || match is_known.get() {
        true => slabs(&tenant, true, confirm),
        false => View::new(),
    });
    let questions = confirm.view();
    view! {
        p(class="way-up") { a(class="link", href="/admin/tenants") { "‹ All tenants" } }
        (about)
        (slabs)
        (questions)
    }
}

fn head(tenant: &TenantState, asked: Asked<TenantStates>, confirm: Confirm) -> View {
    let (id, name) = (tenant.id.clone(), tenant.name.clone());
    let state = state(tenant);
    let switch = switch(tenant, confirm, move || asked.again());
    let mut query = Query::default();
    query.push("tenant", tenant.id.as_str());
    let log = format!("/admin/audit{}", query.to_text());
    let known = facts(vec![
        ("Id", text(id)),
        ("Members", text(tenant.members.to_string())),
        ("Database", database(tenant)),
    ]);
    let why = match (tenant.configured, tenant.disabled) {
        (_, true) => {
            view! { div(class="notice warn") { b { "This tenant is off" } p { "For everybody it is as if it did not exist. Members, plugins and tokens are kept." } } }
        }
        (false, false) => {
            view! { div(class="notice warn") { b { "The configuration has no such tenant any more" } p { "Nobody sees it. When its folder is back, its members see it again." } } }
        }
        (true, false) => View::new(),
    };
    view! {
        div(class="plugin-head") {
            h1(tabindex="-1") { (name) }
            (state)
            span(class="grow")
            div(class="acts") { a(class="button", href=log) { "Audit log" } (switch) }
        }
        (why)
        (known)
    }
}

fn slabs(tenant: &str, is_hosts: bool, confirm: Confirm) -> View {
    let grants = Asked::<Grants>::start({
        let path = format!("/admin/tenants/{}/grants", segment(tenant));
        move || path.clone()
    });
    let whose = Whose::Tenant(tenant.to_owned());
    let tokens_of = Asked::<ApiTokens>::start({
        let whose = whose.clone();
        move || whose.path()
    });
    let members = super::members::members(tenant, grants, is_hosts, confirm);
    let tokens = tokens(tokens_of, whose, confirm);
    view! {
        div(class="slabs") {
            (members)
            section(class="slab whole", aria-labelledby="tokens-title", data-testid="tokens") {
                div(class="slab-head") { h2(id="tokens-title", tabindex="-1") { "API tokens" } }
                (tokens)
            }
        }
    }
}
