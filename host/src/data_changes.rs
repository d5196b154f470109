//! Word of data that has changed where it was thought to change no more: from this host to all, and from all to this one.

use std::sync::Arc;
use std::time::Duration;

use porthole_identity::{Identity, IdentityError};
use porthole_panel::Pipeline;

/// How often the central database is asked what others have changed.
const EVERY: Duration = Duration::from_secs(2);

/// The way of the word. Cheap to clone.
#[derive(Clone)]
pub struct DataChanges {
    identity: Arc<Identity>,
    pipeline: Arc<Pipeline>,
}

impl DataChanges {
    /// Between the central database, by which hosts hear of each other, and the panels.
    pub fn new(identity: Arc<Identity>, pipeline: Arc<Pipeline>) -> Self {
        Self { identity, pipeline }
    }

    /// A tenant's data has changed; `table` is empty for all of it. Here it is not shown again from now on, elsewhere
    /// within seconds.
    pub async fn tell(&self, tenant: &str, table: &str) -> Result<(), IdentityError> {
        let generation = self.identity.data_changed(tenant, table).await?;
        self.pipeline.data_changed(tenant, table, generation);
        Ok(())
    }

    /// Takes over what has been said so far. Comes before the first reader: what is kept on disk may be older.
    pub async fn hear(&self) -> Result<(), IdentityError> {
        for change in self.identity.data_changes().await? {
            self.pipeline
                .data_changed(&change.tenant, &change.table, change.generation);
        }
        Ok(())
    }

    /// Takes over what is said, until the future is dropped.
    pub async fn follow(&self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(error) = self.hear().await {
                tracing::warn!("the central database does not say which data has changed: {error}");
            }
        }
    }
}
