//! How the central database behaves: lifetimes, costs, bounds.

use std::time::Duration;

/// Choices for [`Identity::connect`](crate::Identity::connect).
#[derive(Debug, Clone)]
pub struct Options {
    /// A session that nobody uses for this long ends.
    pub session_idle: Duration,
    /// A session ends this long after login, used or not.
    pub session_lifetime: Duration,
    /// For how long an answer about a session may come from memory while the central database does not say whether it
    /// still holds; more than five seconds counts as five.
    pub session_cache: Duration,
    /// After this long a request asks the central database whether anybody's rights have changed. Changes made through
    /// this process show at once, changes made by others after at most this long.
    pub access_check: Duration,
    /// Whether anybody logs in with a password: without it, whoever the identity provider knows can log in there only, password or
    /// not.
    pub local_login: bool,
    /// The tokens of who can log in at the identity provider only are worth nothing when the provider has not said for this
    /// long that they still may; none: they are, whatever it says.
    pub tokens_without_login: Option<Duration>,
    /// So often within five minutes an account changes something, and so often it logs in.
    pub changes_per_account: u32,
    /// So often within ten minutes editors of a tenant have its data read anew.
    pub invalidations: u32,
    /// The price of one password hash.
    pub password_cost: PasswordCost,
    /// Password hashes calculated at the same time; each takes `password_cost.memory_kib` of memory.
    pub concurrent_hashes: usize,
    /// Connections to the central database.
    pub max_connections: u32,
    /// Failed logins from one address for one account within [`Options::attempt_window`] before it must wait.
    pub attempts_per_account: u32,
    /// Failed logins from one address for any accounts within [`Options::attempt_window`] before it must wait.
    pub attempts_per_address: u32,
    /// Failed logins for one account from wherever within an hour before only those may try who come from where it was used
    /// before.
    pub failures_per_account: u32,
    /// Logins at the identity provider that one address begins within [`Options::attempt_window`] before it must wait:
    /// more than an office that comes back from a holiday.
    pub begun_logins_per_address: u32,
    /// See above.
    pub attempt_window: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            session_idle: Duration::from_secs(24 * 3600),
            session_lifetime: Duration::from_secs(14 * 24 * 3600),
            session_cache: Duration::from_secs(5),
            access_check: Duration::from_millis(250),
            local_login: true,
            tokens_without_login: Some(Duration::from_secs(30 * 24 * 3600)),
            changes_per_account: 600,
            invalidations: 60,
            password_cost: PasswordCost::default(),
            concurrent_hashes: 2,
            max_connections: 8,
            attempts_per_account: 10,
            attempts_per_address: 100,
            failures_per_account: 100,
            begun_logins_per_address: 1000,
            attempt_window: Duration::from_secs(15 * 60),
        }
    }
}

/// The price of one argon2id hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    /// 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
        }
    }
}
