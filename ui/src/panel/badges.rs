//! Beside a panel's heading: things that are down, data that is old or not all there is, errors.

use crate::prelude::*;
use porthole_model::{CacheOutcome, PanelAnswer, Severity, View as Shown};

use super::Loader;
use crate::{
    api::Failure,
    live::{live, live_text},
    stores::{Clock, Preferences},
    time::format,
};

/// What a reader must notice: things that are down, data that is old, errors.
pub(crate) fn badges(loader: Loader) -> View {
    let clock = use_context::<Clock>();
    let preferences = use_context::<Preferences>();
    let down = live(move || match loader.answer.get_clone().as_deref() {
        Some(PanelAnswer {
            view: Shown::Statuses(statuses),
            ..
        }) => {
            let down = statuses
                .items
                .iter()
                .filter(|item| item.severity == Severity::Critical)
                .count();
            if down > 0 {
                let text = format!("{down} down");
                view! { span(class="badge bad") { (text) } }
            } else {
                View::new()
            }
        }
        _ => View::new(),
    });
    let stale = live(
        move || match (loader.failure.get_clone(), loader.answer.get_clone()) {
            // The panel's body says the rest.
            (Some(failure), None) => {
                let text = failure.badge();
                view! { span(class="badge bad") { (text) } }
            }
            (Some(failure), Some(answer)) => {
                let why = failure.detail();
                // Written by itself as time goes by: who has come to the badge with the keyboard stays on it.
                let text = live_text(move || {
                    let since = made_at(&answer, clock, preferences);
                    // That no host answers is said once, over all panels.
                    match *failure {
                        Failure::Unreachable => format!("data from {since}"),
                        _ => format!("{}, showing data from {since}", failure.badge()),
                    }
                });
                explained("badge warn has-hint", "panel-stale", text, why)
            }
            (None, Some(answer)) if answer.cache == CacheOutcome::Stale => {
                let kept = answer.clone();
                let since =
                    live_text(move || format!("Showing data from {}", made_at(&kept, clock, preferences)));
                let text =
                    live_text(move || format!("stale, {} old: the database is down", age(&answer, clock)));
                explained("badge warn has-hint", "panel-stale", text, since)
            }
            _ => View::new(),
        },
    );
    let partial = live(move || match loader.answer.get_clone() {
        Some(answer) if !answer.notes.is_empty() => {
            let why = answer.notes.join(" ");
            explained("badge warn has-hint", "panel-notes", "not all shown", why)
        }
        _ => View::new(),
    });
    let export = live(move || match loader.export_failure.get_clone() {
        Some(failure) => {
            let badge = explained(
                "badge bad has-hint",
                "export-failed",
                "export failed",
                failure.detail(),
            );
            view! { span(class="flex", role="alert") { (badge) } }
        }
        None => View::new(),
    });
    view! {
        (down)
        (stale)
        (partial)
        (export)
    }
}

/// A few words, and why, for the pointer, the keyboard and those who listen.
pub(super) fn explained(
    class: &'static str,
    id: &'static str,
    text: impl Into<View>,
    why: impl Into<View>,
) -> View {
    let (text, why) = (text.into(), why.into());
    view! {
        span(class=class, tabindex="0", role="note", data-testid=id) {
            (text)
            span(class="hint") { (why) }
        }
    }
}

fn made_at(answer: &PanelAnswer, clock: Clock, preferences: Preferences) -> String {
    let now = clock.now();
    format::parse_rfc3339(&answer.generated_at)
        .map_or_else(String::new, |at| format::short(at, now, &preferences.zone()))
}

fn age(answer: &PanelAnswer, clock: Clock) -> String {
    let made_at = format::parse_rfc3339(&answer.generated_at).unwrap_or_default();
    format::rough((clock.now() - made_at).max(0))
}
