//! Listeners on the document and the window that end with the scope that made them.

use sycamore::prelude::on_cleanup;
use wasm_bindgen::{JsCast, closure::Closure};

/// Listens on the document.
pub(crate) fn on_document<E: JsCast + 'static>(name: &'static str, handler: impl FnMut(E) + 'static) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        listen(document.into(), name, handler);
    }
}

/// Listens on the window.
pub(crate) fn on_window<E: JsCast + 'static>(name: &'static str, handler: impl FnMut(E) + 'static) {
    if let Some(window) = web_sys::window() {
        listen(window.into(), name, handler);
    }
}

fn listen<E: JsCast + 'static>(
    target: web_sys::EventTarget,
    name: &'static str,
    mut handler: impl FnMut(E) + 'static,
) {
    let closure = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        handler(event.unchecked_into::<E>())
    });
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    on_cleanup(move || {
        let _ = target.remove_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        drop(closure);
    });
}
