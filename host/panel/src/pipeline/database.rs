//! Whether a tenant's database answers.

use std::time::Duration;

use porthole_model::{DatabaseState, TenantDatabase};

use super::Pipeline;

/// Longer than a connection may take to be made, and than anybody looks at a page.
const PATIENCE: Duration = Duration::from_secs(5);

impl Pipeline {
    /// Asks a tenant's database for an answer, whatever it is.
    pub async fn database(&self, tenant: &str) -> TenantDatabase {
        let snapshot = self.snapshot();
        let database = match snapshot.tenants.get(tenant) {
            None => return state(DatabaseState::Missing, "The configuration has no such tenant."),
            Some(tenant) => tenant.database.as_ref(),
        };
        let database = match database {
            Ok(database) => self.databases.tenant(database),
            Err(reason) => return state(DatabaseState::Missing, reason),
        };
        match tokio::time::timeout(PATIENCE, database.ping()).await {
            Ok(Ok(())) => TenantDatabase {
                state: DatabaseState::Up,
                reason: None,
            },
            Ok(Err(error)) => state(DatabaseState::Down, &error.to_string()),
            Err(_) => state(
                DatabaseState::Down,
                &format!("It did not answer within {} seconds.", PATIENCE.as_secs()),
            ),
        }
    }
}

fn state(state: DatabaseState, reason: &str) -> TenantDatabase {
    TenantDatabase {
        state,
        reason: Some(reason.to_owned()),
    }
}
