//! What goes into the central database and comes out of it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use uuid::Uuid;

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Any case; kept in lower case.
    pub email: String,
    /// For people.
    pub full_name: Option<String>,
    /// May use the administration.
    pub is_admin: bool,
    /// None: the user cannot log in with a password.
    pub password: Option<SecretString>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: Uuid,
    /// Lower case.
    pub email: String,
    /// For people.
    pub full_name: Option<String>,
    /// May use the administration.
    pub is_admin: bool,
    /// Whether the user can log in with a password.
    pub has_password: bool,
    /// Whether an administrator switched the account off.
    pub is_disabled: bool,
    /// When the user was made.
    pub created_at: DateTime<Utc>,
    /// None: never.
    pub last_login_at: Option<DateTime<Utc>>,
}

/// A tenant as the configuration describes it; without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRecord {
    /// `tenant-alpha`.
    pub id: String,
    /// For people.
    pub name: String,
    /// The tenant's database: its name, or the SQLite file.
    pub database_name: String,
    /// The host it is on; `localhost` or empty for a file.
    pub database_host: String,
    /// None for a file.
    pub database_port: Option<u16>,
}

/// What [`Identity::sync_tenants`](crate::Identity::sync_tenants) changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantChanges {
    /// New here.
    pub added: Vec<String>,
    /// In the configuration again.
    pub reactivated: Vec<String>,
    /// No longer in the configuration; grants are kept, but nobody can use them.
    pub deactivated: Vec<String>,
}

/// Something that happened, for the audit log.
#[derive(Debug, Clone, Default)]
pub struct AuditEntry {
    /// What: `login`, `login_failed`, `logout`, `user_created`, `grant`, …
    pub action: String,
    /// Who did it; none: the command line or nobody known.
    pub actor: Option<Uuid>,
    /// The actor's email at that time.
    pub actor_email: Option<String>,
    /// What it was done to: an email, a plugin, …
    pub target: Option<String>,
    /// In which tenant.
    pub tenant: Option<String>,
    /// From where.
    pub address: Option<IpAddr>,
    /// More, for people.
    pub detail: Option<String>,
}

/// A line of the audit log.
#[derive(Debug, Clone)]
pub struct AuditRecord {
    /// Ascending with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub entry: AuditEntry,
}
