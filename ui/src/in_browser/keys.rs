//! The keyboard: the palette, the sheet of keys, the other look.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use porthole_model::{Me, Role, TenantSummary};

use super::{address, document, fill, has, open, press, text, texts, until};
use crate::{
    frame, gallery,
    prelude::*,
    stores::{Location, Session, Stage},
};

fn page(address: &str) {
    open(address, |board| {
        use_context::<crate::stores::Stage>().enter(board);
        let over = frame::over();
        let bar = frame::top_bar(board, "default", *create_signal(None));
        view! { (over) (bar) }
    });
}

fn key(key: &str, ctrl: bool) {
    press(document().body().unwrap().unchecked_ref(), key, ctrl);
}

#[wasm_bindgen_test]
async fn the_question_mark_lists_the_keys() {
    page("/t/gallery/d/default");
    key("?", false);
    until("the sheet", || has("dialog[open] [data-testid=keys]")).await;
    let keys = texts(".sheet dt");
    assert!(
        keys.contains(&"Ctrl K".to_owned()) && keys.contains(&"?".to_owned()),
        "{keys:?}"
    );
}

#[wasm_bindgen_test]
async fn the_palette_finds_what_is_typed_and_goes_there() {
    page("/t/gallery/d/default");
    key("k", true);
    until("the palette", || has("dialog[open] [data-testid=palette]")).await;
    fill("[role=combobox]", "beta");
    assert_eq!(texts("[role=option] .grow"), ["Beta Media"]);
    let field = super::one("[role=combobox]");
    press(field.unchecked_ref(), "Enter", false);
    assert_eq!(address(), "/t/beta");
    assert!(!has("dialog"));
}

const HERE: &str = "/t/gallery/d/default?from=now-1h&to=now&tz=UTC&page.log=2&refresh=10s";

#[wasm_bindgen_test]
fn another_tenant_is_shown_at_the_same_time() {
    page(HERE);
    super::click("[data-testid=tenant-menu]");
    super::all("[role=menuitem]")[1].click();
    assert_eq!(address(), "/t/beta?from=now-1h&to=now&tz=UTC&refresh=10s");
}

#[wasm_bindgen_test]
async fn the_palette_leads_to_another_tenant_at_the_same_time() {
    page(HERE);
    key("k", true);
    until("the palette", || has("dialog[open] [data-testid=palette]")).await;
    fill("[role=combobox]", "beta");
    press(super::one("[role=combobox]").unchecked_ref(), "Enter", false);
    assert_eq!(address(), "/t/beta?from=now-1h&to=now&tz=UTC&refresh=10s");
}

#[wasm_bindgen_test]
async fn a_length_that_is_typed_into_the_palette_is_a_range_and_comes_first() {
    page("/t/gallery/d/default");
    for (typed, title, from) in [
        ("6h", "Last 6 hours", "now-6h"),
        ("last 6 hours", "Last 6 hours", "now-6h"),
        ("7d", "Last 7 days", "now-7d"),
        ("90 min", "Last 90 minutes", "now-90m"),
    ] {
        key("k", true);
        until("the palette", || has("dialog[open] [data-testid=palette]")).await;
        fill("[role=combobox]", typed);
        let found = texts("[role=option] .grow");
        assert_eq!(found.first().map(String::as_str), Some(title), "{typed}");
        let same = found.iter().filter(|one| *one == title).count();
        assert_eq!(same, 1, "{typed}");
        press(super::one("[role=combobox]").unchecked_ref(), "Enter", false);
        assert_eq!(address(), format!("/t/gallery/d/default?from={from}&to=now"));
        assert!(!has("dialog"));
    }
}

#[wasm_bindgen_test]
async fn arrows_walk_what_the_palette_found() {
    page("/t/gallery/d/default");
    key("k", true);
    until("the palette", || has("dialog[open] [data-testid=palette]")).await;
    fill("[role=combobox]", "theme");
    let chosen = || text("[role=option][aria-selected=true] .grow");
    assert_eq!(chosen(), "Dark");
    let field = super::one("[role=combobox]");
    press(field.unchecked_ref(), "ArrowDown", false);
    assert_eq!(chosen(), "Light");
    assert_eq!(
        field.get_attribute("aria-activedescendant").as_deref(),
        Some("palette-1")
    );
    press(field.unchecked_ref(), "ArrowUp", false);
    press(field.unchecked_ref(), "ArrowUp", false);
    assert_eq!(chosen(), "System", "from the first to the last");
}

#[wasm_bindgen_test]
fn the_look_changes_with_t_and_is_kept() {
    page("/t/gallery/d/default");
    let theme = || {
        document()
            .document_element()
            .unwrap()
            .get_attribute("data-theme")
            .unwrap()
    };
    let before = theme();
    key("t", false);
    assert_ne!(theme(), before);
    let kept = web_sys::window().unwrap().local_storage().unwrap().unwrap();
    assert_eq!(kept.get_item("porthole.theme").unwrap(), Some(theme()));
}

#[wasm_bindgen_test]
fn z_shows_twice_the_range() {
    page("/t/gallery/d/default?from=now-1h&to=now");
    key("z", false);
    assert_eq!(address(), "/t/gallery/d/default?from=now-2h&to=now");
}

#[wasm_bindgen_test]
fn letters_in_a_field_are_letters() {
    page("/t/gallery/d/default?from=now-1h&to=now");
    super::click("[data-testid=range-button]");
    press(super::one("#range-from").unchecked_ref(), "z", false);
    assert_eq!(address(), "/t/gallery/d/default?from=now-1h&to=now");
}

#[wasm_bindgen_test]
fn an_open_menu_has_the_keys_to_itself() {
    page("/t/gallery/d/default?from=now-1h&to=now");
    super::click("[data-testid=share]");
    key("z", false);
    assert_eq!(address(), "/t/gallery/d/default?from=now-1h&to=now");
    super::click("[data-testid=share]");
    key("z", false);
    assert_eq!(address(), "/t/gallery/d/default?from=now-2h&to=now");
}

#[wasm_bindgen_test]
async fn what_can_be_searched_and_pressed_is_found_on_the_screen_too() {
    let close = || {
        let event = web_sys::Event::new("close").unwrap();
        super::one("dialog").dispatch_event(&event).unwrap();
        assert!(!has("dialog"));
    };
    page("/t/gallery/d/default");
    super::click("[data-testid=search]");
    until("the palette", || has("dialog[open] [data-testid=palette]")).await;
    close();
    for (name, what) in [
        ("Search", "[data-testid=palette]"),
        ("Keyboard shortcuts", "[data-testid=keys]"),
    ] {
        super::click("[data-testid=user-menu]");
        super::named("[role=menuitem]", name).click();
        until(name, || has(&format!("dialog[open] {what}"))).await;
        close();
    }
}

#[wasm_bindgen_test]
fn of_two_tenants_the_wanted_one_is_found_by_looking() {
    page("/t/gallery/d/default");
    super::click("[data-testid=tenant-menu]");
    assert_eq!(super::all("[role=menuitem]").len(), 2);
}

#[wasm_bindgen_test]
async fn of_many_tenants_the_wanted_one_is_found_by_typing() {
    let tenants = (1..=60).map(|at| TenantSummary {
        id: format!("t-{at}"),
        name: format!("Customer {at}"),
        role: Role::Viewer,
    });
    let me = Me {
        tenants: tenants.collect(),
        ..gallery::reader()
    };
    open("/t/t-1/d/default", move |board| {
        provide_context_in_new_scope(Session::of(use_context::<Location>(), me), || {
            use_context::<Stage>().enter(board);
            let over = frame::over();
            let bar = frame::top_bar(board, "default", *create_signal(None));
            view! { (over) (bar) }
        })
    });
    super::click("[data-testid=tenant-menu]");
    super::click("[data-testid=menu-search]");
    until("the palette", || has("dialog[open] [data-testid=palette]")).await;
    assert!(!has("[role=menu]"));
    assert!(texts("[role=option] .dim").iter().all(|kind| kind == "Tenant"));
    fill("[role=combobox]", "Tenant 42");
    assert_eq!(texts("[role=option] .grow"), ["Customer 42"]);
}
