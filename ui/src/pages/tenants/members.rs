//! Who may do what in a tenant.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{AuthMethods, Grant, Grants};

use super::admit::admit;
use crate::{
    pages::desk::{Asked, Confirm, MAY_COME_BACK, Question, by_group, cut, role_choice, when},
    query::segment,
    stores::Session,
};

/// The section. `is_hosts`: for an administrator of the host, who may let others in.
pub(super) fn members(tenant: &str, asked: Asked<Grants>, is_hosts: bool, confirm: Confirm) -> View {
    let methods = Asked::<AuthMethods>::start(|| "/auth/methods".to_owned());
    let has_provider =
        create_selector(move || methods.answer().is_some_and(|methods| methods.oidc.is_some()));
    let list = {
        let tenant = tenant.to_owned();
        asked.shown(move |answer| {
            let has_provider = has_provider.get();
            if answer.grants.is_empty() {
                return view! { p(class="dim", data-testid="no-members") { "Nobody has been let in yet." } };
            }
            let rows: Vec<View> = answer
                .grants
                .iter()
.map(|grant| row(&tenant, grant, has_provider, asked, confirm))
                .collect();
            let note = answer.grants.iter().any(|grant| grant.by_group).then(|| {
                view! { p(class="hint-line", data-testid="by-group") { "What a group of the identity provider gives is taken back by the group only: take them out of it there. A role chosen here stays, whatever the group." } }
            });
            view! {
                div(class="table-box", tabindex="0", role="region", aria-labelledby="members-title") {
                    table(class="rows stack", data-testid="members") {
                        thead {
                            tr {
                                th(scope="col") { "Member" }
                                th(scope="col", class="w-role") { "Role" }
                                th(scope="col", class="w-when") { "Let in" }
                                th(scope="col", class="w-act") { span(class="sr-only") { "What can be done" } }
                            }
                        }
                        tbody { (rows) }
                    }
                }
                (note)
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

/// `has_provider`: people may log in with an identity provider, whose groups may give what is taken here.
fn row(tenant: &str, grant: &Grant, has_provider: bool, asked: Asked<Grants>, confirm: Confirm) -> View {
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
    let name = grant.full_name.clone().map(|name| cut("dim", name));
    let who = cut("strong", grant.email.clone());
    let mark = is_own.then(|| view! { span(class="badge") { "you" } });
    let given = grant.by_group.then(by_group);
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
    let more = if has_provider { MAY_COME_BACK } else { "" };
    let remove = (!grant.by_group).then(|| {
        confirm.button(
            format!("remove-{email}"),
            format!("Shut {email} out"),
            Question {
                title: format!("Shut {email} out?"),
                text: format!("{text}{more}"),
                act: "Shut out",
                is_grave: true,
                request: ("DELETE", path),
                done: Rc::new(done),
            },
        )
    });
    view! {
        tr {
            td(data-label="Member") { div(class="who") {(who) (name) (mark) (given) } }
            td(data-label="Role") { (role) }
            td(data-label="Let in") { (since) }
            td(class="acts-cell") { (remove) }
        }
    }
}
