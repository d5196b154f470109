//! JSON bodies.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::de::DeserializeOwned;

use crate::problem::ApiError;

/// What of the parser's reason is repeated, characters: a field's name can be as long as a body.
const LONGEST_REASON: usize = 300;
/// What of a field's name is repeated, characters.
const LONGEST_NAME: usize = 100;

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
        // The types would be read from lists as well, value by value.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(ApiError::body(
                StatusCode::BAD_REQUEST,
                "The body must be an object of JSON: { … }.",
            ));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let error = error.to_string();
            let said: String = error.chars().take(LONGEST_REASON).collect();
            ApiError::field(
                unknown_field(&error),
                format!("The body is not what this address takes: {said}."),
            )
        })
    }
}

/// The name in what serde says of a field that a type does not have. The types refuse those (`deny_unknown_fields`), so
/// that nobody believes to have said something that nobody has read.
fn unknown_field(error: &str) -> Option<String> {
    let (name, _) = error
        .strip_prefix("unknown field `")?
        .split_once("`, expected ")?;
    Some(name.chars().take(LONGEST_NAME).collect())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use porthole_model::GrantRole;

    use super::unknown_field;

    #[test]
    fn an_unknown_field_is_named() {
        let reason = |body: &str| {
            let read: Result<GrantRole, _> = serde_json::from_str(body);
            read.unwrap_err().to_string()
        };
        let named = unknown_field(&reason(r#"{"role": "viewer", "rôle`s": 1}"#));
        assert_eq!(named.as_deref(), Some("rôle`s"));
        assert_eq!(unknown_field(&reason("{}")), None);
        assert_eq!(unknown_field(&reason(r#"{"role": "king"}"#)), None);
    }
}
