//! Real components in a real browser, asked what is in the page. Run by `cargo xtask test`, each test in a page of its own.

mod chart;
mod dashboard;
mod desk;
mod keys;
mod letters;
mod loading;
mod messages;
mod panels;
mod range;
mod refresh;
mod table;

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test_configure;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use crate::{
    browser, gallery,
    prelude::*,
    stores::{Board, Clock, Location, Preferences, Recent, Session, Stage},
};

wasm_bindgen_test_configure!(run_in_browser);

/// Milliseconds that a page may take to get somewhere.
const PATIENCE: i64 = 4_000;

fn document() -> web_sys::Document {
    web_sys::window().unwrap().document().unwrap()
}

/// Draws a component at an address, with everything around it that the application gives it.
fn open(address: &str, view: impl FnOnce(&Board) -> View + 'static) {
    let history = web_sys::window().unwrap().history().unwrap();
    history
        .replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(address))
        .unwrap();
    let root = document().create_element("div").unwrap();
    root.set_id("page");
    document().body().unwrap().append_child(&root).unwrap();
    sycamore::render_to(
        move || {
            let location = Location::install();
            provide_context(location);
            provide_context(Preferences::load());
            provide_context(Recent::load());
            provide_context(Clock::start());
            provide_context(Session::of(location, gallery::reader()));
            provide_context(Stage::new());
            let board = Board::new(gallery::TENANT, *create_signal(Some("now-12h".to_owned())));
            view(&board)
        },
        &root,
    );
}

/// Takes it away again.
fn close() {
    document().get_element_by_id("page").unwrap().remove();
}

/// Path and query.
fn address() -> String {
    let location = web_sys::window().unwrap().location();
    location.pathname().unwrap() + &location.search().unwrap()
}

fn all(selector: &str) -> Vec<HtmlElement> {
    let found = document()
        .query_selector_all(&format!("#page {selector}"))
        .unwrap();
    (0..found.length())
        .map(|at| found.item(at).unwrap().unchecked_into())
        .collect()
}

fn has(selector: &str) -> bool {
    !all(selector).is_empty()
}

/// The only such element.
fn one(selector: &str) -> HtmlElement {
    let mut found = all(selector);
    assert_eq!(found.len(), 1, "{selector} in {}", html());
    found.remove(0)
}

fn html() -> String {
    document().get_element_by_id("page").unwrap().inner_html()
}

/// The text of the only such element.
fn text(selector: &str) -> String {
    one(selector).text_content().unwrap_or_default()
}

fn texts(selector: &str) -> Vec<String> {
    all(selector)
        .iter()
        .map(|element| element.text_content().unwrap_or_default())
        .collect()
}

fn attribute(selector: &str, name: &str) -> Option<String> {
    one(selector).get_attribute(name)
}

fn click(selector: &str) {
    one(selector).click();
}

/// The button or item with this text or name.
fn named(selector: &str, name: &str) -> HtmlElement {
    all(selector)
        .into_iter()
        .find(|element| {
            element.text_content().is_some_and(|text| text.trim() == name)
                || element.get_attribute("aria-label").as_deref() == Some(name)
        })
        .unwrap_or_else(|| panic!("no {selector} named {name} in {}", html()))
}

/// A click with keys held down: `ctrlKey`, `shiftKey`.
fn click_with(element: &Element, key: &str) {
    let options = js_sys::Object::new();
    for name in ["bubbles", "cancelable", key] {
        js_sys::Reflect::set(&options, &name.into(), &true.into()).unwrap();
    }
    let event =
        web_sys::MouseEvent::new_with_mouse_event_init_dict("click", options.unchecked_ref()).unwrap();
    element.dispatch_event(&event).unwrap();
}

/// A key; `ctrl`: with the control key.
fn press(target: &web_sys::EventTarget, key: &str, ctrl: bool) {
    let options = web_sys::KeyboardEventInit::new();
    options.set_bubbles(true);
    options.set_cancelable(true);
    options.set_key(key);
    options.set_ctrl_key(ctrl);
    let event = web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &options).unwrap();
    target.dispatch_event(&event).unwrap();
}

/// Types into a field.
fn fill(selector: &str, text: &str) {
    let field: HtmlInputElement = one(selector).unchecked_into();
    field.set_value(text);
    let options = web_sys::EventInit::new();
    options.set_bubbles(true);
    let event = web_sys::Event::new_with_event_init_dict("input", &options).unwrap();
    field.dispatch_event(&event).unwrap();
}

/// Waits until something holds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = browser::now();
    while !holds() {
        assert!(browser::now() - start < PATIENCE, "{what} in {}", html());
        browser::sleep(15).await;
    }
}
