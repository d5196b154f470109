//! The central database: users, tenants, grants, sessions, audit.
//!
//! Knows nothing of what is in a tenant's own database. SQLite is the embedded default; PostgreSQL serves several
//! hosts at once. Both have the same tables and answer the same questions.

mod error;
mod id;
mod options;
mod records;
mod token;
mod who;

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use uuid::Uuid;

pub use error::{IdentityError, LoginError};
pub use options::{Options, PasswordCost};
pub use porthole_model::TenantSummary;
pub use records::{AuditEntry, AuditRecord, NewUser, TenantChanges, TenantRecord, User};
pub use token::SessionToken;
pub use who::{SessionState, Who};

/// The central database.
pub struct Identity {}

impl Identity {
    /// Opens the central database, makes its file where it is SQLite, and brings its tables up to date.
    ///
    /// `url`: `sqlite:///absolute/file.db`, `sqlite://relative.db` or `postgres://user:password@host:port/database`.
    pub async fn connect(url: &SecretString, options: Options) -> Result<Self, IdentityError> {
        let _ = (url, options);
        Err(IdentityError::Busy)
    }
    /// Closes all connections.
    pub async fn close(&self) {}
    /// Whether the central database answers.
    pub async fn ping(&self) -> Result<(), IdentityError> {
        Err(IdentityError::Busy)
    }
    /// Makes a user.
    pub async fn create_user(&self, user: NewUser) -> Result<User, IdentityError> {
        Err(IdentityError::UserExists(user.email))
    }
    /// Gives a user a new password and ends all of their sessions.
    pub async fn set_password(&self, user: Uuid, password: &SecretString) -> Result<(), IdentityError> {
        let _ = password;
        Err(IdentityError::NoSuchUser(user.to_string()))
    }
    /// The user with this email, in any case.
    pub async fn find_user(&self, email: &str) -> Result<Option<User>, IdentityError> {
        Err(IdentityError::NoSuchUser(email.to_owned()))
    }
    /// All users, by email.
    pub async fn users(&self) -> Result<Vec<User>, IdentityError> {
        Err(IdentityError::Busy)
    }
    /// Brings the tenants up to what the configuration says.
    pub async fn sync_tenants(&self, tenants: &[TenantRecord]) -> Result<TenantChanges, IdentityError> {
        let _ = tenants;
        Err(IdentityError::Busy)
    }
    /// Lets a user into a tenant. Granting twice is no error.
    pub async fn grant(&self, user: Uuid, tenant: &str) -> Result<(), IdentityError> {
        let _ = (user, tenant);
        Err(IdentityError::Busy)
    }
    /// Takes a grant back; takes effect at once in this process.
    pub async fn revoke(&self, user: Uuid, tenant: &str) -> Result<(), IdentityError> {
        let _ = (user, tenant);
        Err(IdentityError::Busy)
    }
    /// The active tenants a user has a grant for, by name.
    pub async fn tenants_of(&self, user: Uuid) -> Result<Vec<TenantSummary>, IdentityError> {
        let _ = user;
        Err(IdentityError::Busy)
    }
    /// Logs in with a password; an unknown email takes as long as a wrong password.
    pub async fn login(
        &self,
        email: &str,
        password: &SecretString,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<(Arc<Who>, SessionToken), LoginError> {
        let _ = (email, password, address, now);
        Err(LoginError::Busy)
    }
    /// Whose session this is; none if it is nobody's or has ended.
    pub async fn authenticate(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Who>>, IdentityError> {
        let _ = (token, now);
        Err(IdentityError::Busy)
    }
    /// Ends a session.
    pub async fn logout(&self, token: &str) -> Result<(), IdentityError> {
        let _ = token;
        Err(IdentityError::Busy)
    }
    /// Selects the session's tenant.
    pub async fn select_tenant(&self, who: &Who, tenant: &str) -> Result<(), IdentityError> {
        let _ = who;
        Err(IdentityError::NoSuchTenant(tenant.to_owned()))
    }
    /// Writes a line into the audit log.
    pub async fn audit(&self, entry: AuditEntry) -> Result<(), IdentityError> {
        let _ = entry;
        Err(IdentityError::Busy)
    }
    /// The newest lines of the audit log, newest first, older than line `before` where one is given.
    pub async fn audit_log(
        &self,
        limit: u32,
        before: Option<i64>,
    ) -> Result<Vec<AuditRecord>, IdentityError> {
        let _ = (limit, before);
        Err(IdentityError::Busy)
    }
}
