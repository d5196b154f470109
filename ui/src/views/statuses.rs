//! Things and how they are.

use crate::prelude::*;
use porthole_model::{StatusItem, View as Shown};

use crate::{
    color, icon,
    live::{live_all, live_text},
    panel::Loader,
    stores::{Clock, Preferences},
    time::format,
};

/// The list, worst first as the host sent it.
pub(crate) fn statuses(loader: Loader) -> View {
    let preferences = use_context::<Preferences>();
    let clock = use_context::<Clock>();
    let items = live_all(
        move || match loader.answer.get_clone().as_deref().map(|answer| &answer.view) {
            Some(Shown::Statuses(statuses)) => statuses
                .items
                .iter()
                .map(|item| line(item, preferences, clock))
                .collect::<Vec<View>>(),
            _ => Vec::new(),
        },
    );
    // Reached by the keyboard, for it scrolls where there are more than fit.
    view! { ul(class="statuses", tabindex="0", aria-label="Statuses") { (items) } }
}

fn line(item: &StatusItem, preferences: Preferences, clock: Clock) -> View {
    let theme = preferences.theme();
    let color =
        color::legible(&item.color, theme, color::FOR_TEXT).unwrap_or_else(|| "currentColor".to_owned());
    let paint = format!("color: {color}");
    let picture = icon::severity(item.severity, color);
    let (name, full, label) = (item.name.clone(), item.name.clone(), item.label.clone());
    let checked = item.checked_at.map(|at| {
        let exact = format::long(at, &preferences.zone());
        let age = live_text(move || format::ago(at, clock.now()));
        view! { span(class="dim", title=exact) { (age) } }
    });
    let why = item.message.clone().filter(|message| !message.is_empty());
    let class = if why.is_some() { "has-why" } else { "" };
    let focus = why.is_some().then_some("0");
    let why = why.map(|message| view! { p(class="why") { (message) } });
    view! {
        li(class=class, tabindex=focus) {
            (picture)
            span(class="name", title=full) { (name) }
            span(class="how") { b(prop:style=paint) { (label) } (checked) }
            (why)
        }
    }
}
