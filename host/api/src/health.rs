//! Whether the host is up. Open to everybody.

use axum::Json;
use axum::extract::State;
use porthole_model::Health;

use crate::problem::ApiError;
use crate::state::ApiState;

fn ok() -> Json<Health> {
    Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// The process runs.
#[utoipa::path(
    get, path = "/health", tag = "Host", security(()),
    responses((status = 200, description = "The process runs.", body = ref("#/components/schemas/Health")))
)]
pub(crate) async fn health() -> Json<Health> {
    ok()
}

/// The host can serve: its central database answers.
#[utoipa::path(
    get, path = "/ready", tag = "Host", security(()),
    responses(
        (status = 200, description = "Requests can be served.", body = ref("#/components/schemas/Health")),
        (status = 503, description = "Not yet, or not at the moment.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn ready(State(state): State<ApiState>) -> Result<Json<Health>, ApiError> {
    state
        .identity
        .ping()
        .await
        .map_err(|error| ApiError::not_ready(&error))?;
    Ok(ok())
}
