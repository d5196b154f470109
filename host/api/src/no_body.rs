//! Calls that take no body refuse one: whoever sends something that nobody reads hears of it.

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;
use http::{Method, StatusCode};

use crate::LARGEST_BODY;
use crate::problem::ApiError;

/// The calls that take one. Those behind `/docs` and the pages are none of this interface's.
const TAKE_ONE: &[(Method, &str)] = &[
    (Method::POST, "/api/v1/account/password"),
    (Method::POST, "/api/v1/account/tokens"),
    (Method::POST, "/api/v1/admin/users"),
    (Method::PUT, "/api/v1/admin/tenants/{tenant}/grants/{email}"),
    (Method::PUT, "/api/v1/admin/users/{id}"),
    (Method::POST, "/api/v1/admin/users/{id}/tenants"),
    (Method::POST, "/api/v1/admin/users/{id}/tokens"),
    (Method::POST, "/api/v1/auth/backchannel-logout"),
    (Method::POST, "/api/v1/auth/link"),
    (Method::POST, "/api/v1/auth/login"),
    (Method::POST, "/api/v1/plugins"),
];

/// Refuses a body where none is taken. Unknown addresses and methods are refused as such.
pub(crate) async fn check(request: Request, next: Next) -> Result<Response, ApiError> {
    let writes = matches!(*request.method(), Method::POST | Method::PUT | Method::DELETE);
    let takes_one = request.extensions().get::<MatchedPath>().is_none_or(|path| {
        path.as_str() == "/api/{*rest}"
            || TAKE_ONE
                .iter()
                .any(|(method, known)| method == request.method() && *known == path.as_str())
    });
    if !writes || takes_one || request.body().is_end_stream() {
        return Ok(next.run(request).await);
    }
    let (parts, body) = request.into_parts();
    if body.size_hint().lower() > LARGEST_BODY as u64 {
        return Err(ApiError::from_status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    // The length need not be said beforehand. The first byte is one too many.
    let mut sent = body.into_data_stream();
    while let Some(piece) = sent.next().await {
        match piece {
            Ok(piece) if piece.is_empty() => {}
            _ => {
                return Err(ApiError::body(
                    StatusCode::BAD_REQUEST,
                    "This address takes no body. Send the request without one.",
                ));
            }
        }
    }
    Ok(next.run(Request::from_parts(parts, Body::empty())).await)
}
