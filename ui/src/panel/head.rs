//! A panel's heading: its title, what is to be noticed, and its menu.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{CacheOutcome, PanelAnswer, PanelPlacement, View as Shown};

use super::{
    Loader,
    badges::{badges, explained},
    content::Kind,
    export,
    receipt::receipt,
    surface::Place,
};
use crate::{
    frame::{Menu, menu},
    icon,
    live::{live, live_text},
    stores::{Clock, Location, Session},
    time::format,
};

pub(super) fn head(place: &Place, heading: String, loader: Loader, kind: ReadSignal<Kind>) -> View {
    let placement = &place.placement;
    let title = placement.title.clone();
    let full = title.clone();
    let info = placement.description.clone().map(|text| {
        let spoken = text.clone();
        view! {
            span(class="info has-hint", tabindex="0", role="note", aria-label=spoken) {
                (icon::INFO)
                span(class="hint", aria-hidden="true") { (text) }
            }
        }
    });
    let title = match place.large.clone() {
        Some(address) => view! { a(href=address()) { (title) } },
        None => title.into(),
    };
    let note = create_selector(move || loader.answer.with(|answer| answer.as_ref().and_then(note_of)));
    let tools = tools(place, loader, kind);
    let badges = badges(loader);
    let outdated = outdated(placement, &place.board.tenant);
    let note = live(move || match note.get_clone() {
        Some(text) => view! { span(class="note") { (text) } },
        None => View::new(),
    });
    view! {
        div(class="panel-head") {
            h2(id=heading, title=full) { (title) }
            (info)
            (note)
            (outdated)
            (badges)
            (tools)
        }
    }
}

/// Beside the heading: the panel's file has become faulty, and this is what it was before.
fn outdated(placement: &PanelPlacement, tenant: &str) -> View {
    let Some(first) = placement.outdated.first() else {
        return View::new();
    };
    let more = match placement.outdated.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let why = if use_context::<Session>().may_publish(tenant) {
        format!(
            "{}:{}:{}: {}{more}",
            first.file, first.line, first.column, first.message
        )
    } else {
        "Its configuration has faults. Whoever edits it can see which.".to_owned()
    };
    explained(
        false,
        "panel-outdated",
        Rc::new(|| "last good version".to_owned()),
        why,
    )
}

/// Beside the heading: how points were made.
pub(super) fn note_of(answer: &Rc<PanelAnswer>) -> Option<String> {
    let aggregation = answer.aggregation.as_ref()?;
    let how = match aggregation.function.as_str() {
        "avg" => "average",
        "min" => "minimum",
        "max" => "maximum",
        other => other,
    };
    matches!(answer.view, Shown::Chart(_))
        .then(|| format!("{} {how}", format::bucket(aggregation.bucket_seconds)))
}

/// How old the data is: since it came; where the host gave what it had kept, since that was made.
pub(super) fn age(loader: Loader) -> View {
    let clock = use_context::<Clock>();
    live_text(move || {
        let at = match loader.answer.get_clone() {
            Some(answer) if answer.cache == CacheOutcome::Stale => {
                format::parse_rfc3339(&answer.generated_at).unwrap_or_default()
            }
            Some(_) => loader.received_at.get(),
            None => 0,
        };
        if at > 0 {
            format!("Updated {}", format::ago(at, clock.now()))
        } else {
            String::new()
        }
    })
}

/// On the right, shown on hover and on focus: how old the data is, and the menu.
fn tools(place: &Place, loader: Loader, kind: ReadSignal<Kind>) -> View {
    let options = Menu {
        button: "icon-button",
        list: "right",
        label: format!("Menu of {}", place.placement.title),
        id: "panel-menu",
    };
    let location = use_context::<Location>();
    let (board, id) = (place.board.clone(), place.placement.id.clone());
    let large = place.large.clone();
    let menu = menu(options, icon::MORE, move |open| {
        let other = live(move || match kind.get() {
            Kind::Chart | Kind::ChartTable => {
                let is_table = kind.get() == Kind::ChartTable;
                let (icon, text) = if is_table {
                    (icon::CHART, "View as chart")
                } else {
                    (icon::TABLE, "View as table")
                };
                view! {
                    button(r#type="button", class="menu-item", role="menuitem",
                        on:click=handler(move |_| { open.set(false); loader.drawing.show_as_table(!is_table); })) { (icon) span { (text) } }
                }
            }
            _ => View::new(),
        });
        let cost = loader.answer.get_clone_untracked().map(|answer| {
            let receipt = receipt(&answer.usage);
            view! { hr() div(class="menu-head") { "What making this view cost" } (receipt) }
        });
        let large = large.as_ref().map(|address| {
            let address = address();
            view! {
                button(r#type="button", class="menu-item", role="menuitem", on:click=handler(move |_| { open.set(false); location.go(&address); })) {
                    (icon::ENLARGE)
                    span { "View" }
                }
            }
        });
        let exports =
            export::has_data(kind.get_untracked()).then(|| export::items(&board, &id, loader, open));
        let report = board.report_address(&id);
        // Where nothing hovers, the heading has no room for it.
        let age = age(loader);
        view! {
            div(class="menu-head touch-only") { (age) }
            (large)
            button(r#type="button", class="menu-item", role="menuitem", on:click=handler(move |_| { open.set(false); location.go(&report); })) {
                (icon::REPORT)
                span { "Report" }
            }
            (exports)
            button(r#type="button", class="menu-item", role="menuitem", on:click=handler(move |_| { open.set(false); loader.ask_again(); })) {
                (icon::REFRESH)
                span { "Refresh" }
            }
            (other)
            (cost)
        }
    });
    let age = age(loader);
    view! {
        div(class="tools reveal") {
            span(class="age") { (age) }
            (menu)
        }
    }
}
