//! Who is asking, and which tenants are theirs.

use serde::{Deserialize, Serialize};

/// `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// `ok`.
    pub status: String,
    /// The host's version.
    pub version: String,
}

/// `POST /auth/login`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// Case does not matter.
    pub email: String,
    /// As typed.
    pub password: String,
}

/// The answer of `POST /auth/logout` where an identity provider opened the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedOut {
    /// Where the browser ends the login at the provider.
    pub continue_to: String,
}

/// `GET /auth/methods`: what the login page offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthMethods {
    /// Email and password.
    pub local: bool,
    /// The name on the button of the OpenID provider, where there is one.
    pub oidc: Option<String>,
}

/// `GET /auth/me`, and the answer of `POST /auth/login`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The user's id.
    pub id: String,
    /// Lower case.
    pub email: String,
    /// As the administrator or the provider wrote it.
    pub full_name: Option<String>,
    /// May use the administration.
    pub is_admin: bool,
    /// The tenants this user has a grant for, by name.
    pub tenants: Vec<TenantSummary>,
    /// The session that asked.
    pub session: Session,
}

/// The session behind a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The tenant this session selected.
    pub tenant: Option<String>,
    /// When it ends unless it is used before; RFC 3339. How long it can last is said where sessions are listed.
    pub expires_at: String,
}

/// A tenant, as its users see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantSummary {
    /// `tenant-alpha`: what stands in addresses and in `X-Porthole-Tenant`.
    pub id: String,
    /// For people.
    pub name: String,
    /// What this user may do there.
    pub role: Role,
}

/// What somebody may do in a tenant; each may also do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// See dashboards.
    Viewer,
    /// Publish plugins.
    Editor,
    /// Change who may do what, revoke tokens, read the tenant's audit log.
    Admin,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Admin];

    /// As it stands in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

/// `GET /tenants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenants {
    /// By name.
    pub tenants: Vec<TenantSummary>,
    /// The tenant this session selected.
    pub selected: Option<String>,
}
