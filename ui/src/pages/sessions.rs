//! Everybody's open sessions, for administrators of the host.

use crate::prelude::*;
use porthole_model::{Account, Accounts, OpenSession, OpenSessions};

use crate::{
    keys::matches,
    live::live,
    pages::desk::{Asked, Confirm, Section, SessionTable, cut_link, host_page},
    query::{Query, segment},
    stores::Location,
};

/// Of one page.
const SESSIONS: &str = "100";
/// Accounts that are named where a search found no session of theirs.
const MOST_ACCOUNTS: usize = 5;

/// The page.
pub(crate) fn all_sessions() -> View {
    host_page(Section::Sessions, body)
}

fn body() -> View {
    let location = use_context::<Location>();
    let before = create_selector(move || location.parameter("before"));
    let asked = Asked::<OpenSessions>::start(move || {
        let mut query = Query::default();
        query.push("limit", SESSIONS.to_owned());
        if let Some(before) = before.get_clone() {
            query.push("before", before);
        }
        format!("/admin/sessions{}", query.to_text())
    });
    // Who they are; without it the page still lists their addresses.
    let accounts = Asked::<Accounts>::start(|| "/admin/users".to_owned());
    let confirm = Confirm::new();
    let page = SessionPage {
        table: SessionTable {
            asked,
            one: "/admin/sessions",
            confirm,
        },
        accounts,
        wanted: create_signal(String::new()),
        before,
        location,
    };
    let wanted = page.wanted;
    let is_refused = create_selector(move || asked.is_refused());
    let list = live(move || match is_refused.get() {
        true => page.no_such_page(),
        false => asked.shown(move |open| {
            let open = open.clone();
            live(move || page.view(&open))
        }),
    });
    let questions = confirm.view();
    view! {
        div(class="plugin-head") {
            h1(id="sessions-title", tabindex="-1") { "Sessions" }
            span(class="grow")
            div(class="field small search") {
                input(r#type="search", placeholder="Search", aria-label="Search sessions by account", autocomplete="off", bind:value=wanted)
            }
        }
        p(class="dim lead") { "Whoever is logged in, the newest login first." }
        section(class="slab", aria-labelledby="sessions-title", data-testid="all-sessions") { (list) }
        (questions)
    }
}

/// One page of the list.
#[derive(Clone, Copy)]
struct SessionPage {
    table: SessionTable,
    accounts: Asked<Accounts>,
    /// What is searched for.
    wanted: Signal<String>,
    before: ReadSignal<Option<String>>,
    location: Location,
}

impl SessionPage {
    fn view(self, open: &OpenSessions) -> View {
        let is_first = self.before.with_untracked(Option::is_none);
        if open.sessions.is_empty() {
            let newest = self.newest("Newest");
            return view! {
                div(class="nothing") {
                    b { (if is_first { "No session is open" } else { "No older session is open" }) }
                    div(class="ways") { (newest) }
                }
            };
        }
        let accounts = self.accounts.answer();
        let none = Accounts { users: Vec::new() };
        let accounts = accounts.as_deref().unwrap_or(&none);
        let wanted = self.wanted.get_clone();
        let shown: Vec<&OpenSession> = open
            .sessions
            .iter()
            .filter(|session| {
                let account = accounts
                    .users
                    .iter()
                    .find(|account| account.email == session.email);
                matches(&searched(session, account), &wanted)
            })
            .collect();
        let is_whole = is_first && open.next.is_none();
        let elsewhere = (!wanted.trim().is_empty() && !is_whole)
            .then(|| elsewhere(accounts, &wanted, open.sessions.len()));
        let table = match shown.is_empty() {
            true => {
                view! { div(class="nothing", data-testid="no-sessions") { b { "No session of anybody called that" } } }
            }
            false => self.table.view(&shown, Some(accounts)),
        };
        let newest = (!is_first).then(|| self.newest("Newest"));
        let older = open.next.clone().map(|next| {
            let go = move |_| self.go(Some(&next));
            view! { button(r#type="button", class="button", id="older", on:click=handler(go)) { "Older" } }
        });
        view! {
            (table)
            (elsewhere)
            div(class="slab-foot") { (newest) (older) }
        }
    }

    /// What stands in the address is no place in the list.
    fn no_such_page(self) -> View {
        let newest = self.newest("To the newest");
        view! {
            div(class="nothing", role="alert", data-testid="no-such-page") {
                b { "There is no such page of sessions" }
                p(class="dim") { "The address of this page was cut short or changed: what stands behind “before” is no session." }
                div(class="ways") { (newest) }
            }
        }
    }

    fn newest(self, name: &'static str) -> View {
        view! { button(r#type="button", class="button", id="newest", on:click=handler(move |_| self.go(None))) { (name) } }
    }

    fn go(self, before: Option<&str>) {
        self.location.change(|query| {
            query.set("before", before);
        });
    }
}

/// All that a search may find a session by.
fn searched(session: &OpenSession, account: Option<&Account>) -> String {
    let name = account.and_then(|account| account.full_name.as_deref());
    let address = session.address.as_deref();
    [
        &session.email,
        name.unwrap_or_default(),
        address.unwrap_or_default(),
    ]
    .join(" ")
}

/// The host gives sessions in pages, and only this one is searched: the accounts that are meant have all of theirs.
fn elsewhere(accounts: &Accounts, wanted: &str, count: usize) -> View {
    let meant: Vec<&Account> = accounts
        .users
        .iter()
        .filter(|account| {
            let name = account.full_name.as_deref().unwrap_or_default();
            matches(&[account.email.as_str(), name].join(" "), wanted)
        })
        .collect();
    let links: Vec<View> = meant
        .iter()
        .take(MOST_ACCOUNTS)
        .map(|account| {
            cut_link(
                format!("/admin/users/{}", segment(&account.id)),
                account.email.clone(),
            )
        })
        .collect();
    let said = format!(
        "The {count} sessions of this page are searched.{}",
        match links.is_empty() {
            true => "",
            false => " All sessions of an account are on its own page:",
        }
    );
    view! { div(class="elsewhere dim", data-testid="elsewhere") { span { (said) } (links) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_by_whose_it_is_and_from_where() {
        let session = OpenSession {
            id: "1".to_owned(),
            email: "ada@example.com".to_owned(),
            address: Some("10.0.0.7".to_owned()),
            created_at: String::new(),
            last_used_at: String::new(),
            expires_at: String::new(),
            current: false,
        };
        let account = Account {
            id: "7".to_owned(),
            email: "ada@example.com".to_owned(),
            full_name: Some("Ada Byron".to_owned()),
            is_admin: false,
            has_password: true,
            password_set_at: None,
            disabled: false,
            created_at: String::new(),
            last_login_at: None,
            tenants: Vec::new(),
            by_group: Vec::new(),
            is_admin_by_group: false,
            is_from_provider: false,
            dormant: Vec::new(),
        };
        let text = searched(&session, Some(&account));
        for wanted in ["ADA", "byron", "example.com", "10.0.0", "byron 10.0", ""] {
            assert!(matches(&text, wanted), "{wanted}");
        }
        assert!(!matches(&text, "grace"));
        assert!(!matches(&searched(&session, None), "byron"));
    }
}
