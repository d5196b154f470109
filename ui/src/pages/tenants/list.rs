//! All tenants there are or were.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{DatabaseState, TenantDatabase, TenantState, TenantStates};

use crate::{
    live::live_text,
    pages::desk::{Asked, Confirm, Question, Section, badge, cut, cut_link, host_page, text},
    query::segment,
};

/// The page.
pub(crate) fn tenants() -> View {
    host_page(Section::Tenants, body)
}

fn body() -> View {
    let asked = Asked::<TenantStates>::start(|| "/admin/tenants".to_owned());
    let confirm = Confirm::new();
    let count = live_text(move || match asked.answer().map(|answer| answer.tenants.len()) {
        None => String::new(),
        Some(1) => "1 tenant".to_owned(),
        Some(count) => format!("{count} tenants"),
    });
    let list = asked.shown(move |answer| {
        if answer.tenants.is_empty() {
            return view! {
                div(class="nothing", data-testid="no-tenants") { b { "No tenants yet" } p(class="dim") { "A tenant is a folder below tenants/ of the configuration: porthole tenant add makes one." } }
            };
        }
        let rows: Vec<View> = answer
            .tenants
            .iter()
            .map(|tenant| row(tenant, asked, confirm))
            .collect();
        view! {
            div(class="table-box", tabindex="0", role="region", aria-labelledby="tenants-title") {
                table(class="rows stack", data-testid="tenants") {
                    thead {
                        tr {
                            th(scope="col") { "Tenant" }
                            th(scope="col", class="w-word") { "State" }
                            th(scope="col", class="w-third") { "Database" }
                            th(scope="col", class="w-count") { "Members" }
                            th(scope="col", class="w-act") { span(class="sr-only") { "What can be done" } }
                        }
                    }
                    tbody { (rows) }
                }
            }
        }
    });
    let questions = confirm.view();
    view! {
        div(class="plugin-head") {
            h1(id="tenants-title", tabindex="-1") { "Tenants" }
            span(class="dim", role="status") { (count) }
        }
        p(class="dim lead") { "Tenants are folders of the configuration. Here they are switched off and on; the members of each are on its page." }
        section(class="slab", aria-labelledby="tenants-title") { (list) }
        (questions)
    }
}

fn row(tenant: &TenantState, asked: Asked<TenantStates>, confirm: Confirm) -> View {
    let href = format!("/admin/tenants/{}", segment(&tenant.id));
    let test_id = format!("tenant-{}", tenant.id);
    let members = tenant.members;
    let (link, id) = (
        cut_link(href, tenant.name.clone()),
        cut("dim mono", tenant.id.clone()),
    );
    let state = state(tenant);
    let database = database(tenant);
    let switch = switch(tenant, confirm, move || asked.again());
    view! {
        tr(data-testid=test_id) {
            td(data-label="Tenant") { div(class="who") { (link) (id) } }
            td(data-label="State") { (state) }
            td(data-label="Database") { (database) }
            td(data-label="Members") { (members) }
            td(class="acts-cell") { (switch) }
        }
    }
}

/// Whether a tenant is there for its readers.
pub(super) fn state(tenant: &TenantState) -> View {
    match (tenant.configured, tenant.disabled) {
        (_, true) => badge("bad", "off"),
        (true, false) => badge("good", "on"),
        (false, false) => badge("warn", "not configured"),
    }
}

/// Off, or on again.
pub(super) fn switch(tenant: &TenantState, confirm: Confirm, done: impl Fn() + 'static) -> View {
    let (id, name) = (&tenant.id, &tenant.name);
    let path = format!("/admin/tenants/{}", segment(id));
    let question = if tenant.disabled {
        Question {
            title: format!("Switch {name} on again?"),
            text: "Its members see it again at once, with the roles they had.".to_owned(),
            act: "Switch on",
            is_grave: false,
            request: ("POST", format!("{path}/enable")),
            done: Rc::new(done),
        }
    } else {
        Question {
            title: format!("Switch {name} off?"),
            text: "For everybody it is as if it did not exist, at once; what was kept of its data is forgotten. Members, plugins and tokens stay for when it is switched on again.".to_owned(),
            act: "Switch off",
            is_grave: true,
            request: ("POST", format!("{path}/disable")),
            done: Rc::new(done),
        }
    };
    confirm.button(
        format!("switch-{id}"),
        format!("{} {name}", question.act),
        question,
    )
}

/// How its database is: asked for by itself, so that one that does not answer holds nothing up.
pub(super) fn database(tenant: &TenantState) -> View {
    if !tenant.configured || tenant.disabled {
        return text("");
    }
    let path = format!("/admin/tenants/{}/database", segment(&tenant.id));
    let asked = Asked::<TenantDatabase>::start(move || path.clone());
    let said = asked.shown(|database| {
        let (class, text) = match database.state {
            DatabaseState::Up => ("good", "answers"),
            DatabaseState::Down => ("bad", "does not answer"),
            DatabaseState::Missing => ("warn", "none"),
        };
        let badge = badge(class, text);
        let reason = database
            .reason
            .clone()
            .map(|reason| view! { span(class="why") { (reason) } });
        view! { div(class="who") { (badge) (reason) } }
    });
    view! { div(class="database") { (said) } }
}
