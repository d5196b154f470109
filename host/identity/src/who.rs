//! Who is asking: the answer to "whose session is this?".

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use porthole_model::{Me, Role, Session, TenantSummary};
use uuid::Uuid;

/// The user and the session behind a request.
#[derive(Debug, Clone)]
pub struct Who {
    /// The user's id.
    pub id: Uuid,
    /// Lower case.
    pub email: String,
    /// As the administrator or the provider wrote it.
    pub full_name: Option<String>,
    /// May use the administration. Gives no tenant: only a grant does.
    pub is_admin: bool,
    /// The active tenants this user has a grant for, by name, with what they may do there: an administrator everything.
    pub tenants: Arc<[TenantSummary]>,
    /// Whether a program asks, with a token: then `session` is the token's, and there is nothing to administer.
    pub is_program: bool,
    /// The session that asked.
    pub session: SessionState,
}

/// The session behind a request.
#[derive(Debug, Clone)]
pub struct SessionState {
    /// For the log and the audit; not the token.
    pub id: Uuid,
    /// The tenant this session selected, if it is still granted.
    pub tenant: Option<String>,
    /// When the session ends, unless it is used before.
    pub expires_at: DateTime<Utc>,
    /// When the identity provider should be asked whether the login still holds; none: nobody asks it.
    pub renew_at: Option<DateTime<Utc>>,
}

impl Who {
    /// Whether this user has a grant for the active tenant `tenant`.
    pub fn may_use(&self, tenant: &str) -> bool {
        self.tenants.iter().any(|granted| granted.id == tenant)
    }

    /// What this user may do in the active tenant `tenant`; none without a grant.
    pub fn role_in(&self, tenant: &str) -> Option<Role> {
        let granted = self.tenants.iter().find(|granted| granted.id == tenant)?;
        Some(granted.role)
    }

    /// The API's form.
    pub fn me(&self) -> Me {
        Me {
            id: self.id.to_string(),
            email: self.email.clone(),
            full_name: self.full_name.clone(),
            is_admin: self.is_admin,
            tenants: self.tenants.to_vec(),
            session: Session {
                tenant: self.session.tenant.clone(),
                expires_at: self.session.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            },
        }
    }
}
