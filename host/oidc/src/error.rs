//! What can go wrong between this host and a provider.

/// Why the provider, or a token, could not be used.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(String),
    /// The provider does not answer, or not in time, or says that it has a fault of its own.
    #[error("the identity provider does not answer: {0}")]
    Unreachable(String),
    /// What the provider answers is not what a provider answers.
    #[error("the identity provider's answer cannot be used: {0}")]
    Answer(String),
    /// The provider refuses what was asked of it.
    #[error("the identity provider refuses: {error}{}", described(.description))]
    Refused {
        /// Its code, as `invalid_client`.
        error: String,
        /// Its words, for the log.
        description: Option<String>,
    },
    /// The code or the refresh token is not valid, or not any more: the login is over.
    #[error("the login is over at the identity provider{}", described(.0))]
    LoginIsOver(Option<String>),
    /// A token cannot be believed.
    #[error("the token is refused: {0}")]
    Token(#[from] TokenFault),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Random,
}

impl OidcError {
    /// Whether it may be well in a moment, without anybody doing anything here.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }
}

/// What is wrong with a token. For the log: whoever shows a token is told only that it is worth nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is no JSON Web Token, or too long for one.
    #[error("it is no token")]
    NoToken,
    /// It names an algorithm that is not taken, or none.
    #[error("its algorithm is not taken")]
    Algorithm,
    /// None of the provider's keys has signed it.
    #[error("it names a key that the provider does not have")]
    UnknownKey,
    /// Somebody else has signed it, or it was changed.
    #[error("its signature is wrong")]
    Signature,
    /// It is of another issuer.
    #[error("it is of another issuer")]
    Issuer,
    /// It is not for this host.
    #[error("it is for another audience")]
    Audience,
    /// It was given to another client than it is shown by.
    #[error("it was given to another client")]
    Party,
    /// Its time is over.
    #[error("it is over")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet")]
    Early,
    /// It is another kind of token.
    #[error("it is another kind of token")]
    Kind,
    /// It does not belong to the login that it came with.
    #[error("it belongs to another login")]
    Nonce,
    /// A claim that it must have is missing or is no claim of its kind.
    #[error("its claim `{0}` is missing or wrong")]
    Claim(&'static str),
}

fn described(words: &Option<String>) -> String {
    words
        .as_deref()
        .map_or_else(String::new, |words| format!(" ({words})"))
}
