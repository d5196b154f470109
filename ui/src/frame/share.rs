//! The address of what is seen, to be passed on: moving with the clock, or for the instants that are shown now.

use crate::prelude::*;

use super::{Menu, menu};
use crate::{
    browser, icon,
    live::{live, live_text},
    stores::Board,
};

/// Milliseconds for which it says that the link was copied.
const SAID: u32 = 2_000;

/// The button and its menu.
pub(crate) fn share(board: Board) -> View {
    let copied = create_signal(None::<bool>);
    let mark = live(move || match copied.get() {
        Some(true) => icon::CHECK.into(),
        _ => icon::LINK.into(),
    });
    let said = live_text(move || {
        match copied.get() {
            None => "",
            Some(true) => "Link copied.",
            Some(false) => "This browser does not let a page copy: take the address from its bar.",
        }
        .to_owned()
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
                let address = address.clone();
                browser::spawn_scoped(async move {
                    copied.set(Some(browser::copy_text(&address).await.is_truthy()));
                    browser::sleep(SAID).await;
                    copied.set(None);
                });
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
        span(class="sr-only", role="status") { (said) }
    }
}
