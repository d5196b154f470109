//! Pages that only say something.

use crate::prelude::*;

use super::name_tab;
use crate::{
    api::Failure,
    frame, icon,
    query::segment,
    stores::{Session, Who},
};

/// Tenants offered where the one in the address cannot be seen.
const MOST_WAYS: usize = 6;

/// An address that leads nowhere.
pub(crate) fn not_found() -> View {
    name_tab("Not found");
    let bar = frame::bare_bar(None, None);
    let body = notice(
        "There is no such page",
        "The address may be mistyped, or what it named is gone.",
        Some(view! { a(class="button primary", href="/") { "To the start page" } }),
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
        button(r#type="button", class="button primary", on:click=handler(move |_| session.ask())) { "Try again" }
    };
    notice(failure.title(), &failure.detail(), Some(again))
}

/// A dashboard that cannot be shown: why, and where else to go.
pub(crate) fn lost(failure: &Failure, tenant: &str, again: View) -> View {
    if !failure.is_withdrawal() {
        return notice(failure.title(), &failure.detail(), Some(again));
    }
    let Some(me) = use_context::<Session>().me() else {
        return notice(failure.title(), &failure.detail(), None);
    };
    if let Some(elsewhere) = not_open(tenant) {
        return elsewhere;
    }
    notice(
        "There is no such dashboard",
        "It may have been renamed or taken away. The tenant's others are still there.",
        Some(ways(&me, |one| one.id == tenant)),
    )
}

/// Said of a tenant that the reader is not in, whether or not there is one; none where they are.
pub(crate) fn not_open(tenant: &str) -> Option<View> {
    let me = use_context::<Session>().me()?;
    if me.tenants.iter().any(|one| one.id == tenant) {
        return None;
    }
    name_tab("Not open to you");
    let detail = format!(
        "There is no tenant “{tenant}”, or nobody has opened it to {}. An administrator can do that.",
        me.email
    );
    let elsewhere = ways(&me, |_| true);
    Some(notice("This tenant is not open to you", &detail, Some(elsewhere)))
}

/// The tenants that can be gone to instead.
fn ways(me: &porthole_model::Me, is_meant: impl Fn(&porthole_model::TenantSummary) -> bool) -> View {
    let meant: Vec<_> = me
        .tenants
        .iter()
        .filter(|one| is_meant(one))
        .take(MOST_WAYS)
        .collect();
    // Of several none is what the reader most likely wants.
    let class = if meant.len() == 1 {
        "button primary"
    } else {
        "button"
    };
    let ways: Vec<View> = meant
        .into_iter()
        .map(|one| {
            let href = format!("/t/{}", segment(&one.id));
            let name = format!("To {}", one.name);
            view! { a(class=class, href=href) { (name) } }
        })
        .collect();
    ways.into()
}

/// A heading, a sentence and what can be done.
pub(crate) fn notice(title: &str, detail: &str, act: Option<View>) -> View {
    let (title, detail) = (title.to_owned(), detail.to_owned());
    view! {
        div(class="page-centre") {
            div(class="card") {
                div(class="brand") { (icon::MARK) span { "Porthole" } }
                h1 { (title) }
                p(class="dim") { (detail) }
                (act)
            }
        }
    }
}
