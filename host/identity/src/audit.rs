//! The audit log: lines are added, never changed.

use chrono::{DateTime, Utc};

use crate::id::Id;
use crate::store::with_pool;
use crate::{AuditEntry, AuditRecord, Identity, IdentityError, User};

/// Most lines of one answer: those of a page, and one that shows that another page follows.
const LARGEST_PAGE: u32 = 501;

/// Adds a line with whatever runs queries: a pool, or the transaction in which the thing itself happened.
macro_rules! add_line {
    ($entry:expr, $executor:expr) => {
        sqlx::query(
            "INSERT INTO audit_log (happened_at, action, actor_id, actor_email, target, tenant, address, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(chrono::SubsecRound::trunc_subsecs(chrono::Utc::now(), 3))
        .bind(&$entry.action)
        .bind($entry.actor.map($crate::id::Id))
        .bind(&$entry.actor_email)
        .bind(&$entry.target)
        .bind(&$entry.tenant)
        .bind($entry.address.as_ref().map(ToString::to_string))
        .bind(&$entry.detail)
        .execute($executor)
        .await
        .map(drop)
    };
}

/// Adds a line for each tenant that an account was let into: what is done to it is done to one of the tenant's members, and the
/// tenant's admins do not read lines without a tenant.
macro_rules! add_line_of_each_tenant {
    ($user:expr, $entry:expr, $transaction:ident) => {
        let tenants = sqlx::query_as::<_, (String,)>(
            "SELECT tenants.tenant_id FROM user_tenants JOIN tenants ON tenants.id = user_tenants.tenant_id
             WHERE user_tenants.user_id = $1 ORDER BY tenants.tenant_id",
        )
        .bind($user)
        .fetch_all(&mut *$transaction)
        .await?;
        for (tenant,) in tenants {
            let entry = $crate::AuditEntry {
                tenant: Some(tenant),
                ..$entry.clone()
            };
            $crate::audit::add_line!(entry, &mut *$transaction)?;
        }
    };
}

pub(crate) use {add_line, add_line_of_each_tenant};

type AuditRow = (
    i64,
    DateTime<Utc>,
    String,
    Option<Id>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

type EventRow = (
    i64,
    DateTime<Utc>,
    String,
    Option<Id>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<bool>,
);

/// Something that happened to an account.
#[derive(Debug, Clone)]
pub struct AccountEvent {
    /// Its line of the audit log.
    pub record: AuditRecord,
    /// Whether the account that has done it administers the host, as things are now; none: no account did, or it is gone.
    pub is_by_administrator: Option<bool>,
}

/// Which lines; what is none does not matter.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// By this email, or whoever else a line names.
    pub actor: Option<String>,
    /// Done to this: an email, a tenant, a plugin.
    pub target: Option<String>,
    /// In this tenant.
    pub tenant: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// From then on.
    pub from: Option<DateTime<Utc>>,
    /// Before then.
    pub to: Option<DateTime<Utc>>,
}

impl Identity {
    /// Writes a line into the audit log.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn audit(&self, entry: AuditEntry) -> Result<(), IdentityError> {
        with_pool!(&self.store, pool => add_line!(entry, pool))?;
        Ok(())
    }

    /// The newest lines of the audit log, newest first, at most 501; older than line `before` where one is given.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn audit_log(
        &self,
        limit: u32,
        before: Option<i64>,
    ) -> Result<Vec<AuditRecord>, IdentityError> {
        self.audit_lines(&AuditFilter::default(), limit, before).await
    }

    /// The same of those lines that the filter lets through.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn audit_lines(
        &self,
        filter: &AuditFilter,
        limit: u32,
        before: Option<i64>,
    ) -> Result<Vec<AuditRecord>, IdentityError> {
        let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, AuditRow>(
            "SELECT id, happened_at, action, actor_id, actor_email, target, tenant, address, detail
             FROM audit_log
             WHERE id < $1 AND ($3 IS NULL OR actor_email = $3) AND ($4 IS NULL OR tenant = $4)
               AND ($5 IS NULL OR action = $5) AND ($6 IS NULL OR happened_at >= $6)
               AND ($7 IS NULL OR happened_at < $7) AND ($8 IS NULL OR target = $8)
             ORDER BY id DESC LIMIT $2",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit.min(LARGEST_PAGE)))
        .bind(&filter.actor)
        .bind(&filter.tenant)
        .bind(&filter.action)
        .bind(filter.from)
        .bind(filter.to)
        .bind(&filter.target)
        .fetch_all(pool)
        .await)?;
        Ok(rows.into_iter().map(record).collect())
    }
}

/// The question for the lines since `$2` for which a condition holds, the newest `$3`. A tenant that is switched off, or is none of the
/// configured ones, which `$4` lists, does not exist for its members, and so nothing is said of it until it is back.
macro_rules! events {
    ($condition:literal) => {
        concat!(
            "SELECT id, happened_at, action, actor_id, actor_email, target, tenant, address, detail,
                    (SELECT users.is_admin FROM users WHERE users.id = audit_log.actor_id)
             FROM audit_log
             WHERE happened_at >= $2 AND (tenant IS NULL OR EXISTS (
                SELECT 1 FROM tenants
                WHERE tenants.tenant_id = audit_log.tenant AND tenants.disabled_at IS NULL
                  AND ($4 IS NULL OR REPLACE($4, ',' || tenants.tenant_id || ',', '') <> $4))) AND ",
            $condition,
            " ORDER BY id DESC LIMIT $3"
        )
    };
}

impl Identity {
    /// What happened to an account since it was made, newest first, at most `limit` lines: its logins and those that failed, a
    /// third of the lines each at most, and whatever was done to it by whomever; what each of its tenants is told besides, once.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn account_events(&self, user: &User, limit: u32) -> Result<Vec<AccountEvent>, IdentityError> {
        let limit = limit.min(LARGEST_PAGE);
        let configured = self.configured.list();
        let mut events = Vec::new();
        // Each along an index of its own. An account of the same address that was there before is another's. Whoever fails to log
        // in, again and again, hides nothing of what was done meanwhile.
        for (question, limit) in [
            (
                events!(
                    "target = $1 AND action NOT IN ('login_failed', 'login_locked', 'logins_refused')
                     AND (tenant IS NULL OR action NOT IN ('password_link_made', 'password_set'))"
                ),
                limit,
            ),
            (
                events!("target = $1 AND action IN ('login_failed', 'login_locked', 'logins_refused')"),
                limit / 3,
            ),
            (
                events!("actor_email = $1 AND target IS NULL AND action = 'login'"),
                limit / 3,
            ),
        ] {
            let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, EventRow>(question)
                .bind(&user.email)
                .bind(user.created_at)
                .bind(i64::from(limit))
                .bind(&configured)
                .fetch_all(pool)
                .await)?;
            events.extend(rows.into_iter().map(event));
        }
        events.sort_by_key(|event| std::cmp::Reverse(event.record.id));
        events.truncate(limit as usize);
        Ok(events)
    }
}

fn record((id, at, action, actor, actor_email, target, tenant, address, detail): AuditRow) -> AuditRecord {
    let address = address.and_then(|text| text.parse().ok());
    let actor = actor.map(|id| id.0);
    AuditRecord {
        id,
        at,
        entry: AuditEntry {
            action,
            actor,
            actor_email,
            target,
            tenant,
            address,
            detail,
        },
    }
}

fn event(
    (id, at, action, actor, actor_email, target, tenant, address, detail, is_by_administrator): EventRow,
) -> AccountEvent {
    AccountEvent {
        record: record((
            id,
            at,
            action,
            actor,
            actor_email,
            target,
            tenant,
            address,
            detail,
        )),
        is_by_administrator,
    }
}
