//! Programs that show an access token of the identity provider: whom it stands for.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use porthole_model::Role;

use crate::id::Id;
use crate::provider::Word;
use crate::store::with_pool;
use crate::tenants::effective;
use crate::token::hash_of_text;
use crate::{AdmitError, AuditEntry, Identity, ProviderRules, ProviderUser, SessionState, Who};

impl Identity {
    /// Whom a bearer's token stands for, if that was found out a moment ago.
    pub async fn known_bearer(&self, token: &str, now: DateTime<Utc>) -> Option<Arc<Who>> {
        self.confirm_access().await;
        self.sessions.get(&hash_of_text(token), now)
    }

    /// Whom a bearer's token stands for: the token was checked, and says that it is `user`'s until `expires_at`. It stands
    /// for a program, in any tenant of theirs, and may there what a viewer may; what an editor may only with the scope that the
    /// rules name among `scopes`.
    /// A program leaves a `login` in the audit log at most once an hour, and a refusal none: it asks again and again.
    ///
    /// # Errors
    /// See [`AdmitError`].
    pub async fn admit_bearer(
        &self,
        token: &str,
        user: &ProviderUser,
        expires_at: DateTime<Utc>,
        scopes: &[String],
        rules: &ProviderRules,
        address: IpAddr,
    ) -> Result<Arc<Who>, AdmitError> {
        let id = self.known_or_made(user, Word::Shown, rules, address).await?;
        let generation = self.sessions.generation();
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, (String, Option<String>, bool)>(
            "SELECT email, full_name, is_admin FROM users WHERE id = $1 AND disabled_at IS NULL",
        )
        .bind(Id(id))
        .fetch_optional(pool)
        .await)?;
        let (email, full_name, is_admin) = found.ok_or(AdmitError::Disabled)?;
        let may_publish = rules
            .publish_scope
            .as_ref()
            .is_some_and(|scope| scopes.contains(scope));
        let most = if may_publish { Role::Editor } else { Role::Viewer };
        let mut tenants = self.tenants_of(id).await?;
        for tenant in &mut tenants {
            tenant.role = effective(tenant.role.name(), is_admin).min(most);
        }
        let hash = hash_of_text(token);
        let mut name = [0; 16];
        name.copy_from_slice(&hash[..16]);
        let who = Arc::new(Who {
            id,
            email,
            full_name,
            is_admin: false,
            tenants: tenants.into(),
            is_program: true,
            session: SessionState {
                id: uuid::Builder::from_custom_bytes(name).into_uuid(),
                tenant: None,
                expires_at,
                renew_at: None,
            },
        });
        self.sessions.put(hash, &who, generation);
        if self.told_bearers.count((id, address), Utc::now()).is_ok() {
            let entry = AuditEntry {
                action: "login".to_owned(),
                actor: Some(id),
                actor_email: Some(who.email.clone()),
                address: Some(address.into()),
                detail: Some("a program, with an access token of the identity provider".to_owned()),
                ..AuditEntry::default()
            };
            self.audit(entry).await?;
        }
        Ok(who)
    }
}
