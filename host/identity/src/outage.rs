//! Whether the central database is known to be down. Whoever asks then is told so at once, instead of waiting for a connection
//! that does not come; one question in a second looks whether it is there again.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::{Identity, IdentityError};

/// Between two looks at a database that is down.
const PAUSE: Duration = Duration::from_secs(1);

/// What is known.
#[derive(Default)]
pub(crate) struct Outage(Mutex<Option<Seen>>);

struct Seen {
    /// When somebody looked last.
    looked: Instant,
    /// What the operating system or the database said.
    reason: String,
}

impl Outage {
    /// The reason, while it is too early to look again; otherwise the caller is the one who looks.
    fn refuses(&self) -> Option<String> {
        let mut seen = self.0.lock();
        let seen = seen.as_mut()?;
        if seen.looked.elapsed() < PAUSE {
            return Some(seen.reason.clone());
        }
        seen.looked = Instant::now();
        None
    }

    fn is_known(&self) -> bool {
        self.0.lock().is_some()
    }

    fn note(&self, found: &Result<(), String>) {
        let mut seen = self.0.lock();
        match (seen.as_mut(), found) {
            (None, Err(reason)) => tracing::error!("the central database cannot be reached: {reason}"),
            (Some(_), Ok(())) => tracing::info!("the central database can be reached again"),
            _ => {}
        }
        *seen = found.as_ref().err().map(|reason| Seen {
            looked: Instant::now(),
            reason: reason.clone(),
        });
    }
}

impl Identity {
    /// Fails at once while the central database is known to be down.
    ///
    /// # Errors
    /// [`IdentityError::Down`].
    pub(crate) async fn reach(&self) -> Result<(), IdentityError> {
        if let Some(reason) = self.outage.refuses() {
            return Err(IdentityError::Down(reason));
        }
        match self.outage.is_known() {
            true => self.look_for_outage().await,
            false => Ok(()),
        }
    }

    /// Looks whether the central database can be reached, with a connection of its own: one that is busy is not down.
    ///
    /// # Errors
    /// [`IdentityError::Down`].
    pub(crate) async fn look_for_outage(&self) -> Result<(), IdentityError> {
        let found = self.store.try_to_reach().await;
        self.outage.note(&found);
        found.map_err(IdentityError::Down)
    }
}
