//! Logging in with an identity provider: what of it browsers and programs see. What a provider says is checked in
//! `porthole-oidc`, what it counts for here is `porthole-identity`'s; this puts the two together.

pub(crate) mod back_channel;
pub(crate) mod bearer;
pub(crate) mod kept;
pub(crate) mod login;
pub(crate) mod renewal;

use chrono::{DateTime, Utc};
use porthole_identity::{ProviderRules, ProviderUser, Who};
use porthole_oidc::{Client, IdClaims, OidcError, Sealer};
use secrecy::{ExposeSecret, SecretString};

use crate::problem::ApiError;
use crate::provider::kept::Kept;
use crate::state::ApiState;

/// A provider that people may log in with.
pub struct Provider {
    /// What stands on the login page's button, behind "Continue with".
    pub label: String,
    /// The way to it.
    pub client: Client,
    /// What its word counts for.
    pub rules: ProviderRules,
    /// Seals what is kept of its tokens.
    pub sealer: Sealer,
}

impl Provider {
    /// The provider's user, as the central database knows it.
    pub(crate) fn user(&self, claims: IdClaims) -> ProviderUser {
        ProviderUser {
            issuer: self.client.issuer().to_owned(),
            subject: claims.subject,
            email: claims.email,
            email_verified: claims.email_verified,
            full_name: claims.name,
            groups: claims.groups,
            issued_at: DateTime::<Utc>::from(claims.issued_at),
        }
    }

    /// The provider of this host; where there is none, its addresses do not exist.
    pub(crate) fn of(state: &ApiState) -> Result<&Self, ApiError> {
        state.provider.as_deref().ok_or_else(ApiError::not_found)
    }
}

/// The login at the provider that is behind a session.
pub(crate) struct LoginThere {
    id_token: Option<SecretString>,
}

impl LoginThere {
    /// Of a session, while there is one; none: the provider has not opened it.
    pub(crate) async fn of(state: &ApiState, who: &Who) -> Result<Option<Self>, ApiError> {
        let Some(provider) = &state.provider else {
            return Ok(None);
        };
        let Some((user, sealed)) = state.identity.provider_tokens(who.session.id).await? else {
            return Ok(None);
        };
        let kept = sealed.and_then(|sealed| Kept::open(&provider.sealer, &sealed, &user));
        let id_token = kept.and_then(|kept| kept.id_token);
        Ok(Some(Self { id_token }))
    }

    /// Where a browser ends it; none: nowhere, or the provider does not answer now.
    pub(crate) async fn end_address(&self, state: &ApiState) -> Option<String> {
        let (provider, public) = (state.provider.as_ref()?, state.settings.public_url.as_ref()?);
        let id_token = self.id_token.as_ref().map(ExposeSecret::expose_secret);
        let back_to = format!("{}/login", public.trim_end_matches('/'));
        match provider.client.end_session(id_token, &back_to).await {
            Ok(address) => address,
            Err(error) => {
                tracing::warn!(%error, "a login stays open at the identity provider");
                None
            }
        }
    }
}

impl From<OidcError> for ApiError {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::Token(_) | OidcError::LoginIsOver(_) => Self::not_logged_in(),
            OidcError::Unreachable(_) => Self::provider_down(&error.to_string()),
            error => Self::internal(error.to_string()),
        }
    }
}
