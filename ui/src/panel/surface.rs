//! One panel: its frame, its heading and marks, its menu, and what is in it.

use std::rc::Rc;

use porthole_model::{CacheOutcome, PanelAnswer, PanelPlacement, Severity, View as Shown};
use sycamore::prelude::*;

use super::{Loader, grid, measure::measure, receipt::receipt, skeleton::skeleton, state};
use crate::{
    browser,
    frame::{Menu, menu},
    icon,
    live::{live, live_text},
    stores::{Board, Clock, Preferences},
    time::format,
    views,
};

/// What a panel's body is, told apart as coarsely as it needs to be drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Waiting,
    Failed,
    Empty(&'static str),
    Chart,
    ChartTable,
    Metric,
    Statuses,
    Table,
    Image,
    Markup,
}

/// The panel at its place.
pub(super) fn panel(board: &Board, placement: &PanelPlacement) -> View {
    let id = placement.id.clone();
    let node = create_node_ref();
    let near = browser::near(node);
    let style = grid::area(placement.position);
    let height = placement.position.height.to_string();
    let heading = format!("panel-title-{id}");

    if !placement.diagnostics.is_empty() {
        let body = state::misconfigured(&placement.diagnostics);
        let title = placement.title.clone();
        let labelled = heading.clone();
        return view! {
            section(class="panel", prop:style=style, data-height=height, data-testid=format!("panel-{id}"), aria-labelledby=labelled) {
                div(class="panel-head") {
                    h2(id=heading) { (title) }
                    span(class="badge bad") { "configuration" }
                }
                div(class="panel-body") { (body) }
            }
        };
    }

    let surface = measure(node, &placement.type_name);
    let loader = Loader::start(board, placement, near, surface);
    let as_table = create_signal(false);
    let kind = create_selector(move || {
        let is_filtered = loader.wishes.with(|wishes| !wishes.filters.is_empty());
        match loader.answer.get_clone() {
            Some(answer) => kind_of(&answer, as_table.get(), is_filtered),
            None if loader.failure.with(Option::is_some) => Kind::Failed,
            None => Kind::Waiting,
        }
    });

    let head = head(placement, heading.clone(), loader, kind, as_table);
    let type_name = placement.type_name.clone();
    let data_kind = match type_name.as_str() {
        "timeseries" => "chart",
        "table" => "table",
        "custom_image" => "image",
        _ => "",
    };
    let board = board.clone();
    let is_receipt_wanted = board.is_receipt_wanted;
    let strip = live(move || match loader.answer.get_clone() {
        Some(answer) if is_receipt_wanted.get() => {
            let receipt = receipt(&answer.usage);
            view! { div(class="receipt-strip") { (receipt) } }
        }
        _ => View::new(),
    });
    let bar = live(move || {
        if loader.is_slow.get() && loader.answer.with(Option::is_some) {
            view! { div(class="bar", role="progressbar", aria-label="Refreshing") }
        } else {
            View::new()
        }
    });
    let content = live(move || match kind.get() {
        Kind::Waiting => skeleton(&type_name),
        Kind::Failed => match loader.failure.get_clone() {
            Some(failure) => state::failed(&failure, loader, &board.tenant),
            None => View::new(),
        },
        Kind::Empty(title) => state::empty(title),
        Kind::Chart => views::chart(&board, loader),
        Kind::ChartTable => views::chart_table(loader),
        Kind::Metric => views::metric(loader),
        Kind::Statuses => views::statuses(loader),
        Kind::Table => views::table(loader),
        Kind::Image => views::image(loader),
        Kind::Markup => views::markup(loader),
    });
    view! {
        section(class="panel", prop:style=style, data-height=height, data-kind=data_kind, data-testid=format!("panel-{id}"),
            aria-labelledby=heading, r#ref=node) {
            (head)
            div(class=if kind.get() == Kind::Chart { "panel-body loose" } else { "panel-body" }) {
                (bar)
                (content)
            }
            (strip)
        }
    }
}

fn kind_of(answer: &PanelAnswer, as_table: bool, is_filtered: bool) -> Kind {
    if let Some(title) = state::emptiness(answer, is_filtered) {
        return Kind::Empty(title);
    }
    match &answer.view {
        Shown::Chart(_) if as_table => Kind::ChartTable,
        Shown::Chart(_) => Kind::Chart,
        Shown::Metric(_) => Kind::Metric,
        Shown::Statuses(_) => Kind::Statuses,
        Shown::Table(_) => Kind::Table,
        Shown::Image(_) => Kind::Image,
        Shown::Markup(_) => Kind::Markup,
    }
}

fn head(
    placement: &PanelPlacement,
    heading: String,
    loader: Loader,
    kind: ReadSignal<Kind>,
    as_table: Signal<bool>,
) -> View {
    let title = placement.title.clone();
    let full = title.clone();
    let info = placement.description.clone().map(|text| {
        let spoken = text.clone();
        view! {
            span(class="info has-hint", tabindex="0", role="note", aria-label=spoken) {
                (icon::info())
                span(class="hint", aria-hidden="true") { (text) }
            }
        }
    });
    let note = create_selector(move || loader.answer.with(|answer| answer.as_ref().and_then(note_of)));
    let tools = tools(placement, loader, kind, as_table);
    let badges = badges(loader);
    let outdated = outdated(placement);
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
fn outdated(placement: &PanelPlacement) -> View {
    let Some(first) = placement.outdated.first() else {
        return View::new();
    };
    let more = match placement.outdated.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let why = format!(
        "{}:{}:{}: {}{more}",
        first.file, first.line, first.column, first.message
    );
    view! {
        span(class="badge warn has-hint", tabindex="0", role="note", data-testid="panel-outdated") {
            "last good version"
            span(class="hint") { (why) }
        }
    }
}

/// Beside the heading: how points were made.
fn note_of(answer: &Rc<PanelAnswer>) -> Option<String> {
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

/// What a reader must notice: things that are down, data that is old, errors.
fn badges(loader: Loader) -> View {
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
                view! { span(class="badge bad") { (format!("{down} down")) } }
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
                let text = format!("{}, showing data from {since}", failure.badge());
                let detail = failure.detail();
                view! { span(class="badge warn", title=detail, data-testid="panel-stale") { (text) } }
            }
            (None, Some(answer)) if answer.cache == CacheOutcome::Stale => {
                let text = format!(
                    "database down, showing data from {}",
                    made_at(&answer, clock, preferences)
                );
                view! { span(class="badge warn", data-testid="panel-stale") { (text) } }
            }
            _ => View::new(),
        },
    );
    view! {
        (down)
        (stale)
    }
}

fn made_at(answer: &PanelAnswer, clock: Clock, preferences: Preferences) -> String {
    let now = clock.now();
    format::parse_rfc3339(&answer.generated_at)
        .map_or_else(String::new, |at| format::short(at, now, &preferences.zone()))
}

/// On the right, shown on hover and on focus: how old the data is, and the menu.
fn tools(placement: &PanelPlacement, loader: Loader, kind: ReadSignal<Kind>, as_table: Signal<bool>) -> View {
    let clock = use_context::<Clock>();
    let options = Menu {
        button: "icon-button",
        list: "right",
        label: format!("Menu of {}", placement.title),
        id: "panel-menu",
    };
    let menu = menu(options, icon::more(), move |open| {
        let other = live(move || match kind.get() {
            Kind::Chart | Kind::ChartTable => {
                let (icon, text) = if as_table.get() {
                    (icon::chart(), "View as chart")
                } else {
                    (icon::table(), "View as table")
                };
                view! {
                    button(r#type="button", class="menu-item", role="menuitem",
                        on:click=move |_| { open.set(false); as_table.set(!as_table.get_untracked()); }) { (icon) span { (text) } }
                }
            }
            _ => View::new(),
        });
        let cost = loader.answer.get_clone_untracked().map(|answer| {
            let receipt = receipt(&answer.usage);
            view! { hr() div(class="menu-head") { "What making this view cost" } (receipt) }
        });
        view! {
            button(r#type="button", class="menu-item", role="menuitem", on:click=move |_| { open.set(false); loader.ask_again(); }) {
                (icon::refresh())
                span { "Refresh" }
            }
            (other)
            (cost)
        }
    });
    let age = live_text(
        move || match (loader.received_at.get(), loader.answer.with(Option::is_some)) {
            (at, true) if at > 0 => format!("Updated {}", format::ago(at, clock.now())),
            _ => String::new(),
        },
    );
    view! {
        div(class="tools reveal") {
            span(class="age") { (age) }
            (menu)
        }
    }
}
