//! Tenants and grants.

use std::collections::{HashMap, HashSet};

use chrono::{SubsecRound, Utc};
use porthole_model::TenantSummary;
use uuid::Uuid;

use crate::id::Id;
use crate::store::{in_transaction, with_pool};
use crate::{AuditEntry, Identity, IdentityError, TenantChanges, TenantRecord};

impl Identity {
    /// Brings the tenants up to what the configuration says, at the start and after each reload. A tenant that is no
    /// longer there becomes inactive and keeps its grants.
    ///
    /// # Errors
    /// When the central database fails; then nothing has changed.
    pub async fn sync_tenants(&self, tenants: &[TenantRecord]) -> Result<TenantChanges, IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        let wanted: HashSet<&str> = tenants.iter().map(|tenant| tenant.id.as_str()).collect();
        let changes = in_transaction!(&self.store, transaction => {
            let known: HashMap<String, bool> =
                sqlx::query_as::<_, (String, bool)>("SELECT tenant_id, is_active FROM tenants")
                    .fetch_all(&mut *transaction)
                    .await?
                    .into_iter()
                    .collect();
            let mut changes = TenantChanges::default();
            for tenant in tenants {
                match known.get(&tenant.id) {
                    None => changes.added.push(tenant.id.clone()),
                    Some(false) => changes.reactivated.push(tenant.id.clone()),
                    Some(true) => {}
                }
                sqlx::query(
                    "INSERT INTO tenants
                        (id, tenant_id, name, database_name, database_host, database_port, is_active, created_at)
                     VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7)
                     ON CONFLICT (tenant_id) DO UPDATE SET
                        name = excluded.name,
                        database_name = excluded.database_name,
                        database_host = excluded.database_host,
                        database_port = excluded.database_port,
                        is_active = TRUE",
                )
                .bind(Id::new())
                .bind(&tenant.id)
                .bind(&tenant.name)
                .bind(&tenant.database_name)
                .bind(&tenant.database_host)
                .bind(tenant.database_port.map(i32::from))
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            }
            for (id, active) in &known {
                if *active && !wanted.contains(id.as_str()) {
                    sqlx::query("UPDATE tenants SET is_active = FALSE WHERE tenant_id = $1")
                        .bind(id)
                        .execute(&mut *transaction)
                        .await?;
                    changes.deactivated.push(id.clone());
                }
            }
            changes.deactivated.sort();
            changes
        });
        self.sessions.forget_all();
        Ok(changes)
    }

    /// Lets a user into an active tenant. Granting twice is no error.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchTenant`] and [`IdentityError::NoSuchUser`].
    pub async fn grant(&self, user: Uuid, tenant: &str) -> Result<(), IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        let row = self
            .tenant_row(tenant)
            .await?
            .ok_or_else(|| IdentityError::NoSuchTenant(tenant.to_owned()))?;
        let granted = with_pool!(&self.store, pool => sqlx::query(
            "INSERT INTO user_tenants (user_id, tenant_id, granted_at) VALUES ($1, $2, $3)
             ON CONFLICT (user_id, tenant_id) DO NOTHING",
        )
        .bind(Id(user))
        .bind(row)
        .bind(now)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()));
        let granted = match granted {
            Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
                return Err(IdentityError::NoSuchUser(user.to_string()));
            }
            other => other?,
        };
        self.sessions.forget_user(user);
        if granted > 0 {
            self.audit_grant("grant", user, tenant).await
        } else {
            Ok(())
        }
    }

    /// Takes a grant back. In this process it takes effect at once. Taking back what was not granted is no error.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn revoke(&self, user: Uuid, tenant: &str) -> Result<(), IdentityError> {
        let revoked = with_pool!(&self.store, pool => sqlx::query(
            "DELETE FROM user_tenants
             WHERE user_id = $1 AND tenant_id IN (SELECT id FROM tenants WHERE tenant_id = $2)",
        )
        .bind(Id(user))
        .bind(tenant)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        self.sessions.forget_user(user);
        if revoked > 0 {
            self.audit_grant("revoke", user, tenant).await
        } else {
            Ok(())
        }
    }

    /// The active tenants a user has a grant for, by name. An administrator has no more than was granted.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn tenants_of(&self, user: Uuid) -> Result<Vec<TenantSummary>, IdentityError> {
        let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, (String, String)>(
            "SELECT tenants.tenant_id, tenants.name
             FROM user_tenants JOIN tenants ON tenants.id = user_tenants.tenant_id
             WHERE user_tenants.user_id = $1 AND tenants.is_active",
        )
        .bind(Id(user))
        .fetch_all(pool)
        .await)?;
        let mut tenants: Vec<_> = rows
            .into_iter()
            .map(|(id, name)| TenantSummary { id, name })
            .collect();
        tenants.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(tenants)
    }

    /// The id of an active tenant's row.
    async fn tenant_row(&self, tenant: &str) -> Result<Option<Id>, IdentityError> {
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, (Id,)>(
            "SELECT id FROM tenants WHERE tenant_id = $1 AND is_active",
        )
        .bind(tenant)
        .fetch_optional(pool)
        .await)?;
        Ok(found.map(|(id,)| id))
    }

    async fn audit_grant(&self, action: &str, user: Uuid, tenant: &str) -> Result<(), IdentityError> {
        let entry = AuditEntry {
            action: action.to_owned(),
            target: Some(user.to_string()),
            tenant: Some(tenant.to_owned()),
            ..AuditEntry::default()
        };
        self.audit(entry).await
    }
}
