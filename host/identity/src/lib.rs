//! The central database: users, tenants, grants, sessions, audit.
//!
//! Knows nothing of what is in a tenant's own database. SQLite is the embedded default; PostgreSQL serves several
//! hosts at once. Both have the same tables and answer the same questions.

mod access;
mod accounts;
mod administration;
mod api_tokens;
mod attempts;
mod audit;
mod authority;
mod backup;
mod configured;
mod data_changes;
mod error;
mod guessing;
mod id;
mod links;
mod lock;
mod names;
mod options;
mod outage;
mod password;
mod plugins;
mod provider;
mod provider_bearer;
mod provider_logins;
mod provider_sessions;
mod rate;
mod records;
mod retention;
mod session_cache;
mod sessions;
mod store;
mod tenants;
mod token;
mod users;
mod who;
mod writes;

use std::time::Duration;

use chrono::TimeDelta;
use secrecy::SecretString;

pub use administration::{GrantRecord, SessionRecord, TenantState};
pub use api_tokens::{ApiTokenRecord, NewApiToken, TokensOf};
pub use audit::{AccountEvent, AuditFilter};
pub use backup::Restoring;
pub use data_changes::DataChange;
pub use error::{IdentityError, LoginError};
pub use options::{Options, PasswordCost};
pub use plugins::{NewPlugin, PluginRecord, Removal};
pub use porthole_model::{Role, TenantSummary, TokenScope};
pub use provider::{AdmitError, ProviderRules, ProviderUser};
pub use provider_logins::ProviderLogin;
pub use provider_sessions::{PROVIDER, ProviderLogout, ProviderSession};
pub use records::{AuditEntry, AuditRecord, NewUser, Origin, TenantRecord, User};
pub use retention::{Removed, SHORTEST_AUDIT};
pub use tenants::AccountGrant;
pub use token::SessionToken;
pub use users::kept_email;
pub use who::{SessionState, Who};

/// Longest lifetime of a session that can be asked for; keeps sums of instants within bounds.
const LONGEST_LIFETIME: TimeDelta = TimeDelta::days(3650);

/// Within this, an account changes something, and logs in, [`Options::changes_per_account`] times.
const CHANGES_WINDOW: Duration = Duration::from_secs(300);
/// Within this, a tenant has its data read anew [`Options::invalidations`] times.
const INVALIDATION_WINDOW: Duration = Duration::from_secs(600);
/// A program that shows tokens of the provider has a line in the audit log no more often than this: its tokens are many and short.
const BEARER_WINDOW: Duration = Duration::from_secs(3600);

/// The central database.
pub struct Identity {
    store: store::Store,
    passwords: password::Passwords,
    attempts: attempts::Attempts,
    /// Accounts of which the audit log says that they are being guessed.
    told_guessed: rate::Rate<String>,
    failures_per_account: u32,
    /// Logins that begin at the identity provider, by address.
    begun_logins: rate::Rate<std::net::IpAddr>,
    /// What accounts do.
    doings: rate::Rate<(uuid::Uuid, writes::Doing)>,
    /// Of tenants whose data is read anew.
    invalidations: rate::Rate<String>,
    /// Programs with the provider's tokens, by user and address: each is in the audit log now and then.
    told_bearers: rate::Rate<(uuid::Uuid, std::net::IpAddr)>,
    sessions: session_cache::SessionCache,
    access: access::Access,
    configured: configured::Configured,
    outage: outage::Outage,
    crowded: provider_logins::Crowded,
    session_idle: TimeDelta,
    session_lifetime: TimeDelta,
    local_login: bool,
    tokens_without_login: Option<TimeDelta>,
}

impl Identity {
    /// Opens the central database, makes its file where it is SQLite, and brings its tables up to date. Several
    /// processes may do so at once.
    ///
    /// `url`: `sqlite:///absolute/file.db`, `sqlite://relative.db` or `postgres://user:password@host:port/database`.
    ///
    /// # Errors
    /// [`IdentityError::Address`] and [`IdentityError::File`] when the address is wrong, [`IdentityError::Migration`]
    /// when the tables cannot be brought up to date, [`IdentityError::Database`] when the server cannot be reached.
    pub async fn connect(url: &SecretString, options: Options) -> Result<Self, IdentityError> {
        let within = |duration| {
            TimeDelta::from_std(duration)
                .unwrap_or(LONGEST_LIFETIME)
                .min(LONGEST_LIFETIME)
        };
        Ok(Self {
            store: store::Store::connect(url, options.max_connections).await?,
            passwords: password::Passwords::new(options.password_cost, options.concurrent_hashes).await?,
            attempts: attempts::Attempts::new(
                options.attempts_per_account,
                options.attempts_per_address,
                options.attempt_window,
            ),
            told_guessed: rate::Rate::new(1, guessing::WINDOW),
            failures_per_account: options.failures_per_account,
            begun_logins: rate::Rate::new(options.begun_logins_per_address, options.attempt_window),
            doings: rate::Rate::new(options.changes_per_account, CHANGES_WINDOW),
            invalidations: rate::Rate::new(options.invalidations, INVALIDATION_WINDOW),
            told_bearers: rate::Rate::new(1, BEARER_WINDOW),
            sessions: session_cache::SessionCache::new(options.session_cache),
            access: access::Access::new(options.access_check),
            configured: configured::Configured::default(),
            outage: outage::Outage::default(),
            crowded: provider_logins::Crowded::default(),
            session_idle: within(options.session_idle),
            session_lifetime: within(options.session_lifetime),
            local_login: options.local_login,
            tokens_without_login: options.tokens_without_login.map(within),
        })
    }

    /// How long after its login a session ends at the latest.
    pub fn session_lifetime(&self) -> TimeDelta {
        self.session_lifetime
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Connections to the central database that are open, and how many of them nobody uses.
    pub fn connections(&self) -> (usize, usize) {
        self.store.connections()
    }

    /// Whether the central database answers; takes two seconds at most. One whose connections are all in use is there.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), IdentityError> {
        self.reach().await?;
        match self.store.ping().await {
            None => self.look_for_outage().await,
            Some(Err(error)) if error.may_come_up() => {
                self.look_for_outage().await?;
                Err(error)
            }
            Some(answer) => answer,
        }
    }
}
