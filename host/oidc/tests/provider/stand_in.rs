//! A provider on this machine, with keys of its own, that signs whatever a test asks for: also what no provider would.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use porthole_oidc::Options;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

/// Signs nothing but what these tests make up.
const RSA_FOR_TESTS_ONLY: &str = include_str!("rsa.pk8.base64");

/// A key that signs.
pub enum Signer {
    Rsa(Box<RsaKeyPair>),
    Point(Box<EcdsaKeyPair>),
}

impl Signer {
    pub fn rsa() -> Self {
        let text: String = RSA_FOR_TESTS_ONLY.split_whitespace().collect();
        let bytes = STANDARD.decode(text).unwrap();
        Self::Rsa(Box::new(RsaKeyPair::from_pkcs8(&bytes).unwrap()))
    }

    /// A new one.
    pub fn point() -> Self {
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Self::Point(Box::new(
            EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).unwrap(),
        ))
    }

    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::Point(_) => "ES256",
        }
    }

    /// As it stands in a key set.
    pub fn public(&self, id: &str) -> Value {
        match self {
            Self::Rsa(pair) => {
                let components = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                let (n, e) = (
                    URL_SAFE_NO_PAD.encode(components.n),
                    URL_SAFE_NO_PAD.encode(components.e),
                );
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": n, "e": e})
            }
            Self::Point(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (
                    URL_SAFE_NO_PAD.encode(&point[1..33]),
                    URL_SAFE_NO_PAD.encode(&point[33..]),
                );
                json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id, "x": x, "y": y})
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Self::Point(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
        }
    }

    /// A token with this header and these claims.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let signature = URL_SAFE_NO_PAD.encode(self.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }
}

/// Header and claims of a token, without what comes behind the second dot.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// Seconds since the epoch, from now.
pub fn seconds(from_now: i64) -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + from_now
}

/// What the provider answers with, and what it was asked.
#[derive(Default)]
pub struct Told {
    pub keys: Vec<Value>,
    /// What the token endpoint answers.
    pub granted: Option<(u16, Value)>,
    /// The form that the token endpoint was last sent.
    pub asked: HashMap<String, String>,
    pub authorization: Option<String>,
    pub key_requests: usize,
    pub description_requests: usize,
}

pub struct Provider {
    pub issuer: String,
    pub told: Arc<Mutex<Told>>,
    serving: tokio::task::JoinHandle<()>,
}

type Shared = (String, Arc<Mutex<Told>>);

impl Provider {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let told = Arc::new(Mutex::new(Told::default()));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state((issuer.clone(), Arc::clone(&told)));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            issuer,
            told,
            serving,
        }
    }

    pub fn stop(&self) {
        self.serving.abort();
    }

    pub fn has_keys(&self, keys: Vec<Value>) {
        self.told.lock().unwrap().keys = keys;
    }

    pub fn grants(&self, status: u16, answer: Value) {
        self.told.lock().unwrap().granted = Some((status, answer));
    }

    pub fn options(&self) -> Options {
        Options {
            issuer: self.issuer.clone(),
            client_id: "porthole".to_owned(),
            client_secret: Some("a secret: with/odd characters".to_owned().into()),
            audience: Some("porthole-api".to_owned()),
            clock_skew: Duration::from_secs(5),
            keys_pause: Duration::ZERO,
            ..Options::default()
        }
    }

    /// An ID token's claims.
    pub fn id_claims(&self) -> Value {
        json!({
            "iss": self.issuer, "aud": "porthole", "azp": "porthole", "sub": "ada-1", "sid": "login-1", "typ": "ID",
            "nonce": "n", "iat": seconds(0), "exp": seconds(60), "email": "ada@example.com", "email_verified": true,
            "name": "Ada", "groups": ["/alpha"],
        })
    }

    /// An access token's claims, as Keycloak writes them.
    pub fn access_claims(&self) -> Value {
        json!({
            "iss": self.issuer, "aud": ["account", "porthole-api"], "azp": "a-program", "sub": "ada-1", "typ": "Bearer",
            "iat": seconds(0), "exp": seconds(60), "jti": "t",
        })
    }

    /// A logout token's claims.
    pub fn logout_claims(&self) -> Value {
        json!({
            "iss": self.issuer, "aud": "porthole", "sub": "ada-1", "sid": "login-1", "jti": "logout-1", "typ": "Logout",
            "iat": seconds(0), "exp": seconds(60),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        })
    }
}

async fn describe(State((issuer, told)): State<Shared>) -> Json<Value> {
    told.lock().unwrap().description_requests += 1;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth?kept=1"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "end_session_endpoint": format!("{issuer}/logout"),
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State((_, told)): State<Shared>) -> Json<Value> {
    let mut told = told.lock().unwrap();
    told.key_requests += 1;
    Json(json!({ "keys": told.keys }))
}

async fn token(
    State((_, told)): State<Shared>,
    headers: axum::http::HeaderMap,
    body: String,
) -> (StatusCode, Json<Value>) {
    let mut told = told.lock().unwrap();
    told.asked = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    told.authorization = headers
        .get("authorization")
        .map(|header| header.to_str().unwrap().to_owned());
    let (status, answer) = told.granted.clone().unwrap();
    (StatusCode::from_u16(status).unwrap(), Json(answer))
}
