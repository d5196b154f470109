//! What can go wrong with identities.

use std::time::Duration;

use porthole_model::Role;

/// Why the central database could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The address of the central database cannot be used. The address itself is not repeated: it may hold a password.
    #[error(
        "the central database's address cannot be used: {0}; write `sqlite:///var/lib/porthole/central.db` or `postgres://user@host/database`"
    )]
    Address(String),
    /// The file of the central database cannot be made or opened.
    #[error("the central database's file {path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The migrations could not be applied.
    #[error("the central database could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database did not do what it was asked.
    #[error("the central database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The database is known not to be reachable; what the operating system or the database said.
    #[error("the central database cannot be reached: {0}")]
    Down(String),
    /// There is a user with this email already.
    #[error("there is a user {0} already")]
    UserExists(String),
    /// There is no such user.
    #[error("there is no user {0}")]
    NoSuchUser(String),
    /// There is no such tenant, or it is not active.
    #[error("there is no tenant {0}: tenants come from the configuration folder")]
    NoSuchTenant(String),
    /// This version of the plugin was published before, with other bytes.
    #[error(
        "version {version} of the plugin {name} was published before, with other bytes (sha256 {sha256})"
    )]
    PluginVersionTaken {
        /// The plugin's name.
        name: String,
        /// The version.
        version: String,
        /// Of the bytes that were published before.
        sha256: String,
    },
    /// The tenant has published as much as it may.
    #[error("{0}")]
    PluginsFull(String),
    /// What was wished for cannot be; a sentence says why.
    #[error("{0}")]
    Refused(String),
    /// It clashes with what is there; a sentence says how, and what to do.
    #[error("{0}")]
    Conflict(String),
    /// This is for administrators of the host, and whoever asks is none, or none any more.
    #[error("this is for administrators of the host")]
    NotAdministrator,
    /// This is for those who may do more in the tenant.
    #[error("this takes the role {} in the tenant, or more", .0.name())]
    RoleTooSmall(Role),
    /// A token shall be made for somebody else, in a tenant that its maker was not let into.
    #[error("whoever makes a token for somebody else needs a grant for the tenant {0}, too")]
    NotLetIn(String),
    /// The text is no email address.
    #[error("{0:?} is not an email address")]
    Email(String),
    /// The password cannot be taken.
    #[error("the password {0}")]
    Password(&'static str),
    /// Too many passwords are being checked right now.
    #[error("too many passwords are being checked right now; try again in a moment")]
    Busy,
    /// A backup could not be written, or cannot be restored.
    #[error("{0}")]
    Backup(String),
    /// The password hash could not be calculated or read.
    #[error("password hashing failed: {0}")]
    Hash(String),
}

impl IdentityError {
    /// Whether the database may be there in a moment: it cannot be reached, or it is starting.
    pub fn may_come_up(&self) -> bool {
        /// PostgreSQL's `cannot_connect_now`.
        const STARTING: &str = "57P03";
        let is_starting = matches!(
            self,
            Self::Database(sqlx::Error::Database(error)) if error.code().as_deref() == Some(STARTING)
        );
        is_starting || self.is_unreachable()
    }

    /// Whether the database could not be reached, or has no connection to spare, rather than said no.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Down(_)
                | Self::Database(
                    sqlx::Error::PoolTimedOut
                        | sqlx::Error::PoolClosed
                        | sqlx::Error::Io(_)
                        | sqlx::Error::Tls(_)
                )
        )
    }
}

/// Why a login was refused.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown email or wrong password: which of the two is not said.
    #[error("email or password is wrong")]
    WrongCredentials,
    /// Too many failed attempts.
    #[error("too many failed attempts; try again in {} s", retry_after.as_secs())]
    TooManyAttempts {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The account has logged in too often.
    #[error("this account has logged in too often; try again in {} s", retry_after.as_secs())]
    TooManyLogins {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Too many passwords are being checked right now.
    #[error("too many logins right now; try again in a moment")]
    Busy,
    /// The central database or the hashing failed.
    #[error(transparent)]
    Failed(IdentityError),
}

impl From<IdentityError> for LoginError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Busy => Self::Busy,
            other => Self::Failed(other),
        }
    }
}

impl From<sqlx::Error> for LoginError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}
