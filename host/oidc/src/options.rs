//! How a provider is spoken to.

use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

/// Choices for [`Client::new`](crate::Client::new).
#[derive(Debug, Clone)]
pub struct Options {
    /// The issuer, exactly as the provider writes it in its tokens: `https://id.example.com/realms/operations`.
    pub issuer: String,
    /// Where this host reaches the provider, where that is not the issuer's address; browsers always go to what it says of
    /// itself.
    pub reached_at: Option<String>,
    /// This host's name at the provider.
    pub client_id: String,
    /// None: a public client, which PKCE alone protects.
    pub client_secret: Option<SecretString>,
    /// What is asked for at a login; `openid` is added where it is missing.
    pub scopes: Vec<String>,
    /// Which audience an access token must have to be taken as a bearer's; none: no access token is taken.
    pub audience: Option<String>,
    /// Where a token says which groups or roles somebody has: `groups`, or a path as `realm_access.roles`.
    pub groups_claim: String,
    /// By how much the provider's clock may differ from this host's.
    pub clock_skew: Duration,
    /// Whether the provider may be reached over plain HTTP though it is not on this machine.
    pub insecure_http: bool,
    /// How long any one answer of the provider may take.
    pub timeout: Duration,
    /// How soon the provider's keys may be asked for again when a token names one that is not among them.
    pub keys_pause: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            reached_at: None,
            client_id: String::new(),
            client_secret: None,
            scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
            audience: None,
            groups_claim: "groups".to_owned(),
            clock_skew: Duration::from_secs(30),
            insecure_http: false,
            timeout: Duration::from_secs(5),
            keys_pause: Duration::from_secs(10),
        }
    }
}

impl Options {
    /// Whether an address of the provider may be used: by HTTPS, or on this machine, or where the settings allow it.
    pub(crate) fn allows(&self, url: &Url) -> bool {
        match url.scheme() {
            "https" => true,
            "http" => self.insecure_http || is_loopback(url),
            _ => false,
        }
    }
}

/// Whether an address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_unless_it_is_allowed() {
        let strict = Options::default();
        let lax = Options {
            insecure_http: true,
            ..Options::default()
        };
        for (address, by_default) in [
            ("https://id.example.com/", true),
            ("http://127.0.0.1:8080/", true),
            ("http://[::1]:8080/", true),
            ("http://localhost/", true),
            ("http://id.example.com/", false),
            ("http://localhost.example.com/", false),
            ("http://10.0.0.1/", false),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(strict.allows(&url), by_default, "{address}");
            assert!(lax.allows(&url), "{address}");
        }
        assert!(!lax.allows(&Url::parse("file:///etc/passwd").unwrap()));
    }
}
