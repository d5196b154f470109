//! The Sycamore application.
//!
//! Plain logic (`time`, `number`, `series`, …) knows no browser and is tested natively. `browser` and `api` are the
//! only places that talk to the outside; `stores` hold what is shared; `frame`, `panel`, `views` and `pages` draw.

pub mod color;
pub mod keys;
pub mod legend;
pub mod number;
pub mod query;
pub mod receipt;
pub mod refresh;
pub mod retry;
pub mod series;
pub mod sorting;
pub mod surface;
pub mod table_address;
pub mod text;
pub mod time;
pub mod unit;

mod api;
mod app;
mod browser;
mod frame;
mod gallery;
mod icon;
#[cfg(all(test, target_arch = "wasm32"))]
mod in_browser;
mod live;
mod pages;
mod panel;
mod prelude;
mod route;
mod stores;
mod views;

/// Draws the application into the page's `#app`.
// The tests of components draw what they want themselves.
#[cfg_attr(not(test), wasm_bindgen::prelude::wasm_bindgen(start))]
pub fn start() {
    console_error_panic_hook::set_once();
    let Some(root) = browser::element("app") else {
        return;
    };
    // The condition is known when this is compiled: what is not wanted is not in the module.
    if cfg!(feature = "gallery") {
        sycamore::render_to(gallery::Gallery, &root);
    } else {
        sycamore::render_to(app::App, &root);
    }
}
