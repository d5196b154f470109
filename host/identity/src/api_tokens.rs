//! Tokens for programs: a user in one tenant, and no more of what they may do there than the token's scope says. A
//! token never administers anything, and never may more than its user may at that moment.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use porthole_model::{Role, TokenScope};
use secrecy::SecretString;
use uuid::Uuid;

use crate::audit::add_line;
use crate::authority::{Needed, must_be};
use crate::id::Id;
use crate::names::{breaks_lines, plain};
use crate::store::{in_turn, with_pool};
use crate::token::{SessionToken, TokenHash, hash_of_text};
use crate::{AuditEntry, Identity, IdentityError, SessionState, Who};

/// What each token begins with, so that it is known for what it is wherever it turns up.
const PREFIX: &str = "pht_";
/// Length of a token's text.
const CHARACTERS: usize = PREFIX.len() + 43;
/// A token's last use is written down no more often than this.
const TOUCH_INTERVAL: TimeDelta = TimeDelta::seconds(60);
/// Tokens of one user that are neither revoked nor over.
const MOST_TOKENS: i64 = 50;
const LONGEST_NAME: usize = 100;
const LONGEST_DAYS: u32 = 366;

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    /// Whose it is.
    pub user: Uuid,
    /// The one tenant it is for.
    pub tenant: String,
    /// For people.
    pub name: String,
    /// What it may do.
    pub scope: TokenScope,
    /// After how many days it is worth nothing.
    pub days: u32,
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiTokenRecord {
    /// Not the secret.
    pub id: Uuid,
    /// Its user.
    pub email: String,
    /// Its tenant.
    pub tenant: String,
    /// For people.
    pub name: String,
    /// What it may do.
    pub scope: TokenScope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it is over.
    pub expires_at: DateTime<Utc>,
    /// Within a minute; none: never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// None: it was not.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Which tokens.
#[derive(Debug, Clone, Copy)]
pub enum TokensOf<'a> {
    /// A user's.
    User(Uuid),
    /// A tenant's, whoever made them.
    Tenant(&'a str),
    /// All.
    Everybody,
}

impl TokensOf<'_> {
    fn user(self) -> Option<Id> {
        match self {
            Self::User(user) => Some(Id(user)),
            _ => None,
        }
    }

    fn tenant(&self) -> Option<&str> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            _ => None,
        }
    }
}

type Row = (
    Id,
    String,
    String,
    String,
    String,
    DateTime<Utc>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

type Holder = (
    Id,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Id,
    String,
    Option<String>,
    bool,
    String,
    String,
    bool,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

/// The question for those of the tokens of `$1` and `$2` for which a condition holds, the newest first.
macro_rules! tokens {
    ($condition:literal) => {
        concat!(
            "SELECT api_tokens.id, users.email, tenants.tenant_id, api_tokens.name, api_tokens.scope,
                    api_tokens.created_at, api_tokens.expires_at, api_tokens.last_used_at, api_tokens.revoked_at
             FROM api_tokens
             JOIN users ON users.id = api_tokens.user_id
             JOIN tenants ON tenants.id = api_tokens.tenant_id
             WHERE ($1 IS NULL OR api_tokens.user_id = $1) AND ($2 IS NULL OR tenants.tenant_id = $2) AND ",
            $condition,
            " ORDER BY api_tokens.created_at DESC, api_tokens.id DESC"
        )
    };
}

/// Revokes all of a user's tokens in a transaction, each with a line of its own.
macro_rules! revoke_all_tokens {
    ($user:expr, $now:expr, $actor:expr, $transaction:ident) => {{
        let tokens = sqlx::query_as::<_, ($crate::id::Id, String, String, String)>(
            "SELECT api_tokens.id, users.email, tenants.tenant_id, api_tokens.name
             FROM api_tokens
             JOIN users ON users.id = api_tokens.user_id
             JOIN tenants ON tenants.id = api_tokens.tenant_id
             WHERE api_tokens.user_id = $1 AND api_tokens.revoked_at IS NULL AND api_tokens.expires_at > $2",
        )
        .bind($user)
        .bind($now)
        .fetch_all(&mut *$transaction)
        .await?;
        for (id, email, tenant, name) in tokens {
            sqlx::query("UPDATE api_tokens SET revoked_at = $1 WHERE id = $2")
                .bind($now)
                .bind(id)
                .execute(&mut *$transaction)
                .await?;
            let entry = $crate::AuditEntry {
                action: "token_revoked".to_owned(),
                target: Some(email),
                tenant: Some(tenant),
                detail: Some(format!("{} {name}, with a new password", id.0)),
                ..$actor.clone()
            };
            add_line!(entry, &mut *$transaction)?;
        }
    }};
}

pub(crate) use revoke_all_tokens;

impl Identity {
    /// Makes a token. Its secret is returned here and never again. Who makes one for somebody else has what it shows, and so needs
    /// a grant for the tenant, too: administering the host shows no tenant's data.
    ///
    /// # Errors
    /// [`IdentityError::NotAdministrator`] where it is made for somebody else, and [`IdentityError::NotLetIn`] where an
    /// administrator does so without a grant of their own; [`IdentityError::NoSuchTenant`] where the user has no grant,
    /// [`IdentityError::RoleTooSmall`] where they may not publish and the token should; [`IdentityError::Refused`] says what is
    /// wrong with the wish.
    pub async fn create_api_token(
        &self,
        new: NewApiToken,
        actor: AuditEntry,
    ) -> Result<(ApiTokenRecord, SecretString), IdentityError> {
        let name = plain(&new.name);
        let is_broken = new.name.trim().chars().any(breaks_lines);
        if name.is_empty() || name.chars().count() > LONGEST_NAME || is_broken {
            return Err(IdentityError::Refused(format!(
                "A token's name has 1 to {LONGEST_NAME} characters, all on one line."
            )));
        }
        if !(1..=LONGEST_DAYS).contains(&new.days) {
            return Err(IdentityError::Refused(format!(
                "A token lives for 1 to {LONGEST_DAYS} days."
            )));
        }
        let (token, _) = SessionToken::generate()?;
        let secret = format!("{PREFIX}{}", token.expose());
        let hash = hash_of_text(&secret);
        let (id, now) = (Id::new(), Utc::now().trunc_subsecs(3));
        let expires_at = now + TimeDelta::days(new.days.into());
        let tenant = new.tenant.as_str();
        let is_configured = self.configured.has(tenant);
        // In turn, so that no two at once count the same tokens.
        let email = in_turn!(&self.store, transaction => {
            must_be!(Needed::Oneself(new.user), actor, &mut *transaction);
            let grant = sqlx::query_as::<_, (Id, String, String, bool)>(
                "SELECT tenants.id, users.email, user_tenants.role, users.is_admin
                 FROM user_tenants
                 JOIN tenants ON tenants.id = user_tenants.tenant_id
                 JOIN users ON users.id = user_tenants.user_id
                 WHERE user_tenants.user_id = $1 AND tenants.tenant_id = $2
                   AND tenants.disabled_at IS NULL AND users.disabled_at IS NULL",
            )
            .bind(Id(new.user))
            .bind(tenant)
            .fetch_optional(&mut *transaction)
            .await?;
            let Some((row, email, role, is_admin)) = grant.filter(|_| is_configured) else {
                return Err(IdentityError::NoSuchTenant(tenant.to_owned()));
            };
            if let Some(maker) = actor.actor.filter(|maker| *maker != new.user) {
                let (own,) = sqlx::query_as::<_, (i64,)>(
                    "SELECT COUNT(*) FROM user_tenants WHERE user_id = $1 AND tenant_id = $2",
                )
                .bind(Id(maker))
                .bind(row)
                .fetch_one(&mut *transaction)
                .await?;
                if own == 0 {
                    return Err(IdentityError::NotLetIn(tenant.to_owned()));
                }
            }
            let role = crate::tenants::effective(&role, is_admin);
            if new.scope == TokenScope::Publish && role < Role::Editor {
                return Err(IdentityError::RoleTooSmall(Role::Editor));
            }
            let (live,) = sqlx::query_as::<_, (i64,)>(
                "SELECT COUNT(*) FROM api_tokens WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2",
            )
            .bind(Id(new.user))
            .bind(now)
            .fetch_one(&mut *transaction)
            .await?;
            if live >= MOST_TOKENS {
                return Err(IdentityError::Refused(format!(
                    "There are {live} tokens of this account, which is the most it may have; revoke one."
                )));
            }
            sqlx::query(
                "INSERT INTO api_tokens (id, token_hash, user_id, tenant_id, name, scope, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(id)
            .bind(hash.as_slice())
            .bind(Id(new.user))
            .bind(row)
            .bind(&name)
            .bind(new.scope.name())
            .bind(now)
            .bind(expires_at)
            .execute(&mut *transaction)
            .await?;
            // What is over stays in the audit log; here it would crowd out what is not.
            sqlx::query(
                "DELETE FROM api_tokens WHERE id IN (
                    SELECT id FROM api_tokens WHERE user_id = $1 AND (revoked_at IS NOT NULL OR expires_at <= $2)
                    ORDER BY created_at DESC, id DESC LIMIT 1000000 OFFSET $3)",
            )
            .bind(Id(new.user))
            .bind(now)
            .bind(MOST_TOKENS)
            .execute(&mut *transaction)
            .await?;
            let entry = AuditEntry {
                action: "token_created".to_owned(),
                target: Some(email.clone()),
                tenant: Some(tenant.to_owned()),
                detail: Some(format!("{} {name}, {} for {} days", id.0, new.scope.name(), new.days)),
                ..actor
            };
            add_line!(entry, &mut *transaction)?;
            email
        });
        let record = ApiTokenRecord {
            id: id.0,
            email,
            tenant: new.tenant,
            name,
            scope: new.scope,
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        Ok((record, secret.into()))
    }

    /// Tokens: all that are good for something, the newest first; after them those that are over or revoked, the newest 500.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn api_tokens(&self, of: TokensOf<'_>) -> Result<Vec<ApiTokenRecord>, IdentityError> {
        let now = Utc::now();
        let mut tokens = Vec::new();
        for question in [
            tokens!("api_tokens.revoked_at IS NULL AND api_tokens.expires_at > $3"),
            concat!(
                tokens!("(api_tokens.revoked_at IS NOT NULL OR api_tokens.expires_at <= $3)"),
                " LIMIT 500"
            ),
        ] {
            let rows = with_pool!(&self.store, pool => sqlx::query_as::<_, Row>(question)
                .bind(of.user())
                .bind(of.tenant())
                .bind(now)
                .fetch_all(pool)
                .await)?;
            tokens.extend(rows.into_iter().map(record));
        }
        Ok(tokens)
    }

    /// Revokes a token, here at once; false: there is none under this id among those meant, or it was revoked before.
    ///
    /// # Errors
    /// [`IdentityError::NotAdministrator`] and [`IdentityError::RoleTooSmall`] where the actor may not, or not any more.
    pub async fn revoke_api_token(
        &self,
        id: Uuid,
        of: TokensOf<'_>,
        actor: AuditEntry,
    ) -> Result<bool, IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        let needed = match of {
            TokensOf::User(user) => Needed::Oneself(user),
            TokensOf::Tenant(tenant) => Needed::AdminOf(tenant),
            TokensOf::Everybody => Needed::Administrator,
        };
        let revoked = in_turn!(&self.store, transaction => {
            must_be!(needed, actor, &mut *transaction);
            let found = sqlx::query_as::<_, (String, String, String)>(
                "SELECT users.email, tenants.tenant_id, api_tokens.name
                 FROM api_tokens
                 JOIN users ON users.id = api_tokens.user_id
                 JOIN tenants ON tenants.id = api_tokens.tenant_id
                 WHERE api_tokens.id = $1 AND api_tokens.revoked_at IS NULL
                   AND ($2 IS NULL OR api_tokens.user_id = $2) AND ($3 IS NULL OR tenants.tenant_id = $3)",
            )
            .bind(Id(id))
            .bind(of.user())
            .bind(of.tenant())
            .fetch_optional(&mut *transaction)
            .await?;
            let Some((email, tenant, name)) = found else {
                return Ok(false);
            };
            sqlx::query("UPDATE api_tokens SET revoked_at = $1 WHERE id = $2")
                .bind(now)
                .bind(Id(id))
                .execute(&mut *transaction)
                .await?;
            let entry = AuditEntry {
                action: "token_revoked".to_owned(),
                target: Some(email),
                tenant: Some(tenant),
                detail: Some(format!("{id} {name}")),
                ..actor
            };
            add_line!(entry, &mut *transaction)
        });
        self.sessions.forget_session(id);
        revoked?;
        Ok(true)
    }

    /// Whom a token stands for; none if it is none, is over or revoked, or its user has no grant any more. Any text is
    /// a fair question. Mostly answered from memory.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn authenticate_api_token(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Who>>, IdentityError> {
        if token.len() != CHARACTERS || !token.starts_with(PREFIX) {
            return Ok(None);
        }
        // Of the whole text, and so never the hash of a session's token.
        let hash = hash_of_text(token);
        self.confirm_access().await;
        match self.sessions.get(&hash, now) {
            Some(who) => Ok(Some(who)),
            None => {
                self.reach().await?;
                self.load_api_token(&hash, now).await
            }
        }
    }

    async fn load_api_token(
        &self,
        hash: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Who>>, IdentityError> {
        let generation = self.sessions.generation();
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, Holder>(
            "SELECT api_tokens.id, api_tokens.expires_at, api_tokens.last_used_at, users.id, users.email,
                    users.full_name, users.is_admin, tenants.tenant_id, api_tokens.scope,
                    users.keycloak_id IS NOT NULL AND (users.password_hash IS NULL OR NOT $2), users.created_at,
                    users.last_login_at, users.groups_at
             FROM api_tokens
             JOIN users ON users.id = api_tokens.user_id
             JOIN tenants ON tenants.id = api_tokens.tenant_id
             WHERE api_tokens.token_hash = $1 AND api_tokens.revoked_at IS NULL AND users.disabled_at IS NULL",
        )
        .bind(hash.as_slice())
        .bind(self.local_login)
        .fetch_optional(pool)
        .await)?;
        let Some((
            id,
            expires_at,
            last_used_at,
            user,
            email,
            full_name,
            is_admin,
            tenant,
            scope,
            is_the_providers,
            made_at,
            login_at,
            groups_at,
        )) = found
        else {
            return Ok(None);
        };
        if now >= expires_at {
            return Ok(None);
        }
        // Who has left where the provider is logs in no more, and nobody says so here: their tokens must not outlive it.
        let last_word = [login_at, groups_at]
            .into_iter()
            .flatten()
            .fold(made_at, DateTime::max);
        if is_the_providers
            && self
                .tokens_without_login
                .is_some_and(|most| now - last_word > most)
        {
            tracing::info!(user = email, token = %id.0, "a token is refused: its owner has not logged in at the identity provider for too long");
            return Ok(None);
        }
        let most = match scope.as_str() {
            "publish" => Role::Editor,
            _ => Role::Viewer,
        };
        let mut tenants = self.tenants_of(user.0).await?;
        tenants.retain(|granted| granted.id == tenant);
        let Some(granted) = tenants.first_mut() else {
            return Ok(None);
        };
        granted.role = crate::tenants::effective(granted.role.name(), is_admin).min(most);
        let now = now.trunc_subsecs(3);
        if last_used_at.is_none_or(|last| now - last >= TOUCH_INTERVAL) {
            with_pool!(&self.store, pool => sqlx::query("UPDATE api_tokens SET last_used_at = $1 WHERE id = $2")
                .bind(now)
                .bind(id)
                .execute(pool)
                .await
                .map(drop))?;
        }
        let who = Arc::new(Who {
            id: user.0,
            email,
            full_name,
            is_admin: false,
            tenants: tenants.into(),
            is_program: true,
            session: SessionState {
                id: id.0,
                tenant: Some(tenant),
                expires_at,
                renew_at: None,
            },
        });
        self.sessions.put(*hash, &who, generation);
        Ok(Some(who))
    }
}

fn record(row: Row) -> ApiTokenRecord {
    let (id, email, tenant, name, scope, created_at, expires_at, last_used_at, revoked_at) = row;
    ApiTokenRecord {
        id: id.0,
        email,
        tenant,
        name,
        scope: match scope.as_str() {
            "publish" => TokenScope::Publish,
            _ => TokenScope::Read,
        },
        created_at,
        expires_at,
        last_used_at,
        revoked_at,
    }
}
