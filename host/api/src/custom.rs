//! Endpoints that a tenant's own components answer.

use crate::caller::GrantedTenant;
use crate::path_name::PathName;
use crate::problem::ApiError;

/// What the tenant's component with this endpoint name answers.
///
/// No component answers under a name of its own yet: every name is unknown.
#[utoipa::path(
    get, path = "/custom/{endpoint}", tag = "Custom panels",
    params(
        ("endpoint" = String, Path, description = "The endpoint's name.", example = "capacity_forecast"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(_tenant: GrantedTenant, _endpoint: PathName) -> ApiError {
    ApiError::not_found()
}
