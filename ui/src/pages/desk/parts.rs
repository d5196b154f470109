//! Small things that several of these pages show.

use crate::prelude::*;

use crate::{
    api::Failure,
    live::live_text,
    stores::{Clock, Preferences},
    time::format,
};

/// A word on how something is; `class`: `good`, `warn`, `bad` or nothing.
pub(crate) fn badge(class: &'static str, text: impl Into<String>) -> View {
    let (class, text) = (format!("badge {class}"), text.into());
    view! { span(class=class) { (text) } }
}

/// Names and what stands behind them.
pub(crate) fn facts(facts: Vec<(&'static str, View)>) -> View {
    let facts: Vec<View> = facts
        .into_iter()
        .map(|(name, value)| view! { div { dt { (name) } dd { (value) } } })
        .collect();
    view! { dl(class="facts") { (facts) } }
}

/// A text; a dash where there is none.
pub(crate) fn text(text: impl Into<String>) -> View {
    let text: String = text.into();
    if text.is_empty() {
        return view! { span(class="dim empty") { "–" } };
    }
    view! { (text) }
}

/// A word that stands for nothing.
pub(crate) fn dash(text: &'static str) -> View {
    view! { span(class="dim") { (text) } }
}

/// An instant in human time, with the exact one on hover; `never` where there is none.
pub(crate) fn when(at: Option<&str>, never: &'static str) -> View {
    let Some(at) = at else {
        return dash(never);
    };
    let Some(instant) = format::parse_rfc3339(at) else {
        return text(at);
    };
    let clock = use_context::<Clock>();
    let exact = format::long(instant, &use_context::<Preferences>().zone());
    let said = live_text(move || format::ago(instant, clock.now()));
    let at = at.to_owned();
    view! { time(datetime=at, title=exact) { (said) } }
}

/// What went wrong, in the host's words.
pub(crate) fn trouble(failure: &Failure) -> View {
    let (title, detail) = (failure.title(), failure.detail());
    let limit = failure.problem().and_then(|problem| problem.limit.clone());
    let limit = limit.map(|limit| view! { p { "Limit: " (limit) } });
    view! { div(class="notice", role="alert", data-testid="trouble") { b { (title) } p { (detail) } (limit) } }
}
