//! A panel's data.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::Utc;
use http::{HeaderMap, StatusCode};
use porthole_identity::AuditEntry;

use crate::answer::answer;
use crate::caller::{GrantedTenant, TenantEditor};
use crate::client_address::ClientAddress;
use crate::panel_query;
use crate::path_name::PathName;
use crate::problem::ApiError;
use crate::request_id::RequestId;
use crate::state::ApiState;

/// What a panel shows for a range of time.
#[utoipa::path(
    get, path = "/panels/{id}/data", tag = "Panels",
    params(
        ("id" = String, Path, description = "The panel's id.", example = "cpu_usage"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
        ("start_date" = Option<String>, Query, description = "RFC 3339, with a zone. Without it: 24 hours before the end.", example = "2026-01-01T00:00:00Z"),
        ("end_date" = Option<String>, Query, description = "RFC 3339, with a zone; not included. Without it: now.", example = "2026-01-05T00:00:00Z"),
        ("disable_aggregation" = Option<bool>, Query, description = "Raw points instead of buckets."),
        ("series_filter" = Option<Vec<String>>, Query, description = "The label of one series to show, as the panel shows it; may be repeated. Empty: the series without a label.", example = json!(["web-1"])),
        ("max_points" = Option<u32>, Query, description = "More points than this per series cannot be shown.", minimum = 1, maximum = 1000000, example = 1200),
        ("page" = Option<u32>, Query, description = "Tables: from 1.", minimum = 1, maximum = 1000000, example = 1),
        ("page_size" = Option<u32>, Query, description = "Tables: rows on a page; without it, the panel's own.", minimum = 1, maximum = 500, example = 50),
        ("sort" = Option<String>, Query, description = "Tables: columns, the first counts first; a minus before one turns it round.", example = "-recorded_at,server"),
        ("order" = Option<String>, Query, description = "Tables: `asc` or `desc`, for `sort` without a minus.", example = "desc"),
        ("filter" = Option<std::collections::HashMap<String, String>>, Query, style = DeepObject, explode, description = "Tables: `filter[column]=text` keeps the rows whose cell contains the text."),
        ("tz" = Option<String>, Query, description = "The reader's time zone, by its IANA name.", example = "Europe/Vienna"),
        ("width" = Option<u32>, Query, description = "Panels that draw: CSS pixels the view is shown in; with `height`.", minimum = 16, maximum = 4096, example = 640),
        ("height" = Option<u32>, Query, description = "Panels that draw: see `width`.", minimum = 16, maximum = 4096, example = 320),
        ("theme" = Option<String>, Query, description = "Panels that draw: `dark` or `light`; with `width` and `height`.", example = "dark"),
        ("fresh" = Option<bool>, Query, description = "Make the view anew even if one is at hand; a 503 while the database is down."),
    ),
    responses(
        (status = 200, description = "The view and what it cost.", body = ref("#/components/schemas/PanelAnswer"), headers(("ETag" = String, description = "Equal views have equal tags."))),
        (status = 304, description = "The view is the one that If-None-Match names."),
        (status = 400, description = "`invalid_parameter`, with the `parameter`; `no_tenant`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such panel, or no grant for its tenant.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "`panel_configuration`, with `diagnostics`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 502, description = "`plugin_trapped`, `plugin_limit`, `plugin_answer`, `plugin_failed`, `query_failed`, `query_too_large`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 503, description = "`database_down`, `busy`; Retry-After says when to try again.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 504, description = "`query_timed_out`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn data(
    State(state): State<ApiState>,
    tenant: GrantedTenant,
    PathName(panel): PathName,
    RawQuery(query): RawQuery,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let request = panel_query::read(query.as_deref(), id, Utc::now())?;
    let rendered = state.panels.render(tenant.id(), &panel, request).await?;
    answer(rendered, &headers).await
}

/// Read a panel's data anew: rows that were there already have changed.
///
/// A tenant may do so sixty times in ten minutes.
#[utoipa::path(
    post, path = "/panels/{id}/invalidate", tag = "Panels",
    params(
        ("id" = String, Path, description = "The panel's id.", example = "cpu_usage"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 204, description = "Nothing that was made of the panel's tables before is shown again: here from now on, by other hosts within seconds."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such panel, or no grant for its tenant.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "`panel_configuration`, with `diagnostics`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 429, description = "`too_many_requests`; Retry-After says when to try again.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 503, description = "`busy`: the tenant's plugins are being compiled.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn invalidate(
    State(state): State<ApiState>,
    editor: TenantEditor,
    ClientAddress(address): ClientAddress,
    PathName(panel): PathName,
) -> Result<StatusCode, ApiError> {
    state
        .identity
        .may_invalidate(editor.tenant(), Utc::now())
        .map_err(|wait| ApiError::too_many("This tenant's data was read anew too often", wait))?;
    state.panels.invalidate(editor.tenant(), &panel).await?;
    let entry = AuditEntry {
        action: "data_invalidated".to_owned(),
        target: Some(panel),
        tenant: Some(editor.tenant().to_owned()),
        ..editor.actor(address)
    };
    state.identity.audit(entry).await?;
    Ok(StatusCode::NO_CONTENT)
}
