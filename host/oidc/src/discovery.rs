//! What the provider says of itself, at `/.well-known/openid-configuration`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use crate::http::{Http, Proof};
use crate::{OidcError, Options};

/// What was said longer ago than this is asked for again.
const FRESH: Duration = Duration::from_secs(3600);
/// After a failure it is not asked again for so long: whoever waits is told at once what the one before was told.
const PAUSE: Duration = Duration::from_secs(1);

/// What of it is used.
#[derive(Debug, Clone)]
pub(crate) struct Metadata {
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: String,
    pub(crate) jwks_uri: String,
    pub(crate) end_session_endpoint: Option<Url>,
    pub(crate) proof: Proof,
    /// Whether the provider names itself when a browser comes back (RFC 9207).
    pub(crate) names_itself: bool,
}

#[derive(Deserialize)]
struct Written {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Metadata {
    fn read(written: Value, options: &Options) -> Result<Self, OidcError> {
        let written: Written = serde_json::from_value(written)
            .map_err(|error| OidcError::Answer(format!("its description is none: {error}")))?;
        if written.issuer != options.issuer {
            return Err(OidcError::Answer(format!(
                "it calls itself {:?}, and the settings call it {:?}; write the issuer exactly as the provider does",
                written.issuer, options.issuer
            )));
        }
        let allowed = |text: &str| {
            let url = Url::parse(text).ok().filter(|url| options.allows(url));
            url.ok_or_else(|| OidcError::Answer(format!("its address {text:?} is not reached by https")))
        };
        let methods = written.token_endpoint_auth_methods_supported.as_deref();
        let only_in_the_body = methods.is_some_and(|methods| {
            let has = |name: &str| methods.iter().any(|method| method == name);
            !has("client_secret_basic") && has("client_secret_post")
        });
        allowed(&written.token_endpoint)?;
        allowed(&written.jwks_uri)?;
        Ok(Self {
            authorization_endpoint: allowed(&written.authorization_endpoint)?,
            end_session_endpoint: match &written.end_session_endpoint {
                Some(endpoint) => Some(allowed(endpoint)?),
                None => None,
            },
            token_endpoint: written.token_endpoint,
            jwks_uri: written.jwks_uri,
            proof: if only_in_the_body {
                Proof::Body
            } else {
                Proof::Header
            },
            names_itself: written.authorization_response_iss_parameter_supported,
        })
    }
}

#[derive(Default)]
struct State {
    known: Option<(Arc<Metadata>, Instant)>,
    /// When it last failed, and how.
    failed: Option<(Instant, String)>,
}

/// The provider's description, kept.
#[derive(Default)]
pub(crate) struct Discovery(Mutex<State>);

impl Discovery {
    /// The description, from memory while it is fresh. An old one stays good where the provider does not answer.
    pub(crate) async fn metadata(&self, http: &Http, options: &Options) -> Result<Arc<Metadata>, OidcError> {
        let mut state = self.0.lock().await;
        if let Some((known, since)) = &state.known
            && (since.elapsed() < FRESH || state.has_just_failed().is_some())
        {
            return Ok(Arc::clone(known));
        }
        if let Some(words) = state.has_just_failed() {
            return Err(OidcError::Unreachable(words.to_owned()));
        }
        let base = options.reached_at.as_deref().unwrap_or(&options.issuer);
        let address = format!("{}/.well-known/openid-configuration", base.trim_end_matches('/'));
        let fetched = match http.get(&address).await {
            Ok(written) => Metadata::read(written, options),
            Err(error) => Err(error),
        };
        match fetched {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                state.known = Some((Arc::clone(&metadata), Instant::now()));
                state.failed = None;
                Ok(metadata)
            }
            Err(error) => {
                if let OidcError::Unreachable(words) = &error {
                    state.failed = Some((Instant::now(), words.clone()));
                }
                match &state.known {
                    Some((known, _)) => {
                        tracing::warn!(%error, "the identity provider's description could not be renewed");
                        Ok(Arc::clone(known))
                    }
                    None => Err(error),
                }
            }
        }
    }
}

impl State {
    fn has_just_failed(&self) -> Option<&str> {
        let (at, words) = self.failed.as_ref()?;
        (at.elapsed() < PAUSE).then_some(words.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn read(change: impl FnOnce(&mut Value)) -> Result<Metadata, OidcError> {
        let options = Options {
            issuer: "https://id.example.com/realms/a".to_owned(),
            ..Options::default()
        };
        let mut written = json!({
            "issuer": "https://id.example.com/realms/a",
            "authorization_endpoint": "https://id.example.com/a/auth",
            "token_endpoint": "https://id.example.com/a/token",
            "jwks_uri": "https://id.example.com/a/keys",
        });
        change(&mut written);
        Metadata::read(written, &options)
    }

    #[test]
    fn another_issuer_is_not_believed_though_it_answers_there() {
        assert!(read(|_| {}).is_ok());
        for issuer in [
            "https://id.example.com/realms/b",
            "https://id.example.com/realms/a/",
        ] {
            let error = read(|written| written["issuer"] = json!(issuer)).unwrap_err();
            assert!(error.to_string().contains("exactly"), "{error}");
        }
    }

    #[test]
    fn an_address_by_plain_http_is_not_taken() {
        for key in [
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "end_session_endpoint",
        ] {
            let error = read(|written| written[key] = json!("http://id.example.com/x")).unwrap_err();
            assert!(error.to_string().contains("https"), "{key}: {error}");
        }
    }

    #[test]
    fn the_secret_goes_the_way_that_the_provider_takes() {
        let proof = |methods: Value| {
            read(|written| written["token_endpoint_auth_methods_supported"] = methods)
                .unwrap()
                .proof
        };
        assert_eq!(proof(Value::Null), Proof::Header);
        assert_eq!(
            proof(json!(["client_secret_post", "client_secret_basic"])),
            Proof::Header
        );
        assert_eq!(
            proof(json!(["private_key_jwt", "client_secret_post"])),
            Proof::Body
        );
    }
}
