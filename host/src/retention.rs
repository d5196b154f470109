//! Removes what the central database keeps no longer, now and then, for as long as the host runs.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use porthole_identity::Identity;

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

/// Removes what is old, at once and then every hour, until the future is dropped. `keep`: of the audit log; none: all.
pub async fn follow(identity: Arc<Identity>, keep: Option<Duration>) {
    let keep = keep.and_then(|keep| TimeDelta::from_std(keep).ok());
    loop {
        match identity.remove_what_is_old(keep, Utc::now()).await {
            Ok(removed) if removed.audit_lines > 0 => {
                tracing::info!(
                    lines = removed.audit_lines,
                    "old lines of the audit log are removed"
                );
            }
            Ok(removed) => tracing::debug!(?removed, "what has ended is removed"),
            Err(error) => tracing::warn!("what the central database keeps no longer is not removed: {error}"),
        }
        tokio::time::sleep(EVERY).await;
    }
}
