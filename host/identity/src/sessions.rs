//! Sessions: login, whose request it is, the selected tenant, logout.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::api_tokens::revoke_all_tokens;
use crate::audit::add_line;
use crate::id::Id;
use crate::store::{in_transaction, with_pool};
use crate::tenants::effective;
use crate::token::{TokenHash, hash_of};
use crate::users::normal_email;
use crate::writes::Doing;
use crate::{
    AuditEntry, Identity, IdentityError, LoginError, ProviderSession, SessionState, SessionToken, Who,
};

/// A session's last use is written down no more often than this: a busy dashboard should not write all the time.
const TOUCH_INTERVAL: TimeDelta = TimeDelta::seconds(60);
/// How much of an attempted email is kept in the audit log.
const KEPT_EMAIL: usize = 254;

/// Sessions that one account may have at once: more are one program that logs in again and again, and would crowd the lists in
/// which people look for theirs.
const MOST_SESSIONS: i64 = 50;

/// Who knows a password, and the hash that it belongs to.
struct Holder {
    user: Id,
    hash: String,
}

/// A session to be opened.
pub(crate) struct Opening<'a> {
    pub(crate) user: Id,
    pub(crate) email: &'a str,
    /// What the password was checked against; none: it is not by a password.
    pub(crate) password_hash: Option<&'a str>,
    /// Where the identity provider has let them in.
    pub(crate) provider: Option<&'a ProviderSession>,
    pub(crate) address: IpAddr,
}

impl<'a> Opening<'a> {
    fn with_password(holder: &'a Holder, email: &'a str, address: IpAddr) -> Self {
        Self {
            user: holder.user,
            email,
            password_hash: Some(&holder.hash),
            provider: None,
            address,
        }
    }
}

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
            Ok(()) => match self.must_not_be_guessing(address, &account, now).await {
                Ok(()) => self.check_password(&account, password).await,
                Err(refused) => Err(refused),
            },
            Err(error) => Err(error.into()),
        };
        match outcome {
            Ok(Some(holder)) => {
                self.attempts.take_back(address, &account, true);
                let opening = Opening::with_password(&holder, &account, address);
                self.open_session(opening, now).await
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
            Err(refused @ LoginError::TooManyAttempts { .. }) => {
                self.attempts.refuse(address, &account);
                Err(refused)
            }
            Err(error) => {
                self.attempts.take_back(address, &account, false);
                Err(error)
            }
        }
    }

    /// Whose the account is, where the password is theirs.
    async fn check_password(
        &self,
        account: &str,
        password: &SecretString,
    ) -> Result<Option<Holder>, LoginError> {
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
        let right = self.passwords.verify(password, hash.clone()).await?;
        let holder = user.zip(hash).filter(|_| right);
        Ok(holder.map(|(user, hash)| Holder { user, hash }))
    }

    /// Changes the password of whoever knows it, ends all their other sessions, and gives this one another token: what the
    /// identity provider knows it by stays. `revoke_tokens`: also whatever programs use. Guessing has to wait as it does at the
    /// login.
    ///
    /// # Errors
    /// See [`LoginError`]; [`IdentityError::Password`] within it where the new one is none.
    pub async fn change_password(
        &self,
        who: &Who,
        current: &SecretString,
        new: &SecretString,
        revoke_tokens: bool,
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
        let checked = match self.must_not_be_guessing(address, &who.email, now).await {
            Ok(()) => self.check_password(&who.email, current).await,
            Err(refused) => Err(refused),
        };
        let holder = match checked {
            Ok(Some(holder)) => holder,
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
            Err(refused @ LoginError::TooManyAttempts { .. }) => {
                self.attempts.refuse(address, &who.email);
                return Err(refused);
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
        let password_hash = self.passwords.hash(new, &who.email).await?;
        let (token, token_hash) = SessionToken::generate()?;
        let (user, session) = (holder.user, Id(who.session.id));
        in_transaction!(&self.store, transaction => {
            // The password may have been changed while this one was being checked: then it is the old one that is known here.
            let changed = sqlx::query(
                "UPDATE users SET password_hash = $1, password_set_at = $2, updated_at = $2
                 WHERE id = $3 AND password_hash = $4 AND disabled_at IS NULL",
            )
            .bind(&password_hash)
            .bind(now.trunc_subsecs(3))
            .bind(user)
            .bind(&holder.hash)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2")
                .bind(user)
                .bind(session)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM password_links WHERE user_id = $1")
                .bind(user)
                .execute(&mut *transaction)
                .await?;
            let kept = sqlx::query("UPDATE sessions SET token_hash = $1 WHERE id = $2 AND user_id = $3")
                .bind(token_hash.as_slice())
                .bind(session)
                .bind(user)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            // A session that was ended meanwhile changes nothing any more.
            if changed == 0 || kept == 0 {
                return Err(LoginError::WrongCredentials);
            }
            if revoke_tokens {
                revoke_all_tokens!(user, now.trunc_subsecs(3), actor, transaction);
            }
            let entry = AuditEntry {
                action: "password_set".to_owned(),
                target: Some(who.email.clone()),
                ..actor
            };
            add_line!(entry, &mut *transaction)?;
        });
        self.sessions.forget_user(who.id);
        let who = self.load(&token_hash, now).await?;
        Ok((who.ok_or(LoginError::WrongCredentials)?, token))
    }

    /// Opens a session, for as long as what it rests on still holds at that moment.
    pub(crate) async fn open_session(
        &self,
        opening: Opening<'_>,
        now: DateTime<Utc>,
    ) -> Result<(Arc<Who>, SessionToken), LoginError> {
        // Only of those who may log in: it says nothing of anybody else.
        self.doings
            .count((opening.user.0, Doing::Login), now)
            .map_err(|retry_after| LoginError::TooManyLogins { retry_after })?;
        let now = now.trunc_subsecs(3);
        self.remove_ended_sessions(now).await?;
        let (token, hash) = SessionToken::generate()?;
        let session = Id::new();
        let provider = opening.provider;
        let (user, password_hash) = (opening.user, opening.password_hash);
        in_transaction!(&self.store, transaction => {
            // Waits for whoever changes the account just now and sees what they have done; whoever comes later finds the
            // session and ends it. So no session outlives a password, or an account, by being opened at the same time.
            let holds = sqlx::query(
                "UPDATE users SET last_login_at = $1
                 WHERE id = $2 AND disabled_at IS NULL AND ($3 IS NULL OR password_hash = $3)",
            )
            .bind(now)
            .bind(user)
            .bind(password_hash)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if holds == 0 {
                return Err(LoginError::WrongCredentials);
            }
            // Those that nobody has used for longest make room.
            sqlx::query(
                "DELETE FROM sessions WHERE id IN (
                    SELECT id FROM sessions WHERE user_id = $1 ORDER BY last_used_at DESC, id DESC
                    LIMIT 1000000 OFFSET $2)",
            )
            .bind(user)
            .bind(MOST_SESSIONS - 1)
            .execute(&mut *transaction)
            .await?;
            sqlx::query(
                "INSERT INTO sessions (id, token_hash, user_id, address, created_at, last_used_at, expires_at,
                                       provider_user, provider_session, provider_tokens, renew_at)
                 VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10)",
            )
            .bind(session)
            .bind(hash.as_slice())
            .bind(user)
            .bind(opening.address.to_string())
            .bind(now)
            .bind(now + self.session_lifetime)
            .bind(provider.map(|provider| provider.user.as_str()))
            .bind(provider.and_then(|provider| provider.session.as_deref()))
            .bind(provider.and_then(|provider| provider.tokens.as_deref()))
            .bind(provider.and_then(|provider| provider.renew_at).map(|at| at.trunc_subsecs(3)))
            .execute(&mut *transaction)
            .await?;
            let entry = AuditEntry {
                action: "login".to_owned(),
                actor: Some(user.0),
                actor_email: Some(opening.email.to_owned()),
                address: Some(opening.address.into()),
                detail: Some(named(session.0, provider.map(|_| "at the identity provider"))),
                ..AuditEntry::default()
            };
            add_line!(entry, &mut *transaction)?;
        });
        // The places of those that were ended are not known here, and nobody else has more to say for them.
        self.sessions.forget_user(user.0);
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
    /// [`IdentityError::NoSuchTenant`] when there is none here, and when the user has no grant for it.
    pub async fn select_tenant(&self, who: &Who, tenant: &str) -> Result<(), IdentityError> {
        let no_such_tenant = || IdentityError::NoSuchTenant(tenant.to_owned());
        if !who.may_use(tenant) || !self.configured.has(tenant) {
            return Err(no_such_tenant());
        }
        let selected = with_pool!(&self.store, pool => sqlx::query(
            "UPDATE sessions SET tenant_id = (SELECT id FROM tenants WHERE tenant_id = $1)
             WHERE id = $2 AND EXISTS (
                SELECT 1 FROM user_tenants JOIN tenants ON tenants.id = user_tenants.tenant_id
                WHERE user_tenants.user_id = $3 AND tenants.tenant_id = $1
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
