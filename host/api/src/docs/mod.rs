//! `GET /docs`: the description of the interface as a page for people, made of the same document that programs read.
//!
//! The page is plain HTML with a style sheet beside it: no script, nothing from elsewhere, and smaller by two orders than the
//! viewers that there are.

mod call;
mod html;
mod markdown;

use std::sync::OnceLock;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};

use crate::openapi::document;
use crate::problem::ApiError;
use crate::state::ApiState;

const STYLE: &str = include_str!("style.css");
/// Nothing runs, and nothing is fetched but the style sheet.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const DENY: HeaderValue = HeaderValue::from_static("DENY");
/// Kept for an hour: the page changes with the program.
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Every call with its line of curl, in Markdown.
///
/// # Errors
/// When the description cannot be made, which a test excludes.
pub fn calls_in_markdown() -> Result<String, serde_json::Error> {
    Ok(markdown::page(&document()?))
}

/// The page.
pub(crate) async fn page(State(_): State<ApiState>) -> Result<Response, ApiError> {
    static PAGE: OnceLock<Bytes> = OnceLock::new();
    let page = match PAGE.get() {
        Some(page) => page.clone(),
        None => {
            let document = document().map_err(|error| ApiError::internal(error.to_string()))?;
            PAGE.get_or_init(|| html::page(&document).into()).clone()
        }
    };
    Ok(answer("text/html; charset=utf-8", page))
}

/// The page's style sheet.
pub(crate) async fn style() -> Response {
    answer("text/css; charset=utf-8", Bytes::from_static(STYLE.as_bytes()))
}

fn answer(content_type: &'static str, body: Bytes) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (CACHE_CONTROL, AN_HOUR),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_FRAME_OPTIONS, DENY),
    ];
    (headers, body).into_response()
}
