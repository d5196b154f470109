//! Accounts, tokens, sessions, tenants and the audit log, as their owners and administrators see them. Instants are
//! RFC 3339.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{Role, TenantSummary};

/// What a token may do in its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    /// See dashboards.
    Read,
    /// Publish plugins, too.
    Publish,
}

impl TokenScope {
    /// As it stands in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Publish => "publish",
        }
    }
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// For the address; not the secret.
    pub id: String,
    /// For people.
    pub name: String,
    /// Whose it is.
    pub email: String,
    /// The one tenant it is for.
    pub tenant: String,
    /// What it may do there.
    pub scope: TokenScope,
    /// When it was made.
    pub created_at: String,
    /// When it is over.
    pub expires_at: String,
    /// Within a minute.
    pub last_used_at: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
}

/// `GET /account/tokens` and `GET /admin/tenants/{tenant}/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiTokens {
    /// The newest first.
    pub tokens: Vec<ApiToken>,
}

/// `POST /account/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// For people.
    pub name: String,
    /// The one tenant it is for.
    pub tenant: String,
    /// What it may do there.
    pub scope: TokenScope,
    /// For how many days, 1 to 366.
    pub days: u32,
}

/// The answer of `POST /account/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenMade {
    /// The token.
    pub token: ApiToken,
    /// What goes behind `Authorization: Bearer`; shown this once.
    pub secret: String,
}

/// `POST /account/password`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// As it is.
    pub current: String,
    /// As it shall be.
    pub new: String,
    /// Whether the account's tokens are worth nothing afterwards.
    #[serde(default)]
    pub revoke_tokens: bool,
}

/// `POST /auth/link`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkUse {
    /// What stands behind the `#` of the link.
    pub link: String,
    /// As it shall be.
    pub password: String,
    /// Whether the account's tokens are worth nothing afterwards.
    #[serde(default)]
    pub revoke_tokens: bool,
}

/// A session that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    /// For the address.
    pub id: String,
    /// Whose.
    pub email: String,
    /// Where it was opened from.
    pub address: Option<String>,
    /// The login.
    pub created_at: String,
    /// Within a minute.
    pub last_used_at: String,
    /// When it ends however much it is used.
    pub expires_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `GET /account/sessions` and `GET /admin/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSessions {
    /// The latest used first.
    pub sessions: Vec<OpenSession>,
    /// Of everybody's: the parameter `before` of the next page; none: this is the last.
    #[serde(default)]
    pub next: Option<String>,
}

/// `GET /account` and `GET /admin/users/{id}`: an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// For the address.
    pub id: String,
    /// Lower case.
    pub email: String,
    /// For people.
    pub full_name: Option<String>,
    /// May use the administration.
    pub is_admin: bool,
    /// Whether they can log in with a password.
    pub has_password: bool,
    /// When that password was set; none: there is none, or nobody wrote it down.
    pub password_set_at: Option<String>,
    /// Whether it is switched off.
    pub disabled: bool,
    /// When it was made.
    pub created_at: String,
    /// None: never.
    pub last_login_at: Option<String>,
    /// Where they were let in.
    pub tenants: Vec<TenantSummary>,
    /// Of these, by id, those that a group of the identity provider has let them into: only the group takes that back.
    pub by_group: Vec<String>,
    /// Whether a group of the identity provider makes them an administrator.
    pub is_admin_by_group: bool,
    /// Whether they log in with the identity provider, whose groups may give what a person gave or took as well.
    pub is_from_provider: bool,
    /// Where they were let in, too, and nobody gets in at the moment: it counts again when the tenant is back. For administrators
    /// only.
    #[serde(default)]
    pub dormant: Vec<DormantGrant>,
}

/// A grant for a tenant that is switched off or not configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DormantGrant {
    /// The tenant's id.
    pub id: String,
    /// For people.
    pub name: String,
    /// What they may do there when it is back.
    pub role: Role,
    /// Whether a group of the identity provider, and no person, has let them in.
    pub by_group: bool,
    /// Whether the configuration has the tenant.
    pub configured: bool,
    /// Whether an administrator switched it off.
    pub disabled: bool,
}

/// Who did something to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Whoever was logged in with it.
    Oneself,
    /// An administrator of the host, or a command on its machine.
    Another,
    /// An admin of the tenant, who does not administer the host.
    TenantAdmin,
    /// Nobody that is known: a login that failed, or the host itself.
    Nobody,
}

/// Something that happened to an account, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEvent {
    /// When.
    pub at: String,
    /// What, as in the audit log: `password_set`, `login_failed`, …
    pub action: String,
    /// Who did it.
    pub by: By,
    /// In which tenant.
    pub tenant: Option<String>,
    /// From where; none where another did it.
    pub address: Option<String>,
    /// What changed.
    pub detail: Option<String>,
}

/// `GET /account/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEvents {
    /// The newest first, at most 50.
    pub events: Vec<AccountEvent>,
}

/// `GET /admin/users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// By email.
    pub users: Vec<Account>,
}

/// `POST /admin/users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// To log in with.
    pub email: String,
    /// For people.
    #[serde(default)]
    pub full_name: Option<String>,
    /// May use the administration.
    #[serde(default)]
    pub is_admin: bool,
}

/// `PUT /admin/users/{id}`: how an account shall be. All of it has to be said: what is left out is no wish to lose it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// For people; none, which JSON says as null: no name.
    #[serde(deserialize_with = "said")]
    pub full_name: Option<String>,
    /// May use the administration.
    pub is_admin: bool,
}

/// A value that may be null, and may not be left out.
fn said<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(source)
}

/// The answer of `POST /admin/users` and `POST /admin/users/{id}/link`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordLink {
    /// The account's id.
    pub user: String,
    /// Its email.
    pub email: String,
    /// Where they choose a password, once.
    pub url: String,
    /// When it opens no more.
    pub expires_at: String,
}

/// Somebody who was let into a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Who.
    pub email: String,
    /// For people.
    pub full_name: Option<String>,
    /// What they may do.
    pub role: Role,
    /// When they were let in.
    pub granted_at: String,
    /// Whether a group of the identity provider has let them in: only the group takes that back.
    pub by_group: bool,
}

/// `GET /admin/tenants/{tenant}/grants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    /// By email.
    pub grants: Vec<Grant>,
}

/// `PUT /admin/tenants/{tenant}/grants/{email}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantRole {
    /// What they may do from now on.
    pub role: Role,
}

/// `POST /admin/users/{id}/tenants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// The tenant's id.
    pub tenant: String,
    /// What they may do there.
    #[serde(default = "least")]
    pub role: Role,
}

fn least() -> Role {
    Role::Viewer
}

/// A tenant, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantState {
    /// `tenant-alpha`.
    pub id: String,
    /// For people.
    pub name: String,
    /// Whether the configuration has it.
    pub configured: bool,
    /// Whether it is switched off.
    pub disabled: bool,
    /// How many were let in.
    pub members: u32,
}

/// `GET /admin/tenants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantStates {
    /// By id.
    pub tenants: Vec<TenantState>,
}

/// How a tenant's database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseState {
    /// It answers.
    Up,
    /// It does not.
    Down,
    /// The configuration names none that may be used.
    Missing,
}

/// `GET /admin/tenants/{tenant}/database`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantDatabase {
    /// How it is.
    pub state: DatabaseState,
    /// Why it is not up: a sentence.
    pub reason: Option<String>,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Ascending with time.
    pub id: i64,
    /// When.
    pub at: String,
    /// What, as `login`.
    pub action: String,
    /// Who, by email; `command line (NAME)`: whoever was that user of a machine; none: the host itself, or nobody known.
    pub actor: Option<String>,
    /// To whom or what.
    pub target: Option<String>,
    /// In which tenant.
    pub tenant: Option<String>,
    /// From where: an address, or `local (NAME)`: on that machine.
    pub address: Option<String>,
    /// What changed.
    pub detail: Option<String>,
}

/// `GET /admin/audit` and `GET /admin/tenants/{tenant}/audit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The newest first.
    pub lines: Vec<AuditLine>,
    /// The parameter `before` of the next page; none: this is the last.
    pub next: Option<i64>,
}
