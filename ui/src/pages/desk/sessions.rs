//! Open sessions: one's own, an account's, or everybody's.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{Accounts, OpenSession, OpenSessions};

use super::{Asked, Confirm, Question, badge, cut, cut_link, text, when};
use crate::query::segment;

/// What a table of sessions needs to end one of them.
#[derive(Clone, Copy)]
pub(crate) struct SessionTable {
    /// Where the sessions come from; asked again once one has ended.
    pub asked: Asked<OpenSessions>,
    /// What a session's path begins with.
    pub one: &'static str,
    /// Asks before one ends.
    pub confirm: Confirm,
}

impl SessionTable {
    /// The table. `of_accounts`: whose each is, in a column of its own, with a link to the account where that is known.
    pub fn view(self, sessions: &[&OpenSession], of_accounts: Option<&Accounts>) -> View {
        let rows: Vec<View> = sessions
            .iter()
            .map(|session| self.row(session, of_accounts))
            .collect();
        let whose = of_accounts.map(|_| view! { th(scope="col") { "Account" } });
        view! {
            div(class="table-box", tabindex="0", role="region", aria-labelledby="sessions-title") {
                table(class="rows stack sessions") {
                    thead {
                        tr {
                            (whose)
                            th(scope="col") { "From" }
                            th(scope="col", class="w-when") { "Logged in" }
                            th(scope="col", class="w-when") { "Last used" }
                            th(scope="col", class="w-when") { "Ends" }
                            th(scope="col", class="w-act") { span(class="sr-only") { "What can be done" } }
                        }
                    }
                    tbody { (rows) }
                }
            }
        }
    }

    fn row(self, session: &OpenSession, of_accounts: Option<&Accounts>) -> View {
        let from = text(session.address.clone().unwrap_or_default());
        let (made, used, ends) = (
            when(Some(&session.created_at), ""),
            when(Some(&session.last_used_at), ""),
            when(Some(&session.expires_at), ""),
        );
        let mark = session.current.then(|| badge("good", "this browser"));
        let end = (!session.current).then(|| self.end_button(session, of_accounts.is_some()));
        let (whose, mark) = match of_accounts {
            Some(accounts) => {
                let account = account(accounts, &session.email);
                (
                    Some(view! { td(data-label="Account") { div(class="who") { (account) (mark) } } }),
                    None,
                )
            }
            None => (None, mark),
        };
        view! {
            tr {
                (whose)
                td(data-label="From") { span(class="mono") { (from) } " " (mark) }
                td(data-label="Logged in") { (made) }
                td(data-label="Last used") { (used) }
                td(data-label="Ends") { (ends) }
                td(class="acts-cell") { (end) }
            }
        }
    }

    fn end_button(self, session: &OpenSession, names_account: bool) -> View {
        let whose = match names_account {
            true => format!(" of {}", session.email),
            false => String::new(),
        };
        let place = session.address.as_deref().unwrap_or("an unknown address");
        let label = format!("End the session{whose} from {place}");
        let asked = self.asked;
        self.confirm.button(
            format!("end-{}", session.id),
            label.clone(),
            Question {
                title: [label.as_str(), "?"].concat(),
                text: "Whoever uses it has to log in again.".to_owned(),
                act: "End",
                is_grave: true,
                request: ("DELETE", format!("{}/{}", self.one, session.id)),
                done: Rc::new(move || asked.again()),
            },
        )
    }
}

/// Whose a session is: the way to the account, and its name.
fn account(accounts: &Accounts, email: &str) -> View {
    let Some(account) = accounts.users.iter().find(|account| account.email == email) else {
        return cut("", email);
    };
    let link = cut_link(format!("/admin/users/{}", segment(&account.id)), email);
    let name = account.full_name.clone().map(|name| cut("dim", name));
    view! { (link) (name) }
}

/// The section of one account. `one`: what a session's path begins with; `all`: what is asked before all of them end, its `done`
/// left to the section.
pub(crate) fn sessions(
    asked: Asked<OpenSessions>,
    one: &'static str,
    all: Question,
    confirm: Confirm,
) -> View {
    let all = Question {
        done: Rc::new(move || asked.again()),
        ..all
    };
    let is_own = one == "/account/sessions";
    let table = SessionTable { asked, one, confirm };
    let list = asked.shown(move |open| {
        let others = open.sessions.iter().filter(|session| !session.current).count();
        if open.sessions.is_empty() {
            return view! { p(class="dim") { "No session is open." } };
        }
        let table = table.view(&open.sessions.iter().collect::<Vec<_>>(), None);
        let least = usize::from(is_own);
        let end_all = (others > least).then(|| {
            let label = all.title.clone();
            let button = confirm.button("end-all-sessions".to_owned(), label, all.clone());
            view! { div(class="slab-foot") { (button) } }
        });
        view! { (table) (end_all) }
    });
    view! {
        section(class="slab whole", aria-labelledby="sessions-title", data-testid="sessions") {
            div(class="slab-head") { h2(id="sessions-title", tabindex="-1") { "Sessions" } }
            (list)
        }
    }
}
