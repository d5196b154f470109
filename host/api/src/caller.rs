//! Who asks, and for which tenant.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, Path};
use chrono::Utc;
use http::Method;
use http::request::Parts;
use porthole_identity::{AuditEntry, Identity, Role, Who};
use uuid::Uuid;

use crate::parameters::Parameters;
use crate::problem::ApiError;
use crate::session_cookie::MaybeCaller;
use crate::state::ApiState;

const TENANT_HEADER: &str = "x-porthole-tenant";

/// Who asks: the handler is for those who are logged in.
pub(crate) struct Caller(pub(crate) Arc<Who>);

impl FromRequestParts<ApiState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let MaybeCaller(who) = MaybeCaller::from_request_parts(parts, state).await?;
        let who = who.ok_or_else(ApiError::not_logged_in)?;
        if is_counted(parts) {
            state
                .identity
                .may_change(who.id, Utc::now())
                .map_err(|wait| ApiError::too_many("This account has changed too much", wait))?;
            if let Some(writer) = parts.extensions.get::<Writer>() {
                let _ = writer.0.set(who.id);
            }
        }
        Ok(Self(who))
    }
}

/// Whether a request changes something that an account may not change without end. Whoever has somebody's session as well must not
/// keep its owner from ending that, and what can be ended had to be made before.
fn is_counted(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let is_ending = parts.method == Method::DELETE
        && ["/api/v1/account/", "/api/v1/admin/"]
            .iter()
            .any(|own| path.starts_with(own));
    let is_switching_off = parts.method == Method::POST && path.ends_with("/disable");
    let is_ending = is_ending || is_switching_off;
    !parts.method.is_safe() && !is_ending && path != "/api/v1/account/password"
}

/// Whose request it is that changes something, for whoever sees whether it did.
#[derive(Clone, Default)]
pub(crate) struct Writer(Arc<OnceLock<Uuid>>);

impl Writer {
    /// Counts what was changed.
    pub(crate) fn note(&self, identity: &Identity) {
        if let Some(user) = self.0.get() {
            identity.has_changed(*user, Utc::now());
        }
    }
}

/// Somebody with a session of their own: no program with a token.
pub(crate) struct Person(pub(crate) Arc<Who>);

impl FromRequestParts<ApiState> for Person {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Caller(who) = Caller::from_request_parts(parts, state).await?;
        match who.is_program {
            true => Err(ApiError::no_program()),
            false => Ok(Self(who)),
        }
    }
}

/// Somebody who administers the host.
pub(crate) struct Administrator(pub(crate) Arc<Who>);

impl FromRequestParts<ApiState> for Administrator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Person(who) = Person::from_request_parts(parts, state).await?;
        match who.is_admin {
            true => Ok(Self(who)),
            false => Err(ApiError::not_an_admin()),
        }
    }
}

/// The tenant `{tenant}` of the address, which the caller administers: as its admin, or as an administrator of the host,
/// who needs no grant to say who has one and sees none of its data by that.
pub(crate) struct AdministeredTenant {
    who: Arc<Who>,
    tenant: String,
}

impl AdministeredTenant {
    pub(crate) fn id(&self) -> &str {
        &self.tenant
    }

    /// Whether an administrator of the host asks.
    pub(crate) fn is_the_hosts(&self) -> bool {
        self.who.is_admin
    }

    /// The caller, for the audit log.
    pub(crate) fn actor(&self, address: IpAddr) -> AuditEntry {
        actor(&self.who, address)
    }
}

impl FromRequestParts<ApiState> for AdministeredTenant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Person(who) = Person::from_request_parts(parts, state).await?;
        let Ok(Path(mut named)) = Path::<HashMap<String, String>>::from_request_parts(parts, state).await
        else {
            return Err(ApiError::not_found());
        };
        let tenant = named.remove("tenant").unwrap_or_default();
        if who.is_admin {
            let known = state.identity.tenant_states().await?;
            if !known.iter().any(|known| known.id == tenant) {
                return Err(ApiError::not_found());
            }
        } else {
            match who.role_in(&tenant) {
                None => return Err(ApiError::not_found()),
                Some(role) if role < Role::Admin => return Err(ApiError::role_too_small(Role::Admin)),
                Some(_) => {}
            }
        }
        Ok(Self { who, tenant })
    }
}

/// A tenant that the caller has a grant for. There is no other way for a handler to come by a tenant.
pub(crate) struct GrantedTenant {
    who: Arc<Who>,
    /// Where in `who.tenants`.
    place: usize,
}

impl GrantedTenant {
    pub(crate) fn id(&self) -> &str {
        self.who.tenants.get(self.place).map_or("", |tenant| &tenant.id)
    }

    /// Refuses whoever may do less than `role` may.
    fn at_least(&self, role: Role) -> Result<(), ApiError> {
        match self.who.role_in(self.id()) {
            Some(granted) if granted >= role => Ok(()),
            _ => Err(ApiError::role_too_small(role)),
        }
    }
}

/// The same for an address that may name the tenant itself, as `?tenant=`: a browser sends no header for a picture.
pub(crate) struct TenantOfAddress(GrantedTenant);

impl TenantOfAddress {
    pub(crate) fn id(&self) -> &str {
        self.0.id()
    }
}

/// A tenant whose plugins the caller may see and change: an editor or admin there.
pub(crate) struct TenantEditor(GrantedTenant);

impl TenantEditor {
    pub(crate) fn tenant(&self) -> &str {
        self.0.id()
    }

    /// The caller, for the audit log.
    pub(crate) fn actor(&self, address: IpAddr) -> AuditEntry {
        actor(&self.0.who, address)
    }
}

impl FromRequestParts<ApiState> for TenantEditor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let tenant = GrantedTenant::from_request_parts(parts, state).await?;
        tenant.at_least(Role::Editor)?;
        Ok(Self(tenant))
    }
}

/// Somebody, for the audit log.
pub(crate) fn actor(who: &Who, address: IpAddr) -> AuditEntry {
    AuditEntry {
        actor: Some(who.id),
        actor_email: Some(who.email.clone()),
        address: Some(address.into()),
        ..AuditEntry::default()
    }
}

impl FromRequestParts<ApiState> for TenantOfAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let named = Parameters::parse(parts.uri.query())?.one("tenant")?;
        let named = named.map(|named| named.into_owned());
        GrantedTenant::among(parts, state, named).await.map(Self)
    }
}

impl FromRequestParts<ApiState> for GrantedTenant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        Self::among(parts, state, None).await
    }
}

impl GrantedTenant {
    /// The tenant of the header, else of the address, else of the session, if the caller has a grant for it.
    async fn among(parts: &mut Parts, state: &ApiState, address: Option<String>) -> Result<Self, ApiError> {
        let Caller(who) = Caller::from_request_parts(parts, state).await?;
        let mut named = parts.headers.get_all(TENANT_HEADER).iter();
        let wanted = match (named.next(), named.next()) {
            // What no tenant can be called is nobody's tenant.
            (Some(name), None) => Some(name.to_str().map_err(|_| ApiError::not_found())?),
            (Some(_), Some(_)) => {
                return Err(ApiError::parameter(
                    "X-Porthole-Tenant",
                    "The header X-Porthole-Tenant stands here twice.",
                ));
            }
            (None, _) => address.as_deref().or(who.session.tenant.as_deref()),
        };
        let place = match wanted {
            Some(wanted) => who
                .tenants
                .iter()
                .position(|tenant| tenant.id == wanted)
                .ok_or_else(ApiError::not_found)?,
            None if who.tenants.len() == 1 => 0,
            None => return Err(ApiError::no_tenant()),
        };
        Ok(Self { who, place })
    }
}
