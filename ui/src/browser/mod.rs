//! What only a browser has: its clock and zone, timers, storage, the window.

mod events;
mod near;
mod task;

pub(crate) use events::{on_document, on_window};
pub(crate) use near::near;
pub(crate) use task::{spawn_local, spawn_scoped};

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use crate::time::civil::{MINUTE, Zone};

/// Milliseconds since the epoch.
pub(crate) fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// The zone of the browser, with its changes of clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Local;

impl Zone for Local {
    fn offset(&self, instant: i64) -> i64 {
        // JavaScript says how far UTC is from here.
        let minutes = js_sys::Date::new(&JsValue::from_f64(instant as f64)).get_timezone_offset();
        if minutes.is_finite() {
            -(minutes as i64) * MINUTE
        } else {
            0
        }
    }
}

#[wasm_bindgen(raw_module = "./page.js")]
extern "C" {
    /// The browser's zone, as `Europe/Berlin`; may be empty.
    #[wasm_bindgen(js_name = zoneName)]
    pub(crate) fn zone_name() -> String;

    /// A zone as the browser writes it; empty where it knows no such zone.
    #[wasm_bindgen(js_name = knownZone)]
    pub(crate) fn known_zone(name: &str) -> String;

    /// The names of the zones that the browser knows.
    #[wasm_bindgen(js_name = allZones)]
    pub(crate) fn all_zones() -> Vec<String>;

    /// How far a zone that the browser knows is from UTC at an instant; milliseconds, both.
    #[wasm_bindgen(js_name = zoneOffset)]
    pub(crate) fn zone_offset(name: &str, instant: f64) -> f64;

    /// Whether a click means the place it hit: no drag, no selected text, no link or control under it.
    #[wasm_bindgen(js_name = isPlainClick)]
    pub(crate) fn is_plain_click(event: &web_sys::MouseEvent) -> bool;

    /// Shows a `dialog` over the page; it keeps the focus and gives it back.
    #[wasm_bindgen(js_name = showDialog)]
    pub(crate) fn show_dialog(dialog: &web_sys::Element);

    #[wasm_bindgen(js_name = nap)]
    fn nap_in_page(milliseconds: u32) -> js_sys::Promise;

    /// Gives a response's content to the browser as a file of this name.
    #[wasm_bindgen(js_name = saveFile)]
    pub(crate) fn save_file(response: &web_sys::Response, name: &str) -> js_sys::Promise;
}

#[wasm_bindgen(raw_module = "./copy.js")]
extern "C" {
    /// Puts a text on the clipboard; false where the browser does not let a page do that.
    #[wasm_bindgen(js_name = copyText)]
    pub(crate) async fn copy_text(text: &str) -> JsValue;
}

/// An element by its id.
pub(crate) fn element(id: &str) -> Option<web_sys::Element> {
    web_sys::window()?.document()?.get_element_by_id(id)
}

/// Whether nobody can see the page right now.
pub(crate) fn is_hidden() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
}

/// Opens the browser's printing dialog.
pub(crate) fn print() {
    if let Some(window) = web_sys::window() {
        let _ = window.print();
    }
}

/// Waits for so many milliseconds.
pub(crate) async fn sleep(milliseconds: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let wait = i32::try_from(milliseconds).unwrap_or(i32::MAX);
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, wait);
        }
    });
    let _ = JsFuture::from(promise).await;
}

/// Waits before something is tried again: so many milliseconds, but no longer than until the network is back; and then
/// until somebody looks at the page.
pub(crate) async fn nap(milliseconds: u32) {
    let _ = JsFuture::from(nap_in_page(milliseconds)).await;
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What was kept under a name; none where storage is forbidden.
pub(crate) fn stored(name: &str) -> Option<String> {
    storage()?.get_item(&format!("porthole.{name}")).ok()?
}

/// Keeps a text; without effect where storage is forbidden.
pub(crate) fn store(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("porthole.{name}"), value);
    }
}

/// Whether a media query holds.
pub(crate) fn matches_media(query: &str) -> bool {
    web_sys::window()
        .and_then(|window| window.match_media(query).ok()?)
        .is_some_and(|list| list.matches())
}

/// Moves the focus to the first element that a selector finds below another, once the page has drawn it.
pub(crate) fn focus_first(below: &web_sys::Node, selector: &str) {
    if let Some(found) = below
        .dyn_ref::<web_sys::Element>()
        .and_then(|element| element.query_selector(selector).ok()?)
        && let Ok(found) = found.dyn_into::<web_sys::HtmlElement>()
    {
        let _ = found.focus();
    }
}
