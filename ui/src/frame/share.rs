//! The address of what is seen, to be passed on: moving with the clock, or for the instants that are shown now.

use crate::prelude::*;

use super::{Menu, menu};
use crate::{
    browser, icon,
    live::{live, live_text},
    stores::{Board, Stage},
};

/// Milliseconds for which it says that the link was copied, or that it was not.
const SAID: (u32, u32) = (2_000, 8_000);

/// Copies an address, and says so.
pub(super) fn copy(stage: Stage, address: String) {
    browser::spawn_local(async move {
        let is_done = browser::copy_text(&address).await.is_truthy();
        stage.copied.set(Some(is_done));
        browser::sleep(if is_done { SAID.0 } else { SAID.1 }).await;
        stage.copied.set(None);
    });
}

/// What is said of a link that was copied; not in the bar, which would hold it.
pub(super) fn said(stage: Stage) -> View {
    let copied = stage.copied;
    let said = live_text(move || {
        match copied.get() {
            None => "",
            Some(true) => "Link copied.",
            Some(false) => "This browser does not let a page copy: take the address from its bar.",
        }
        .to_owned()
    });
    view! {
        div(class=if copied.get().is_some() { "toast" } else { "sr-only" }, role="status") { (said) }
    }
}

/// The button and its menu.
pub(crate) fn share(board: Board) -> View {
    let stage = use_context::<Stage>();
    let copied = stage.copied;
    let mark = live(move || match copied.get() {
        Some(true) => icon::CHECK.into(),
        _ => icon::LINK.into(),
    });
    let options = Menu {
        button: "icon-button",
        list: "right",
        label: "Copy link".to_owned(),
        id: "share",
    };
    let menu = menu(options, view! { (mark) }, move |open| {
        let item = |title: &'static str, detail: &'static str, address: String| {
            let copy = move |_| {
                open.set(false);
                copy(stage, address.clone());
            };
            view! {
                button(r#type="button", class="menu-item", role="menuitem", on:click=handler(copy)) {
                    span(class="what") { span { (title) } span(class="dim") { (detail) } }
                }
            }
        };
        let fixed = item(
            "Copy link to this moment",
            "Exactly the time shown now",
            board.link(true),
        );
        if !board.range.with(|range| range.is_live()) {
            return fixed;
        }
        let live = item("Copy link", "The range moves with the clock", board.link(false));
        view! { (live) (fixed) }
    });
    view! {
        div(class="wide") { (menu) }
    }
}
