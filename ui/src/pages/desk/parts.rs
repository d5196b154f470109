//! Small things that several of these pages show.

use crate::prelude::*;

use crate::{
    api::Failure,
    live::live_text,
    stores::{Clock, Preferences},
    time::{
        civil::{DAY, HOUR, MINUTE},
        format,
    },
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

/// Characters that lists have room for, by and large.
const ROOM: usize = 28;

/// A text of any length on one line: what there is no room for is cut, and is whole under the pointer. One that lists hardly
/// have room for takes the focus, and is shown whole while it has it. `class`: of its looks.
pub(crate) fn cut(class: &'static str, text: impl Into<String>) -> View {
    let text: String = text.into();
    if text.is_empty() {
        return self::text(text);
    }
    let (class, title) = (format!("cut {class}"), text.clone());
    if text.chars().count() <= ROOM {
        return view! { span(class=class, title=title) { (text) } };
    }
    view! { span(class=class, title=title, tabindex="0") { (text) } }
}

/// The same as a link, which takes the focus anyway.
pub(crate) fn cut_link(href: String, text: impl Into<String>) -> View {
    let text: String = text.into();
    let title = text.clone();
    view! { a(class="link strong cut", href=href, title=title) { (text) } }
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
    let said = live_text(move || said(instant, clock.now()));
    let at = at.to_owned();
    view! { time(datetime=at, title=exact) { (said) } }
}

/// How far away an instant is. What is to come is rounded to the nearest unit: who was given 24 hours or 90 days a moment ago
/// has a day or 90 days, and not 23 hours or 89 days.
fn said(instant: i64, now: i64) -> String {
    let half = match instant - now {
        ..MINUTE => 0,
        MINUTE..HOUR => MINUTE / 2,
        HOUR..DAY => HOUR / 2,
        DAY.. => DAY / 2,
    };
    format::ago(instant + half, now)
}

/// What went wrong, in the host's words.
pub(crate) fn trouble(failure: &Failure) -> View {
    let (title, detail) = (failure.title(), failure.detail());
    view! { div(class="notice", role="alert", data-testid="trouble") { b { (title) } p { (detail) } } }
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, MINUTE, said};

    #[test]
    fn what_is_to_come_is_rounded_to_the_nearest_and_what_is_over_is_not() {
        let moment = 3_000;
        for (length, text) in [
            (24 * HOUR - moment, "in 1 day"),
            (90 * DAY - moment, "in 90 days"),
            (DAY + 20 * HOUR, "in 2 days"),
            (3 * HOUR + 10 * MINUTE, "in 3 h"),
            (3 * HOUR - moment, "in 3 h"),
            (30 * MINUTE - moment, "in 30 min"),
            (30_000, "in 30 s"),
            (-24 * HOUR + moment, "23 h ago"),
            (-89 * DAY, "89 days ago"),
        ] {
            assert_eq!(said(length, 0), text);
        }
    }
}
