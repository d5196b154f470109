//! How often panels ask, and that the reader may ask at once.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;

use super::{address, all, click, named, open, text};
use crate::{frame, prelude::*, refresh::Refresh, stores::Board};

fn bar(address: &str) -> Board {
    let kept: Rc<RefCell<Option<Board>>> = Rc::default();
    let board = kept.clone();
    open(address, move |found| {
        *board.borrow_mut() = Some(found.clone());
        frame::top_bar(found, "default", *create_signal(None))
    });
    kept.borrow().clone().unwrap()
}

fn chosen() -> Vec<String> {
    all("[role=menuitemradio][aria-checked=true]")
        .iter()
        .map(|item| item.text_content().unwrap())
        .collect()
}

#[wasm_bindgen_test]
fn each_panel_has_its_own_interval_unless_the_address_says_another() {
    let board = bar("/t/gallery/d/default");
    assert_eq!(board.refresh.get_untracked(), Refresh::Auto);
    assert_eq!(board.refresh.get_untracked().wait(300, false), Some(300_000));
    super::close();
    let board = bar("/t/gallery/d/default?refresh=10s");
    assert_eq!(board.refresh.get_untracked().wait(300, false), Some(10_000));
    super::close();
    let board = bar("/t/gallery/d/default?refresh=off");
    assert_eq!(board.refresh.get_untracked().wait(300, false), None);
}

#[wasm_bindgen_test]
fn a_choice_is_written_into_the_address_and_the_usual_one_is_not() {
    let board = bar("/t/gallery/d/default?from=now-1h&to=now");
    click("[data-testid=refresh-interval]");
    assert_eq!(chosen(), ["Auto"]);
    named("[role=menuitemradio]", "30 s").click();
    assert_eq!(address(), "/t/gallery/d/default?from=now-1h&to=now&refresh=30s");
    assert_eq!(board.refresh.get_untracked(), Refresh::Every(30));
    assert_eq!(text("[data-testid=refresh-interval]"), "30 s");

    click("[data-testid=refresh-interval]");
    assert_eq!(chosen(), ["30 s"]);
    named("[role=menuitemradio]", "Auto").click();
    assert_eq!(address(), "/t/gallery/d/default?from=now-1h&to=now");
}

#[wasm_bindgen_test]
fn asking_at_once_asks_every_panel() {
    let board = bar("/t/gallery/d/default");
    let before = board.asked.get_untracked();
    click("[data-testid=refresh-now]");
    assert_eq!(board.asked.get_untracked(), before + 1);
}
