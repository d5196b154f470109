//! What the handlers share.

use std::net::IpAddr;
use std::sync::Arc;

use porthole_identity::Identity;

use crate::{Panels, PluginShelf, Provider};

/// What the router needs; cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// Users, sessions, grants.
    pub identity: Arc<Identity>,
    /// Dashboards and panels.
    pub panels: Arc<dyn Panels>,
    /// The tenants' own plugins.
    pub plugins: Arc<dyn PluginShelf>,
    /// The identity provider that people may log in with; none: there is none.
    pub provider: Option<Arc<Provider>>,
    /// How the interface presents itself.
    pub settings: Arc<ApiSettings>,
}

/// How the interface presents itself.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// Where readers reach this host, as `https://dash.example.com`; none: as the request says.
    pub public_url: Option<String>,
    /// Whether cookies are for https only; none: when `public_url` is https.
    pub cookie_secure: Option<bool>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether logging in with an email address and a password is offered.
    pub local_login: bool,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            cookie_secure: None,
            trusted_proxies: Vec::new(),
            local_login: true,
        }
    }
}

impl ApiSettings {
    /// Whether cookies are for https only.
    pub fn secure_cookies(&self) -> bool {
        self.cookie_secure.unwrap_or_else(|| {
            self.public_url.as_deref().is_some_and(|url| {
                url.get(..8)
                    .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
            })
        })
    }
}
