//! Endpoints that a tenant's own components answer.

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::Utc;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::answer::answer;
use crate::caller::GrantedTenant;
use crate::panel_query;
use crate::path_name::PathName;
use crate::picture;
use crate::problem::ApiError;
use crate::request_id::RequestId;
use crate::state::ApiState;

/// What the tenant's component with this endpoint name answers.
///
/// It is asked for one of the tenant's panels, whose parameters and sources reach it: the one named, or the first with
/// this endpoint. A picture is answered as its bytes, a document as the JSON that the component gave, any other view as
/// the panel's answer.
#[utoipa::path(
    get, path = "/custom/{endpoint}", tag = "Custom panels",
    params(
        ("endpoint" = String, Path, description = "The endpoint's name.", example = "network-topology"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
        ("panel" = Option<String>, Query, description = "For which panel; without it, the first with this endpoint.", example = "network_topology"),
        ("start_date" = Option<String>, Query, description = "As for /panels/{id}/data, with all its other parameters.", example = "2026-01-01T00:00:00Z"),
        ("end_date" = Option<String>, Query, description = "As for /panels/{id}/data.", example = "2026-01-05T00:00:00Z"),
    ),
    responses(
        (status = 200, description = "JSON, or a picture's bytes.", content(("application/json"), ("image/png"), ("image/jpeg"))),
        (status = 400, description = "`invalid_parameter`, `no_tenant`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no panel of this tenant has the endpoint.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "`panel_configuration`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 502, description = "As for /panels/{id}/data.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 503, description = "As for /panels/{id}/data.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ApiState>,
    tenant: GrantedTenant,
    PathName(endpoint): PathName,
    RawQuery(query): RawQuery,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (panel, request) = panel_query::read_custom(query.as_deref(), id, Utc::now())?;
    let panel = state
        .panels
        .panel_of_endpoint(tenant.id(), &endpoint, panel.as_deref())
        .ok_or_else(ApiError::not_found)?;
    let rendered = state.panels.render(tenant.id(), &panel, request).await?;
    if let Some(picture) = &rendered.picture {
        return Ok(picture::pixels(picture));
    }
    if let Some(document) = &rendered.document {
        let mut response = Response::new(Body::from(document.clone()));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        return Ok(response);
    }
    answer(rendered, &headers).await
}
