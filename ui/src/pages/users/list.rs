//! All accounts.

use crate::prelude::*;
use porthole_model::{Account, Accounts, AuthMethods};

use super::{create::create_dialog, link::link_dialog};
use crate::{
    keys::matches,
    live::{live, live_text},
    pages::desk::{Asked, Dialog, Section, badge, cut, cut_link, dash, host_page, when},
    query::segment,
};

/// More are not drawn at once: whoever looks for somebody types.
const MOST: usize = 100;
/// Tenants named in a row; the others are counted.
const MOST_TENANTS: usize = 3;

/// The page.
pub(crate) fn users() -> View {
    host_page(Section::Users, body)
}

fn body() -> View {
    let is_local = is_local();
    let asked = Asked::<Accounts>::start(|| "/admin/users".to_owned());
    let wanted = create_signal(String::new());
    let is_all = create_signal(false);
    let (create, link) = (Dialog::new(), Dialog::new());
    let creates = create_dialog(create, move |made| {
        asked.again();
        link.open(made);
    });
    let links = link_dialog(link);
    let found = move || {
        let wanted = wanted.get_clone();
        asked.answer().map(|answer| {
            answer
                .users
                .iter()
                .filter(|account| matches(&searched(account), &wanted))
                .cloned()
                .collect::<Vec<Account>>()
        })
    };
    let count = live_text(move || match found().map(|found| found.len()) {
        None => String::new(),
        Some(1) => "1 account".to_owned(),
        Some(count) => format!("{count} accounts"),
    });
    let list = asked.shown(move |_| {
        live(move || {
            let found = found().unwrap_or_default();
            if found.is_empty() {
                return view! {
                    div(class="nothing", data-testid="no-users") { b { "Nobody is called that" } p(class="dim") { "Names, email addresses and tenants are searched." } }
                };
            }
            let most = if is_all.get() { usize::MAX } else { MOST };
            let hidden = found.len().saturating_sub(most);
            let rows: Vec<View> = found.iter().take(most).map(row).collect();
            let more = (hidden > 0).then(|| {
                view! {
                    div(class="slab-foot") {
                        button(r#type="button", class="button", on:click=handler(move |_| is_all.set(true))) { (format!("Show {hidden} more")) }
                    }
                }
            });
            view! {
                div(class="table-box", tabindex="0", role="region", aria-labelledby="users-title") {
                    table(class="rows stack", data-testid="users") {
                        thead {
                            tr {
                                th(scope="col") { "Account" }
                                th(scope="col") { "Tenants" }
                                th(scope="col", class="w-when") { "Last login" }
                                th(scope="col", class="w-when") { "Made" }
                            }
                        }
                        tbody { (rows) }
                    }
                }
                (more)
            }
        })
    });
    // A link for a password would open nothing where passwords are switched off.
    let new = live(move || match is_local.get() {
        true => {
            view! { button(r#type="button", id="new-account", class="button primary", on:click=handler(move |_| create.open(()))) { "New account" } }
        }
        false => View::new(),
    });
    view! {
        div(class="plugin-head") {
            h1(id="users-title", tabindex="-1") { "Users" }
            span(class="dim", role="status") { (count) }
            span(class="grow")
            div(class="field small search") {
                input(r#type="search", placeholder="Search", aria-label="Search accounts", autocomplete="off", bind:value=wanted)
            }
            (new)
        }
        section(class="slab", aria-labelledby="users-title") { (list) }
        (creates)
        (links)
    }
}

/// Whether people log in with a password here; not while that is not known.
pub(super) fn is_local() -> ReadSignal<bool> {
    let methods = Asked::<AuthMethods>::start(|| "/auth/methods".to_owned());
    create_selector(move || methods.answer().is_some_and(|methods| methods.local))
}

/// All that a search may find somebody by.
fn searched(account: &Account) -> String {
    let tenants: Vec<&str> = account
        .tenants
        .iter()
        .flat_map(|tenant| [tenant.id.as_str(), tenant.name.as_str()])
        .collect();
    let mut words = vec![
        account.email.as_str(),
        account.full_name.as_deref().unwrap_or_default(),
    ];
    words.extend(tenants);
    words.extend(account.is_admin.then_some("administrator"));
    words.extend(account.disabled.then_some("off"));
    words.join(" ")
}

fn row(account: &Account) -> View {
    let href = format!("/admin/users/{}", segment(&account.id));
    let email = cut_link(href, account.email.clone());
    let name = account.full_name.clone().map(|name| cut("dim", name));
    let marks = marks(account);
    let tenants = tenants(account);
    let (login, made) = (
        when(account.last_login_at.as_deref(), "never"),
        when(Some(&account.created_at), ""),
    );
    view! {
        tr {
            td(data-label="Account") { div(class="who") { (email) (name) (marks) } }
            td(data-label="Tenants") { (tenants) }
            td(data-label="Last login") { (login) }
            td(data-label="Made") { (made) }
        }
    }
}

/// What is special about an account.
pub(super) fn marks(account: &Account) -> View {
    let admin = account.is_admin.then(|| badge("busy", "administrator"));
    let off = account.disabled.then(|| badge("bad", "off"));
    // Whoever comes from the provider needs none.
    let is_new = !account.has_password && account.last_login_at.is_none();
    let new = is_new.then(|| badge("warn", "no password"));
    view! { (admin) (off) (new) }
}

fn tenants(account: &Account) -> View {
    if account.tenants.is_empty() {
        return dash("none");
    }
    let shown: Vec<View> = account
        .tenants
        .iter()
        .take(MOST_TENANTS)
        .map(|tenant| cut("", format!("{} ({})", tenant.name, tenant.role.name())))
        .collect();
    let more = match account.tenants.len().saturating_sub(MOST_TENANTS) {
        0 => None,
        count => Some(view! { span(class="dim") { (format!("and {count} more")) } }),
    };
    view! { div(class="who few") { (shown) (more) } }
}
