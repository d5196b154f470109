//! How much an account does: whatever it changes leaves a line of the audit log, and no account fills that.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::Identity;

/// What is counted of an account. Each has a count of its own: whoever has somebody's session, and not their password, must not
/// keep them from logging in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Doing {
    Login,
    Change,
}

impl Identity {
    /// Whether an account may change something, or how long it has to wait.
    ///
    /// # Errors
    /// How long to wait.
    pub fn may_change(&self, user: Uuid, now: DateTime<Utc>) -> Result<(), Duration> {
        self.doings.may(&(user, Doing::Change), now)
    }

    /// An account has changed something.
    pub fn has_changed(&self, user: Uuid, now: DateTime<Utc>) {
        // Those that were under way when the last of them was counted are not told apart.
        let _ = self.doings.count((user, Doing::Change), now);
    }
}
