//! How large the place of a panel's view is.

use std::{cell::Cell, rc::Rc};

use crate::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use crate::{
    browser,
    color::Theme,
    stores::Preferences,
    surface::{self, Surface},
};

/// What `.panel-body` keeps free at its sides together, and at its foot; CSS pixels.
const MARGIN: (i32, i32) = (24, 10);
/// Milliseconds after the last change of the body's size.
const CALM: u32 = 300;

/// The surface of a panel that draws, none for others and before the page is laid out. `node` is the panel.
pub(crate) fn measure(node: NodeRef, type_name: &str) -> ReadSignal<Option<Surface>> {
    if !surface::draws(type_name) {
        return *create_signal(None);
    }
    let preferences = use_context::<Preferences>();
    let size = create_signal((0_i32, 0_i32));
    let look = move || {
        if let Some(body) = body_of(node) {
            let found = (body.client_width() - MARGIN.0, body.client_height() - MARGIN.1);
            if found != size.get_untracked() {
                size.set(found);
            }
        }
    };
    let changes = Rc::new(Cell::new(0_u32));
    let scope = use_current_scope();
    // The body also changes when something comes to stand below it.
    let changed = Closure::<dyn FnMut()>::new(move || {
        let change = changes.get().wrapping_add(1);
        changes.set(change);
        let changes = changes.clone();
        scope.run_in(|| {
            browser::spawn_scoped(async move {
                browser::sleep(CALM).await;
                if changes.get() == change {
                    look();
                }
            });
        });
    });
    on_mount(move || {
        look();
        let body = body_of(node);
        let observer = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref());
        if let (Some(body), Ok(observer)) = (body, observer) {
            observer.observe(&body);
            on_cleanup(move || {
                observer.disconnect();
                drop(changed);
            });
        }
    });
    create_selector(move || {
        let (width, height) = size.get();
        let is_dark = preferences.theme() == Theme::Dark;
        Surface::new(width.into(), height.into(), is_dark)
    })
}

fn body_of(panel: NodeRef) -> Option<web_sys::Element> {
    let panel = panel.try_get()?.dyn_into::<web_sys::Element>().ok()?;
    panel.query_selector(".panel-body").ok()?
}
