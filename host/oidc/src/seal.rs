//! What is kept of the provider's tokens is kept sealed: a stolen copy of the central database holds none of them.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};

use crate::{OidcError, bytes};

/// Says which key sealed something, so that a host that has another key knows that it has.
const NAME_BYTES: usize = 8;

/// Seals and opens with the host's own key.
pub struct Sealer {
    key: LessSafeKey,
    name: [u8; NAME_BYTES],
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Sealer {
    /// From a secret that nobody guesses, of any length.
    ///
    /// # Errors
    /// When the cryptography refuses, which it does for no secret.
    pub fn new(secret: &[u8]) -> Result<Self, OidcError> {
        let refused = |_| OidcError::Settings("the key for the provider's tokens cannot be made".to_owned());
        let material = Salt::new(HKDF_SHA256, b"porthole").extract(secret);
        let derive = |purpose: &'static [u8], into: &mut [u8]| {
            let purpose = [purpose];
            let expanded = material.expand(&purpose, Length(into.len())).map_err(refused)?;
            expanded.fill(into).map_err(refused)
        };
        let (mut key, mut name) = ([0; 32], [0; NAME_BYTES]);
        derive(b"provider tokens: key", &mut key)?;
        derive(b"provider tokens: name", &mut name)?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).map_err(refused)?);
        Ok(Self { key, name })
    }

    /// Seals a text for one place: it opens nowhere else. `place` is not kept secret.
    ///
    /// # Errors
    /// [`OidcError::Random`].
    pub fn seal(&self, text: &str, place: &str) -> Result<Vec<u8>, OidcError> {
        let mut nonce = [0; NONCE_LEN];
        bytes::fill(&mut nonce)?;
        let mut sealed = text.as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| OidcError::Random)?;
        Ok([&self.name[..], &nonce[..], &sealed[..]].concat())
    }

    /// What was sealed for this place; none if it was sealed with another key, for another place, or was changed.
    pub fn open(&self, sealed: &[u8], place: &str) -> Option<String> {
        let (name, rest) = sealed.split_at_checked(NAME_BYTES)?;
        let (nonce, rest) = rest.split_at_checked(NONCE_LEN)?;
        if name != self.name {
            return None;
        }
        let mut bytes = rest.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut bytes)
            .ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }

    /// Whether this host's key sealed it.
    pub fn has_sealed(&self, sealed: &[u8]) -> bool {
        sealed.starts_with(&self.name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_sealed_opens_again_in_its_place_only() {
        let sealer = Sealer::new(&[7; 64]).unwrap();
        let sealed = sealer.seal("a refresh token", "ada").unwrap();
        assert_eq!(sealer.open(&sealed, "ada").as_deref(), Some("a refresh token"));
        assert_eq!(sealer.open(&sealed, "bob"), None);
        assert!(!sealed.windows(7).any(|part| part == b"refresh"));
    }

    #[test]
    fn another_key_and_changed_bytes_open_nothing() {
        let (sealer, other) = (Sealer::new(&[7; 64]).unwrap(), Sealer::new(&[8; 64]).unwrap());
        let sealed = sealer.seal("a refresh token", "ada").unwrap();
        assert_eq!(other.open(&sealed, "ada"), None);
        assert!(sealer.has_sealed(&sealed) && !other.has_sealed(&sealed));
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(sealer.open(&changed, "ada"), None, "byte {place}");
        }
        assert_eq!(sealer.open(&sealed[..10], "ada"), None);
    }

    #[test]
    fn the_same_text_is_never_sealed_the_same() {
        let sealer = Sealer::new(&[7; 64]).unwrap();
        assert_ne!(sealer.seal("x", "y").unwrap(), sealer.seal("x", "y").unwrap());
    }
}
