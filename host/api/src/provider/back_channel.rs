//! The provider ends logins here, without a browser.

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use porthole_identity::ProviderLogout;
use porthole_oidc::OidcError;

use crate::client_address::ClientAddress;
use crate::parameters::Parameters;
use crate::problem::ApiError;
use crate::provider::Provider;
use crate::state::ApiState;

/// End the sessions of a login, at the provider's word.
///
/// For the identity provider (OpenID Connect Back-Channel Logout 1.0): the body is a form with a `logout_token`, which
/// says whose sessions end and is obeyed once.
#[utoipa::path(
    post, path = "/auth/backchannel-logout", tag = "Login", security(()),
    request_body(content = ref("#/components/schemas/LogoutToken"), content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "They have ended, or there were none."),
        (status = 400, description = "`invalid_body`: no logout token of the provider, or one that was obeyed before.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: this host has no identity provider.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 503, description = "`busy`: the provider's keys cannot be fetched.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn logout(
    State(state): State<ApiState>,
    ClientAddress(address): ClientAddress,
    headers: http::HeaderMap,
    body: String,
) -> Result<StatusCode, ApiError> {
    let provider = Provider::of(&state)?;
    let refused = || {
        ApiError::body(
            StatusCode::BAD_REQUEST,
            "This is not a logout token of the identity provider.",
        )
    };
    let is_form = headers.get(CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind
            .as_bytes()
            .split(|byte| *byte == b';')
            .next()
            .unwrap_or_default();
        kind.trim_ascii()
            .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    });
    let token = match is_form {
        true => Parameters::parse(Some(&body))?
            .one("logout_token")?
            .ok_or_else(refused)?,
        false => return Err(refused()),
    };
    let claims = match provider.client.check_logout(&token).await {
        Ok(claims) => claims,
        Err(OidcError::Token(fault)) => {
            tracing::warn!(%fault, "a logout token is refused");
            return Err(refused());
        }
        Err(error) => return Err(error.into()),
    };
    let logout = ProviderLogout {
        issuer: provider.client.issuer().to_owned(),
        subject: claims.subject,
        session: claims.session,
        token_id: claims.id,
        forgotten_at: DateTime::<Utc>::from(claims.forgotten_at),
    };
    match state
        .identity
        .end_provider_sessions(&logout, address, Utc::now())
        .await?
    {
        Some(ended) => {
            tracing::info!(ended, "the identity provider has ended sessions");
            Ok(StatusCode::OK)
        }
        None => Err(refused()),
    }
}
