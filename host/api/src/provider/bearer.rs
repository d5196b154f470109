//! Programs that show an access token of the provider.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use porthole_identity::{AdmitError, Who};
use porthole_oidc::OidcError;

use crate::problem::ApiError;
use crate::state::ApiState;

/// Whether a bearer's text has the form of a provider's token: three parts with dots between.
pub(crate) fn is_like_one(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// Whom an access token stands for; none: it is worth nothing here.
pub(crate) async fn caller(
    state: &ApiState,
    token: &str,
    address: IpAddr,
) -> Result<Option<Arc<Who>>, ApiError> {
    let Some(provider) = &state.provider else {
        return Ok(None);
    };
    if let Some(who) = state.identity.known_bearer(token, Utc::now()).await {
        return Ok(Some(who));
    }
    let claims = match provider.client.check_bearer(token).await {
        Ok(claims) => claims,
        Err(OidcError::Token(fault)) => {
            tracing::debug!(%fault, "a bearer's token is refused");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let expires_at = DateTime::<Utc>::from(claims.expires_at);
    let user = provider.user(claims.who);
    let admitted =
        state
            .identity
            .admit_bearer(token, &user, expires_at, &claims.scopes, &provider.rules, address);
    match admitted.await {
        Ok(who) => Ok(Some(who)),
        Err(AdmitError::Failed(error)) => Err(error.into()),
        Err(refusal) => {
            tracing::debug!(%refusal, subject = user.subject, "a bearer's token is nobody's here");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_this_host_are_not_taken_for_a_providers() {
        assert!(is_like_one("aaa.bbb.ccc"));
        for other in ["", "pht_abc", "a.b", "a.b.c.d"] {
            assert!(!is_like_one(other), "{other}");
        }
    }
}
