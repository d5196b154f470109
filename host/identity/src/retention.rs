//! What the central database keeps no longer: old lines of the audit log, and what has ended by itself.

use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};

use crate::audit::add_line;
use crate::store::{in_transaction, with_pool};
use crate::{AuditEntry, Identity, IdentityError};

/// Lines of the audit log are kept for this long at least: the database itself refuses to remove younger ones.
pub const SHORTEST_AUDIT: TimeDelta = TimeDelta::days(30);
/// Lines that one transaction removes, so that nobody else waits long for theirs.
const BATCH: i64 = 5_000;
/// How long it is shown of a token that it was revoked or has ended.
const TOKENS: TimeDelta = TimeDelta::days(90);

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Lines of the audit log.
    pub audit_lines: u64,
    /// Sessions that had ended.
    pub sessions: u64,
    /// Links that opened no more.
    pub links: u64,
    /// Tokens that were revoked or had ended long ago.
    pub tokens: u64,
}

impl Identity {
    /// Removes what is kept no longer. `keep`: of the audit log, [`SHORTEST_AUDIT`] at least; none: all of it for ever.
    ///
    /// # Errors
    /// When the central database fails; the rest is removed the next time.
    pub async fn remove_what_is_old(
        &self,
        keep: Option<TimeDelta>,
        now: DateTime<Utc>,
    ) -> Result<Removed, IdentityError> {
        let now = now.trunc_subsecs(3);
        self.attempts.forget_old(now);
        self.told_guessed.forget_old(now);
        self.begun_logins.forget_old(now);
        self.doings.forget_old(now);
        self.invalidations.forget_old(now);
        self.told_bearers.forget_old(now);
        let mut removed = Removed {
            sessions: self.remove_ended_sessions(now).await?,
            ..Removed::default()
        };
        removed.links = with_pool!(&self.store, pool => sqlx::query(
            "DELETE FROM password_links WHERE expires_at <= $1",
        )
        .bind(now)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        removed.tokens = with_pool!(&self.store, pool => sqlx::query(
            "DELETE FROM api_tokens WHERE expires_at <= $1 OR revoked_at <= $1",
        )
        .bind(now - TOKENS)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        if let Some(keep) = keep {
            let before = now - keep.max(SHORTEST_AUDIT);
            loop {
                let lines = self.trim_audit_log(before).await?;
                removed.audit_lines += lines;
                if lines < BATCH.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(removed)
    }

    /// Removes the oldest lines from before an instant, and leaves one that says how many: one batch, and how many it had.
    async fn trim_audit_log(&self, before: DateTime<Utc>) -> Result<u64, IdentityError> {
        let lines = in_transaction!(&self.store, transaction => {
            // Opens the trigger for this transaction, and makes other hosts wait for their turn.
            let open = "UPDATE audit_retention SET before = $1 WHERE id = 1";
            sqlx::query(open).bind(before).execute(&mut *transaction).await?;
            let lines = sqlx::query(
                "DELETE FROM audit_log WHERE id IN (
                    SELECT id FROM audit_log WHERE happened_at < $1 ORDER BY happened_at, id LIMIT $2)",
            )
            .bind(before)
            .bind(BATCH)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if lines == 0 {
                // Rolled back.
                return Ok(0);
            }
            sqlx::query("UPDATE audit_retention SET before = NULL WHERE id = 1")
                .execute(&mut *transaction)
                .await?;
            let until = before.to_rfc3339_opts(SecondsFormat::Secs, true);
            let entry = AuditEntry {
                action: "audit_trimmed".to_owned(),
                detail: Some(format!("{lines} lines from before {until}")),
                ..AuditEntry::default()
            };
            add_line!(entry, &mut *transaction)?;
            lines
        });
        Ok(lines)
    }
}
