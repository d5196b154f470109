//! Sessions: login, whose request it is, the selected tenant, logout.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::id::Id;
use crate::store::with_pool;
use crate::tenants::effective;
use crate::token::{TokenHash, hash_of};
use crate::users::normal_email;
use crate::{AuditEntry, Identity, IdentityError, LoginError, SessionState, SessionToken, Who};

/// A session's last use is written down no more often than this: a busy dashboard should not write all the time.
const TOUCH_INTERVAL: TimeDelta = TimeDelta::seconds(60);
/// How much of an attempted email is kept in the audit log.
const KEPT_EMAIL: usize = 254;

type SessionRow = (
    Id,
    Id,
    DateTime<Utc>,
    DateTime<Utc>,
    Option<String>,
    String,
    Option<String>,
    bool,
    Option<DateTime<Utc>>,
);

impl Identity {
    /// Logs in with a password. An unknown email takes as long as a wrong password and gets the same answer.
    /// `address` is where the attempt came from: failed attempts are counted by it.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn login(
        &self,
        email: &str,
        password: &SecretString,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<(Arc<Who>, SessionToken), LoginError> {
        // What is no email address is nobody's, but takes the same way.
        let account = normal_email(email).unwrap_or_else(|_| email.chars().take(KEPT_EMAIL).collect());
        self.attempts
            .begin(address, &account, now)
            .map_err(|retry_after| LoginError::TooManyAttempts { retry_after })?;
        let outcome = match self.reach().await {
            Ok(()) => self.check_password(&account, password).await,
            Err(error) => Err(error.into()),
        };
        match outcome {
            Ok(Some(user)) => {
                self.attempts.take_back(address, &account, true);
                self.open_session(user, &account, None, address, now).await
            }
            Ok(None) => {
                let entry = AuditEntry {
                    action: "login_failed".to_owned(),
                    target: Some(account.replace('\0', "")),
                    address: Some(address.into()),
                    ..AuditEntry::default()
                };
                self.audit(entry).await?;
                self.note_failed_attempt(address, &account, AuditEntry::default(), now)
                    .await?;
                Err(LoginError::WrongCredentials)
            }
            Err(error) => {
                self.attempts.take_back(address, &account, false);
                Err(error)
            }
        }
    }

    async fn check_password(&self, account: &str, password: &SecretString) -> Result<Option<Id>, LoginError> {
        // PostgreSQL takes no NUL in a text; no email has one.
        let account = if account.contains('\0') { "" } else { account };
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, (Id, Option<String>)>(
            "SELECT id, password_hash FROM users WHERE email = $1 AND disabled_at IS NULL",
        )
        .bind(account)
        .fetch_optional(pool)
        .await)?;
        let (user, hash) = match found {
            Some((user, hash)) => (Some(user), hash),
            None => (None, None),
        };
        let right = self.passwords.verify(password, hash).await?;
        Ok(user.filter(|_| right))
    }

    /// Changes the password of whoever knows it, ends all their sessions, and opens a new one. Guessing has to wait as
    /// it does at the login.
    ///
    /// # Errors
    /// See [`LoginError`]; [`IdentityError::Password`] within it where the new one is none.
    pub async fn change_password(
        &self,
        who: &Who,
        current: &SecretString,
        new: &SecretString,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<(Arc<Who>, SessionToken), LoginError> {
        self.attempts
            .begin(address, &who.email, now)
            .map_err(|retry_after| LoginError::TooManyAttempts { retry_after })?;
        let actor = AuditEntry {
            actor: Some(who.id),
            actor_email: Some(who.email.clone()),
            address: Some(address.into()),
            ..AuditEntry::default()
        };
        let user = match self.check_password(&who.email, current).await {
            Ok(Some(user)) => user,
            Ok(None) => {
                // Somebody sits at an open session and guesses: its owner must be able to see that.
                let entry = AuditEntry {
                    action: "password_change_failed".to_owned(),
                    target: Some(who.email.clone()),
                    ..actor.clone()
                };
                self.audit(entry).await?;
                self.note_failed_attempt(address, &who.email, actor, now).await?;
                return Err(LoginError::WrongCredentials);
            }
            Err(error) => {
                self.attempts.take_back(address, &who.email, false);
                return Err(error);
            }
        };
        self.attempts.take_back(address, &who.email, true);
        // Not said before the current one was right: it would be a way to guess it.
        if new.expose_secret() == current.expose_secret() {
            return Err(IdentityError::Password("is the one you have already; choose another").into());
        }
        self.set_password(user.0, new, actor).await?;
        self.open_session(user, &who.email, None, address, now).await
    }

    /// `how`: for the audit log, where it was not by a password.
    pub(crate) async fn open_session(
        &self,
        user: Id,
        email: &str,
        how: Option<&str>,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<(Arc<Who>, SessionToken), LoginError> {
        let now = now.trunc_subsecs(3);
        self.remove_ended_sessions(now).await?;
        let (token, hash) = SessionToken::generate()?;
        let session = Id::new();
        with_pool!(&self.store, pool => sqlx::query(
            "INSERT INTO sessions (id, token_hash, user_id, address, created_at, last_used_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $5, $6)",
        )
        .bind(session)
        .bind(hash.as_slice())
        .bind(user)
        .bind(address.to_string())
        .bind(now)
        .bind(now + self.session_lifetime)
        .execute(pool)
        .await
        .map(drop))?;
        self.note_login(user, now).await?;
        let entry = AuditEntry {
            action: "login".to_owned(),
            actor: Some(user.0),
            actor_email: Some(email.to_owned()),
            address: Some(address.into()),
            detail: Some(named(session.0, how)),
            ..AuditEntry::default()
        };
        self.audit(entry).await?;
        let who = self.load(&hash, now).await?.ok_or_else(|| {
            // Deleted between the check and now.
            LoginError::WrongCredentials
        })?;
        Ok((who, token))
    }

    /// Whose session this is; none if it is nobody's or has ended. Mostly answered from memory. `token` is the text of
    /// a [`SessionToken`], as a browser sent it: any text is a fair question.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn authenticate(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Who>>, IdentityError> {
        let Some(hash) = hash_of(token) else {
            return Ok(None);
        };
        self.confirm_access().await;
        match self.sessions.get(&hash, now) {
            Some(who) => Ok(Some(who)),
            None => {
                self.reach().await?;
                self.load(&hash, now).await
            }
        }
    }

    /// Asks the database whose session this is, and remembers the answer.
    async fn load(&self, token: &TokenHash, now: DateTime<Utc>) -> Result<Option<Arc<Who>>, IdentityError> {
        let generation = self.sessions.generation();
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, SessionRow>(
            "SELECT sessions.id, sessions.user_id, sessions.last_used_at, sessions.expires_at, tenants.tenant_id,
                    users.email, users.full_name, users.is_admin, sessions.renew_at
             FROM sessions
             JOIN users ON users.id = sessions.user_id
             LEFT JOIN tenants ON tenants.id = sessions.tenant_id
             WHERE sessions.token_hash = $1 AND users.disabled_at IS NULL",
        )
        .bind(token.as_slice())
        .fetch_optional(pool)
        .await)?;
        let Some(row) = found else {
            return Ok(None);
        };
        let (session, user, last_used_at, lifetime_ends, selected, email, full_name, is_admin, renew_at) =
            row;
        if now >= lifetime_ends || now >= last_used_at + self.session_idle {
            return Ok(None);
        }
        let last_used_at = self.touch(session, last_used_at, now).await;
        let mut tenants = self.tenants_of(user.0).await?;
        for tenant in &mut tenants {
            tenant.role = effective(tenant.role.name(), is_admin);
        }
        let tenants: Arc<[_]> = tenants.into();
        let tenant = selected.filter(|selected| tenants.iter().any(|tenant| tenant.id == *selected));
        let expires_at = lifetime_ends.min(last_used_at + self.session_idle);
        let state = SessionState {
            id: session.0,
            tenant,
            expires_at,
            renew_at,
        };
        let who = Arc::new(Who {
            id: user.0,
            email,
            full_name,
            is_admin,
            tenants,
            is_program: false,
            session: state,
        });
        self.sessions.put(*token, &who, generation);
        Ok(Some(who))
    }

    /// Writes down that a session is in use, now and then; says what is written down.
    async fn touch(&self, session: Id, last_used_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        let now = now.trunc_subsecs(3);
        if now - last_used_at < TOUCH_INTERVAL.min(self.session_idle / 10) {
            return last_used_at;
        }
        let written = with_pool!(&self.store, pool => sqlx::query(
            "UPDATE sessions SET last_used_at = $1 WHERE id = $2 AND last_used_at < $1",
        )
        .bind(now)
        .bind(session)
        .execute(pool)
        .await
        .map(drop));
        match written {
            Ok(()) => now,
            Err(error) => {
                // The session is good all the same; the next request tries again.
                tracing::warn!(%error, "could not write down that a session is in use");
                last_used_at
            }
        }
    }

    /// Selects the tenant this session works in when a request names none.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchTenant`] when there is none, and when the user has no grant for it.
    pub async fn select_tenant(&self, who: &Who, tenant: &str) -> Result<(), IdentityError> {
        let no_such_tenant = || IdentityError::NoSuchTenant(tenant.to_owned());
        if !who.may_use(tenant) {
            return Err(no_such_tenant());
        }
        let selected = with_pool!(&self.store, pool => sqlx::query(
            "UPDATE sessions SET tenant_id = (SELECT id FROM tenants WHERE tenant_id = $1)
             WHERE id = $2 AND EXISTS (
                SELECT 1 FROM user_tenants JOIN tenants ON tenants.id = user_tenants.tenant_id
                WHERE user_tenants.user_id = $3 AND tenants.tenant_id = $1 AND tenants.is_active
                  AND tenants.disabled_at IS NULL)",
        )
        .bind(tenant)
        .bind(Id(who.session.id))
        .bind(Id(who.id))
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        self.sessions.forget_session(who.session.id);
        if selected == 0 {
            Err(no_such_tenant())
        } else {
            Ok(())
        }
    }

    /// Ends a session, here and now.
    ///
    /// # Errors
    /// When the central database fails; then the session goes on.
    pub async fn logout(&self, who: &Who, address: IpAddr) -> Result<(), IdentityError> {
        with_pool!(&self.store, pool => sqlx::query("DELETE FROM sessions WHERE id = $1")
            .bind(Id(who.session.id))
            .execute(pool)
            .await
            .map(drop))?;
        self.sessions.forget_session(who.session.id);
        let entry = AuditEntry {
            action: "logout".to_owned(),
            actor: Some(who.id),
            actor_email: Some(who.email.clone()),
            address: Some(address.into()),
            detail: Some(named(who.session.id, None)),
            ..AuditEntry::default()
        };
        self.audit(entry).await
    }

    /// Removes sessions that have ended: how many.
    pub(crate) async fn remove_ended_sessions(&self, now: DateTime<Utc>) -> Result<u64, IdentityError> {
        let removed = with_pool!(&self.store, pool => sqlx::query(
            "DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2",
        )
        .bind(now)
        .bind(now - self.session_idle)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(removed)
    }
}

/// A session in the audit log, so that its beginning and its end are found; `how`: what else is to be said.
pub(crate) fn named(session: Uuid, how: Option<&str>) -> String {
    match how {
        Some(how) => format!("{how}, session {session}"),
        None => format!("session {session}"),
    }
}
