//! Whether an element is in view, or nearly.

use crate::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

/// Whether the element is in view or within a screen's third of it; true where the browser cannot tell.
pub(crate) fn near(node: NodeRef) -> ReadSignal<bool> {
    let is_near = create_signal(false);
    on_mount(move || {
        let Some(element) = node
            .try_get()
            .and_then(|node| node.dyn_into::<web_sys::Element>().ok())
        else {
            return;
        };
        let closure = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            // Several entries for one element: the last is the newest.
            let entry = entries
                .iter()
                .next_back()
                .map(JsCast::unchecked_into::<web_sys::IntersectionObserverEntry>);
            if let Some(entry) = entry
                && entry.is_intersecting() != is_near.get_untracked()
            {
                is_near.set(entry.is_intersecting());
            }
        });
        let options = web_sys::IntersectionObserverInit::new();
        options.set_root_margin("35% 0px");
        match web_sys::IntersectionObserver::new_with_options(closure.as_ref().unchecked_ref(), &options) {
            Ok(observer) => {
                observer.observe(&element);
                on_cleanup(move || {
                    observer.disconnect();
                    drop(closure);
                });
            }
            Err(_) => is_near.set(true),
        }
    });
    *is_near
}
