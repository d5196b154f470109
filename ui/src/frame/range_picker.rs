//! Which range is shown: typed, picked, or one of the usual ones.

use crate::prelude::*;
use wasm_bindgen::JsCast;

use super::menu::dismiss;
use crate::{
    browser, icon,
    live::{live, live_all, live_text},
    stores::{Board, Preferences, Recent},
    time::{
        expression::{Edge, Expression},
        format,
        range::{QUICK, Range, RangeFault},
    },
};

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
                span(class="dim roomy") { (offset) }
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
    // A change of zone means other walls for the same instants.
    let switch = {
        let range = board.range;
        move |_| {
            preferences.switch_zone();
            let (f, t) = range.get_clone_untracked().fields(&preferences.zone_untracked());
            from.set(f);
            to.set(t);
        }
    };

    let from_field = field("range-from", "From", from, fault, Edge::From);
    let to_field = field("range-to", "To", to, fault, Edge::To);
    let recent = recent(show.clone());
    let zone = live_text(move || preferences.zone_title());
    let quick = quick(&board, show);
    view! {
        div(class="range-pop", role="dialog", aria-label="Time range") {
            form(class="left", novalidate=true, on:submit=handler(apply)) {
                (from_field)
                (to_field)
                button(class="button primary", r#type="submit") { "Apply" }
                (recent)
            }
            (quick)
            div(class="foot") {
                span { (zone) }
                button(r#type="button", class="link", on:click=handler(switch)) { "Change" }
            }
        }
    }
}

/// One of the two fields, with the browser's own picker behind a button.
fn field(
    id: &'static str,
    label: &'static str,
    value: Signal<String>,
    fault: Signal<Option<RangeFault>>,
    edge: Edge,
) -> View {
    let preferences = use_context::<Preferences>();
    let is_from = edge == Edge::From;
    let message = create_memo(move || {
        fault
            .get_clone()
            .filter(|fault| fault.is_from == is_from)
            .map(|fault| fault.message)
    });
    let picker = create_node_ref();
    let note = format!("{id}-fault");
    let describes = note.clone();
    let pick = move |_| {
        let Some(input) = picker
            .try_get()
            .and_then(|node| node.dyn_into::<web_sys::HtmlInputElement>().ok())
        else {
            return;
        };
        let zone = preferences.zone_untracked();
        let at = value.get_clone_untracked().parse::<Expression>().map_or_else(
            |_| browser::now(),
            |moment| moment.resolve(browser::now(), &zone, edge),
        );
        let wall = format::stamp(at, &zone);
        input.set_value(&wall.get(..16).unwrap_or_default().replace(' ', "T"));
        browser::open_picker(&input);
    };
    let picked = move |event: web_sys::Event| {
        if let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
            && !input.value().is_empty()
        {
            value.set(input.value().replace('T', " "));
            fault.set(None);
        }
    };
    let said = live_text(move || message.get_clone().unwrap_or_default());
    view! {
        div {
            label(class="label", r#for=id) { (label) }
            div(class=if message.with(Option::is_some) { "field wrong" } else { "field" }) {
                input(id=id, r#type="text", autocomplete="off", "spellcheck"="false", bind:value=value,
                    aria-invalid=message.with(Option::is_some).to_string(), aria-describedby=describes,
                    on:input=handler(move |_| fault.set(None)))
                button(r#type="button", class="pick", aria-label=format!("Pick {label}"), tabindex="-1", on:click=handler(pick)) { (icon::CALENDAR) }
                input(r#type="datetime-local", class="native", r#ref=picker, "tabindex"="-1", aria-hidden="true", on:change=handler(picked))
            }
            div(class="fault", id=note, role="alert") { (said) }
        }
    }
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
    let items = live_all(move || {
        let current = range.get_clone();
        let (from, to) = (current.from.to_string(), current.to.to_string());
        let wanted = search.get_clone().to_ascii_lowercase();
        QUICK
            .into_iter()
            .filter(|(.., name)| name.to_ascii_lowercase().contains(wanted.trim()))
            .map(|(f, t, name)| {
                let is_current = (f == from && t == to).to_string();
                let show = show.clone();
                view! {
                    button(r#type="button", class="menu-item", aria-current=is_current, on:click=handler(move |_| show(f, t))) { (name) }
                }
            })
            .collect::<Vec<View>>()
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
