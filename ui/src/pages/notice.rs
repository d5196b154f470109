//! Pages that only say something.

use sycamore::prelude::*;

use super::name_tab;
use crate::{
    api::Failure,
    frame, icon,
    stores::{Session, Who},
};

/// An address that leads nowhere.
pub(crate) fn not_found() -> View {
    name_tab("Not found");
    let bar = frame::bare_bar(None, None);
    let body = notice(
        "There is no such page",
        "The address may be mistyped, or what it named is gone.",
        None,
    );
    view! { (bar) main { (body) } }
}

/// The host does not answer; nothing can be shown.
pub(crate) fn unreachable(session: Session) -> View {
    name_tab("");
    let failure = match session.who() {
        Who::Unknown(failure) => failure,
        _ => std::rc::Rc::new(Failure::Unreachable),
    };
    let again = view! {
        button(r#type="button", class="button primary", on:click=move |_| session.ask()) { "Try again" }
    };
    notice(failure.title(), &failure.detail(), Some(again))
}

/// A heading, a sentence and what can be done.
pub(crate) fn notice(title: &str, detail: &str, act: Option<View>) -> View {
    let (title, detail) = (title.to_owned(), detail.to_owned());
    view! {
        div(class="page-centre") {
            div(class="card") {
                div(class="brand") { (icon::mark()) span { "Porthole" } }
                h1 { (title) }
                p(class="dim") { (detail) }
                (act)
            }
        }
    }
}
