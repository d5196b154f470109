//! Who may do what in a tenant.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{Grant, Grants};

use super::admit::admit;
use crate::{
    pages::desk::{Asked, Confirm, Question, role_choice, when},
    query::segment,
    stores::Session,
};

/// The section. `is_hosts`: for an administrator of the host, who may let others in.
pub(super) fn members(tenant: &str, asked: Asked<Grants>, is_hosts: bool, confirm: Confirm) -> View {
    let list = {
        let tenant = tenant.to_owned();
        asked.shown(move |answer| {
            if answer.grants.is_empty() {
                return view! { p(class="dim", data-testid="no-members") { "Nobody has been let in yet." } };
            }
            let rows: Vec<View> = answer
                .grants
                .iter()
                .map(|grant| row(&tenant, grant, asked, confirm))
                .collect();
            view! {
                div(class="table-box", tabindex="0", role="region", aria-labelledby="members-title") {
                    table(class="rows stack", data-testid="members") {
                        thead {
                            tr {
                                th(scope="col") { "Member" }
                                th(scope="col") { "Role" }
                                th(scope="col") { "Let in" }
                                th(scope="col") { span(class="sr-only") { "What can be done" } }
                            }
                        }
                        tbody { (rows) }
                    }
                }
            }
        })
    };
    let foot = if is_hosts {
        admit(tenant, asked)
    } else {
        view! { p(class="hint-line") { "Letting others in is for the administrators of the host, who alone know which accounts there are." } }
    };
    view! {
        section(class="slab whole", aria-labelledby="members-title") {
            div(class="slab-head") { h2(id="members-title", tabindex="-1") { "Members" } }
            (list)
            (foot)
        }
    }
}

fn row(tenant: &str, grant: &Grant, asked: Asked<Grants>, confirm: Confirm) -> View {
    let session = use_context::<Session>();
    let is_own = session.me().is_some_and(|me| me.email == grant.email);
    // Whoever changes their own role may have lost the right to be here.
    let done = move || {
        if is_own {
            session.ask();
        } else {
            asked.again();
        }
    };
    let path = format!(
        "/admin/tenants/{}/grants/{}",
        segment(tenant),
        segment(&grant.email)
    );
    let email = grant.email.clone();
    let name = grant
        .full_name
        .clone()
        .map(|name| view! { span(class="dim") { (name) } });
    let mark = is_own.then(|| view! { span(class="badge") { "you" } });
    let role = role_choice(
        format!("role-{email}"),
        email.clone(),
        grant.role,
        path.clone(),
        done,
    );
    let since = when(Some(&grant.granted_at), "");
    let text = if is_own {
        "It is yourself: you see nothing of this tenant any more."
    } else {
        "They see none of its dashboards any more, and their tokens there are worth nothing."
    };
    let remove = confirm.button(
        format!("remove-{email}"),
        format!("Shut {email} out"),
        Question {
            title: format!("Shut {email} out?"),
            text: text.to_owned(),
            act: "Shut out",
            is_grave: true,
            request: ("DELETE", path),
            done: Rc::new(done),
        },
    );
    view! {
        tr {
            td(data-label="Member") { div(class="who") { b(class="strong") { (email) } (name) (mark) } }
            td(data-label="Role") { (role) }
            td(data-label="Let in") { (since) }
            td(class="acts-cell") { (remove) }
        }
    }
}
