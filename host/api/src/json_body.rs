//! JSON bodies.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::de::DeserializeOwned;

use crate::problem::ApiError;

/// A body that must be JSON and be declared so.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !request.headers().get(CONTENT_TYPE).is_some_and(is_json) {
            return Err(ApiError::not_json());
        }
        let bytes =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => ApiError::from_status(StatusCode::PAYLOAD_TOO_LARGE),
                    _ => ApiError::body(StatusCode::BAD_REQUEST, "The body could not be read to its end."),
                })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            ApiError::body(
                StatusCode::BAD_REQUEST,
                format!("The body is not what this address takes: {error}."),
            )
        })
    }
}

/// Whether a content type says JSON.
pub(crate) fn is_json(kind: &HeaderValue) -> bool {
    let media_type = kind
        .as_bytes()
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default();
    media_type.trim_ascii().eq_ignore_ascii_case(b"application/json")
}
