//! The embedded UI and its headers.
//!
//! The UI's files are part of the program. Files under `/assets/` carry a hash of their content in their names and
//! may be kept for ever; the page itself is asked for again each time and answered with 304 when it is the same. The
//! UI knows its own addresses (`/`, `/login`, `/t/…`, `/admin/…`, …): all of them are answered with the same page.

mod assets;
mod encoding;
mod headers;
mod serve;

use axum::{Router, middleware::map_response, routing::get};

/// Where the UI has its pages; the same as in its own `route.rs`.
const PAGES: [&str; 7] = [
    "/",
    "/login",
    "/password",
    "/account",
    "/admin",
    "/admin/{*rest}",
    "/t/{*rest}",
];

/// The UI's routes: the page at the [addresses](PAGES) that the UI knows, its files below `/assets/`.
///
/// No fallback is set, so that the router can be merged with others: any other path is the caller's to answer.
pub fn router() -> Router {
    let pages = PAGES
        .into_iter()
        .fold(Router::new(), |pages, path| pages.route(path, get(serve::page)));
    pages
        .route("/assets/{*path}", get(serve::asset))
        .layer(map_response(headers::protect))
}

/// For any path that nobody answers: readers of pages get the UI with status 404, which says so and leads back; all others
/// the bare status.
pub fn fallback() -> axum::routing::MethodRouter {
    axum::routing::any(serve::not_found)
}

/// Whether the program was compiled with the UI in it. Without, every page says how to build it.
pub fn is_embedded() -> bool {
    assets::find("index.html").is_some()
}
