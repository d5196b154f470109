//! The caller's tenants.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use porthole_model::Tenants;

use crate::caller::{Caller, Person};
use crate::path_name::PathName;
use crate::problem::ApiError;
use crate::state::ApiState;

/// The tenants the caller has a grant for, by name.
#[utoipa::path(
    get, path = "/tenants", tag = "Tenants",
    responses(
        (status = 200, description = "The caller's tenants, and the one this session selected.", body = ref("#/components/schemas/Tenants")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(Caller(who): Caller) -> Json<Tenants> {
    Json(Tenants {
        tenants: who.tenants.to_vec(),
        selected: who.session.tenant.clone(),
    })
}

/// Select the tenant of this session.
///
/// Requests without the header X-Porthole-Tenant are about this tenant from now on.
#[utoipa::path(
    post, path = "/tenants/{id}/select", tag = "Tenants",
    params(("id" = String, Path, description = "The tenant's id.", example = "tenant-alpha")),
    responses(
        (status = 204, description = "Selected."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`cross_origin`; `forbidden`: a token asks.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such tenant, or no grant for it.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn select(
    State(state): State<ApiState>,
    Person(who): Person,
    PathName(tenant): PathName,
) -> Result<StatusCode, ApiError> {
    state.identity.select_tenant(&who, &tenant).await?;
    Ok(StatusCode::NO_CONTENT)
}
