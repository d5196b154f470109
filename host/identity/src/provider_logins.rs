//! Logins that have begun at an identity provider: what must be known again when the browser is back. Kept here and not in
//! the browser, so that each is used once, and by whichever host it comes back to.

use std::net::IpAddr;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::attempts::network;
use crate::store::{in_transaction, with_pool};
use crate::token::{hash_of, hash_of_text};
use crate::{Identity, IdentityError, LoginError, SessionToken};

/// Who has not come back after this has to begin again.
const LIFE: TimeDelta = TimeDelta::minutes(10);
/// Logins that wait for one address; when it begins more, its oldest are forgotten.
const MOST_OF_AN_ADDRESS: i64 = 50;
/// Logins that wait in all.
const MOST: i64 = 20_000;

/// When the log was told that logins are forgotten: not for each of them, which whoever begins them could fill it with.
#[derive(Default)]
pub(crate) struct Crowded(Mutex<Option<DateTime<Utc>>>);

impl Crowded {
    fn tell(&self, address: &str, now: DateTime<Utc>) {
        let mut told = self.0.lock();
        if told.is_none_or(|told| now - told >= LIFE) {
            *told = Some(now);
            tracing::warn!(
                address,
                most = MOST_OF_AN_ADDRESS,
                "more logins with the identity provider wait for one address than may; its oldest are forgotten"
            );
        }
    }
}

/// A login that has begun.
#[derive(Debug, Clone)]
pub struct ProviderLogin {
    /// Comes back with the browser.
    pub state: String,
    /// Stands in the provider's answer.
    pub nonce: String,
    /// Of PKCE.
    pub verifier: String,
    /// Where the browser goes then: a path of this host.
    pub back_to: String,
}

impl Identity {
    /// Remembers a login for ten minutes. The secret that is returned belongs in a cookie of the browser: nobody else
    /// ends this login. `cookie`: the one that the browser has of a login in another tab, which then is kept.
    ///
    /// # Errors
    /// [`LoginError::TooManyAttempts`]: too many logins from this address came to nothing, or were begun; then nothing is
    /// written. [`LoginError::Failed`] when the central database fails.
    pub async fn begin_provider_login(
        &self,
        login: &ProviderLogin,
        cookie: Option<&str>,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<Option<SessionToken>, LoginError> {
        self.attempts
            .may_try(address, now)
            .and_then(|()| self.begun_logins.count(network(address), now))
            .map_err(|retry_after| LoginError::TooManyAttempts { retry_after })?;
        let now = now.trunc_subsecs(3);
        let (given, cookie) = match cookie.and_then(hash_of) {
            Some(known) => (None, known),
            None => {
                let (token, hash) = SessionToken::generate()?;
                (Some(token), hash)
            }
        };
        let address = address.to_string();
        in_transaction!(&self.store, transaction => {
            sqlx::query("DELETE FROM provider_logins WHERE expires_at <= $1")
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            let forgotten = sqlx::query(
                "DELETE FROM provider_logins WHERE state_hash IN (
                    SELECT state_hash FROM provider_logins WHERE address = $1 ORDER BY expires_at DESC
                    LIMIT 1000000 OFFSET $2)",
            )
            .bind(&address)
            .bind(MOST_OF_AN_ADDRESS - 1)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if forgotten > 0 {
                self.crowded.tell(&address, now);
            }
            sqlx::query(
                "DELETE FROM provider_logins WHERE state_hash IN (
                    SELECT state_hash FROM provider_logins ORDER BY expires_at DESC LIMIT 1000000 OFFSET $1)",
            )
            .bind(MOST - 1)
            .execute(&mut *transaction)
            .await?;
            sqlx::query(
                "INSERT INTO provider_logins (state_hash, cookie_hash, nonce, verifier, back_to, address, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(hash_of_text(&login.state).as_slice())
            .bind(cookie.as_slice())
            .bind(&login.nonce)
            .bind(&login.verifier)
            .bind(&login.back_to)
            .bind(&address)
            .bind(now + LIFE)
            .execute(&mut *transaction)
            .await?;
        });
        Ok(given)
    }

    /// Whether a browser has begun other logins that it may still come back from.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn has_provider_logins(&self, cookie: &str, now: DateTime<Utc>) -> Result<bool, IdentityError> {
        let Some(cookie) = hash_of(cookie) else {
            return Ok(false);
        };
        let left = with_pool!(&self.store, pool => sqlx::query_as::<_, (i64,)>(
            "SELECT COUNT(*) FROM provider_logins WHERE cookie_hash = $1 AND expires_at > $2",
        )
        .bind(cookie.as_slice())
        .bind(now)
        .fetch_one(pool)
        .await)?;
        Ok(left.0 > 0)
    }

    /// The login that a browser comes back from, once; none: it is none, is over, was used, or another browser began it.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn take_provider_login(
        &self,
        state: &str,
        cookie: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<ProviderLogin>, IdentityError> {
        let Some(cookie) = hash_of(cookie) else {
            return Ok(None);
        };
        let taken = with_pool!(&self.store, pool => sqlx::query_as::<_, (String, String, String)>(
            "DELETE FROM provider_logins WHERE state_hash = $1 AND cookie_hash = $2 AND expires_at > $3
             RETURNING nonce, verifier, back_to",
        )
        .bind(hash_of_text(state).as_slice())
        .bind(cookie.as_slice())
        .bind(now)
        .fetch_optional(pool)
        .await)?;
        Ok(taken.map(|(nonce, verifier, back_to)| ProviderLogin {
            state: state.to_owned(),
            nonce,
            verifier,
            back_to,
        }))
    }
}
