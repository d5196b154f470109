//! The administration of one tenant: who may do what there, its tokens. For its admins and the host's administrators.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use porthole_identity::TokensOf;
use porthole_model::{ApiTokens, Grant, GrantRole, Grants, TenantDatabase};
use uuid::Uuid;

use crate::account::{found, id_of, instant, shown_tokens};
use crate::caller::AdministeredTenant;
use crate::client_address::ClientAddress;
use crate::json_body::JsonBody;
use crate::path_name::PathNames;
use crate::problem::ApiError;
use crate::state::ApiState;

/// Who may do what in a tenant.
#[utoipa::path(
    get, path = "/admin/tenants/{tenant}/grants", tag = "Administration",
    params(("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha")),
    responses(
        (status = 200, description = "By email.", body = ref("#/components/schemas/Grants")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn grants(
    State(state): State<ApiState>,
    tenant: AdministeredTenant,
) -> Result<Json<Grants>, ApiError> {
    let grants = state.identity.grants_in(tenant.id()).await?;
    let grants = grants.into_iter().map(|grant| Grant {
        email: grant.email,
        full_name: grant.full_name,
        role: grant.role,
        granted_at: instant(grant.granted_at),
        by_group: grant.by_group,
    });
    Ok(Json(Grants {
        grants: grants.collect(),
    }))
}

/// Let somebody into a tenant, or change what they may do there.
///
/// An admin of the tenant changes the roles of those who are in it; letting others in is for the host's
/// administrators, who alone know which accounts there are.
#[utoipa::path(
    put, path = "/admin/tenants/{tenant}/grants/{email}", tag = "Administration",
    params(
        ("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha"),
        ("email" = String, Path, description = "Who.", example = "ada@example.com"),
    ),
    request_body(content = ref("#/components/schemas/GrantRole"), content_type = "application/json"),
    responses(
        (status = 204, description = "They may."),
        (status = 400, description = "`invalid_body`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn grant(
    State(state): State<ApiState>,
    tenant: AdministeredTenant,
    ClientAddress(address): ClientAddress,
    PathNames(_, email): PathNames,
    JsonBody(wish): JsonBody<GrantRole>,
) -> Result<StatusCode, ApiError> {
    let user = meant(&state, &tenant, &email).await?;
    state
        .identity
        .grant(user, tenant.id(), wish.role, tenant.actor(address))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shut somebody out of a tenant.
#[utoipa::path(
    delete, path = "/admin/tenants/{tenant}/grants/{email}", tag = "Administration",
    params(
        ("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha"),
        ("email" = String, Path, description = "Who.", example = "ada@example.com"),
    ),
    responses(
        (status = 204, description = "They may not any more."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: a group of the identity provider lets them in.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn revoke(
    State(state): State<ApiState>,
    tenant: AdministeredTenant,
    ClientAddress(address): ClientAddress,
    PathNames(_, email): PathNames,
) -> Result<StatusCode, ApiError> {
    let user = meant(&state, &tenant, &email).await?;
    let revoked = state.identity.revoke(user, tenant.id(), tenant.actor(address));
    found(revoked.await?)
}

/// Whom an administrator of the host, who knows all accounts, or an admin of the tenant, who knows those in it, means. The
/// latter are looked for among those in the tenant only: whether somebody else has an account is neither said nor shown by
/// the time that it takes.
async fn meant(state: &ApiState, tenant: &AdministeredTenant, email: &str) -> Result<Uuid, ApiError> {
    let found = if tenant.is_the_hosts() {
        state.identity.find_user(email).await?.map(|user| user.id)
    } else {
        let email = porthole_identity::kept_email(email).ok_or_else(ApiError::not_found)?;
        let grants = state.identity.grants_in(tenant.id()).await?;
        let grant = grants.iter().find(|grant| grant.email == email);
        grant.map(|grant| grant.user)
    };
    found.ok_or_else(ApiError::not_found)
}

/// Whether a tenant's database answers.
///
/// Waits no longer for it than a panel would for a connection.
#[utoipa::path(
    get, path = "/admin/tenants/{tenant}/database", tag = "Administration",
    params(("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha")),
    responses(
        (status = 200, description = "How it is.", body = ref("#/components/schemas/TenantDatabase")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn database(
    State(state): State<ApiState>,
    tenant: AdministeredTenant,
) -> Json<TenantDatabase> {
    Json(state.panels.database(tenant.id()).await)
}

/// The tokens of a tenant, whoever made them.
#[utoipa::path(
    get, path = "/admin/tenants/{tenant}/tokens", tag = "Administration",
    params(("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha")),
    responses(
        (status = 200, description = "The newest first, also those that are over.", body = ref("#/components/schemas/ApiTokens")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tokens(
    State(state): State<ApiState>,
    tenant: AdministeredTenant,
) -> Result<Json<ApiTokens>, ApiError> {
    let tokens = state.identity.api_tokens(TokensOf::Tenant(tenant.id())).await?;
    Ok(Json(shown_tokens(tokens)))
}

/// Revoke a token of a tenant.
#[utoipa::path(
    delete, path = "/admin/tenants/{tenant}/tokens/{id}", tag = "Administration",
    params(
        ("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha"),
        ("id" = String, Path, description = "The token's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b"),
    ),
    responses(
        (status = 204, description = "Worth nothing any more."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn revoke_token(
    State(state): State<ApiState>,
    tenant: AdministeredTenant,
    ClientAddress(address): ClientAddress,
    PathNames(_, id): PathNames,
) -> Result<StatusCode, ApiError> {
    let of = TokensOf::Tenant(tenant.id());
    let revoked = state
        .identity
        .revoke_api_token(id_of(&id)?, of, tenant.actor(address));
    found(revoked.await?)
}
