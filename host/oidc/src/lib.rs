//! One OpenID Connect provider: what it says of itself, its keys, its tokens, and how somebody logs in and out there.
//!
//! Knows the provider over HTTPS and nothing else: not who has an account here, not what a browser sends. Nothing that
//! comes from the provider or from whoever shows a token is believed before its signature, its issuer, its audience and
//! its times were checked, and each kind of token is taken for that kind only: see [`Client::check_bearer`].

mod bytes;
mod claims;
mod client;
mod crypto;
mod discovery;
mod error;
mod flow;
mod http;
mod keys;
mod options;
mod seal;
mod token;

pub use claims::{AccessClaims, IdClaims, LogoutClaims};
pub use client::Client;
pub use error::{OidcError, TokenFault};
pub use flow::{Authorization, Tokens};
pub use options::Options;
pub use seal::Sealer;
