//! What administrators see and switch: accounts, tenants, who is let into one, open sessions.

use chrono::{DateTime, SubsecRound, Utc};
use porthole_model::Role;
use uuid::Uuid;

use crate::audit::add_line;
use crate::authority::{Needed, must_be, must_leave_an_administrator};
use crate::id::Id;
use crate::sessions::named;
use crate::store::{in_turn, with_pool};
use crate::tenants::role_of;
use crate::{AuditEntry, Identity, IdentityError};

/// A tenant, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantState {
    /// `tenant-alpha`.
    pub id: String,
    /// For people.
    pub name: String,
    /// Whether the configuration of this host has it.
    pub is_configured: bool,
    /// Whether an administrator switched it off.
    pub is_disabled: bool,
    /// How many were let in.
    pub members: u32,
}

/// Somebody who was let into a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// Who.
    pub user: Uuid,
    /// Who.
    pub email: String,
    /// For people.
    pub full_name: Option<String>,
    /// As granted.
    pub role: Role,
    /// Whether a group of the provider's has let them in, and not a person.
    pub by_group: bool,
    /// When they were let in.
    pub granted_at: DateTime<Utc>,
    /// Whether they administer the host.
    pub is_admin: bool,
}

/// A session that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Not the token.
    pub id: Uuid,
    /// Whose.
    pub email: String,
    /// Where it was opened from.
    pub address: Option<String>,
    /// The login.
    pub created_at: DateTime<Utc>,
    /// Within a minute.
    pub last_used_at: DateTime<Utc>,
    /// When it ends however much it is used.
    pub expires_at: DateTime<Utc>,
}

/// Most sessions of one answer: those of a page, and one that shows that another page follows.
const LARGEST_PAGE: u32 = 501;

type SessionRow = (
    Id,
    String,
    Option<String>,
    DateTime<Utc>,
    DateTime<Utc>,
    DateTime<Utc>,
);

/// The question for sessions that are open at `$1` and were used after `$2`, as far as `AND`.
macro_rules! sessions {
    () => {
        "SELECT sessions.id, users.email, sessions.address, sessions.created_at, sessions.last_used_at,
                sessions.expires_at
         FROM sessions JOIN users ON users.id = sessions.user_id
         WHERE sessions.expires_at > $1 AND sessions.last_used_at > $2"
    };
}

fn session_record((id, email, address, created_at, last_used_at, expires_at): SessionRow) -> SessionRecord {
    SessionRecord {
        id: id.0,
        email,
        address,
        created_at,
        last_used_at,
        expires_at,
    }
}

impl Identity {
    /// Switches an account off, and ends its sessions at once, or on again; false: there is no such account.
    /// The same again leaves no line in the audit log.
    ///
    /// # Errors
    /// [`IdentityError::NotAdministrator`]; [`IdentityError::Conflict`] where no administrator would be left.
    pub async fn set_user_disabled(
        &self,
        user: Uuid,
        disabled: bool,
        actor: AuditEntry,
    ) -> Result<bool, IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        let switched = in_turn!(&self.store, transaction => {
            must_be!(Needed::Administrator, actor, &mut *transaction);
            let Some((email, was_disabled)) = sqlx::query_as::<_, (String, bool)>(
                "SELECT email, disabled_at IS NOT NULL FROM users WHERE id = $1",
            )
            .bind(Id(user))
            .fetch_optional(&mut *transaction)
            .await?
            else {
                return Ok(false);
            };
            if was_disabled == disabled {
                return Ok(true);
            }
            sqlx::query("UPDATE users SET disabled_at = $1, updated_at = $2 WHERE id = $3")
                .bind(disabled.then_some(now))
                .bind(now)
                .bind(Id(user))
                .execute(&mut *transaction)
                .await?;
            must_leave_an_administrator!(actor, &mut *transaction);
            if disabled {
                for statement in [
                    "DELETE FROM sessions WHERE user_id = $1",
                    "DELETE FROM password_links WHERE user_id = $1",
                ] {
                    sqlx::query(statement).bind(Id(user)).execute(&mut *transaction).await?;
                }
            }
            let entry = AuditEntry {
                action: if disabled { "user_disabled" } else { "user_enabled" }.to_owned(),
                target: Some(email),
                ..actor
            };
            add_line!(entry, &mut *transaction)
        });
        self.sessions.forget_user(user);
        switched?;
        Ok(true)
    }

    /// Switches a tenant off, for everybody and at once, or on again; false: there is no such tenant.
    /// The same again leaves no line in the audit log.
    ///
    /// # Errors
    /// [`IdentityError::NotAdministrator`].
    pub async fn set_tenant_disabled(
        &self,
        tenant: &str,
        disabled: bool,
        actor: AuditEntry,
    ) -> Result<bool, IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        let switched = in_turn!(&self.store, transaction => {
            must_be!(Needed::Administrator, actor, &mut *transaction);
            let Some((was_disabled,)) = sqlx::query_as::<_, (bool,)>(
                "SELECT disabled_at IS NOT NULL FROM tenants WHERE tenant_id = $1",
            )
            .bind(tenant)
            .fetch_optional(&mut *transaction)
            .await?
            else {
                return Ok(false);
            };
            if was_disabled == disabled {
                return Ok(true);
            }
            sqlx::query("UPDATE tenants SET disabled_at = $1 WHERE tenant_id = $2")
                .bind(disabled.then_some(now))
                .bind(tenant)
                .execute(&mut *transaction)
                .await?;
            let entry = AuditEntry {
                action: if disabled { "tenant_disabled" } else { "tenant_enabled" }.to_owned(),
                target: Some(tenant.to_owned()),
                tenant: Some(tenant.to_owned()),
                ..actor
            };
            add_line!(entry, &mut *transaction)
        });
        self.sessions.forget_all();
        switched?;
        Ok(true)
    }

    /// All tenants there are or were, by id.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn tenant_states(&self) -> Result<Vec<TenantState>, IdentityError> {
        let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, (String, String, bool, i64)>(
            "SELECT tenant_id, name, disabled_at IS NOT NULL,
                    (SELECT COUNT(*) FROM user_tenants WHERE user_tenants.tenant_id = tenants.id)
             FROM tenants",
        )
        .fetch_all(pool)
        .await)?;
        let mut states: Vec<_> = rows
            .into_iter()
            .map(|(id, name, is_disabled, members)| TenantState {
                is_configured: self.configured.has(&id),
                id,
                name,
                is_disabled,
                members: u32::try_from(members).unwrap_or(u32::MAX),
            })
            .collect();
        states.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(states)
    }

    /// Who was let into a tenant, by email.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn grants_in(&self, tenant: &str) -> Result<Vec<GrantRecord>, IdentityError> {
        type Row = (Id, String, Option<String>, String, bool, DateTime<Utc>, bool);
        let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, Row>(
            "SELECT users.id, users.email, users.full_name, user_tenants.role, user_tenants.by_group,
                    user_tenants.granted_at, users.is_admin
             FROM user_tenants
             JOIN users ON users.id = user_tenants.user_id
             JOIN tenants ON tenants.id = user_tenants.tenant_id
             WHERE tenants.tenant_id = $1",
        )
        .bind(tenant)
        .fetch_all(pool)
        .await)?;
        let mut grants: Vec<_> = rows
            .into_iter()
            .map(
                |(user, email, full_name, role, by_group, granted_at, is_admin)| GrantRecord {
                    user: user.0,
                    email,
                    full_name,
                    role: role_of(&role),
                    by_group,
                    granted_at,
                    is_admin,
                },
            )
            .collect();
        grants.sort_by(|one, other| one.email.cmp(&other.email));
        Ok(grants)
    }

    /// The open sessions of a user, the latest used first.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn open_sessions(
        &self,
        user: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionRecord>, IdentityError> {
        let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, SessionRow>(concat!(
            sessions!(),
            " AND sessions.user_id = $3 ORDER BY sessions.last_used_at DESC, sessions.id DESC LIMIT 500",
        ))
        .bind(now)
        .bind(now - self.session_idle)
        .bind(Id(user))
        .fetch_all(pool)
        .await)?;
        Ok(rows.into_iter().map(session_record).collect())
    }

    /// Everybody's open sessions, the newest login first, at most 501; older than session `before` where one is given.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn sessions_of_all(
        &self,
        limit: u32,
        before: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionRecord>, IdentityError> {
        // Ids begin with the instant at which they were made.
        let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, SessionRow>(concat!(
            sessions!(),
            " AND ($3 IS NULL OR sessions.id < $3) ORDER BY sessions.id DESC LIMIT $4",
        ))
        .bind(now)
        .bind(now - self.session_idle)
        .bind(before.map(Id))
        .bind(i64::from(limit.min(LARGEST_PAGE)))
        .fetch_all(pool)
        .await)?;
        Ok(rows.into_iter().map(session_record).collect())
    }

    /// Ends a session of a user, or of anybody, here at once; false: there is none under this id.
    ///
    /// # Errors
    /// [`IdentityError::NotAdministrator`] where it is somebody else who asks.
    pub async fn end_session(
        &self,
        session: Uuid,
        of: Option<Uuid>,
        actor: AuditEntry,
    ) -> Result<bool, IdentityError> {
        let ended = in_turn!(&self.store, transaction => {
            must_be!(of.map_or(Needed::Administrator, Needed::Oneself), actor, &mut *transaction);
            let found = sqlx::query_as::<_, (String,)>(
                "SELECT users.email FROM sessions JOIN users ON users.id = sessions.user_id
                 WHERE sessions.id = $1 AND ($2 IS NULL OR sessions.user_id = $2)",
            )
            .bind(Id(session))
            .bind(of.map(Id))
            .fetch_optional(&mut *transaction)
            .await?;
            let Some((email,)) = found else {
                return Ok(false);
            };
            sqlx::query("DELETE FROM sessions WHERE id = $1")
                .bind(Id(session))
                .execute(&mut *transaction)
                .await?;
            let entry = AuditEntry {
                action: "session_ended".to_owned(),
                target: Some(email),
                detail: Some(named(session, actor.detail.as_deref())),
                ..actor
            };
            add_line!(entry, &mut *transaction)
        });
        self.sessions.forget_session(session);
        ended?;
        Ok(true)
    }
}
