//! Logging in and out: which address a browser is sent to, and what comes of its return.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::discovery::Metadata;
use crate::{IdClaims, OidcError, Options, bytes};

/// How long tokens are taken to be good where the provider does not say.
const USUAL_LIFE: u64 = 300;

/// A login that begins. The browser is sent to `url`; the rest is kept here until it comes back.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// Where the browser logs in.
    pub url: String,
    /// Comes back with the browser, and names this login. 43 characters.
    pub state: String,
    /// Stands in the ID token that belongs to this login.
    pub nonce: String,
    /// Shows that who exchanges the code is who began (PKCE).
    pub verifier: String,
}

/// What a login or its renewal brought.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Who it is; at a renewal none where the provider says nothing new.
    pub claims: Option<IdClaims>,
    /// As it came; the provider is shown it again at the logout.
    pub id_token: Option<SecretString>,
    /// With which the login is renewed; none: it cannot be, or the one from before stays good.
    pub refresh_token: Option<SecretString>,
    /// After how long it should be renewed.
    pub renew_after: Duration,
}

/// What a token endpoint answers with.
#[derive(Deserialize)]
pub(crate) struct Granted {
    token_type: String,
    expires_in: Option<u64>,
    pub(crate) id_token: Option<SecretString>,
    refresh_token: Option<SecretString>,
}

impl Granted {
    pub(crate) fn read(answer: Value) -> Result<Self, OidcError> {
        // Without the answer's text: there are tokens in it.
        let granted: Self = serde_json::from_value(answer)
            .map_err(|_| OidcError::Answer("its token endpoint gives no tokens".to_owned()))?;
        match granted.token_type.eq_ignore_ascii_case("bearer") {
            true => Ok(granted),
            false => Err(OidcError::Answer("its tokens are not bearers' tokens".to_owned())),
        }
    }

    pub(crate) fn tokens(self, claims: Option<IdClaims>) -> Tokens {
        Tokens {
            claims,
            id_token: self.id_token,
            refresh_token: self.refresh_token,
            renew_after: Duration::from_secs(self.expires_in.unwrap_or(USUAL_LIFE).clamp(1, 3600)),
        }
    }
}

impl Authorization {
    pub(crate) fn begin(
        metadata: &Metadata,
        options: &Options,
        redirect_uri: &str,
    ) -> Result<Self, OidcError> {
        let (state, nonce, verifier) = (
            bytes::random_text()?,
            bytes::random_text()?,
            bytes::random_text()?,
        );
        let mut scopes: Vec<&str> = options.scopes.iter().map(String::as_str).collect();
        if !scopes.contains(&"openid") {
            scopes.insert(0, "openid");
        }
        let mut url = metadata.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &options.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &bytes::challenge(&verifier))
            .append_pair("code_challenge_method", "S256");
        Ok(Self {
            url: url.into(),
            state,
            nonce,
            verifier,
        })
    }
}

/// Where a browser ends its login at the provider, and which address it comes back to.
pub(crate) fn end_session(
    endpoint: &Url,
    options: &Options,
    id_token: Option<&str>,
    back_to: &str,
) -> String {
    let mut url = endpoint.clone();
    {
        let mut query = url.query_pairs_mut();
        if let Some(id_token) = id_token {
            query.append_pair("id_token_hint", id_token);
        }
        query
            .append_pair("client_id", &options.client_id)
            .append_pair("post_logout_redirect_uri", back_to);
    }
    url.into()
}
