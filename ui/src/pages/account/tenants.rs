//! Where one was let in, and what one may do there.

use crate::prelude::*;
use porthole_model::{Account, Role, TenantSummary};

use crate::{
    live::live,
    pages::desk::{Asked, badge, cut_link, role_title},
    query::segment,
};

/// The section, once the account is known; why it is not is said above.
pub(super) fn tenants(asked: Asked<Account>) -> View {
    live(move || match asked.answer() {
        Some(account) => section(&account),
        None => View::new(),
    })
}

fn section(account: &Account) -> View {
    let rows: Vec<View> = account
        .tenants
        .iter()
        .map(|tenant| row(account, tenant))
        .collect();
    let note = account.is_admin.then(|| {
        view! { p(class="hint-line") { "As an administrator of the host you are an admin in every tenant that you are let into, whatever the role you were given." } }
    });
    let list = match rows.is_empty() {
        true => {
            view! { p(class="dim", data-testid="no-tenants") { "You are let into no tenant yet. Ask an administrator of the host, or an admin of the tenant." } }
        }
        false => view! {
            div(class="table-box", tabindex="0", role="region", aria-labelledby="tenants-title") {
                table(class="rows stack") {
                    thead {
                        tr {
                            th(scope="col") { "Tenant" }
                            th(scope="col") { "What you may do there" }
                        }
                    }
                    tbody { (rows) }
                }
            }
            (note)
        },
    };
    view! {
        section(class="slab whole", aria-labelledby="tenants-title", data-testid="own-tenants") {
            div(class="slab-head") { h2(id="tenants-title", tabindex="-1") { "Tenants" } }
            (list)
        }
    }
}

fn row(account: &Account, tenant: &TenantSummary) -> View {
    let link = cut_link(format!("/t/{}", segment(&tenant.id)), tenant.name.clone());
    let (role, given) = role_in(account, tenant);
    let role = role_title(role);
    let given = given.map(|given| view! { span(class="dim") { (format!("given: {}", given.name())) } });
    let by_group = account.by_group.contains(&tenant.id);
    let by_group = by_group.then(|| badge("", "by a group of the identity provider"));
    view! {
        tr {
            td(data-label="Tenant") { (link) }
            td(data-label="You may") { div(class="who") { span { (role) } (given) (by_group) } }
        }
    }
}

/// What an account may do in a tenant; and, where that is another, the role that it was given there.
fn role_in(account: &Account, tenant: &TenantSummary) -> (Role, Option<Role>) {
    match account.is_admin && tenant.role != Role::Admin {
        true => (Role::Admin, Some(tenant.role)),
        false => (tenant.role, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_of_the_host_is_an_admin_wherever_they_are_let_in_and_nobody_else_is_more_than_they_were_given()
     {
        let of = |is_admin: bool, role: Role| {
            let tenant = TenantSummary {
                id: "alpha".to_owned(),
                name: "Alpha".to_owned(),
                role,
            };
            let account = Account {
                id: "1".to_owned(),
                email: "ada@example.com".to_owned(),
                full_name: None,
                is_admin,
                has_password: true,
                password_set_at: None,
                disabled: false,
                created_at: String::new(),
                last_login_at: None,
                tenants: vec![tenant.clone()],
                by_group: Vec::new(),
                is_admin_by_group: false,
                is_from_provider: false,
                dormant: Vec::new(),
            };
            role_in(&account, &tenant)
        };
        for role in Role::ALL {
            assert_eq!(of(false, role), (role, None));
        }
        assert_eq!(of(true, Role::Viewer), (Role::Admin, Some(Role::Viewer)));
        assert_eq!(of(true, Role::Admin), (Role::Admin, None));
    }
}
