//! How large the place of a panel's view is.

use std::{cell::Cell, rc::Rc};

use sycamore::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    browser,
    color::Theme,
    stores::Preferences,
    surface::{self, Surface},
};

/// What `.panel-body` keeps free at its sides together, and at its foot; CSS pixels.
const MARGIN: (i32, i32) = (24, 10);
/// Milliseconds after the last change of the window's size.
const CALM: u32 = 300;

/// The surface of a panel that draws, none for others and before the page is laid out. `node` is the panel.
pub(super) fn measure(node: NodeRef, type_name: &str) -> ReadSignal<Option<Surface>> {
    if !surface::draws(type_name) {
        return *create_signal(None);
    }
    let preferences = use_context::<Preferences>();
    let size = create_signal((0_i32, 0_i32));
    let look = move || {
        let body = node
            .try_get()
            .and_then(|node| node.dyn_into::<web_sys::Element>().ok())
            .and_then(|panel| panel.query_selector(".panel-body").ok()?);
        if let Some(body) = body {
            let found = (body.client_width() - MARGIN.0, body.client_height() - MARGIN.1);
            if found != size.get_untracked() {
                size.set(found);
            }
        }
    };
    on_mount(look);
    let changes = Rc::new(Cell::new(0_u32));
    let scope = use_current_scope();
    browser::on_window("resize", move |_: web_sys::Event| {
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
    create_selector(move || {
        let (width, height) = size.get();
        let is_dark = preferences.theme() == Theme::Dark;
        Surface::new(width.into(), height.into(), is_dark)
    })
}
