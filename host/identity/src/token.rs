//! Session tokens: 256 random bits that only the browser keeps; the database keeps their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRng;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::IdentityError;

const TOKEN_BYTES: usize = 32;
/// Length of a token's text: base64url of 32 bytes, without padding.
const TOKEN_CHARACTERS: usize = 43;

/// A session's secret, as it stands in the cookie: 43 characters of base64url. Shown by no `Debug`.
#[derive(Debug, Clone)]
pub struct SessionToken(SecretString);

/// SHA-256 of a token's bytes: what the database and the cache know a session by.
pub(crate) type TokenHash = [u8; 32];

impl SessionToken {
    /// The text for the cookie.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// A new token and its hash.
    pub(crate) fn generate() -> Result<(Self, TokenHash), IdentityError> {
        let mut bytes = [0u8; TOKEN_BYTES];
        rand::rngs::SysRng.try_fill_bytes(&mut bytes).map_err(|error| {
            IdentityError::Hash(format!("the operating system gave no random bytes: {error}"))
        })?;
        Ok((
            Self(SecretString::from(URL_SAFE_NO_PAD.encode(bytes))),
            hash(&bytes),
        ))
    }
}

/// The hash of a token as a browser sent it; none if the text cannot be a token.
pub(crate) fn hash_of(text: &str) -> Option<TokenHash> {
    if text.len() != TOKEN_CHARACTERS {
        return None;
    }
    let mut bytes = [0u8; TOKEN_BYTES];
    match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
        Ok(TOKEN_BYTES) => Some(hash(&bytes)),
        _ => None,
    }
}

/// The hash of a whole text, which is longer than the bytes that a session's hash is of.
pub(crate) fn hash_of_text(text: &str) -> TokenHash {
    Sha256::digest(text.as_bytes()).into()
}

fn hash(bytes: &[u8; TOKEN_BYTES]) -> TokenHash {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_token_is_found_again_by_its_text() {
        let (token, hash) = SessionToken::generate().unwrap();
        assert_eq!(hash_of(token.expose()), Some(hash));
    }

    #[test]
    fn two_tokens_differ() {
        assert_ne!(
            SessionToken::generate().unwrap().0.expose(),
            SessionToken::generate().unwrap().0.expose()
        );
    }

    #[test]
    fn text_that_cannot_be_a_token_has_no_hash() {
        for text in [
            "",
            "x",
            &"A".repeat(44),
            &"!".repeat(43),
            &"ü".repeat(21),
            &"\0".repeat(43),
        ] {
            assert_eq!(hash_of(text), None, "{text:?}");
        }
    }

    #[test]
    fn debug_does_not_show_the_token() {
        let (token, _) = SessionToken::generate().unwrap();
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
