//! What every request and every answer goes through, in one layer: the request's id, the refusal of requests from
//! other origins, panics, problem+json for whatever failed and wherever it did, headers, the log.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Method, Uri};

use crate::caller::Writer;
use crate::cross_origin;
use crate::problem::ApiError;
use crate::request_id::RequestId;
use crate::state::ApiState;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
/// An answer is data: a browser that is led to its address shows no page.
const AS_FILE: HeaderValue = HeaderValue::from_static("attachment; filename=\"api.json\"");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

pub(crate) async fn envelope(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let id = RequestId::next();
    let noted = tracing::enabled!(tracing::Level::DEBUG).then(Instant::now);
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let writer = Writer::default();
    request.extensions_mut().insert(id);
    request.extensions_mut().insert(writer.clone());
    let mut response = match cross_origin::check(
        request.method(),
        request.uri(),
        request.headers(),
        &state.settings,
    ) {
        Ok(()) => match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(response) => response,
            Err(panic) => ApiError::internal(format!("panic: {}", words_of(&*panic))).into_response(),
        },
        Err(error) => error.into_response(),
    };
    if response.status().is_success() {
        writer.note(&state.identity);
    }
    if response.status().is_client_error() || response.status().is_server_error() {
        let error = response
            .extensions_mut()
            .remove::<ApiError>()
            .unwrap_or_else(|| ApiError::from_status(response.status()));
        log(&error, id, &method, &uri);
        response = with_problem(response, error, id);
    }
    if let Some(start) = noted {
        tracing::debug!(
            request_id = id.as_str(),
            %method,
            path = uri.path(),
            status = response.status().as_u16(),
            wall_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_bytes(id.as_bytes()) {
        headers.insert(X_REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    let kind = headers.get(CONTENT_TYPE).map_or(&[][..], HeaderValue::as_bytes);
    if matches!(kind, b"application/json" | b"application/problem+json") {
        headers.entry(CONTENT_DISPOSITION).or_insert(AS_FILE);
    }
    response
}

/// Replaces the body. Headers that belong to the status, as `Allow`, stay.
fn with_problem(response: Response, error: ApiError, id: RequestId) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = error.status();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(CONTENT_ENCODING);
    parts.headers.insert(CONTENT_TYPE, PROBLEM_JSON);
    parts.headers.insert(CACHE_CONTROL, NO_STORE);
    if let Some(wait) = error.retry_after() {
        parts.headers.insert(RETRY_AFTER, HeaderValue::from(wait));
    }
    let body = serde_json::to_vec(&error.into_problem(id.as_str())).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}

fn log(error: &ApiError, id: RequestId, method: &Method, uri: &Uri) {
    let status = error.status();
    // The path and not the query: it holds what a reader filters by.
    let (request_id, path, code) = (id.as_str(), uri.path(), error.code());
    if status == http::StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(request_id, %method, path, code, cause = error.cause(), "failed");
    } else if status.is_server_error() {
        let (status, plugin) = (status.as_u16(), error.plugin());
        tracing::warn!(request_id, %method, path, status, code, plugin, cause = error.cause(), "failed");
    } else if matches!(
        status,
        http::StatusCode::FORBIDDEN | http::StatusCode::TOO_MANY_REQUESTS
    ) {
        // Somebody wanted more than they may.
        tracing::info!(request_id, %method, path, status = status.as_u16(), code, "refused");
    } else {
        tracing::debug!(request_id, %method, path, status = status.as_u16(), code, "refused");
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words")
}
