//! What a session keeps of the provider's tokens, sealed.

use std::borrow::Cow;

use porthole_oidc::{OidcError, Sealer, Tokens};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// The largest that is kept, bytes: what a provider gives is not this host's to bound otherwise.
const LARGEST: usize = 64 * 1024;

/// The tokens that are needed again.
#[derive(Default)]
pub(crate) struct Kept {
    /// With which the login is renewed.
    pub(crate) refresh_token: Option<SecretString>,
    /// By which the provider knows the login when it is to end there.
    pub(crate) id_token: Option<SecretString>,
}

/// As it is sealed.
#[derive(Serialize, Deserialize)]
struct Written<'t> {
    #[serde(borrow)]
    refresh_token: Option<Cow<'t, str>>,
    #[serde(borrow)]
    id_token: Option<Cow<'t, str>>,
}

impl Kept {
    /// Those of a login or renewal, and where it gave none the ones from before.
    pub(crate) fn after(tokens: &Tokens, before: Self) -> Self {
        Self {
            refresh_token: tokens.refresh_token.clone().or(before.refresh_token),
            id_token: tokens.id_token.clone().or(before.id_token),
        }
    }

    /// Sealed for this user; none where there is nothing to keep.
    pub(crate) fn seal(&self, sealer: &Sealer, user: &str) -> Result<Option<Vec<u8>>, OidcError> {
        if self.refresh_token.is_none() && self.id_token.is_none() {
            return Ok(None);
        }
        let text = serde_json::to_string(&Written {
            refresh_token: self
                .refresh_token
                .as_ref()
                .map(|token| token.expose_secret().into()),
            id_token: self.id_token.as_ref().map(|token| token.expose_secret().into()),
        })
        .map_err(|error| OidcError::Answer(error.to_string()))?;
        if text.len() > LARGEST {
            return Err(OidcError::Answer(
                "its tokens are larger than what is kept of a login".to_owned(),
            ));
        }
        sealer.seal(&text, user).map(Some)
    }

    /// What was sealed; none if another host's key has.
    pub(crate) fn open(sealer: &Sealer, sealed: &[u8], user: &str) -> Option<Self> {
        let text = sealer.open(sealed, user)?;
        let written: Written<'_> = serde_json::from_str(&text).ok()?;
        Some(Self {
            refresh_token: written.refresh_token.map(|token| token.into_owned().into()),
            id_token: written.id_token.map(|token| token.into_owned().into()),
        })
    }
}
