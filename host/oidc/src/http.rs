//! Asking the provider: bounded in time and size, and never led elsewhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{RequestBuilder, Response, redirect};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{OidcError, Options};

/// No answer of a provider is larger, bytes.
const LARGEST_ANSWER: usize = 512 * 1024;

/// How this host says who it is at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// `client_secret_basic`.
    Header,
    /// `client_secret_post`.
    Body,
}

/// The way to the provider.
pub(crate) struct Http {
    client: reqwest::Client,
    options: Options,
}

/// Why no connection can be made at all. What failed is at the end of what made it fail, and is mostly this.
fn unusable(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    format!(
        "no connection can be made: {last}. The system's certificates are needed (on Debian, the package ca-certificates), or a \
         file with others that SSL_CERT_FILE names"
    )
}

/// What a token endpoint says when it refuses.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

impl Http {
    pub(crate) fn new(options: Options) -> Result<Self, OidcError> {
        // The process may have one already; any of them is ring's.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(options.timeout)
            .connect_timeout(options.timeout)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("porthole/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| OidcError::Settings(unusable(&error)))?;
        Ok(Self { client, options })
    }

    /// The JSON at an address.
    pub(crate) async fn get(&self, address: &str) -> Result<Value, OidcError> {
        let request = self
            .client
            .get(self.allowed(address)?)
            .header(ACCEPT, "application/json");
        let (status, body) = answered(request).await?;
        match status {
            200 => json(&body),
            status if status >= 500 => Err(OidcError::Unreachable(format!("{address} answers {status}"))),
            status => Err(OidcError::Answer(format!("{address} answers {status}"))),
        }
    }

    /// What the token endpoint gives for these parameters.
    pub(crate) async fn token(
        &self,
        address: &str,
        proof: Proof,
        parameters: &[(&str, &str)],
    ) -> Result<Value, OidcError> {
        let id = self.options.client_id.as_str();
        let mut request = self
            .client
            .post(self.allowed(address)?)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut parameters = parameters.to_vec();
        match (&self.options.client_secret, proof) {
            (Some(secret), Proof::Header) => {
                let encoded =
                    |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", encoded(id), encoded(secret.expose_secret()));
                request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)));
            }
            (Some(secret), Proof::Body) => {
                parameters.extend([("client_id", id), ("client_secret", secret.expose_secret())]);
            }
            (None, _) => parameters.push(("client_id", id)),
        }
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        let (status, body) = answered(request.body(form)).await?;
        if status == 200 {
            return json(&body);
        }
        if status >= 500 || status == 429 {
            return Err(OidcError::Unreachable(format!("{address} answers {status}")));
        }
        match serde_json::from_slice::<Refusal>(&body) {
            Ok(refusal) if refusal.error == "invalid_grant" => {
                Err(OidcError::LoginIsOver(refusal.error_description.map(shortened)))
            }
            Ok(refusal) => Err(OidcError::Refused {
                error: shortened(refusal.error),
                description: refusal.error_description.map(shortened),
            }),
            Err(_) => Err(OidcError::Answer(format!("{address} answers {status}"))),
        }
    }

    fn allowed(&self, address: &str) -> Result<Url, OidcError> {
        let url = Url::parse(address).map_err(|_| OidcError::Answer(format!("{address:?} is no address")))?;
        match self.options.allows(&url) {
            true => Ok(url),
            false => Err(OidcError::Answer(format!("{address} is not reached by https"))),
        }
    }
}

fn shortened(text: String) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}

fn json(body: &[u8]) -> Result<Value, OidcError> {
    serde_json::from_slice(body).map_err(|error| OidcError::Answer(format!("it is no JSON: {error}")))
}

async fn answered(request: RequestBuilder) -> Result<(u16, Vec<u8>), OidcError> {
    let unreachable = |error: reqwest::Error| OidcError::Unreachable(in_words(&error.without_url()));
    let mut response: Response = request.send().await.map_err(unreachable)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(OidcError::Answer(
                "it is larger than any answer of a provider".to_owned(),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, body))
}

/// An error with its causes, of which the last says most.
fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(because) = cause {
        words.push_str(": ");
        words.push_str(&because.to_string());
        cause = because.source();
    }
    words
}
