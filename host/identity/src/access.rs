//! Whether anybody's rights have changed anywhere. Hosts remember whose session is whose; a number in the central database
//! grows with everything that could make such an answer wrong, whoever changed it: another host, or the command line.
//!
//! Requests look at the number themselves, when nobody has looked for [`Options::access_check`](crate::Options). So a
//! request is never answered with rights as they were longer ago than that, and a host that nobody asks asks nobody.

use std::time::{Duration, Instant};

use parking_lot::RwLock;
use tokio::sync::Mutex;

use crate::store::with_pool;
use crate::{Identity, IdentityError};

/// A central database that does not answer must not hold every request up: what is remembered then lasts as long as
/// [`Options::session_cache`](crate::Options) says.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is known of the number.
pub(crate) struct Access {
    every: Duration,
    /// When the last look began.
    looked: RwLock<Option<Instant>>,
    /// The number that was seen. Held while somebody looks: the others wait for the answer instead of asking, too.
    seen: Mutex<Option<i64>>,
}

impl Access {
    pub(crate) fn new(every: Duration) -> Self {
        Self {
            every,
            looked: RwLock::new(None),
            seen: Mutex::new(None),
        }
    }

    fn is_fresh(&self) -> bool {
        self.looked
            .read()
            .is_some_and(|looked| looked.elapsed() < self.every)
    }
}

impl Identity {
    /// A number that grows with everything that changes who may do what.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn access_generation(&self) -> Result<i64, IdentityError> {
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, (i64,)>(
            "SELECT generation FROM access_generation",
        )
        .fetch_optional(pool)
        .await)?;
        Ok(found.map_or(0, |(generation,)| generation))
    }

    /// Forgets what is remembered of sessions if anybody's rights have changed since it was looked at last.
    pub(crate) async fn confirm_access(&self) {
        if self.access.is_fresh() {
            return;
        }
        let mut seen = self.access.seen.lock().await;
        if self.access.is_fresh() {
            return;
        }
        let begun = Instant::now();
        if self.reach().await.is_err() {
            *self.access.looked.write() = Some(begun);
            return;
        }
        match tokio::time::timeout(PATIENCE, self.access_generation()).await {
            Ok(Ok(now)) => {
                if *seen != Some(now) {
                    self.sessions.forget_all();
                    *seen = Some(now);
                }
            }
            failed => {
                let reason = match failed {
                    Ok(Err(error)) => error.to_string(),
                    _ => "no answer".to_owned(),
                };
                // An outage says so itself.
                if self.look_for_outage().await.is_ok() {
                    tracing::warn!("it is not known whether anybody's rights have changed: {reason}");
                }
            }
        }
        // Also after a failure: the next requests should not all wait for the same.
        *self.access.looked.write() = Some(begun);
    }
}
