//! The tenant's own plugins: what there is, what it costs and says, and the publishing of more.
//!
//! Open to the tenant's editors and admins.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{RawQuery, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use porthole_identity::AuditEntry;
use porthole_model::{Plugin, PluginLog, PluginPublished, Plugins};
use porthole_plugins::Upload;

use crate::caller::TenantEditor;
use crate::client_address::ClientAddress;
use crate::parameters::Parameters;
use crate::path_name::{PathName, PathNames};
use crate::problem::ApiError;
use crate::seam::PluginChange;
use crate::state::ApiState;

/// The text of a minisign signature, in base64, since it has several lines.
const SIGNATURE: &str = "x-porthole-signature";
const LARGEST_SIGNATURE: usize = 8_192;
const LOG_LINES: u32 = 200;
const MOST_LOG_LINES: u32 = 10_000;

/// The tenant's own plugins.
#[utoipa::path(
    get, path = "/plugins", tag = "Plugins",
    params(("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha")),
    responses(
        (status = 200, description = "By name: state, versions, limits, totals, last failures.", body = ref("#/components/schemas/Plugins")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: no editor of this tenant.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    editor: TenantEditor,
) -> Result<Json<Plugins>, ApiError> {
    Ok(Json(state.plugins.list(editor.tenant()).await?))
}

/// One of the tenant's own plugins.
#[utoipa::path(
    get, path = "/plugins/{name}", tag = "Plugins",
    params(
        ("name" = String, Path, description = "The plugin's type name.", example = "calendar_heatmap"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 200, description = "State, versions, limits, totals, last failures.", body = ref("#/components/schemas/Plugin")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: no editor of this tenant.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ApiState>,
    editor: TenantEditor,
    PathName(name): PathName,
) -> Result<Json<Plugin>, ApiError> {
    Ok(Json(state.plugins.one(editor.tenant(), &name).await?))
}

/// Publish a component.
///
/// The body is the component itself. It is checked before it is kept: size, world, version of the contract, its own
/// description under the tenant's limits, signature, name and endpoint; its pin, if it shall answer.
#[utoipa::path(
    post, path = "/plugins", tag = "Plugins",
    params(
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
        ("X-Porthole-Signature" = Option<String>, Header, description = "The text of a minisign signature over the body, in base64."),
        ("activate" = Option<bool>, Query, description = "Whether it answers from now on; without it, it does."),
    ),
    request_body(content = Vec<u8>, content_type = "application/wasm"),
    responses(
        (status = 201, description = "Kept.", body = ref("#/components/schemas/PluginPublished")),
        (status = 400, description = "`invalid_parameter`, `no_tenant`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`plugin_clash`: name, endpoint or version is taken.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 413, description = "`invalid_body`: larger than the tenant's limit.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 415, description = "`invalid_body`: the header Content-Type says something else.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "`plugin_refused`: no panel, or not one this tenant trusts.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 503, description = "`busy`; Retry-After says when to try again.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn publish(
    State(state): State<ApiState>,
    editor: TenantEditor,
    ClientAddress(address): ClientAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<PluginPublished>), ApiError> {
    // Also what keeps another site's form from publishing: it cannot say this.
    if headers
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind != "application/wasm")
    {
        return Err(ApiError::not_wasm());
    }
    let mut given = Parameters::parse(query.as_deref())?;
    let activate = given.flag_or("activate", true)?;
    given.nothing_else("activate")?;
    let signature = headers
        .get(SIGNATURE)
        .map(|header| signature(header.as_bytes()))
        .transpose()?;
    let limit = state
        .plugins
        .largest(editor.tenant())
        .ok_or_else(ApiError::not_found)?;
    let too_large = || {
        ApiError::body(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "The component is larger than the {limit} bytes that this tenant may publish (`limits.plugin`)."
            ),
        )
    };
    // One byte more than allowed is enough to know.
    let bytes = to_bytes(body, limit.saturating_add(1))
        .await
        .map_err(|_| too_large())?;
    if bytes.len() > limit {
        return Err(too_large());
    }
    let upload = Upload {
        bytes: bytes.into(),
        signature,
        activate,
    };
    let actor = editor.actor(address);
    let published = state.plugins.publish(editor.tenant(), upload, actor).await?;
    Ok((StatusCode::CREATED, Json(published)))
}

/// Let a published version answer.
#[utoipa::path(
    post, path = "/plugins/{name}/versions/{version}/activate", tag = "Plugins",
    params(
        ("name" = String, Path, description = "The plugin's type name.", example = "calendar_heatmap"),
        ("version" = String, Path, description = "Its version.", example = "1.0.0"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 200, description = "It answers.", body = ref("#/components/schemas/Plugin")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`plugin_clash`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "`plugin_refused`: the tenant's plugins.lock does not let it run.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn activate(
    State(state): State<ApiState>,
    editor: TenantEditor,
    ClientAddress(address): ClientAddress,
    PathNames(name, version): PathNames,
) -> Result<Json<Plugin>, ApiError> {
    change(&state, &editor, address, &name, PluginChange::Activate(version)).await
}

/// Let the version answer that did before.
#[utoipa::path(
    post, path = "/plugins/{name}/rollback", tag = "Plugins",
    params(
        ("name" = String, Path, description = "The plugin's type name.", example = "calendar_heatmap"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 200, description = "The version before answers.", body = ref("#/components/schemas/Plugin")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`plugin_clash`: there is no version before.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn roll_back(
    State(state): State<ApiState>,
    editor: TenantEditor,
    ClientAddress(address): ClientAddress,
    PathName(name): PathName,
) -> Result<Json<Plugin>, ApiError> {
    change(&state, &editor, address, &name, PluginChange::RollBack).await
}

/// Let no version of a plugin answer.
#[utoipa::path(
    post, path = "/plugins/{name}/deactivate", tag = "Plugins",
    params(
        ("name" = String, Path, description = "The plugin's type name.", example = "calendar_heatmap"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 200, description = "Nothing answers under this name.", body = ref("#/components/schemas/Plugin")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`plugin_clash`: no version answers, or it is a file of the tenant's folder.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn deactivate(
    State(state): State<ApiState>,
    editor: TenantEditor,
    ClientAddress(address): ClientAddress,
    PathName(name): PathName,
) -> Result<Json<Plugin>, ApiError> {
    change(&state, &editor, address, &name, PluginChange::Deactivate).await
}

/// Remove a version that does not answer.
#[utoipa::path(
    delete, path = "/plugins/{name}/versions/{version}", tag = "Plugins",
    params(
        ("name" = String, Path, description = "The plugin's type name.", example = "calendar_heatmap"),
        ("version" = String, Path, description = "Its version.", example = "1.0.0"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 204, description = "Gone."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`plugin_clash`: it is the version that answers.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove_version(
    State(state): State<ApiState>,
    editor: TenantEditor,
    ClientAddress(address): ClientAddress,
    PathNames(name, version): PathNames,
) -> Result<StatusCode, ApiError> {
    let wish = PluginChange::RemoveVersion(version);
    state
        .plugins
        .change(editor.tenant(), &name, wish, editor.actor(address))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a published plugin with all its versions.
#[utoipa::path(
    delete, path = "/plugins/{name}", tag = "Plugins",
    params(
        ("name" = String, Path, description = "The plugin's type name.", example = "calendar_heatmap"),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 204, description = "Gone."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`plugin_clash`: it is a file of the tenant's folder.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove(
    State(state): State<ApiState>,
    editor: TenantEditor,
    ClientAddress(address): ClientAddress,
    PathName(name): PathName,
) -> Result<StatusCode, ApiError> {
    let actor = editor.actor(address);
    state
        .plugins
        .change(editor.tenant(), &name, PluginChange::Remove, actor)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a plugin wrote.
#[utoipa::path(
    get, path = "/plugins/{name}/logs", tag = "Plugins",
    params(
        ("name" = String, Path, description = "The plugin's type name; a built-in one too.", example = "calendar_heatmap"),
        ("limit" = Option<u32>, Query, description = "The newest so many lines.", minimum = 1, maximum = 10000, example = 200),
        ("X-Porthole-Tenant" = Option<String>, Header, description = "The tenant; without it, the one this session selected.", example = "tenant-alpha"),
    ),
    responses(
        (status = 200, description = "Oldest first.", body = ref("#/components/schemas/PluginLog")),
        (status = 400, description = "`invalid_parameter`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: no editor of this tenant.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn logs(
    State(state): State<ApiState>,
    editor: TenantEditor,
    PathName(name): PathName,
    RawQuery(query): RawQuery,
) -> Result<Json<PluginLog>, ApiError> {
    let mut given = Parameters::parse(query.as_deref())?;
    let limit = given.number("limit", 1, MOST_LOG_LINES)?.unwrap_or(LOG_LINES);
    given.nothing_else("limit")?;
    Ok(Json(
        state.plugins.log(editor.tenant(), &name, limit as usize).await?,
    ))
}

async fn change(
    state: &ApiState,
    editor: &TenantEditor,
    address: std::net::IpAddr,
    name: &str,
    change: PluginChange,
) -> Result<Json<Plugin>, ApiError> {
    let actor: AuditEntry = editor.actor(address);
    state.plugins.change(editor.tenant(), name, change, actor).await?;
    Ok(Json(state.plugins.one(editor.tenant(), name).await?))
}

fn signature(header: &[u8]) -> Result<String, ApiError> {
    let wrong = || {
        ApiError::parameter(
            "X-Porthole-Signature",
            "The header X-Porthole-Signature is the text of a minisign signature, in base64.",
        )
    };
    if header.len() > LARGEST_SIGNATURE {
        return Err(wrong());
    }
    let bytes = STANDARD.decode(header).map_err(|_| wrong())?;
    String::from_utf8(bytes).map_err(|_| wrong())
}
