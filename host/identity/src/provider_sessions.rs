//! Sessions that an identity provider has opened, and ends.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

use crate::audit::add_line;
use crate::id::Id;
use crate::provider::provider_key;
use crate::sessions::{Opening, named};
use crate::store::{in_transaction, with_pool};
use crate::token::hash_of_text;
use crate::{AuditEntry, Identity, IdentityError, LoginError, SessionToken, Who};

/// What the provider gave at a login.
#[derive(Debug, Clone)]
pub struct ProviderSession {
    /// [`ProviderUser::key`](crate::ProviderUser::key).
    pub user: String,
    /// The provider's name for the login.
    pub session: Option<String>,
    /// Its tokens, sealed.
    pub tokens: Option<Vec<u8>>,
    /// When it should be asked whether the login still holds; none: it cannot be asked.
    pub renew_at: Option<DateTime<Utc>>,
}

/// Whose sessions a provider ends.
#[derive(Debug, Clone)]
pub struct ProviderLogout {
    /// The provider.
    pub issuer: String,
    /// This user's.
    pub subject: Option<String>,
    /// Those of this login.
    pub session: Option<String>,
    /// What the logout's token is called: it is obeyed once.
    pub token_id: String,
    /// After this it is refused for its age.
    pub forgotten_at: DateTime<Utc>,
}

/// What the audit log calls the identity provider where it acts itself.
pub const PROVIDER: &str = "identity provider";

impl Identity {
    /// Opens a session for a user whom [`Identity::admit`] has let in.
    ///
    /// # Errors
    /// [`LoginError::Failed`]; then there is no session.
    pub async fn open_provider_session(
        &self,
        user: Uuid,
        provider: &ProviderSession,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<(Arc<Who>, SessionToken), LoginError> {
        let email = with_pool!(&self.store, pool => sqlx::query_scalar::<_, String>(
            "SELECT email FROM users WHERE id = $1",
        )
        .bind(Id(user))
        .fetch_optional(pool)
        .await)?;
        let email = email.ok_or(LoginError::WrongCredentials)?;
        let opening = Opening {
            user: Id(user),
            email: &email,
            password_hash: None,
            provider: Some(provider),
            address,
        };
        self.open_session(opening, now).await
    }

    /// The sealed tokens of a session, and the user that they are sealed for; none: a password opened it.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn provider_tokens(
        &self,
        session: Uuid,
    ) -> Result<Option<(String, Option<Vec<u8>>)>, IdentityError> {
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, (Option<String>, Option<Vec<u8>>)>(
            "SELECT provider_user, provider_tokens FROM sessions WHERE id = $1",
        )
        .bind(Id(session))
        .fetch_optional(pool)
        .await)?;
        Ok(found.and_then(|(user, tokens)| Some((user?, tokens))))
    }

    /// Takes it upon the caller to renew a session; false: it is not due, or somebody else does. Nobody else tries again
    /// before `until`.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn claim_renewal(
        &self,
        session: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, IdentityError> {
        let claimed = with_pool!(&self.store, pool => sqlx::query(
            "UPDATE sessions SET renew_at = $1 WHERE id = $2 AND renew_at <= $3",
        )
        .bind(until.trunc_subsecs(3))
        .bind(Id(session))
        .bind(now)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        self.sessions.forget_session(session);
        Ok(claimed > 0)
    }

    /// Keeps what a renewal brought. `tokens`: none where those from before stay good.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn note_renewal(
        &self,
        session: Uuid,
        tokens: Option<&[u8]>,
        renew_at: DateTime<Utc>,
    ) -> Result<(), IdentityError> {
        with_pool!(&self.store, pool => sqlx::query(
            "UPDATE sessions SET provider_tokens = COALESCE($1, provider_tokens), renew_at = $2 WHERE id = $3",
        )
        .bind(tokens)
        .bind(renew_at.trunc_subsecs(3))
        .bind(Id(session))
        .execute(pool)
        .await
        .map(drop))?;
        self.sessions.forget_session(session);
        Ok(())
    }

    /// Ends the sessions that a provider says are over, and says how many; none: the token was obeyed before.
    ///
    /// # Errors
    /// When the central database fails; then nothing has ended.
    pub async fn end_provider_sessions(
        &self,
        logout: &ProviderLogout,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<Option<usize>, IdentityError> {
        let issuer = format!("{}#", logout.issuer);
        let user = logout
            .subject
            .as_deref()
            .map(|subject| provider_key(&logout.issuer, subject));
        let token = hash_of_text(&format!("{issuer}{}", logout.token_id));
        let ended = in_transaction!(&self.store, transaction => {
            sqlx::query("DELETE FROM provider_logouts WHERE expires_at < $1")
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            let is_new = sqlx::query(
                "INSERT INTO provider_logouts (token_hash, expires_at) VALUES ($1, $2)
                 ON CONFLICT (token_hash) DO NOTHING",
            )
            .bind(token.as_slice())
            .bind(logout.forgotten_at)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if is_new == 0 {
                return Ok(None);
            }
            let ended = sqlx::query_as::<_, (Id, String)>(
                "SELECT sessions.id, users.email
                 FROM sessions JOIN users ON users.id = sessions.user_id
                 WHERE substr(sessions.provider_user, 1, length($1)) = $1
                   AND ($2 IS NULL OR sessions.provider_user = $2)
                   AND ($3 IS NULL OR sessions.provider_session = $3)",
            )
            .bind(&issuer)
            .bind(&user)
            .bind(&logout.session)
            .fetch_all(&mut *transaction)
            .await?;
            for (session, email) in &ended {
                sqlx::query("DELETE FROM sessions WHERE id = $1")
                    .bind(*session)
                    .execute(&mut *transaction)
                    .await?;
                let entry = AuditEntry {
                    action: "logout".to_owned(),
                    actor_email: Some(PROVIDER.to_owned()),
                    target: Some(email.clone()),
                    address: Some(address.into()),
                    detail: Some(named(session.0, Some("by the identity provider"))),
                    ..AuditEntry::default()
                };
                add_line!(entry, &mut *transaction)?;
            }
            ended
        });
        for (session, _) in &ended {
            self.sessions.forget_session(session.0);
        }
        Ok(Some(ended.len()))
    }
}
