//! Settings of logging in with an OpenID Connect provider: `auth.oidc`.

use std::time::Duration;

use porthole_model::Role;
use secrecy::SecretString;

/// An OpenID Connect provider, and what its word counts for here.
#[derive(Debug, Clone)]
pub struct Provider {
    /// `issuer`: exactly as the provider writes it in its tokens.
    pub issuer: String,
    /// `reached_at`: where this host reaches it, where that is not the issuer's address.
    pub reached_at: Option<String>,
    /// `client_id`: this host's name there.
    pub client_id: String,
    /// `client_secret` or `client_secret_file`; none: a public client.
    pub client_secret: Option<SecretString>,
    /// `label`: what stands on the button of the login page.
    pub label: String,
    /// `scopes`: what is asked for.
    pub scopes: Vec<String>,
    /// `audience`: whose access tokens are taken from programs; none: nobody's.
    pub audience: Option<String>,
    /// `publish_scope`: the scope with which such a token may publish plugins; none: none may.
    pub publish_scope: Option<String>,
    /// `clock_skew`: by how much the provider's clock may differ.
    pub clock_skew: Duration,
    /// `create_users`: whether who is not known gets an account at their first login.
    pub create_users: bool,
    /// `link_by_email`: whether who is not known gets the account that has their verified email address.
    pub link_by_email: bool,
    /// `groups_claim`: where tokens say which groups somebody is in.
    pub groups_claim: String,
    /// `admin_group`: who is in it administers the host; none: the provider makes nobody an administrator.
    pub admin_group: Option<String>,
    /// `tenants`: which groups are let into which tenants.
    pub tenants: Vec<GroupTenant>,
    /// `tokens_without_login`: for how long tokens of who logs in nowhere else are good after the provider's last word; none: for
    /// ever.
    pub tokens_without_login: Option<Duration>,
    /// `trust_unverified_email`: whether an account is made for an address that the provider does not call verified.
    pub trust_unverified_email: bool,
    /// `insecure_http`: whether the provider may be reached by plain HTTP over a network.
    pub insecure_http: bool,
}

/// Who is in a group is let into a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTenant {
    /// As tokens name it: Keycloak's groups begin with a slash.
    pub group: String,
    /// The tenant's id.
    pub tenant: String,
    /// What they may do there; viewer where it is left out.
    pub role: Role,
}
