//! Tenants that somebody switched off, here or elsewhere: what this host keeps of their data is forgotten.
//!
//! Nobody reaches it in any case, since every request asks for a grant first (`identity::access`). This makes room, and
//! closes the connections to a database that its owner may want back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use porthole_identity::{Identity, IdentityError};
use porthole_panel::Pipeline;

/// How often it is looked whether somebody's rights have changed.
const EVERY: Duration = Duration::from_secs(1);

/// What is known of it.
pub struct SwitchedOff {
    identity: Arc<Identity>,
    pipeline: Arc<Pipeline>,
    generation: Option<i64>,
    off: BTreeSet<String>,
}

impl SwitchedOff {
    /// Between the central database, where tenants are switched off, and the panels.
    pub fn new(identity: Arc<Identity>, pipeline: Arc<Pipeline>) -> Self {
        Self {
            identity,
            pipeline,
            generation: None,
            off: BTreeSet::new(),
        }
    }

    /// Looks, and forgets, until the future is dropped.
    pub async fn follow(mut self) {
        loop {
            if let Err(error) = self.look().await {
                tracing::warn!("the central database does not say which tenants are switched off: {error}");
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn look(&mut self) -> Result<(), IdentityError> {
        let generation = self.identity.access_generation().await?;
        if self.generation == Some(generation) {
            return Ok(());
        }
        let states = self.identity.tenant_states().await?;
        let off = states.into_iter().filter(|tenant| tenant.is_disabled);
        let off: BTreeSet<String> = off.map(|tenant| tenant.id).collect();
        for tenant in off.difference(&self.off) {
            tracing::info!(tenant, "the tenant is switched off");
            self.pipeline.forget(tenant).await;
        }
        for tenant in self.off.difference(&off) {
            tracing::info!(tenant, "the tenant is switched on again");
        }
        (self.off, self.generation) = (off, Some(generation));
        Ok(())
    }
}
