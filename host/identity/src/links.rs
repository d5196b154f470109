//! Links with which somebody chooses a password, once: for a new account, or when the password is forgotten.

use std::net::IpAddr;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use secrecy::SecretString;
use uuid::Uuid;

use crate::api_tokens::revoke_all_tokens;
use crate::audit::{add_line, add_line_of_each_tenant};
use crate::authority::{Needed, must_be};
use crate::id::Id;
use crate::store::{in_transaction, in_turn, with_pool};
use crate::token::{SessionToken, hash_of};
use crate::{AuditEntry, Identity, IdentityError};

/// How long a link opens.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

impl Identity {
    /// Makes a link's secret for a user, and the instant it is over; an earlier link opens no more.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchUser`], [`IdentityError::NotAdministrator`], and [`IdentityError::Conflict`] where the account is
    /// switched off.
    pub async fn make_password_link(
        &self,
        user: Uuid,
        actor: AuditEntry,
        now: DateTime<Utc>,
    ) -> Result<(SessionToken, DateTime<Utc>), IdentityError> {
        let (token, hash) = SessionToken::generate()?;
        let now = now.trunc_subsecs(3);
        let expires_at = now + LIFETIME;
        in_turn!(&self.store, transaction => {
            must_be!(Needed::Administrator, actor, &mut *transaction);
            let Some((email, is_disabled)) = sqlx::query_as::<_, (String, bool)>(
                "SELECT email, disabled_at IS NOT NULL FROM users WHERE id = $1",
            )
            .bind(Id(user))
            .fetch_optional(&mut *transaction)
            .await?
            else {
                return Err(IdentityError::NoSuchUser(user.to_string()));
            };
            if is_disabled {
                return Err(IdentityError::Conflict(format!(
                    "The account {email} is switched off, and a link would open nothing. Switch it on first."
                )));
            }
            sqlx::query(
                "INSERT INTO password_links (user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (user_id) DO UPDATE SET
                    token_hash = excluded.token_hash,
                    created_at = excluded.created_at,
                    expires_at = excluded.expires_at",
            )
            .bind(Id(user))
            .bind(hash.as_slice())
            .bind(now)
            .bind(expires_at)
            .execute(&mut *transaction)
            .await?;
            let entry = AuditEntry {
                action: "password_link_made".to_owned(),
                target: Some(email),
                ..actor
            };
            // Whoever made it may use it, and then sees what the account sees.
            add_line_of_each_tenant!(Id(user), entry, transaction);
            add_line!(entry, &mut *transaction)?;
        });
        Ok((token, expires_at))
    }

    /// Gives the password of whoever has the link, ends their sessions, and uses the link up; false: it opens nothing.
    /// `revoke_tokens`: also whatever programs use.
    ///
    /// # Errors
    /// [`IdentityError::Password`]: then the link still opens.
    pub async fn use_password_link(
        &self,
        link: &str,
        password: &SecretString,
        revoke_tokens: bool,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<bool, IdentityError> {
        let Some(hash) = hash_of(link) else {
            return Ok(false);
        };
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, (Id, String)>(
            "SELECT users.id, users.email FROM password_links JOIN users ON users.id = password_links.user_id
             WHERE password_links.token_hash = $1 AND password_links.expires_at > $2 AND users.disabled_at IS NULL",
        )
        .bind(hash.as_slice())
        .bind(now)
        .fetch_optional(pool)
        .await)?;
        let Some((user, email)) = found else {
            return Ok(false);
        };
        // Dear, and so only for those who have a link.
        let password_hash = self.passwords.hash(password, &email).await?;
        in_transaction!(&self.store, transaction => {
            // Whoever removes it has used it; of two at once, one.
            let used = sqlx::query("DELETE FROM password_links WHERE token_hash = $1")
                .bind(hash.as_slice())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if used == 0 {
                return Ok(false);
            }
            sqlx::query("UPDATE users SET password_hash = $1, password_set_at = $2, updated_at = $2 WHERE id = $3")
                .bind(&password_hash)
                .bind(now.trunc_subsecs(3))
                .bind(user)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM sessions WHERE user_id = $1")
                .bind(user)
                .execute(&mut *transaction)
                .await?;
            let actor = AuditEntry {
                actor: Some(user.0),
                actor_email: Some(email.clone()),
                address: Some(address.into()),
                ..AuditEntry::default()
            };
            if revoke_tokens {
                revoke_all_tokens!(user, now.trunc_subsecs(3), actor, transaction);
            }
            let entry = AuditEntry {
                action: "password_set".to_owned(),
                target: Some(email),
                detail: Some("with a link".to_owned()),
                ..actor
            };
            add_line_of_each_tenant!(user, entry, transaction);
            add_line!(entry, &mut *transaction)?;
        });
        self.sessions.forget_user(user.0);
        Ok(true)
    }
}
