//! Guessing from many addresses: each may fail a few times, and together they must not go on for ever. What all hosts have seen
//! stands in the audit log. An account at which too many have failed lately lets in only whoever comes from where it was used
//! before: its owner most often, and the guessers never.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::attempts::network;
use crate::store::with_pool;
use crate::{AuditEntry, Identity, LoginError};

/// Failures are counted for so long.
pub(crate) const WINDOW: Duration = Duration::from_secs(3600);
/// More failures than this are not counted: that an account has many must not take longer to find out.
const MOST_FAILURES: i64 = 1000;
/// Addresses of IPv6 that are looked through for one of the same network.
const MOST_ADDRESSES: i64 = 500;

impl Identity {
    /// Refuses an attempt at an account that is being guessed, from where nobody has logged in to it before. The same is asked of
    /// accounts that there are and of others.
    pub(crate) async fn must_not_be_guessing(
        &self,
        address: IpAddr,
        account: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LoginError> {
        let account = account.replace('\0', "");
        let window = TimeDelta::from_std(WINDOW).unwrap_or(TimeDelta::MAX);
        let most = i64::from(self.failures_per_account.max(1));
        let (failures,) = with_pool!(&self.store, pool => sqlx::query_as::<_, (i64,)>(
            "SELECT COUNT(*) FROM (
                SELECT 1 FROM audit_log
                WHERE target = $1 AND action IN ('login_failed', 'password_change_failed') AND happened_at > $2 LIMIT $3
             ) AS failures",
        )
        .bind(&account)
        .bind(now - window)
        .bind(most.min(MOST_FAILURES))
        .fetch_one(pool)
        .await)?;
        if failures < most {
            return Ok(());
        }
        // The last failure of which there may be no more: when it is an hour old, there is one less.
        let last = with_pool!(&self.store, pool => sqlx::query_as::<_, (DateTime<Utc>,)>(
            "SELECT happened_at FROM (
                SELECT happened_at FROM (
                    SELECT happened_at FROM audit_log WHERE target = $1 AND action = 'login_failed' AND happened_at > $2
                    ORDER BY happened_at DESC LIMIT $3) AS logins
                UNION ALL
                SELECT happened_at FROM (
                    SELECT happened_at FROM audit_log WHERE target = $1 AND action = 'password_change_failed' AND happened_at > $2
                    ORDER BY happened_at DESC LIMIT $3) AS changes
             ) AS failures ORDER BY happened_at DESC LIMIT 1 OFFSET $4",
        )
        .bind(&account)
        .bind(now - window)
        .bind(most)
        .bind(most - 1)
        .fetch_optional(pool)
        .await)?;
        let Some((last,)) = last else {
            return Ok(());
        };
        if self.was_used_from(address, &account).await? {
            return Ok(());
        }
        if self.told_guessed.count(account.clone(), now).is_ok() {
            let entry = AuditEntry {
                action: "login_locked".to_owned(),
                target: Some(account),
                detail: Some(format!(
                    "{most} failed attempts within an hour from wherever; no more but from where it was used before"
                )),
                ..AuditEntry::default()
            };
            self.audit(entry).await?;
        }
        // At least a second, so that "try again in 0 s" is never said.
        let left = (last + window - now).to_std().unwrap_or_default();
        Err(LoginError::TooManyAttempts {
            retry_after: left.max(Duration::from_secs(1)),
        })
    }

    /// Whether somebody has logged in to the account from there, or has chosen its password there, with a link that an
    /// administrator made or with the one before; of IPv6, from the same network.
    async fn was_used_from(&self, address: IpAddr, account: &str) -> Result<bool, LoginError> {
        // As it is written down.
        let exact = with_pool!(&self.store, pool => sqlx::query_as::<_, (i64,)>(
            "SELECT COUNT(*) FROM (
                SELECT 1 FROM audit_log WHERE actor_email = $1 AND action IN ('login', 'password_set') AND address = $2 LIMIT 1
             ) AS logins",
        )
        .bind(account)
        .bind(address.to_string())
        .fetch_one(pool)
        .await)?;
        if exact.0 > 0 || address.to_canonical().is_ipv4() {
            return Ok(exact.0 > 0);
        }
        let addresses = with_pool!(&self.store, pool => sqlx::query_as::<_, (String,)>(
            "SELECT DISTINCT address FROM audit_log
             WHERE actor_email = $1 AND action IN ('login', 'password_set') AND address IS NOT NULL LIMIT $2",
        )
        .bind(account)
        .bind(MOST_ADDRESSES)
        .fetch_all(pool)
        .await)?;
        let here = network(address);
        let mut known = addresses.iter().filter_map(|(text,)| text.parse().ok());
        Ok(known.any(|known: IpAddr| network(known) == here))
    }
}
