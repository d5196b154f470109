//! A month to pick a day of: weeks from Monday, and dates as they are typed, whatever the browser's language.

use crate::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    browser,
    live::{live_all, live_text},
    time::{
        civil::{Civil, Zone},
        format,
    },
};

/// Weeks that a month may touch.
const DAYS: i64 = 42;

/// The calendar. `at`: the moment in the field, whose day is shown and marked; `picked` is told another day.
pub(super) fn calendar(at: i64, zone: &dyn Zone, picked: impl Fn(Civil) + Clone + 'static) -> View {
    let chosen = Civil::at(at, zone).midnight();
    let today = Civil::at(browser::now(), zone).midnight();
    // The day that the arrow keys are on; its month is shown.
    let here = create_signal(chosen);
    let node = create_node_ref();
    let days = live_all(move || {
        let cursor = here.get();
        let first = Civil { day: 1, ..cursor };
        let monday = first.plus_days(-i64::from(first.weekday()));
        (0..DAYS)
            .map(|later| {
                let day = monday.plus_days(later);
                let picked = picked.clone();
                let class = match (day.month == cursor.month, day == today) {
                    (false, _) => "dim",
                    (true, true) => "today",
                    _ => "",
                };
                let (is_chosen, reach) = ((day == chosen).to_string(), if day == cursor { "0" } else { "-1" });
                let (text, name) = (day.day.to_string(), format::day(&day));
                view! {
                    button(r#type="button", class=class, aria-label=name, aria-pressed=is_chosen, tabindex=reach, on:click=handler(move |_| picked(day))) { (text) }
                }
            })
            .collect::<Vec<View>>()
    });
    let title = live_text(move || format::month_and_year(&here.get()));
    let turn = move |months: i64| {
        handler(move |_: web_sys::MouseEvent| here.set(here.get_untracked().plus_months(months)))
    };
    let walk = move |event: web_sys::KeyboardEvent| {
        let day = here.get_untracked();
        let next = match event.key().as_str() {
            "ArrowLeft" => day.plus_days(-1),
            "ArrowRight" => day.plus_days(1),
            "ArrowUp" => day.plus_days(-7),
            "ArrowDown" => day.plus_days(7),
            "PageUp" => day.plus_months(-1),
            "PageDown" => day.plus_months(1),
            _ => return,
        };
        event.prevent_default();
        here.set(next);
        focus_day(node);
    };
    on_mount(move || focus_day(node));
    let (back, forth) = (turn(-1), turn(1));
    view! {
        div(class="calendar", data-testid="calendar", r#ref=node) {
            div(class="month") {
                button(r#type="button", class="icon-button", aria-label="Month before", on:click=back) { "‹" }
                b(aria-live="polite") { (title) }
                button(r#type="button", class="icon-button", aria-label="Month after", on:click=forth) { "›" }
            }
            div(class="days dim", aria-hidden="true") { i { "Mo" } i { "Tu" } i { "We" } i { "Th" } i { "Fr" } i { "Sa" } i { "Su" } }
            div(class="days", role="group", aria-label="Days", on:keydown=handler(walk)) { (days) }
        }
    }
}

fn focus_day(calendar: NodeRef) {
    if let Some(calendar) = calendar
        .try_get()
        .and_then(|node| node.dyn_into::<web_sys::Node>().ok())
    {
        browser::focus_first(&calendar, ".days [tabindex='0']");
    }
}
