//! The provider's keys: fetched once, kept, and fetched again when they are old or a token names one that is not there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::http::Http;
use crate::{OidcError, TokenFault};

/// Keys older than this are fetched again before they are used: a key that was withdrawn signs nothing any more.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// So many keys are read of a set; providers have a handful.
const MOST_KEYS: usize = 64;

/// A key of the provider that may sign tokens.
pub(crate) struct Key {
    id: Option<String>,
    algorithms: &'static [Algorithm],
    /// What the provider says the key is for, where it says so.
    only: Option<Algorithm>,
    pub(crate) key: DecodingKey,
}

#[derive(Deserialize)]
struct WrittenKey {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

const RSA: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// The algorithms that are taken: those with a public key. A shared secret or none is no signature here.
pub(crate) fn is_taken(algorithm: Algorithm) -> bool {
    RSA.contains(&algorithm) || matches!(algorithm, Algorithm::ES256 | Algorithm::ES384 | Algorithm::EdDSA)
}

impl Key {
    /// A key as the provider writes it; none if it signs nothing that is taken.
    fn read(written: &Value) -> Option<Self> {
        let key = WrittenKey::deserialize(written).ok()?;
        if key.usage.is_some_and(|usage| usage != "sig") {
            return None;
        }
        let (algorithms, decoded) = match (key.kty.as_str(), key.crv.as_deref()) {
            ("RSA", _) => (RSA, DecodingKey::from_rsa_components(&key.n?, &key.e?).ok()?),
            ("EC", Some("P-256")) => (&[Algorithm::ES256][..], point(&key.x?, &key.y?)?),
            ("EC", Some("P-384")) => (&[Algorithm::ES384][..], point(&key.x?, &key.y?)?),
            ("OKP", Some("Ed25519")) => (
                &[Algorithm::EdDSA][..],
                DecodingKey::from_ed_components(&key.x?).ok()?,
            ),
            _ => return None,
        };
        let only = match key.alg {
            Some(name) => Some(name.parse().ok().filter(|only| algorithms.contains(only))?),
            None => None,
        };
        Some(Self {
            id: key.kid,
            algorithms,
            only,
            key: decoded,
        })
    }

    fn signs(&self, algorithm: Algorithm) -> bool {
        self.only
            .map_or_else(|| self.algorithms.contains(&algorithm), |only| only == algorithm)
    }
}

fn point(x: &str, y: &str) -> Option<DecodingKey> {
    DecodingKey::from_ec_components(x, y).ok()
}

/// The keys of one answer.
pub(crate) struct KeySet(Vec<Key>);

impl KeySet {
    pub(crate) fn read(written: &Value) -> Result<Self, OidcError> {
        let keys = written["keys"].as_array();
        let keys = keys.ok_or_else(|| OidcError::Answer("its key set has no `keys`".to_owned()))?;
        Ok(Self(keys.iter().take(MOST_KEYS).filter_map(Key::read).collect()))
    }

    /// The key of this name, if it signs in this way; without a name the one there is.
    pub(crate) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<&Key, TokenFault> {
        let mut fitting = self.0.iter().filter(|key| match id {
            Some(id) => key.id.as_deref() == Some(id),
            None => key.signs(algorithm),
        });
        let key = fitting.next().ok_or(TokenFault::UnknownKey)?;
        if fitting.next().is_some() {
            return Err(TokenFault::UnknownKey);
        }
        match key.signs(algorithm) {
            true => Ok(key),
            false => Err(TokenFault::Algorithm),
        }
    }
}

#[derive(Default)]
struct State {
    set: Option<Arc<KeySet>>,
    /// When they were last asked for, whatever came of it.
    asked: Option<Instant>,
    /// When they last came.
    came: Option<Instant>,
    /// When they were last asked for because a token named one that was not there.
    missed: Option<Instant>,
}

/// Whom a token has come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The provider itself, asked by this host: what it names it has.
    Provider,
    /// Whoever sends a request: anybody can make up a key's name.
    Anybody,
}

/// The keys, kept.
pub(crate) struct Keys {
    state: Mutex<State>,
    pause: Duration,
}

impl Keys {
    pub(crate) fn new(pause: Duration) -> Self {
        Self {
            state: Mutex::default(),
            pause,
        }
    }

    /// The keys, from memory while they are fresh. Old ones stay good where the provider does not answer.
    pub(crate) async fn current(&self, http: &Http, address: &str) -> Result<Arc<KeySet>, OidcError> {
        let mut state = self.state.lock().await;
        match &state.set {
            Some(set) if state.came.is_some_and(|came| came.elapsed() < FRESH) => Ok(Arc::clone(set)),
            Some(set) if state.asked.is_some_and(|asked| asked.elapsed() < self.pause) => Ok(Arc::clone(set)),
            _ => self.fetch(&mut state, http, address).await,
        }
    }

    /// The keys after a token named one that is not among `known`: fetched anew, but for anybody's token not more often than
    /// the pause allows.
    pub(crate) async fn beyond(
        &self,
        known: &Arc<KeySet>,
        sender: Sender,
        http: &Http,
        address: &str,
    ) -> Result<Arc<KeySet>, OidcError> {
        let mut state = self.state.lock().await;
        match &state.set {
            // Somebody else has fetched them meanwhile.
            Some(set) if !Arc::ptr_eq(set, known) => Ok(Arc::clone(set)),
            Some(set)
                if sender == Sender::Anybody
                    && state.missed.is_some_and(|missed| missed.elapsed() < self.pause) =>
            {
                Ok(Arc::clone(set))
            }
            _ => {
                if sender == Sender::Anybody {
                    state.missed = Some(Instant::now());
                }
                self.fetch(&mut state, http, address).await
            }
        }
    }

    async fn fetch(&self, state: &mut State, http: &Http, address: &str) -> Result<Arc<KeySet>, OidcError> {
        state.asked = Some(Instant::now());
        let fetched = match http.get(address).await {
            Ok(written) => KeySet::read(&written),
            Err(error) => Err(error),
        };
        match (fetched, &state.set) {
            (Ok(set), _) => {
                let set = Arc::new(set);
                state.set = Some(Arc::clone(&set));
                state.came = state.asked;
                Ok(set)
            }
            (Err(error), Some(old)) => {
                tracing::warn!(%error, "the identity provider's keys could not be fetched; those from before stay");
                Ok(Arc::clone(old))
            }
            (Err(error), None) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn set(keys: Value) -> KeySet {
        KeySet::read(&json!({ "keys": keys })).unwrap()
    }

    fn point_key(id: &str) -> Value {
        json!({"kty": "EC", "crv": "P-256", "kid": id, "x": "AAAA", "y": "AAAA"})
    }

    #[test]
    fn keys_that_sign_nothing_are_passed_over() {
        let set = set(json!([
            {"kty": "oct", "kid": "secret", "k": "AAAA", "alg": "HS256"},
            {"kty": "RSA", "kid": "for-encryption", "use": "enc", "n": "AQAB", "e": "AQAB"},
            {"kty": "EC", "crv": "secp256k1", "kid": "odd", "x": "AAAA", "y": "AAAA"},
            {"kty": "RSA", "kid": "half", "n": "AQAB"},
            {"kty": "RSA", "kid": "odd-algorithm", "alg": "HS256", "n": "AQAB", "e": "AQAB"},
            7,
            {"kty": "RSA", "kid": "good", "use": "sig", "n": "AQAB", "e": "AQAB"},
        ]));
        assert_eq!(set.0.len(), 1);
        assert!(set.find(Some("good"), Algorithm::RS256).is_ok());
    }

    #[test]
    fn a_key_signs_only_in_its_own_way() {
        let set = set(json!([
            point_key("point"),
            {"kty": "RSA", "kid": "pinned", "alg": "RS256", "n": "AQAB", "e": "AQAB"},
        ]));
        let fault = |id, algorithm| set.find(Some(id), algorithm).err();
        assert_eq!(fault("point", Algorithm::ES256), None);
        assert_eq!(fault("point", Algorithm::RS256), Some(TokenFault::Algorithm));
        assert_eq!(fault("pinned", Algorithm::RS256), None);
        assert_eq!(fault("pinned", Algorithm::PS256), Some(TokenFault::Algorithm));
        assert_eq!(fault("pinned", Algorithm::HS256), Some(TokenFault::Algorithm));
        assert_eq!(fault("other", Algorithm::RS256), Some(TokenFault::UnknownKey));
    }

    #[test]
    fn without_a_name_there_must_be_no_choice() {
        let one = set(json!([point_key("a")]));
        assert!(one.find(None, Algorithm::ES256).is_ok());
        let two = set(json!([point_key("a"), point_key("b")]));
        assert_eq!(
            two.find(None, Algorithm::ES256).err(),
            Some(TokenFault::UnknownKey)
        );
    }
}
