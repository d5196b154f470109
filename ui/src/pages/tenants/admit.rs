//! Letting somebody into a tenant.

use crate::prelude::*;
use porthole_model::{Accounts, GrantRole, Grants, Role, code};

use crate::{
    api,
    live::live_all,
    pages::desk::{Asked, Deed, Field, choice, focus_wrong, role, roles},
    query::segment,
};

/// The form; for administrators of the host, who may know which accounts there are.
pub(super) fn admit(tenant: &str, asked: Asked<Grants>) -> View {
    let accounts = Asked::<Accounts>::start(|| "/admin/users".to_owned());
    let email = Field {
        kind: "email",
        ..Field::new("admit-email", "Let in")
    };
    let wanted = create_signal(Role::Viewer.name().to_owned());
    let deed = Deed::new();
    let node = create_node_ref();
    let tenant = tenant.to_owned();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if email.text().is_empty() {
            email.wrong("Whom? Their email address, as their account has it.");
            focus_wrong(node);
            return;
        }
        let path = format!(
            "/admin/tenants/{}/grants/{}",
            segment(&tenant),
            segment(&email.text())
        );
        let wish = GrantRole {
            role: role(&wanted.get_clone_untracked()),
        };
        deed.run(
            async move { api::change("PUT", &path, &wish).await },
            move |()| {
                email.value.set(String::new());
                asked.again();
            },
            move |failure| {
                let is_unknown = failure.is(code::NOT_FOUND);
                if is_unknown {
                    email.wrong("There is no account with this email address.");
                    focus_wrong(node);
                }
                is_unknown
            },
        );
    };
    let known = live_all(move || {
        let inside: Vec<String> = asked.answer().map_or_else(Vec::new, |answer| {
            answer.grants.iter().map(|grant| grant.email.clone()).collect()
        });
        accounts.answer().map_or_else(Vec::new, |accounts| {
            accounts
                .users
                .iter()
                .filter(|account| !inside.contains(&account.email))
                .map(|account| {
                    let (email, name) = (
                        account.email.clone(),
                        account.full_name.clone().unwrap_or_default(),
                    );
                    view! { option(value=email) { (name) } }
                })
                .collect()
        })
    });
    let email_view = email.view_with_list("known-accounts");
    let what = choice("admit-role".to_owned(), "As".to_owned(), true, roles(), wanted);
    let trouble = deed.trouble();
    view! {
        form(class="line-form", novalidate=true, on:submit=handler(submit), r#ref=node) {
            (email_view)
            (what)
            button(r#type="submit", id="admit", class="button primary", disabled=deed.is_busy()) { "Let in" }
            datalist(id="known-accounts") { (known) }
        }
        (trouble)
    }
}
