//! Everybody's open sessions, for administrators of the host.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{OpenSession, OpenSessions};

use crate::{
    pages::desk::{Asked, Confirm, Question, Section, badge, cut, host_page, text, when},
    query::Query,
    stores::Location,
};

/// Of one page.
const SESSIONS: &str = "100";

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
    let confirm = Confirm::new();
    let list = asked.shown(move |open| page_of_sessions(open, before, location, asked, confirm));
    let questions = confirm.view();
    view! {
        div(class="plugin-head") { h1(id="sessions-title", tabindex="-1") { "Sessions" } }
        p(class="dim lead") { "Whoever is logged in, the newest login first." }
        section(class="slab", aria-labelledby="sessions-title", data-testid="all-sessions") { (list) }
        (questions)
    }
}

fn page_of_sessions(
    open: &OpenSessions,
    before: ReadSignal<Option<String>>,
    location: Location,
    asked: Asked<OpenSessions>,
    confirm: Confirm,
) -> View {
    let is_first = before.with_untracked(Option::is_none);
    let to = move |before: Option<String>| {
        location.change(|query| {
            query.set("before", before.as_deref());
        });
    };
    let newest = (!is_first).then(|| {
        view! { button(r#type="button", class="button", id="newest", on:click=handler(move |_| to(None))) { "Newest" } }
    });
    if open.sessions.is_empty() {
        return view! {
            div(class="nothing") { b { "No older session is open" } (newest) }
        };
    }
    let older = open.next.clone().map(|next| {
        let go = move |_| to(Some(next.clone()));
        view! { button(r#type="button", class="button", id="older", on:click=handler(go)) { "Older" } }
    });
    let rows: Vec<View> = open
        .sessions
        .iter()
        .map(|session| row(session, asked, confirm))
        .collect();
    view! {
        div(class="table-box", tabindex="0", role="region", aria-labelledby="sessions-title") {
            table(class="rows stack") {
                thead {
                    tr {
                        th(scope="col") { "Account" }
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
        div(class="slab-foot") { (newest) (older) }
    }
}

fn row(session: &OpenSession, asked: Asked<OpenSessions>, confirm: Confirm) -> View {
    let (email, from) = (
        cut("", session.email.clone()),
        text(session.address.clone().unwrap_or_default()),
    );
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
            format!("End the session of {} from {place}", session.email),
            Question {
                title: format!("End the session of {} from {place}?", session.email),
                text: "Whoever uses it has to log in again.".to_owned(),
                act: "End",
                is_grave: true,
                request: ("DELETE", format!("/admin/sessions/{}", session.id)),
                done: Rc::new(move || asked.again()),
            },
        )
    });
    view! {
        tr {
            td(data-label="Account") { div(class="who") { (email) (mark) } }
            td(data-label="From") { span(class="mono") { (from) } }
            td(data-label="Logged in") { (made) }
            td(data-label="Last used") { (used) }
            td(data-label="Ends") { (ends) }
            td(class="acts-cell") { (end) }
        }
    }
}
