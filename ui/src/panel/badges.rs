//! Beside a panel's heading: things that are down, data that is old or not all there is, errors.

use crate::prelude::*;
use porthole_model::{CacheOutcome, PanelAnswer, Severity, View as Shown};

use super::Loader;
use crate::{
    api::Failure,
    live::live,
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
                let since = made_at(&answer, clock, preferences);
                // That no host answers is said once, over all panels.
                let text = match *failure {
                    Failure::Unreachable => format!("data from {since}"),
                    _ => format!("{}, showing data from {since}", failure.badge()),
                };
                let detail = failure.detail();
                view! { span(class="badge warn", title=detail, data-testid="panel-stale") { (text) } }
            }
            (None, Some(answer)) if answer.cache == CacheOutcome::Stale => {
                let since = format!("Showing data from {}", made_at(&answer, clock, preferences));
                let text = format!("stale, {} old: the database is down", age(&answer, clock));
                view! { span(class="badge warn", title=since, data-testid="panel-stale") { (text) } }
            }
            _ => View::new(),
        },
    );
    let partial = live(move || match loader.answer.get_clone() {
        Some(answer) if !answer.notes.is_empty() => {
            let why = answer.notes.join(" ");
            view! {
                span(class="badge warn has-hint", tabindex="0", role="note", data-testid="panel-notes") {
                    "not all shown"
                    span(class="hint") { (why) }
                }
            }
        }
        _ => View::new(),
    });
    let export = live(move || match loader.export_failure.get_clone() {
        Some(failure) => {
            let text = format!("Export failed: {}", failure.detail());
            let full = text.clone();
            view! { span(class="badge bad", role="alert", title=full) { (text) } }
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

fn made_at(answer: &PanelAnswer, clock: Clock, preferences: Preferences) -> String {
    let now = clock.now();
    format::parse_rfc3339(&answer.generated_at)
        .map_or_else(String::new, |at| format::short(at, now, &preferences.zone()))
}

fn age(answer: &PanelAnswer, clock: Clock) -> String {
    let made_at = format::parse_rfc3339(&answer.generated_at).unwrap_or_default();
    format::rough((clock.now() - made_at).max(0))
}
