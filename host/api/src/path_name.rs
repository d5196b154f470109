//! A name in an address.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

use crate::problem::ApiError;

/// The one variable part of an address. What cannot be a name names nothing: 404.
pub(crate) struct PathName(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for PathName {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(name)) if !name.contains('\0') => Ok(Self(name)),
            _ => Err(ApiError::not_found()),
        }
    }
}

/// The two variable parts of an address, under the same rule.
pub(crate) struct PathNames(pub(crate) String, pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for PathNames {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<(String, String)>::from_request_parts(parts, state).await {
            Ok(Path((first, second))) if !first.contains('\0') && !second.contains('\0') => {
                Ok(Self(first, second))
            }
            _ => Err(ApiError::not_found()),
        }
    }
}
