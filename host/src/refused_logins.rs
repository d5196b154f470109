//! Counts logins that were refused into the audit log, a line for each account and minute, for as long as the host runs.

use std::sync::Arc;
use std::time::Duration;

use porthole_identity::Identity;

/// How often.
const EVERY: Duration = Duration::from_secs(60);

/// Writes down what was refused every minute, until the future is dropped.
pub async fn follow(identity: Arc<Identity>) {
    loop {
        tokio::time::sleep(EVERY).await;
        note(&identity).await;
    }
}

/// Writes down what was refused since the last time.
pub async fn note(identity: &Identity) {
    match identity.note_refused_attempts().await {
        Ok(0) => {}
        Ok(attempts) => tracing::info!(attempts, "logins were refused after too many failed attempts"),
        Err(error) => tracing::warn!("how many logins were refused is not written down: {error}"),
    }
}
