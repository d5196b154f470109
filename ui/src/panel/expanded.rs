//! One of a dashboard's panels, large, with its data as a table beneath.

use crate::prelude::*;
use porthole_model::{Dashboard, PanelPlacement};

use super::{
    Loader,
    badges::badges,
    content::{Kind, content, kind},
    export::exports,
    head::{age, note_of},
    loader::Subject,
    measure::measure,
    state,
};
use crate::{
    browser, icon,
    live::live,
    series,
    stores::{Board, Location},
    surface::writes_times,
    views,
};

/// Rows on a page: there is room for more of them than on a dashboard.
const PAGE_SIZE: u32 = 100;

/// The panel; `dashboard` is the one it belongs to, where the way back leads.
pub(crate) fn expanded(board: &Board, dashboard: &Dashboard, placement: &PanelPlacement) -> View {
    let node = create_node_ref();
    let id = placement.id.clone();
    // Followed by the link alone: read here, it would draw all of this anew with each change of the address.
    let back = {
        let (board, name) = (board.clone(), dashboard.name.clone());
        move || board.address_of(&name)
    };
    let (title, origin) = (placement.title.clone(), dashboard.title.clone());
    let description = placement
        .description
        .clone()
        .map(|text| view! { p(class="dim lead") { (text) } });
    let leave = {
        let (board, name, location) = (board.clone(), dashboard.name.clone(), use_context::<Location>());
        move |event: web_sys::MouseEvent| {
            // With any of these keys, a link opens elsewhere.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()) {
                event.prevent_default();
                location.leave_for(&board.address_of(&name));
            }
        }
    };
    let way_back = view! {
        a(class="icon-button", href=back(), aria-label=format!("Back to {origin}"), title="Back (Esc)", data-testid="way-back", on:click=handler(leave)) { (icon::BACK) }
    };
    on_mount(move || {
        if let Some(node) = node.try_get() {
            browser::focus_first(&node, "a");
        }
    });
    if !placement.diagnostics.is_empty() {
        let body = state::misconfigured(&placement.diagnostics);
        return view! {
            div(class="expanded", r#ref=node) {
                div(class="expanded-head") { (way_back) h1 { (title) } }
                section(class="panel") { div(class="panel-body") { (body) } }
            }
        };
    }

    let usual = placement.drill_down.disable_aggregation;
    let raw = create_selector({
        let board = board.clone();
        move || board.raw_choice().unwrap_or(usual)
    });
    let subject = Subject {
        id: id.clone(),
        refresh_interval: placement.refresh_interval,
        near: *create_signal(true),
        surface: measure(node, &placement.type_name),
        writes_times: writes_times(&placement.type_name),
        raw,
        page_size: Some(PAGE_SIZE),
    };
    let loader = Loader::start(board, &subject);
    let kind = kind(loader, *create_signal(false));
    let content = content(board, &placement.type_name, loader, kind);
    let note = live(
        move || match loader.answer.with(|answer| answer.as_ref().and_then(note_of)) {
            Some(text) => view! { span(class="note dim") { (text) } },
            None => View::new(),
        },
    );
    let badges = badges(loader);
    let age = age(loader);
    let toggle = {
        let board = board.clone();
        live(move || match kind.get() {
            Kind::Chart | Kind::Failed => {
                let board = board.clone();
                view! {
                    button(r#type="button", class="switch", role="switch", aria-checked=raw.get().to_string(), data-testid="raw-toggle",
                        title="Points as they were stored, without averages", on:click=handler(move |_| board.choose_raw(!raw.get_untracked()))) {
                        i() span { "Raw data" }
                    }
                }
            }
            _ => View::new(),
        })
    };
    let show_table = placement.drill_down.show_table;
    let course = {
        let board = board.clone();
        live(move || match kind.get() {
            Kind::Metric if has_course(loader) => {
                let chart = views::chart(&board, loader);
                view! { section(class="panel course", aria-label="Course") { div(class="panel-body loose") { (chart) } } }
            }
            _ => View::new(),
        })
    };
    let facts = live(move || match kind.get() {
        Kind::Metric => {
            let facts = views::metric_facts(loader);
            view! { section(class="panel", aria-label="About this number") { div(class="panel-body facts-body") { (facts) } } }
        }
        _ => View::new(),
    });
    let table = live(move || match kind.get() {
        Kind::Chart | Kind::Metric if show_table && has_course(loader) => {
            let table = views::chart_table(loader, PAGE_SIZE);
            view! {
                section(class="panel data", data-testid="panel-data", aria-label="Data") {
                    div(class="panel-head") { h2 { "Data" } }
                    div(class="panel-body") { (table) }
                }
            }
        }
        _ => View::new(),
    });
    let exports = exports(board, &id, loader, kind);
    // Made while the dashboard comes, which may bring a range of its own at that same moment: looked at once more after it.
    let mounted = create_signal(());
    on_mount(move || mounted.set(()));
    let report = {
        let (board, id) = (board.clone(), id.clone());
        move || {
            mounted.track();
            board.report_address(&id)
        }
    };
    let name = placement.title.clone();
    view! {
        div(class="expanded", r#ref=node, data-testid=format!("expanded-{id}")) {
            div(class="expanded-head") {
                (way_back)
                h1 { (title) }
                (note)
                (badges)
                span(class="grow")
                span(class="age dim") { (age) }
                (toggle)
                (exports)
                a(class="button", href=report(), title="Report", aria-label="Report") { (icon::REPORT) span(class="wide") { "Report" } }
            }
            (description)
            section(class="panel large", data-kind=format!("{:?}", kind.get()), aria-label=name) {
                div(class=if kind.get() == Kind::Chart { "panel-body loose" } else { "panel-body" }) { (content) }
            }
            (facts)
            (course)
            (table)
        }
    }
}

/// Whether there is anything to draw over time; not tracked, for it goes with the kind.
fn has_course(loader: Loader) -> bool {
    loader.answer.with_untracked(|answer| {
        answer
            .as_ref()
            .is_some_and(|answer| series::over_time(&answer.view, "").is_some())
    })
}
