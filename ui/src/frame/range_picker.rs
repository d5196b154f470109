//! Which range is shown: typed, picked from a calendar, or one of the usual ones; and in whose time.

use crate::prelude::*;
use wasm_bindgen::JsCast;

use super::{calendar::calendar, menu::dismiss, zone_list::zone_list};
use crate::{
    browser, icon,
    keys::matches,
    live::{live, live_all, live_text},
    stores::{Board, Preferences, Recent},
    time::{
        civil::Civil,
        expression::{Edge, Expression},
        format,
        range::{QUICK, Range, RangeFault},
    },
};

/// What is shown beside the fields and below them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aside {
    /// The usual ranges, and those used lately.
    Ranges,
    /// A calendar for one of the fields.
    Days(Edge),
    /// The zones.
    Zones,
}

/// The button and its popover.
pub(crate) fn range_picker(board: Board) -> View {
    let preferences = use_context::<Preferences>();
    let open = create_signal(false);
    let root = create_node_ref();
    dismiss(open, root);
    let range = board.range;
    let title = live_text(move || range.get_clone().title(browser::now(), &preferences.zone()));
    // Of the range: clocks may have been set differently then.
    let offset = live_text(move || {
        let zone = preferences.zone();
        preferences.zone_offset_at(range.get_clone().window(browser::now(), &zone).start)
    });
    let popover = live(move || {
        if open.get() {
            popover(board.clone(), open, root)
        } else {
            View::new()
        }
    });
    view! {
        div(class="menu-root", r#ref=root) {
            button(r#type="button", class="pill box", aria-haspopup="dialog", aria-expanded=open.get().to_string(), data-testid="range-button",
                on:click=handler(move |_| open.set(!open.get_untracked()))) {
                (icon::CLOCK)
                b { (title) }
                span(class="dim wide") { (offset) }
                span(class="roomy flex") { (icon::CHEVRON) }
            }
            (popover)
        }
    }
}

fn popover(board: Board, open: Signal<bool>, root: NodeRef) -> View {
    let preferences = use_context::<Preferences>();
    let (from, to) = board
        .range
        .get_clone_untracked()
        .fields(&preferences.zone_untracked());
    let from = create_signal(from);
    let to = create_signal(to);
    let fault = create_signal(None::<RangeFault>);
    on_mount(move || {
        if let Some(root) = root.try_get() {
            browser::focus_first(&root, "#range-from");
        }
    });

    let show = {
        let board = board.clone();
        move |from: &str, to: &str| match Range::parse(
            from,
            to,
            browser::now(),
            &preferences.zone_untracked(),
        ) {
            Ok(range) => {
                board.show(&range);
                open.set(false);
            }
            Err(found) => fault.set(Some(found)),
        }
    };
    let apply = {
        let show = show.clone();
        move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            show(&from.get_clone_untracked(), &to.get_clone_untracked());
        }
    };
    let aside = create_signal(Aside::Ranges);
    // A change of zone means other walls for the same instants.
    let zone_chosen = {
        let range = board.range;
        move || {
            let (f, t) = range.get_clone_untracked().fields(&preferences.zone_untracked());
            from.set(f);
            to.set(t);
            fault.set(None);
            aside.set(Aside::Ranges);
            if let Some(root) = root.try_get() {
                browser::focus_first(&root, "#range-zone");
            }
        }
    };
    let turn = move |_| {
        if aside.get_untracked() == Aside::Zones {
            return aside.set(Aside::Ranges);
        }
        aside.set(Aside::Zones);
        if let Some(root) = root.try_get() {
            browser::focus_first(&root, "#zone-search");
        }
    };

    let from_field = field("range-from", "From", from, fault, Edge::From, aside);
    let to_field = field("range-to", "To", to, fault, Edge::To, aside);
    let recent = {
        let show = show.clone();
        live(move || match aside.get() {
            Aside::Days(_) => View::new(),
            _ => recent(show.clone()),
        })
    };
    let range = board.range;
    let zone = live_text(move || {
        let start = range
            .get_clone()
            .window(browser::now(), &preferences.zone())
            .start;
        [preferences.zone_title(), preferences.zone_offset_at(start)].join(", ")
    });
    let quick = quick(&board, show);
    let zones = live(move || match aside.get() {
        Aside::Zones => zone_list(zone_chosen),
        _ => View::new(),
    });
    let is_zones = move || aside.get() == Aside::Zones;
    view! {
        div(class="range-pop", role="dialog", aria-label="Time range") {
            form(class="left", novalidate=true, on:submit=handler(apply)) {
                (from_field)
                (to_field)
                button(class="button primary", r#type="submit") { "Apply" }
                (recent)
            }
            div(class="aside", hidden=is_zones()) { (quick) }
            (zones)
            div(class="foot") {
                span { (zone) }
                button(id="range-zone", r#type="button", class="link", aria-expanded=is_zones().to_string(), data-testid="change-zone", on:click=handler(turn)) { "Change time zone" }
            }
        }
    }
}

/// One of the two fields, with a calendar behind a button.
fn field(
    id: &'static str,
    label: &'static str,
    value: Signal<String>,
    fault: Signal<Option<RangeFault>>,
    edge: Edge,
    aside: Signal<Aside>,
) -> View {
    let preferences = use_context::<Preferences>();
    let is_from = edge == Edge::From;
    let message = create_memo(move || {
        fault
            .get_clone()
            .filter(|fault| fault.is_from == is_from)
            .map(|fault| fault.message)
    });
    let input = create_node_ref();
    let note = format!("{id}-fault");
    let describes = note.clone();
    let is_open = move || aside.get() == Aside::Days(edge);
    let pick = move |_| {
        aside.set(match aside.get_untracked() {
            Aside::Days(open) if open == edge => Aside::Ranges,
            _ => Aside::Days(edge),
        });
    };
    let picked = move |day: Civil| {
        let zone = preferences.zone_untracked();
        value.set(with_day(&value.get_clone_untracked(), day, edge, &zone));
        fault.set(None);
        aside.set(Aside::Ranges);
        if let Some(input) = input_of(input) {
            let _ = input.focus();
            // Behind the day, whose time is what is changed next.
            let end = value.with_untracked(|text| text.len() as u32);
            let _ = input.set_selection_range(end, end);
        }
    };
    // As the Tab key does: what is typed takes the place of what is there.
    let select = move |_: web_sys::FocusEvent| {
        if let Some(input) = input_of(input) {
            input.select();
        }
    };
    let days = live(move || {
        if !is_open() {
            return View::new();
        }
        let zone = preferences.zone_untracked();
        let now = browser::now();
        let at = value
            .get_clone_untracked()
            .parse::<Expression>()
            .map_or(now, |moment| moment.resolve(now, &zone, edge));
        calendar(at, &zone, picked)
    });
    let said = live_text(move || message.get_clone().unwrap_or_default());
    view! {
        div {
            label(class="label", r#for=id) { (label) }
            div(class=if message.with(Option::is_some) { "field wrong" } else { "field" }) {
                input(id=id, r#type="text", r#ref=input, autocomplete="off", "spellcheck"="false", placeholder="now-6h or 2026-02-14 14:30", bind:value=value,
                    aria-invalid=message.with(Option::is_some).to_string(), aria-describedby=describes,
                    on:input=handler(move |_| fault.set(None)), on:focus=handler(select))
                button(r#type="button", class="pick", aria-label=format!("Pick {label}"), title="Calendar", aria-expanded=is_open().to_string(), on:click=handler(pick)) { (icon::CALENDAR) }
            }
            div(class="fault", id=note, role="alert") { (said) }
            (days)
        }
    }
}

fn input_of(node: NodeRef) -> Option<web_sys::HtmlInputElement> {
    node.try_get()?.dyn_into().ok()
}

/// What stands in a field after a day was picked: that day, at the time that stood there; else from its start, or to its end.
fn with_day(before: &str, day: Civil, edge: Edge, zone: &dyn crate::time::civil::Zone) -> String {
    let written = match before.parse::<Expression>() {
        Ok(Expression::Wall(wall)) => Some(wall),
        Ok(Expression::Instant(instant)) => Some(Civil::at(instant, zone)),
        _ => None,
    };
    let (hour, minute, second) = match (written, edge) {
        // A date without a time is no time that somebody wants to keep.
        (Some(wall), _) if wall != wall.midnight() => (wall.hour, wall.minute, wall.second),
        (_, Edge::From) => (0, 0, 0),
        (_, Edge::To) => (23, 59, 59),
    };
    format::wall(&Civil {
        hour,
        minute,
        second,
        ..day
    })
}

/// What was used lately.
fn recent(show: impl Fn(&str, &str) + Clone + 'static) -> View {
    let preferences = use_context::<Preferences>();
    // As they were when this was opened: what the popover follows would draw all of it anew, fields and all.
    let all = use_context::<Recent>().all_untracked();
    if all.is_empty() {
        return View::new();
    }
    let items: Vec<View> = all
        .into_iter()
        .filter_map(|(from, to)| {
            let range = Range::parse(&from, &to, browser::now(), &preferences.zone_untracked()).ok()?;
            let title = live_text(move || range.dated_title(browser::now(), &preferences.zone()));
            let show = show.clone();
            Some(view! {
                button(r#type="button", class="recent", on:click=handler(move |_| show(&from, &to))) { (title) }
            })
        })
        .collect();
    view! { div(class="flex flex-col") { span(class="label") { "Recently used" } (items) } }
}

/// The usual ones, with a field to search them.
fn quick(board: &Board, show: impl Fn(&str, &str) + Clone + 'static) -> View {
    let search = create_signal(String::new());
    let range = board.range;
    let preferences = use_context::<Preferences>();
    let items = live_all(move || {
        let current = range.get_clone();
        let (from, to) = (current.from.to_string(), current.to.to_string());
        let item = |f: String, t: String, name: String| {
            let is_current = (f == from && t == to).to_string();
            let show = show.clone();
            view! {
                button(r#type="button", class="menu-item", aria-current=is_current, on:click=handler(move |_| show(&f, &t))) { (name) }
            }
        };
        let wanted = search.get_clone();
        let mut found: Vec<View> = QUICK
            .into_iter()
            .filter(|(.., name)| matches(name, &wanted))
            .map(|(f, t, name)| item(f.to_owned(), t.to_owned(), name.to_owned()))
            .collect();
        if found.is_empty() {
            let (now, zone) = (browser::now(), preferences.zone());
            found.push(match Range::of_length(&wanted, now, &zone) {
                Some(range) => {
                    let title = range.title(now, &zone);
                    item(range.from.to_string(), range.to.to_string(), title)
                }
                None => view! { p(class="dim none") { "No range is called that. A length is understood, as 6h or 10d." } },
            });
        }
        found
    });
    view! {
        div(class="right") {
            div(class="field small") {
                input(r#type="search", placeholder="Search ranges", aria-label="Search ranges", autocomplete="off", bind:value=search)
            }
            div(class="quick") { (items) }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::time::civil::{Fixed, HOUR};

    #[test]
    fn a_picked_day_keeps_the_time_that_was_typed_and_else_is_meant_whole() {
        let day = Civil::date(2026, 11, 28).unwrap();
        let picked = |before: &str, edge| with_day(before, day, edge, &Fixed(HOUR));
        assert_eq!(picked("2026-02-14 14:30", Edge::From), "2026-11-28 14:30");
        assert_eq!(picked("2026-02-14T14:30:05Z", Edge::To), "2026-11-28 15:30:05");
        for before in ["now-6h", "", "2026-02-14", "nonsense"] {
            assert_eq!(picked(before, Edge::From), "2026-11-28 00:00", "{before}");
            assert_eq!(picked(before, Edge::To), "2026-11-28 23:59:59", "{before}");
        }
    }
}
