//! Which tenants an account sees, and what it may do there.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{Account, DormantGrant, GrantRole, Role, TenantStates, TenantSummary};

use crate::{
    api,
    live::live,
    pages::desk::{
        Asked, Confirm, Deed, MAY_COME_BACK, Question, by_group, choice, cut, cut_link, role_choice, roles,
        text,
    },
    query::segment,
};

/// The path of somebody's grant for a tenant.
fn path(tenant: &str, email: &str) -> String {
    format!("/admin/tenants/{}/grants/{}", segment(tenant), segment(email))
}

/// The section.
pub(super) fn grants(account: &Account, asked: Asked<Account>, confirm: Confirm) -> View {
    let rows: Vec<View> = account
        .tenants
        .iter()
        .map(|tenant| row(account, tenant, asked, confirm))
        .chain(
            account
                .dormant
                .iter()
                .map(|grant| dormant_row(account, grant, asked, confirm)),
        )
        .collect();
    let table = if rows.is_empty() {
        view! { p(class="dim", data-testid="no-grants") { "This account sees no tenant yet." } }
    } else {
        view! {
            div(class="table-box", tabindex="0", role="region", aria-labelledby="grants-title") {
                table(class="rows stack", data-testid="grants") {
                    thead {
                        tr {
                            th(scope="col") { "Tenant" }
                            th(scope="col", class="w-role") { "Role" }
                            th(scope="col", class="w-act") { span(class="sr-only") { "What can be done" } }
                        }
                    }
                    tbody { (rows) }
                }
            }
        }
    };
    let add = add(account, asked);
    let has_by_group = (!account.by_group.is_empty()).then(|| {
        view! { p(class="hint-line", data-testid="by-group") { "What a group of the identity provider gives is taken back by the group only: take them out of it there. A role chosen here stays, whatever the group." } }
    });
    let note = account.is_admin.then(|| {
        view! { p(class="hint-line") { "As an administrator of the host, it is an admin in every tenant it is let into, whatever its role." } }
    });
    view! {
        section(class="slab whole", aria-labelledby="grants-title") {
            div(class="slab-head") { h2(id="grants-title", tabindex="-1") { "Tenants" } }
            (table)
            (has_by_group)
            (note)
            (add)
        }
    }
}

fn row(account: &Account, tenant: &TenantSummary, asked: Asked<Account>, confirm: Confirm) -> View {
    let href = format!("/admin/tenants/{}", segment(&tenant.id));
    let (id, name) = (tenant.id.clone(), tenant.name.clone());
    let role = role_choice(
        format!("role-{id}"),
        format!("{} in {name}", account.email),
        tenant.role,
        path(&tenant.id, &account.email),
        move || asked.again(),
    );
    let is_by_group = account.by_group.contains(&tenant.id);
    let mark = is_by_group.then(by_group);
    let text = "They see none of its dashboards any more, and their tokens there are worth nothing.";
    let remove = (!is_by_group).then(|| shut_out(account, (&id, &name), text, asked, confirm));
    let (link, id) = (cut_link(href, name), cut("dim mono", id));
    view! {
        tr {
            td(data-label="Tenant"){ div(class="who") { (link) (id) (mark) } }
            td(data-label="Role") { (role) }
            td(class="acts-cell") { (remove) }
        }
    }
}

/// A tenant that nobody gets into now: its grant counts again when it is back.
fn dormant_row(account: &Account, grant: &DormantGrant, asked: Asked<Account>, confirm: Confirm) -> View {
    let (id, name) = (grant.id.clone(), grant.name.clone());
    // Who switches tenants off are administrators of the host: its own admins cannot.
    let (mark, why) = match grant.configured {
        true => (
            "switched off",
            "An administrator of the host switched this tenant off.",
        ),
        false => (
            "not configured",
            "The host's configuration does not have this tenant now.",
        ),
    };
    let mark = view! { span(class="badge warn", title=why) { (mark) } };
    let group = grant.by_group.then(by_group);
    let role = text(format!("{} when it is back", grant.role.name()));
    let said = "The tenant is closed to everybody now; when it is back, they stay out.";
    let remove = (!grant.by_group).then(|| shut_out(account, (&id, &name), said, asked, confirm));
    let href = format!("/admin/tenants/{}", segment(&id));
    let (link, id) = (cut_link(href, name), cut("dim mono", id));
    view! {
        tr(data-testid="dormant") {
            td(data-label="Tenant"){ div(class="who") { (link) (id) (mark) (group) } }
            td(data-label="Role") { (role) }
            td(class="acts-cell") { (remove) }
        }
    }
}

/// The button that takes the grant for a tenant, by its id and name.
fn shut_out(
    account: &Account,
    (id, name): (&str, &str),
    text: &str,
    asked: Asked<Account>,
    confirm: Confirm,
) -> View {
    let more = if account.is_from_provider {
        MAY_COME_BACK
    } else {
        ""
    };
    confirm.button(
        format!("revoke-{id}"),
        format!("Shut {} out of {name}", account.email),
        Question {
            title: format!("Shut {} out of {name}?", account.email),
            text: format!("{text}{more}"),
            act: "Shut out",
            is_grave: true,
            request: ("DELETE", path(id, &account.email)),
            done: Rc::new(move || asked.again()),
        },
    )
}

/// The form that lets the account into another tenant.
fn add(account: &Account, asked: Asked<Account>) -> View {
    let tenants = Asked::<TenantStates>::start(|| "/admin/tenants".to_owned());
    let tenant = create_signal(String::new());
    let role = create_signal(Role::Viewer.name().to_owned());
    let deed = Deed::new();
    let email = account.email.clone();
    let known: Vec<String> = account.tenants.iter().map(|tenant| tenant.id.clone()).collect();
    let form = live(move || {
        let Some(states) = tenants.answer() else {
            return View::new();
        };
        let others: Vec<(String, String)> = states
            .tenants
            .iter()
            .filter(|one| one.configured && !one.disabled && !known.contains(&one.id))
            .map(|one| (one.id.clone(), one.name.clone()))
            .collect();
        let Some((first, _)) = others.first() else {
            return view! { p(class="hint-line") { "There is no other tenant to let it into." } };
        };
        tenant.set(first.clone());
        let which = choice(
            "grant-tenant".to_owned(),
            "Let into".to_owned(),
            true,
            others,
            tenant,
        );
        let what = choice("grant-role".to_owned(), "As".to_owned(), true, roles(), role);
        let email = email.clone();
        let submit = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            let path = path(&tenant.get_clone_untracked(), &email);
            let wish = GrantRole {
                role: crate::pages::desk::role(&role.get_clone_untracked()),
            };
            deed.run(
                async move { api::change("PUT", &path, &wish).await },
                move |()| asked.again(),
                |_| false,
            );
        };
        let trouble = deed.trouble();
        view! {
            form(class="line-form", novalidate=true, on:submit=handler(submit)) {
                (which)
                (what)
                button(r#type="submit", class="button primary", id="grant", disabled=deed.is_busy()) { "Let in" }
            }
            (trouble)
        }
    });
    view! { (form) }
}
