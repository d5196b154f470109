//! Open sessions: one's own, or somebody else's.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{OpenSession, OpenSessions};

use super::{Asked, Confirm, Question, badge, text, when};

/// The section. `one`: what a session's path begins with; `all`: what is asked before all of them end, its `done` left to
/// the section.
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
    let list = asked.shown(move |open| {
        let others = open.sessions.iter().filter(|session| !session.current).count();
        if open.sessions.is_empty() {
            return view! { p(class="dim") { "No session is open." } };
        }
        let rows: Vec<View> = open
            .sessions
            .iter()
            .map(|session| row(session, one, asked, confirm))
            .collect();
        let least = usize::from(is_own);
        let end_all = (others > least).then(|| {
            let label = all.title.clone();
            let button = confirm.button("end-all-sessions".to_owned(), label, all.clone());
            view! { div(class="slab-foot") { (button) } }
        });
        view! {
            div(class="table-box", tabindex="0", role="region", aria-labelledby="sessions-title") {
                table(class="rows stack") {
                    thead {
                        tr {
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
            (end_all)
        }
    });
    view! {
        section(class="slab whole", aria-labelledby="sessions-title", data-testid="sessions") {
            div(class="slab-head") { h2(id="sessions-title", tabindex="-1") { "Sessions" } }
            (list)
        }
    }
}

fn row(session: &OpenSession, one: &'static str, asked: Asked<OpenSessions>, confirm: Confirm) -> View {
    let from = text(session.address.clone().unwrap_or_default());
    let (made, used, ends) = (
        when(Some(&session.created_at), ""),
        when(Some(&session.last_used_at), ""),
        when(Some(&session.expires_at), ""),
    );
    let mark = session.current.then(|| badge("good", "this browser"));
    let end = (!session.current).then(|| {
        let place = session
            .address
            .clone()
            .unwrap_or_else(|| "an unknown address".to_owned());
        confirm.button(
            format!("end-{}", session.id),
            format!("End the session from {place}"),
            Question {
                title: format!("End the session from {place}?"),
                text: "Whoever uses it has to log in again.".to_owned(),
                act: "End",
                is_grave: true,
                request: ("DELETE", format!("{one}/{}", session.id)),
                done: Rc::new(move || asked.again()),
            },
        )
    });
    view! {
        tr {
            td(data-label="From") { span(class="mono") { (from) } " " (mark) }
            td(data-label="Logged in") { (made) }
            td(data-label="Last used") { (used) }
            td(data-label="Ends") { (ends) }
            td(class="acts-cell") { (end) }
        }
    }
}
