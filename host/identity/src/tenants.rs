//! Tenants and grants.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{SubsecRound, Utc};
use porthole_model::{Role, TenantSummary};
use uuid::Uuid;

use crate::accounts::{BY_GROUP, WAY_OUT};
use crate::audit::add_line;
use crate::authority::{Needed, must_be, must_decide_for_good};
use crate::id::Id;
use crate::store::{in_transaction, in_turn, with_pool};
use crate::{AuditEntry, Identity, IdentityError, TenantRecord};

/// Adds a tenant, or brings what is known of it up to date, with whatever runs queries. `is_active` is asked by nobody: hosts of
/// earlier versions, which may share the database for the time of an upgrade, take a tenant for absent where it is false.
macro_rules! know {
    ($tenant:expr, $now:expr, $executor:expr) => {
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
        .bind(&$tenant.id)
        .bind(&$tenant.name)
        .bind(&$tenant.database_name)
        .bind(&$tenant.database_host)
        .bind($tenant.database_port.map(i32::from))
        .bind($now)
        .execute($executor)
        .await
        .map(drop)
    };
}

impl Identity {
    /// Takes over the tenants of this host's configuration, at the start and after each reload, and brings what the central
    /// database knows of them up to date: what it does not know yet is added, with a line in the audit log, and told back.
    ///
    /// Of tenants that the configuration does not have nothing is written: another host may have them. Here they do not
    /// exist from now on, also where the central database fails; their grants are kept.
    ///
    /// # Errors
    /// When the central database fails; then nothing has changed in it.
    pub async fn sync_tenants(&self, tenants: &[TenantRecord]) -> Result<Vec<String>, IdentityError> {
        self.configured_are(tenants.iter().map(|tenant| tenant.id.clone()));
        let now = Utc::now().trunc_subsecs(3);
        // All in one order, so that two hosts which do this at once do not wait for each other's rows.
        let wanted: BTreeMap<&str, &TenantRecord> = tenants
            .iter()
            .map(|tenant| (tenant.id.as_str(), tenant))
            .collect();
        let added = in_transaction!(&self.store, transaction => {
            let known: BTreeSet<String> = sqlx::query_as::<_, (String,)>("SELECT tenant_id FROM tenants")
                .fetch_all(&mut *transaction)
                .await?
                .into_iter()
                .map(|(id,)| id)
                .collect();
            let mut added = Vec::new();
            for (id, tenant) in wanted {
                know!(tenant, now, &mut *transaction)?;
                if !known.contains(id) {
                    let line = configured(id);
                    add_line!(line, &mut *transaction)?;
                    added.push(id.to_owned());
                }
            }
            added
        });
        self.sessions.forget_all();
        Ok(added)
    }

    /// Makes one tenant of the configuration known, for whoever changes something about it before a host has taken over the
    /// configuration; says nothing of the others.
    ///
    /// # Errors
    /// When the central database fails; then nothing has changed.
    pub async fn know_tenant(&self, tenant: &TenantRecord) -> Result<(), IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        in_transaction!(&self.store, transaction => {
            let known = sqlx::query_as::<_, (Id,)>("SELECT id FROM tenants WHERE tenant_id = $1")
                .bind(&tenant.id)
                .fetch_optional(&mut *transaction)
                .await?;
            know!(tenant, now, &mut *transaction)?;
            if known.is_none() {
                let line = configured(&tenant.id);
                add_line!(line, &mut *transaction)?;
            }
        });
        self.configured.add(&tenant.id);
        self.sessions.forget_all();
        Ok(())
    }

    /// Lets a user into a configured tenant with a role, or gives them another role there; a group's loss does not take it
    /// back, and so what a group gives is the affair of administrators of the host. In a tenant that is switched off it counts when it is on again. The same again is no error and leaves no line in
    /// the audit log. `actor` says who; its action and the rest are filled in here.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchTenant`] and [`IdentityError::NoSuchUser`]; [`IdentityError::RoleTooSmall`] where the actor
    /// administers neither the tenant nor the host; [`IdentityError::Conflict`] where a group has let them in, and the actor
    /// does not administer the host.
    pub async fn grant(
        &self,
        user: Uuid,
        tenant: &str,
        role: Role,
        actor: AuditEntry,
    ) -> Result<(), IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        let is_configured = self.configured.has(tenant);
        let granted = in_turn!(&self.store, transaction => {
            must_be!(Needed::AdminOf(tenant), actor, &mut *transaction);
            let row = sqlx::query_as::<_, (Id,)>("SELECT id FROM tenants WHERE tenant_id = $1")
                .bind(tenant)
                .fetch_optional(&mut *transaction)
                .await?;
            let Some((row,)) = row.filter(|_| is_configured) else {
                return Err(IdentityError::NoSuchTenant(tenant.to_owned()));
            };
            let Some((email,)) = sqlx::query_as::<_, (String,)>("SELECT email FROM users WHERE id = $1")
                .bind(Id(user))
                .fetch_optional(&mut *transaction)
                .await?
            else {
                return Err(IdentityError::NoSuchUser(user.to_string()));
            };
            let before = sqlx::query_as::<_, (String, bool)>(
                "SELECT role, by_group FROM user_tenants WHERE user_id = $1 AND tenant_id = $2",
            )
            .bind(Id(user))
            .bind(row)
            .fetch_optional(&mut *transaction)
            .await?;
            if before.as_ref().is_some_and(|(before, by_group)| before == role.name() && !by_group) {
                return Ok(());
            }
            if before.as_ref().is_some_and(|(_, by_group)| *by_group) {
                // Would make it outlive the group: letting somebody in who was let in by nobody.
                must_decide_for_good!(actor, email, &mut *transaction);
            }
            sqlx::query(
                "INSERT INTO user_tenants (user_id, tenant_id, granted_at, role) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (user_id, tenant_id) DO UPDATE SET role = excluded.role, by_group = FALSE",
            )
            .bind(Id(user))
            .bind(row)
            .bind(now)
            .bind(role.name())
            .execute(&mut *transaction)
            .await?;
            let detail = match before {
                Some((before, true)) => format!("{before} by a group, now {}, whatever the group", role.name()),
                Some((before, false)) => format!("{before}, now {}", role.name()),
                None => role.name().to_owned(),
            };
            let entry = AuditEntry {
                action: "grant".to_owned(),
                target: Some(email),
                tenant: Some(tenant.to_owned()),
                detail: Some(detail),
                ..actor
            };
            add_line!(entry, &mut *transaction)
        });
        self.sessions.forget_user(user);
        Ok(granted?)
    }

    /// Takes a grant back; false: there was none. In this process it takes effect at once. Who acts without an account, on the
    /// machine itself, may also take back what a group of the provider gives, until it gives it again.
    ///
    /// # Errors
    /// [`IdentityError::Conflict`] where a group of the provider gives it; [`IdentityError::RoleTooSmall`] where the actor
    /// administers neither the tenant nor the host.
    pub async fn revoke(&self, user: Uuid, tenant: &str, actor: AuditEntry) -> Result<bool, IdentityError> {
        let revoked = in_turn!(&self.store, transaction => {
            must_be!(Needed::AdminOf(tenant), actor, &mut *transaction);
            let before = sqlx::query_as::<_, (String, String, bool)>(
                "SELECT users.email, user_tenants.role, user_tenants.by_group
                 FROM user_tenants
                 JOIN users ON users.id = user_tenants.user_id
                 JOIN tenants ON tenants.id = user_tenants.tenant_id
                 WHERE user_tenants.user_id = $1 AND tenants.tenant_id = $2",
            )
            .bind(Id(user))
            .bind(tenant)
            .fetch_optional(&mut *transaction)
            .await?;
            let Some((email, role, by_group)) = before else {
                return Ok(false);
            };
            if by_group && actor.actor.is_some() {
                return Err(IdentityError::Conflict(format!("{BY_GROUP} lets {email} in. {WAY_OUT}")));
            }
            sqlx::query(
                "DELETE FROM user_tenants
                 WHERE user_id = $1 AND tenant_id IN (SELECT id FROM tenants WHERE tenant_id = $2)",
            )
            .bind(Id(user))
            .bind(tenant)
            .execute(&mut *transaction)
            .await?;
            let entry = AuditEntry {
                action: "revoke".to_owned(),
                target: Some(email),
                tenant: Some(tenant.to_owned()),
                detail: Some(format!("was {role}")),
                ..actor
            };
            add_line!(entry, &mut *transaction)
        });
        self.sessions.forget_user(user);
        revoked?;
        Ok(true)
    }

    /// The tenants a user has a grant for, of those that are configured here and not switched off, by name, with the role that was
    /// granted. An administrator has no more
    /// tenants than were granted.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn tenants_of(&self, user: Uuid) -> Result<Vec<TenantSummary>, IdentityError> {
        let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, (String, String, String)>(
            "SELECT tenants.tenant_id, tenants.name, user_tenants.role
             FROM user_tenants JOIN tenants ON tenants.id = user_tenants.tenant_id
             WHERE user_tenants.user_id = $1 AND tenants.disabled_at IS NULL",
        )
        .bind(Id(user))
        .fetch_all(pool)
        .await)?;
        let mut tenants: Vec<_> = rows
            .into_iter()
            .filter(|(id, ..)| self.configured.has(id))
            .map(|(id, name, role)| TenantSummary {
                id,
                name,
                role: role_of(&role),
            })
            .collect();
        tenants.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(tenants)
    }
}

/// A grant, as administrators see it: also one that counts only when its tenant is back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountGrant {
    /// Who was let in.
    pub user: Uuid,
    /// Where, and as what.
    pub tenant: TenantSummary,
    /// Whether a group of the provider's has let them in, and not a person.
    pub by_group: bool,
    /// Whether the configuration of this host has the tenant.
    pub is_configured: bool,
    /// Whether an administrator switched the tenant off.
    pub is_disabled: bool,
}

impl Identity {
    /// The grants of a user, or everybody's, by the tenant's name.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn grants_of(&self, user: Option<Uuid>) -> Result<Vec<AccountGrant>, IdentityError> {
        type Row = (Id, String, String, String, bool, bool);
        let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, Row>(
            "SELECT user_tenants.user_id, tenants.tenant_id, tenants.name, user_tenants.role, user_tenants.by_group,
                    tenants.disabled_at IS NOT NULL
             FROM user_tenants JOIN tenants ON tenants.id = user_tenants.tenant_id
             WHERE $1 IS NULL OR user_tenants.user_id = $1",
        )
        .bind(user.map(Id))
        .fetch_all(pool)
        .await)?;
        let mut grants: Vec<_> = rows
            .into_iter()
            .map(|(user, id, name, role, by_group, is_disabled)| AccountGrant {
                is_configured: self.configured.has(&id),
                user: user.0,
                tenant: TenantSummary {
                    id,
                    name,
                    role: role_of(&role),
                },
                by_group,
                is_disabled,
            })
            .collect();
        grants.sort_by(|one, other| {
            (&one.tenant.name, &one.tenant.id).cmp(&(&other.tenant.name, &other.tenant.id))
        });
        Ok(grants)
    }
}

/// The line of the audit log for a tenant that is new: nobody has done it, a configuration says so.
fn configured(tenant: &str) -> AuditEntry {
    AuditEntry {
        action: "tenant_configured".to_owned(),
        target: Some(tenant.to_owned()),
        tenant: Some(tenant.to_owned()),
        ..AuditEntry::default()
    }
}

/// The row of a tenant that is not switched off.
pub(crate) const ACTIVE_TENANT: &str = "SELECT id FROM tenants WHERE tenant_id = $1 AND disabled_at IS NULL";

/// What a user with this granted role may do: an administrator of the host everything.
pub(crate) fn effective(role: &str, is_admin: bool) -> Role {
    if is_admin { Role::Admin } else { role_of(role) }
}

/// A role as it stands in the database; a text that is none is the least.
pub(crate) fn role_of(text: &str) -> Role {
    Role::ALL
        .into_iter()
        .find(|role| role.name() == text)
        .unwrap_or(Role::Viewer)
}
