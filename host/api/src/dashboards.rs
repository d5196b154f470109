//! The tenant's dashboards.

use axum::Json;
use axum::extract::State;
use porthole_model::{Dashboard, Dashboards};

use crate::caller::GrantedTenant;
use crate::path_name::PathName;
use crate::problem::ApiError;
use crate::state::ApiState;

/// The tenant's dashboards: `default` first, then by title.
#[utoipa::path(
    get, path = "/dashboards", tag = "Dashboards",
    params(("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha")),
    responses(
        (status = 200, description = "For the dashboard selector.", body = ref("#/components/schemas/Dashboards")),
        (status = 400, description = "`no_tenant`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such tenant, or no grant for it.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    tenant: GrantedTenant,
) -> Result<Json<Dashboards>, ApiError> {
    state
        .panels
        .dashboards(tenant.id())
        .map(Json)
        .ok_or_else(ApiError::not_found)
}

/// One dashboard: its grid, and where each panel stands in it.
#[utoipa::path(
    get, path = "/dashboards/{name}", tag = "Dashboards",
    params(
        ("name" = String, Path, description = "The dashboard's name.", example = "default"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 200, description = "The panels' data is asked for one by one.", body = ref("#/components/schemas/Dashboard")),
        (status = 400, description = "`no_tenant`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ApiState>,
    tenant: GrantedTenant,
    PathName(name): PathName,
) -> Result<Json<Dashboard>, ApiError> {
    state
        .panels
        .dashboard(tenant.id(), &name)
        .map(Json)
        .ok_or_else(ApiError::not_found)
}
