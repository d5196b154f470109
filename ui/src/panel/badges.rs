//! Beside a panel's heading: things that are down, data that is old or not all there is, errors.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{CacheOutcome, PanelAnswer, Severity, View as Shown};

use super::Loader;
use crate::{
    api::Failure,
    icon,
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
                sign(format!("{down} down"))
            } else {
                View::new()
            }
        }
        _ => View::new(),
    });
    let stale = live(
        move || match (loader.failure.get_clone(), loader.answer.get_clone()) {
            // The panel's body says the rest.
            (Some(failure), None) => sign(failure.badge().to_owned()),
            (Some(failure), Some(answer)) => {
                let why = failure.detail();
                // Written by itself as time goes by: who has come to the badge with the keyboard stays on it.
                let text = Rc::new(move || {
                    let since = made_at(&answer, clock, preferences);
                    // That no host answers is said once, over all panels.
                    match *failure {
                        Failure::Unreachable => format!("data from {since}"),
                        _ => format!("{}, showing data from {since}", failure.badge()),
                    }
                });
                explained(false, "panel-stale", text, why)
            }
            (None, Some(answer)) if answer.cache == CacheOutcome::Stale => {
                let kept = answer.clone();
                let since =
                    live_text(move || format!("Showing data from {}", made_at(&kept, clock, preferences)));
                let text =
                    Rc::new(move || format!("stale, {} old: the database is down", age(&answer, clock)));
                explained(false, "panel-stale", text, since)
            }
            _ => View::new(),
        },
    );
    let partial = live(move || match loader.answer.get_clone() {
        Some(answer) if !answer.notes.is_empty() => {
            let why = answer.notes.join(" ");
            explained(false, "panel-notes", Rc::new(|| "not all shown".to_owned()), why)
        }
        _ => View::new(),
    });
    let export = live(move || match loader.export_failure.get_clone() {
        Some(failure) => {
            let text = Rc::new(|| "export failed".to_owned());
            let badge = explained(true, "export-failed", text, failure.detail());
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

/// Something that is bad, in a few words; where the title leaves no room for them, as an icon that has them as its title.
pub(super) fn sign(text: String) -> View {
    let title = text.clone();
    view! { span(class="badge sign bad", title=title) { (icon::ALERT) span { (text) } } }
}

/// A few words, and why, for the pointer, the keyboard and those who listen. Where the title leaves no room for them, they are an
/// icon, and what is told of it begins with them.
pub(super) fn explained(
    is_bad: bool,
    id: &'static str,
    text: Rc<dyn Fn() -> String>,
    why: impl Into<View>,
) -> View {
    let class = match is_bad {
        true => "badge sign bad has-hint",
        false => "badge sign warn has-hint",
    };
    let why = why.into();
    let again = text.clone();
    let (text, again) = (live_text(move || text()), live_text(move || again()));
    view! {
        span(class=class, tabindex="0", role="note", data-testid=id) {
            (icon::ALERT)
            span { (text) }
            span(class="hint") { b(aria-hidden="true") { (again) } span { (why) } }
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
