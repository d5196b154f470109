//! Refresh now, and how often.

use crate::prelude::*;

use super::{Menu, menu};
use crate::{icon, live::live_text, refresh::CHOICES, stores::Board};

/// The two buttons.
pub(crate) fn refresh_control(board: Board) -> View {
    let refresh = board.refresh;
    let now = board.clone();
    let name = live_text(move || refresh.get().name().to_owned());
    let face = view! {
        span(class="dim") { (name) }
        (icon::CHEVRON)
    };
    let options = Menu {
        button: "pill",
        list: "right narrow",
        label: "Refresh interval".to_owned(),
        id: "refresh-interval",
    };
    let interval = menu(options, face, move |open| choices(&board, open));
    view! {
        div(class="split wide") {
            button(r#type="button", class="pill", aria-label="Refresh now", title="Refresh now", data-testid="refresh-now", on:click=handler(move |_| now.ask_all())) {
                (icon::REFRESH)
            }
            (interval)
        }
    }
}

/// How often panels may ask, for a menu.
pub(super) fn choices(board: &Board, open: Signal<bool>) -> View {
    let chosen = board.refresh.get();
    let items: Vec<View> = CHOICES
        .into_iter()
        .map(|(choice, _, name)| {
            let board = board.clone();
            let choose = move |_| {
                open.set(false);
                board.choose_refresh(choice);
            };
            let is_chosen = (chosen == choice).to_string();
            view! {
                button(r#type="button", class="menu-item", role="menuitemradio", aria-checked=is_chosen, on:click=handler(choose)) { (name) }
            }
        })
        .collect();
    items.into()
}
