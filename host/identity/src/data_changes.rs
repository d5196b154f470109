//! Which data has changed where it was thought to change no more: rows that were imported for days gone by, for example.
//! Each change raises a number, by which all hosts, and those that start later, notice it.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::store::with_pool;
use crate::{Identity, IdentityError};

/// How often some data has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataChange {
    /// The tenant's id.
    pub tenant: String,
    /// The table as the configuration names it; empty: all of the tenant's data.
    pub table: String,
    /// Grows with each change, from 1.
    pub generation: i64,
}

impl Identity {
    /// Whether an editor of a tenant may have its data read anew once more, which is then counted; or how long to wait. Each
    /// time costs its database, and the store of what was read before, as much as if nobody had looked yet.
    ///
    /// # Errors
    /// How long to wait.
    pub fn may_invalidate(&self, tenant: &str, now: DateTime<Utc>) -> Result<(), Duration> {
        self.invalidations.count(tenant.to_owned(), now)
    }

    /// Data has changed; the number of the change. `table`: as the configuration names it, or empty for all of the
    /// tenant's data.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn data_changed(&self, tenant: &str, table: &str) -> Result<i64, IdentityError> {
        let (generation,) = with_pool!(&self.store, pool => sqlx::query_as::<_, (i64,)>(
            "INSERT INTO data_changes (tenant_id, table_name, generation) VALUES ($1, $2, 1)
             ON CONFLICT (tenant_id, table_name) DO UPDATE SET generation = data_changes.generation + 1
             RETURNING generation",
        )
        .bind(tenant)
        .bind(table)
        .fetch_one(pool)
        .await)?;
        Ok(generation)
    }

    /// All data that has ever changed.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn data_changes(&self) -> Result<Vec<DataChange>, IdentityError> {
        let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, (String, String, i64)>(
            "SELECT tenant_id, table_name, generation FROM data_changes ORDER BY tenant_id, table_name",
        )
        .fetch_all(pool)
        .await)?;
        let changes = rows.into_iter().map(|(tenant, table, generation)| DataChange {
            tenant,
            table,
            generation,
        });
        Ok(changes.collect())
    }
}
