//! Who comes from an identity provider: which account is theirs, and what their groups give them.
//!
//! Nothing here checks what a provider says; that was done before. A group gives what its mapping says, and its loss takes
//! that back; what a person has given stays whatever the groups are. Where the provider says nothing of groups, nothing
//! changes.

use std::collections::BTreeMap;
use std::net::IpAddr;

use chrono::{DateTime, SubsecRound, Utc};
use porthole_model::Role;
use uuid::Uuid;

use crate::audit::add_line;
use crate::authority::ADMINISTRATORS;
use crate::id::Id;
use crate::names::provider_name;
use crate::store::{in_transaction, in_turn, with_pool};
use crate::tenants::ACTIVE_TENANT;
use crate::users::normal_email;
use crate::{AuditEntry, Identity, IdentityError};

/// Somebody, as the provider says.
#[derive(Debug, Clone)]
pub struct ProviderUser {
    /// The provider.
    pub issuer: String,
    /// Its name for the user, never given to another.
    pub subject: String,
    /// As the provider has it.
    pub email: Option<String>,
    /// Whether the provider says that the address is the user's.
    pub email_verified: bool,
    /// For people.
    pub full_name: Option<String>,
    /// None: the provider does not say.
    pub groups: Option<Vec<String>>,
    /// When the provider said so.
    pub issued_at: DateTime<Utc>,
}

impl ProviderUser {
    /// The user's name among all providers' users.
    pub fn key(&self) -> String {
        provider_key(&self.issuer, &self.subject)
    }
}

/// An issuer has no `#`, so that no two users have the same.
pub(crate) fn provider_key(issuer: &str, subject: &str) -> String {
    format!("{issuer}#{subject}")
}

/// How a provider's word has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// The provider has been asked, and has answered.
    JustNow,
    /// Somebody shows what it said once.
    Shown,
}

/// What a provider's word counts for.
#[derive(Debug, Clone, Default)]
pub struct ProviderRules {
    /// Whether who is not known gets an account.
    pub create_users: bool,
    /// Whether who is not known gets the account that has their verified email address; never an administrator's.
    pub link_by_email: bool,
    /// Whether an account is made for an address that the provider does not call verified: whoever may write any address there
    /// would have the account that it is known by here.
    pub trust_unverified_email: bool,
    /// What an access token must have been given for to do what an editor may; none: none does, and each may what a viewer may.
    pub publish_scope: Option<String>,
    /// Who is in it administers the host.
    pub admin_group: Option<String>,
    /// Which group lets into which tenant, and as what; of several the most.
    pub tenants: Vec<(String, String, Role)>,
}

/// Why somebody whom the provider knows is not let in.
#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    /// There is no account, and none is made.
    #[error("there is no account for this login")]
    NoAccount,
    /// The account is switched off.
    #[error("the account is switched off")]
    Disabled,
    /// Another account has the email address.
    #[error("another account has the email address")]
    EmailTaken,
    /// An account needs an email address, and the provider gives none.
    #[error("the provider gives no email address")]
    NoEmail,
    /// An account is known by its address, and the provider does not say that the address is theirs.
    #[error("the provider does not say that the email address is verified")]
    EmailNotVerified,
    /// There is an account, and nothing that it may see.
    #[error("the account has no tenant")]
    NoTenant,
    /// The central database failed.
    #[error(transparent)]
    Failed(#[from] IdentityError),
}

impl AdmitError {
    fn is_clash(&self) -> bool {
        matches!(
            self,
            Self::Failed(IdentityError::Database(sqlx::Error::Database(error))) if error.is_unique_violation()
        )
    }
}

impl From<sqlx::Error> for AdmitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

type Known = (Id, bool, bool, Option<String>);

impl Identity {
    /// The account of somebody whom the provider knows and who logs in, found, linked or made as the rules say, with the
    /// grants that their groups give them by now. A refusal is written into the audit log.
    ///
    /// # Errors
    /// See [`AdmitError`].
    pub async fn admit(
        &self,
        user: &ProviderUser,
        rules: &ProviderRules,
        address: IpAddr,
    ) -> Result<Uuid, AdmitError> {
        let admitted = match self.known_or_made(user, Word::JustNow, rules, address).await {
            Ok(id) => self.with_something_to_see(id).await,
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = &admitted
            && !matches!(refusal, AdmitError::Failed(_))
        {
            let email = user.email.as_deref().filter(|email| normal_email(email).is_ok());
            let target = email.map_or_else(|| user.subject.clone(), str::to_lowercase);
            self.note_refused_login(Some(target), &refusal.to_string(), address, Utc::now())
                .await?;
        }
        admitted
    }

    async fn with_something_to_see(&self, id: Uuid) -> Result<Uuid, AdmitError> {
        let is_admin = with_pool!(&self.store, pool => sqlx::query_scalar::<_, bool>(
            "SELECT is_admin FROM users WHERE id = $1",
        )
        .bind(Id(id))
        .fetch_optional(pool)
        .await)?;
        match is_admin == Some(true) || !self.tenants_of(id).await?.is_empty() {
            true => Ok(id),
            false => Err(AdmitError::NoTenant),
        }
    }

    pub(crate) async fn known_or_made(
        &self,
        user: &ProviderUser,
        word: Word,
        rules: &ProviderRules,
        address: IpAddr,
    ) -> Result<Uuid, AdmitError> {
        let mut account = self.account_of(user, rules, address).await;
        if account.as_ref().is_err_and(AdmitError::is_clash) {
            // Of two first requests at once, one has made it.
            account = self.account_of(user, rules, address).await;
        }
        let id = account?;
        self.apply_groups(id, user, word, rules, address).await?;
        Ok(id)
    }

    async fn account_of(
        &self,
        user: &ProviderUser,
        rules: &ProviderRules,
        address: IpAddr,
    ) -> Result<Uuid, AdmitError> {
        let key = user.key();
        let now = Utc::now().trunc_subsecs(3);
        let email = user.email.as_deref().and_then(|email| normal_email(email).ok());
        let full_name = provider_name(user.full_name.as_deref());
        let account = in_transaction!(&self.store, transaction => {
            let known = sqlx::query_as::<_, (Id, bool, bool)>(
                "SELECT id, disabled_at IS NOT NULL, full_name IS NULL FROM users WHERE keycloak_id = $1",
            )
            .bind(&key)
            .fetch_optional(&mut *transaction)
            .await?;
            match known {
                Some((_, true, _)) => return Err(AdmitError::Disabled),
                Some((id, false, is_nameless)) => {
                    // Who took the name away wants the provider's again: a name of one's own is left alone.
                    if let (true, Some(name)) = (is_nameless, &full_name) {
                        sqlx::query("UPDATE users SET full_name = $1, updated_at = $2 WHERE id = $3")
                            .bind(name)
                            .bind(now)
                            .bind(id)
                            .execute(&mut *transaction)
                            .await?;
                    }
                    id
                }
                // Before it is looked for: who has an account is not for those who only say that they are somebody.
                None if email.is_some() && !user.email_verified && !rules.trust_unverified_email => {
                    return Err(AdmitError::EmailNotVerified);
                }
                None => {
                    let namesake = sqlx::query_as::<_, Known>(
                        "SELECT id, is_admin, disabled_at IS NOT NULL, keycloak_id FROM users WHERE email = $1",
                    )
                    .bind(email.as_deref().unwrap_or_default())
                    .fetch_optional(&mut *transaction)
                    .await?;
                    let (id, action) = match namesake {
                        // Whoever could register an administrator's address with the provider would be one.
                        Some((id, false, false, None)) if rules.link_by_email && user.email_verified => {
                            sqlx::query("UPDATE users SET keycloak_id = $1, updated_at = $2 WHERE id = $3")
                                .bind(&key)
                                .bind(now)
                                .bind(id)
                                .execute(&mut *transaction)
                                .await?;
                            (id, "user_linked")
                        }
                        Some(_) => return Err(AdmitError::EmailTaken),
                        None if !rules.create_users => return Err(AdmitError::NoAccount),
                        None => {
                            let Some(email) = &email else {
                                return Err(AdmitError::NoEmail);
                            };
                            let id = Id::new();
                            sqlx::query(
                                "INSERT INTO users (id, keycloak_id, email, full_name, created_at, updated_at)
                                 VALUES ($1, $2, $3, $4, $5, $5)",
                            )
                            .bind(id)
                            .bind(&key)
                            .bind(email)
                            .bind(&full_name)
                            .bind(now)
                            .execute(&mut *transaction)
                            .await?;
                            (id, "user_created")
                        }
                    };
                    let entry = AuditEntry {
                        action: action.to_owned(),
                        target: email.clone(),
                        address: Some(address.into()),
                        detail: Some(format!("by the identity provider, as {}", user.subject)),
                        ..AuditEntry::default()
                    };
                    add_line!(entry, &mut *transaction)?;
                    id
                }
            }
        });
        Ok(account.0)
    }

    /// Gives and takes what the groups give. Does nothing where the provider says nothing of groups, or has said
    /// something newer before: a token that was kept does not bring back what was taken since. Instants are whole seconds;
    /// within one, what was said just now counts, and what is shown again does not.
    async fn apply_groups(
        &self,
        user: Uuid,
        said: &ProviderUser,
        word: Word,
        rules: &ProviderRules,
        address: IpAddr,
    ) -> Result<(), IdentityError> {
        let Some(groups) = &said.groups else {
            return Ok(());
        };
        let is_in = |group: &str| groups.iter().any(|known| known == group);
        let mut wanted: BTreeMap<&str, Role> = BTreeMap::new();
        for (_, tenant, role) in rules.tenants.iter().filter(|(group, _, _)| is_in(group)) {
            let most = wanted.entry(tenant).or_insert(*role);
            *most = (*most).max(*role);
        }
        let administers = rules.admin_group.as_deref().is_some_and(is_in);
        let now = Utc::now().trunc_subsecs(3);
        let issued_at = said.issued_at.trunc_subsecs(0);
        // In turn: what a group takes may be what somebody is just about to use.
        let lost_administration = in_turn!(&self.store, transaction => {
            let is_news = sqlx::query(
                "UPDATE users SET groups_at = $1
                 WHERE id = $2 AND (groups_at IS NULL OR groups_at < $1 OR ($3 AND groups_at = $1))",
            )
            .bind(issued_at)
            .bind(Id(user))
            .bind(word == Word::JustNow)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if is_news == 0 {
                return Ok(());
            }
            let (email, is_admin, by_group) = sqlx::query_as::<_, (String, bool, bool)>(
                "SELECT email, is_admin, is_admin_by_group FROM users WHERE id = $1",
            )
            .bind(Id(user))
            .fetch_one(&mut *transaction)
            .await?;
            let granted = sqlx::query_as::<_, (String, String, bool)>(
                "SELECT tenants.tenant_id, user_tenants.role, user_tenants.by_group
                 FROM user_tenants JOIN tenants ON tenants.id = user_tenants.tenant_id
                 WHERE user_tenants.user_id = $1",
            )
            .bind(Id(user))
            .fetch_all(&mut *transaction)
            .await?;
            let granted: BTreeMap<String, (String, bool)> =
                granted.into_iter().map(|(tenant, role, by_group)| (tenant, (role, by_group))).collect();
            let mut lines: Vec<(&str, Option<&str>, String)> = Vec::new();
            if administers != is_admin && (administers || by_group) {
                sqlx::query("UPDATE users SET is_admin = $1, is_admin_by_group = $1, updated_at = $2 WHERE id = $3")
                    .bind(administers)
                    .bind(now)
                    .bind(Id(user))
                    .execute(&mut *transaction)
                    .await?;
                let action = if administers { "admin_granted" } else { "admin_revoked" };
                lines.push((action, None, "by a group".to_owned()));
            }
            for (tenant, role) in &wanted {
                let before = granted.get(*tenant);
                // Given by a person, or already so.
                if before.is_some_and(|(before, by_group)| !by_group || before == role.name()) {
                    continue;
                }
                let row = sqlx::query_as::<_, (Id,)>(ACTIVE_TENANT)
                    .bind(*tenant)
                    .fetch_optional(&mut *transaction)
                    .await?;
                let Some((row,)) = row else {
                    continue;
                };
                sqlx::query(
                    "INSERT INTO user_tenants (user_id, tenant_id, granted_at, role, by_group)
                     VALUES ($1, $2, $3, $4, TRUE)
                     ON CONFLICT (user_id, tenant_id) DO UPDATE SET role = excluded.role",
                )
                .bind(Id(user))
                .bind(row)
                .bind(now)
                .bind(role.name())
                .execute(&mut *transaction)
                .await?;
                let detail = match before {
                    Some((before, _)) => format!("{before}, now {}, by a group", role.name()),
                    None => format!("{}, by a group", role.name()),
                };
                lines.push(("grant", Some(*tenant), detail));
            }
            for (tenant, (role, by_group)) in &granted {
                if *by_group && !wanted.contains_key(tenant.as_str()) {
                    sqlx::query(
                        "DELETE FROM user_tenants
                         WHERE user_id = $1 AND tenant_id IN (SELECT id FROM tenants WHERE tenant_id = $2)",
                    )
                    .bind(Id(user))
                    .bind(tenant)
                    .execute(&mut *transaction)
                    .await?;
                    lines.push(("revoke", Some(tenant), format!("was {role}, by a group")));
                }
            }
            for (action, tenant, detail) in lines {
                let entry = AuditEntry {
                    action: action.to_owned(),
                    target: Some(email.clone()),
                    tenant: tenant.map(str::to_owned),
                    address: Some(address.into()),
                    detail: Some(detail),
                    ..AuditEntry::default()
                };
                add_line!(entry, &mut *transaction)?;
            }
            is_admin && by_group && !administers
        });
        self.sessions.forget_user(user);
        if lost_administration {
            self.warn_of_an_ownerless_host().await?;
        }
        Ok(())
    }

    /// A group's loss counts also where it leaves no administrator: whoever runs the host has to hear of it.
    async fn warn_of_an_ownerless_host(&self) -> Result<(), IdentityError> {
        let (left,) = with_pool!(&self.store, pool => sqlx::query_as::<_, (i64,)>(ADMINISTRATORS)
            .fetch_one(pool)
            .await)?;
        if left == 0 {
            tracing::error!(
                "no administrator of the host is left: the provider's group has lost its last one. Make one with `porthole user add --admin`, or put somebody into the group"
            );
        }
        Ok(())
    }

    /// Takes over what a renewed login says of the user's groups.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn renew_groups(
        &self,
        user: Uuid,
        said: &ProviderUser,
        rules: &ProviderRules,
        address: IpAddr,
    ) -> Result<(), IdentityError> {
        self.apply_groups(user, said, Word::JustNow, rules, address).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_of_two_providers_are_never_the_same() {
        assert_ne!(provider_key("https://a", "b"), provider_key("https://a/b", ""));
    }
}
