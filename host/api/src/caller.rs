//! Who asks, and for which tenant.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use porthole_identity::Who;

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
        who.map(Self).ok_or_else(ApiError::not_logged_in)
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
}

impl FromRequestParts<ApiState> for GrantedTenant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
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
            (None, _) => who.session.tenant.as_deref(),
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
