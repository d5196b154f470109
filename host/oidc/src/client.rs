//! This host as a client of its provider.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::claims::{AccessClaims, IdClaims, LogoutClaims};
use crate::discovery::{Discovery, Metadata};
use crate::flow::{self, Authorization, Granted, Tokens};
use crate::http::Http;
use crate::keys::{KeySet, Keys, Sender};
use crate::{OidcError, Options, TokenFault, token};

/// One provider, as this host speaks to it. Cheap to share; holds what the provider said, for a while.
pub struct Client {
    options: Options,
    http: Http,
    discovery: Discovery,
    keys: Keys,
}

impl Client {
    /// Asks nothing of the provider yet: it may come up later than this host.
    ///
    /// # Errors
    /// [`OidcError::Settings`] when the issuer is no address that may be used.
    pub fn new(options: Options) -> Result<Self, OidcError> {
        for address in [Some(&options.issuer), options.reached_at.as_ref()]
            .into_iter()
            .flatten()
        {
            let url = Url::parse(address)
                .map_err(|_| OidcError::Settings(format!("the provider's {address:?} is no address")))?;
            if !options.allows(&url) {
                return Err(OidcError::Settings(format!(
                    "the provider at {url} is not reached by https; anybody on the way could then log in as anybody"
                )));
            }
        }
        Ok(Self {
            http: Http::new(options.clone())?,
            discovery: Discovery::default(),
            keys: Keys::new(options.keys_pause),
            options,
        })
    }

    /// The provider, as its tokens name it.
    pub fn issuer(&self) -> &str {
        &self.options.issuer
    }

    /// Begins a login that comes back to `redirect_uri`.
    ///
    /// # Errors
    /// When the provider does not answer, or not as a provider does.
    pub async fn begin(&self, redirect_uri: &str) -> Result<Authorization, OidcError> {
        Authorization::begin(&*self.metadata().await?, &self.options, redirect_uri)
    }

    /// Whether the issuer that came back with a browser is this one. Where a provider names itself, no name is wrong too.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub async fn is_named(&self, issuer: Option<&str>) -> Result<bool, OidcError> {
        Ok(match issuer {
            Some(issuer) => issuer == self.options.issuer,
            None => !self.metadata().await?.names_itself,
        })
    }

    /// Exchanges the code of a login for its tokens; `claims` of the answer are there.
    ///
    /// # Errors
    /// [`OidcError::LoginIsOver`] for a code that is used or too old; [`OidcError::Token`] for an ID token that is not
    /// this login's.
    pub async fn exchange(
        &self,
        code: &str,
        login: &Authorization,
        redirect_uri: &str,
    ) -> Result<(IdClaims, Tokens), OidcError> {
        let granted = self
            .granted(&[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", redirect_uri),
                ("code_verifier", &login.verifier),
            ])
            .await?;
        let id_token = granted.id_token.as_ref().map(ExposeSecret::expose_secret);
        let id_token = id_token.ok_or_else(|| OidcError::Answer("it gives no ID token".to_owned()))?;
        let claims = self
            .with_keys(id_token, Sender::Provider, |keys| {
                token::id_token(id_token, keys, Some(&login.nonce), &self.options)
            })
            .await?;
        Ok((claims.clone(), granted.tokens(Some(claims))))
    }

    /// Renews the login of `subject`.
    ///
    /// # Errors
    /// [`OidcError::LoginIsOver`] when it is over at the provider, by its time or because somebody ended it there;
    /// [`OidcError::Token`] when the provider answers about somebody else.
    pub async fn renew(&self, refresh_token: &SecretString, subject: &str) -> Result<Tokens, OidcError> {
        let granted = self
            .granted(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token.expose_secret()),
            ])
            .await?;
        let claims = match granted.id_token.as_ref().map(ExposeSecret::expose_secret) {
            Some(id_token) => {
                let claims = self.with_keys(id_token, Sender::Provider, |keys| {
                    token::id_token(id_token, keys, None, &self.options)
                });
                let claims = claims.await?;
                if claims.subject != subject {
                    return Err(TokenFault::Claim("sub").into());
                }
                Some(claims)
            }
            None => None,
        };
        Ok(granted.tokens(claims))
    }

    /// Where a browser ends its login at the provider, to come back to `back_to`; none: it cannot be ended there.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub async fn end_session(
        &self,
        id_token: Option<&str>,
        back_to: &str,
    ) -> Result<Option<String>, OidcError> {
        let metadata = self.metadata().await?;
        let endpoint = metadata.end_session_endpoint.as_ref();
        Ok(endpoint.map(|endpoint| flow::end_session(endpoint, &self.options, id_token, back_to)))
    }

    /// Who shows this access token. An ID token, a refresh token, a logout token or one for another audience is nobody's.
    ///
    /// # Errors
    /// [`OidcError::Token`] when it is worth nothing; others when it cannot be known, since the provider does not answer.
    pub async fn check_bearer(&self, bearer: &str) -> Result<AccessClaims, OidcError> {
        self.with_keys(bearer, Sender::Anybody, |keys| {
            token::access_token(bearer, keys, &self.options)
        })
        .await
    }

    /// Whose login is over, as the provider says. Whether the token is shown again is for the caller to remember.
    ///
    /// # Errors
    /// The same as [`Client::check_bearer`].
    pub async fn check_logout(&self, logout: &str) -> Result<LogoutClaims, OidcError> {
        self.with_keys(logout, Sender::Anybody, |keys| {
            token::logout_token(logout, keys, &self.options)
        })
        .await
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, OidcError> {
        self.discovery.metadata(&self.http, &self.options).await
    }

    async fn granted(&self, parameters: &[(&str, &str)]) -> Result<Granted, OidcError> {
        let metadata = self.metadata().await?;
        let answer = self
            .http
            .token(&metadata.token_endpoint, metadata.proof, parameters)
            .await?;
        Granted::read(answer)
    }

    /// Checks a token with the keys there are and, where it names another, with those the provider has by now.
    async fn with_keys<T>(
        &self,
        token: &str,
        sender: Sender,
        check: impl Fn(&KeySet) -> Result<T, TokenFault>,
    ) -> Result<T, OidcError> {
        // What is no token at all is not worth a question to the provider.
        token::header(token)?;
        let metadata = self.metadata().await?;
        let keys = self.keys.current(&self.http, &metadata.jwks_uri).await?;
        match check(&keys) {
            Err(TokenFault::UnknownKey) => {
                let keys = self
                    .keys
                    .beyond(&keys, sender, &self.http, &metadata.jwks_uri)
                    .await?;
                Ok(check(&keys)?)
            }
            checked => Ok(checked?),
        }
    }
}
