//! One panel without anything around it: to be printed, or passed on as an address.

use crate::prelude::*;
use porthole_model::code;

use super::name_tab;
use crate::{
    browser, icon,
    live::{live, live_text},
    panel::{Kind, Loader, Subject, badges, content, exports, kind, measure},
    stores::{Board, Preferences, Session},
    time::format,
    views,
};

/// Seconds; until the answer says otherwise.
const REFRESH: u32 = 300;
/// Rows on a page: what is printed. The host gives no more at once.
const PAGE_SIZE: u32 = 500;

/// The page.
pub(crate) fn report(tenant: String, id: String) -> View {
    let preferences = use_context::<Preferences>();
    let board = Board::new(&tenant, *create_signal(None));
    let node = create_node_ref();
    let raw = create_selector({
        let board = board.clone();
        move || board.raw_choice().unwrap_or(false)
    });
    let subject = Subject {
        id: id.clone(),
        refresh_interval: REFRESH,
        near: *create_signal(true),
        // Its type is not known before its answer; panels that do not draw take no notice.
        surface: measure(node, ""),
        writes_times: true,
        raw,
        page_size: Some(PAGE_SIZE),
    };
    let loader = Loader::start(&board, &subject);
    let kind = kind(loader, *create_signal(false));
    let content = content(&board, "", loader, kind);
    let title = create_selector(move || {
        loader
            .answer
            .with(|answer| answer.as_ref().map(|answer| answer.title.clone()))
            .unwrap_or_default()
    });
    let is_gone = create_selector(move || {
        loader.failure.with(|failure| {
            failure
                .as_ref()
                .is_some_and(|failure| failure.is(code::NOT_FOUND))
        })
    });
    create_effect(move || {
        if is_gone.get() {
            name_tab("Not found");
        } else {
            name_tab(&title.get_clone());
        }
    });
    let heading = live_text(move || title.get_clone());
    let place = use_context::<Session>()
        .me()
        .and_then(|me| Some(me.tenants.iter().find(|one| one.id == tenant)?.name.clone()))
        .unwrap_or(tenant);
    // What a reader of the paper must know: exactly which time, and when it was made.
    let facts = live_text(move || {
        let zone = preferences.zone();
        let when =
            |text: &str| format::parse_rfc3339(text).map_or_else(String::new, |at| format::long(at, &zone));
        loader.answer.with(|answer| {
            answer.as_ref().map_or_else(String::new, |answer| {
                let how = match &answer.aggregation {
                    Some(aggregation) => format!(
                        " · {} {}",
                        format::bucket(aggregation.bucket_seconds),
                        aggregation.function
                    ),
                    None => String::new(),
                };
                let start = format::parse_rfc3339(&answer.range.start).unwrap_or_default();
                format!(
                    "{} – {} ({}){how} · made {}",
                    when(&answer.range.start),
                    when(&answer.range.end),
                    preferences.zone_offset_at(start),
                    when(&answer.generated_at)
                )
            })
        })
    });
    let table = live(move || match kind.get() {
        Kind::Chart => {
            let table = views::chart_table(loader, PAGE_SIZE);
            view! { section(class="report-data", aria-label="Data") { (table) } }
        }
        _ => View::new(),
    });
    let badges = badges(loader);
    let exports = exports(&board, &id, loader, kind);
    view! {
        main(class="report", r#ref=node, data-testid="report") {
            header {
                div {
                    p(class="dim") { (place) }
                    h1 { (heading) }
                    p(class="dim") { (facts) }
                }
                div(class="acts") {
                    (badges)
                    (exports)
                    button(r#type="button", class="button", on:click=handler(|_| browser::print())) { (icon::REPORT) span { "Print" } }
                }
            }
            div(class=if kind.get() == Kind::Chart { "panel-body loose" } else { "panel-body" }) { (content) }
            (table)
        }
    }
}
