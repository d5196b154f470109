//! The HTTP interface, `/api/v1`: one file per resource, thin handlers, extractors in, problem+json out.
//!
//! Knows who asks (identity) and whom to ask (the panel room), and never SQL or a sandbox.

mod seam;
mod state;

pub use seam::Panels;
pub use state::{ApiSettings, ApiState};

/// The routes under `/api`, `/health` and `/ready`.
///
/// Serve it with `into_make_service_with_connect_info::<std::net::SocketAddr>()`: failed logins are counted by the
/// peer's address. Anything outside these paths is left to the caller's fallback.
pub fn router(state: ApiState) -> axum::Router {
    axum::Router::new().with_state(state)
}
