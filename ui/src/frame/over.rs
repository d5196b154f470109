//! What lies over the page: the palette, and the sheet of keys; and the keys themselves.

use crate::prelude::*;
use wasm_bindgen::JsCast;

use super::{palette::palette, share};
use crate::{
    browser,
    color::Theme,
    keys::{self, Wish},
    live::live,
    route::Page,
    stores::{Location, Look, Over, Preferences, Session, Stage, Who},
};

/// Listens to keys, and draws what they open. Made before anything else that listens: what an open menu closes must not
/// also leave the page.
pub(crate) fn over() -> View {
    let stage = use_context::<Stage>();
    let session = use_context::<Session>();
    let location = use_context::<Location>();
    let preferences = use_context::<Preferences>();
    browser::on_document("keydown", move |event: web_sys::KeyboardEvent| {
        let is_command = event.ctrl_key() || event.meta_key();
        if event.default_prevented() || event.alt_key() || !matches!(session.who_untracked(), Who::Known(_)) {
            return;
        }
        let Some(wish) = keys::wish(&event.key(), is_command, is_writing(&event)) else {
            return;
        };
        // What is open has the keys, but for the palette's own.
        if !is_command && is_something_open() {
            return;
        }
        event.prevent_default();
        follow(wish, stage, location, preferences);
    });
    let dialog = live(move || match stage.over.get() {
        Over::Nothing => View::new(),
        Over::Palette(wanted) => dialog("Go to", palette(stage, wanted)),
        Over::Keys => dialog("Keyboard", sheet()),
    });
    let said = share::said(stage);
    view! {
        (dialog)
        (said)
    }
}

fn follow(wish: Wish, stage: Stage, location: Location, preferences: Preferences) {
    let board = stage.board.get_clone_untracked();
    match wish {
        Wish::Palette => stage.over.set(Over::Palette("")),
        Wish::Keys => stage.over.set(Over::Keys),
        Wish::Look => preferences.choose_look(match preferences.theme() {
            Theme::Dark => Look::Light,
            Theme::Light => Look::Dark,
        }),
        Wish::Refresh => {
            if let Some(board) = board {
                board.ask_all();
            }
        }
        Wish::ZoomOut => {
            if let Some(board) = board {
                board.zoom_out();
            }
        }
        Wish::Leave => {
            if let (Page::Panel { dashboard, .. }, Some(board)) = (Page::at(&location.path()), board) {
                location.leave_for(&board.address_of(&dashboard));
            }
        }
    }
}

fn is_writing(event: &web_sys::KeyboardEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| element.matches("input, textarea, select").unwrap_or(false))
}

/// A menu, a popover or a dialog.
fn is_something_open() -> bool {
    web_sys::window()
        .and_then(|window| {
            window
                .document()?
                .query_selector("dialog[open], [aria-haspopup][aria-expanded=true]")
                .ok()?
        })
        .is_some()
}

/// A dialog over the page; closing it, in whatever way, takes it away.
fn dialog(title: &'static str, content: View) -> View {
    let stage = use_context::<Stage>();
    let node = create_node_ref();
    on_mount(move || {
        if let Some(dialog) = node.try_get().and_then(|node| node.dyn_into().ok()) {
            browser::show_dialog(&dialog);
        }
    });
    let outside = move |event: web_sys::MouseEvent| {
        // A press on the dialog itself, and not on what is in it, is one beside it.
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if target.is_some() && target == node.try_get() {
            stage.over.set(Over::Nothing);
        }
    };
    view! {
        dialog(class="over", aria-label=title, r#ref=node, on:close=handler(move |_: web_sys::Event| stage.over.set(Over::Nothing)), on:mousedown=handler(outside)) {
            (content)
        }
    }
}

fn sheet() -> View {
    let lines: Vec<View> = keys::SHEET
        .into_iter()
        .map(|(key, what)| view! { div { dt { kbd { (key) } } dd { (what) } } })
        .collect();
    view! {
        div(class="sheet", tabindex="0", data-testid="keys") {
            h2 { "Keyboard" }
            dl { (lines) }
        }
    }
}
