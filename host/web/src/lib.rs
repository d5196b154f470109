//! The embedded UI and its headers.
//!
//! The UI's files are part of the program. Files under `/assets/` carry a hash of their content in their names and
//! may be kept for ever; the page itself is asked for again each time and answered with 304 when it is the same. The
//! UI knows its own addresses (`/`, `/login`, `/t/…`): all of them are answered with the same page.

mod assets;
mod encoding;
mod headers;
mod serve;

use axum::{Router, middleware::map_response, routing::get};

/// The UI's routes: the page at `/`, `/login` and below `/t/`, its files below `/assets/`.
///
/// No fallback is set, so that the router can be merged with others: any other path is the caller's to answer.
pub fn router() -> Router {
    Router::new()
        .route("/", get(serve::page))
        .route("/login", get(serve::page))
        .route("/t/{*rest}", get(serve::page))
        .route("/assets/{*path}", get(serve::asset))
        .layer(map_response(headers::protect))
}

/// Whether the program was compiled with the UI in it. Without, every page says how to build it.
pub fn is_embedded() -> bool {
    assets::find("index.html").is_some()
}
