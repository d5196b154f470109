//! One account, for administrators of the host: what it is, its name and rights, its sessions and tokens, its end.

use axum::Json;
use axum::extract::State;
use chrono::Utc;
use http::StatusCode;
use porthole_identity::{TokensOf, User};
use porthole_model::{Account, AccountChange, ApiTokens, NewGrant, NewToken, OpenSessions, TokenMade};
use uuid::Uuid;

use crate::account::{found, id_of, made_token, shown_account, shown_sessions, shown_tokens};
use crate::caller::{Administrator, actor};
use crate::client_address::ClientAddress;
use crate::json_body::JsonBody;
use crate::path_name::{PathName, PathNames};
use crate::problem::ApiError;
use crate::state::ApiState;

/// An account.
#[utoipa::path(
    get, path = "/admin/users/{id}", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 200, description = "The account.", body = ref("#/components/schemas/Account")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ApiState>,
    _: Administrator,
    PathName(id): PathName,
) -> Result<Json<Account>, ApiError> {
    let user = known(&state, &id).await?;
    let grants = state.identity.grants_of(Some(user.id)).await?;
    Ok(Json(shown_account(user, &grants)))
}

/// Change an account's name, or whether it administers the host.
///
/// The account is as the body says afterwards, and so the body says all of it: without `full_name` it is refused, and null
/// takes the name away. Nobody takes the administration from their own account, so that there is always somebody who has
/// it.
#[utoipa::path(
    put, path = "/admin/users/{id}", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    request_body(content = ref("#/components/schemas/AccountChange"), content_type = "application/json"),
    responses(
        (status = 204, description = "It is so."),
        (status = 400, description = "`invalid_body`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: it is the account that asks; or the last administrator; or a group of the identity provider makes them an administrator.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
    JsonBody(wish): JsonBody<AccountChange>,
) -> Result<StatusCode, ApiError> {
    let id: Uuid = id_of(&id)?;
    if id == who.id && !wish.is_admin {
        return Err(ApiError::conflict(
            "You cannot take the administration from your own account. Ask another administrator.",
        ));
    }
    let name = wish.full_name.as_deref();
    let changed = state
        .identity
        .change_user(id, name, wish.is_admin, actor(&who, address));
    found(changed.await?)
}

/// Remove an account for good.
///
/// With its sessions, its tokens and its grants. The audit log keeps what it says of it.
#[utoipa::path(
    delete, path = "/admin/users/{id}", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 204, description = "Removed."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: it is the account that asks; or the last administrator.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
) -> Result<StatusCode, ApiError> {
    let id: Uuid = id_of(&id)?;
    if id == who.id {
        return Err(ApiError::conflict(
            "You cannot remove your own account. Ask another administrator.",
        ));
    }
    found(state.identity.delete_user(id, actor(&who, address)).await?)
}

/// An account's open sessions.
#[utoipa::path(
    get, path = "/admin/users/{id}/sessions", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 200, description = "The latest used first.", body = ref("#/components/schemas/OpenSessions")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sessions(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    PathName(id): PathName,
) -> Result<Json<OpenSessions>, ApiError> {
    let user = known(&state, &id).await?;
    let open = state.identity.open_sessions(user.id, Utc::now()).await?;
    Ok(Json(shown_sessions(open, who.session.id)))
}

/// End all of an account's sessions.
///
/// But for the one that asks, where it is among them.
#[utoipa::path(
    delete, path = "/admin/users/{id}/sessions", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 204, description = "Ended."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn end_sessions(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
) -> Result<StatusCode, ApiError> {
    let user = known(&state, &id).await?;
    let kept = Some(who.session.id);
    state
        .identity
        .end_sessions_of(user.id, kept, actor(&who, address))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An account's tokens, in whichever tenant.
#[utoipa::path(
    get, path = "/admin/users/{id}/tokens", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 200, description = "The newest first, also those that are over.", body = ref("#/components/schemas/ApiTokens")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tokens(
    State(state): State<ApiState>,
    _: Administrator,
    PathName(id): PathName,
) -> Result<Json<ApiTokens>, ApiError> {
    let user = known(&state, &id).await?;
    let tokens = state.identity.api_tokens(TokensOf::User(user.id)).await?;
    Ok(Json(shown_tokens(tokens)))
}

/// Make a token for a program, for an account.
///
/// It stands for the account in one tenant, with no more rights there than its scope names. Who makes one for somebody else needs a
/// grant for the tenant, too. Its owner sees that it was made, and so does the tenant's audit log. The secret is shown this once.
#[utoipa::path(
    post, path = "/admin/users/{id}/tokens", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    request_body(content = ref("#/components/schemas/NewToken"), content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = ref("#/components/schemas/TokenMade")),
        (status = 400, description = "`invalid_body`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: also where it is for somebody else and you were not let into the tenant, or where the account is a viewer of the tenant and the token should publish; `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such account, or it was not let into such a tenant.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn make_token(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
    JsonBody(new): JsonBody<NewToken>,
) -> Result<(StatusCode, Json<TokenMade>), ApiError> {
    made_token(&state, id_of(&id)?, new, actor(&who, address)).await
}

/// Revoke one of an account's tokens.
#[utoipa::path(
    delete, path = "/admin/users/{id}/tokens/{token}", tag = "Administration",
    params(
        ("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b"),
        ("token" = String, Path, description = "The token's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b"),
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
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathNames(id, token): PathNames,
) -> Result<StatusCode, ApiError> {
    let of = TokensOf::User(id_of(&id)?);
    let revoked = state
        .identity
        .revoke_api_token(id_of(&token)?, of, actor(&who, address));
    found(revoked.await?)
}

/// Let an account into a tenant, or give it another role there.
///
/// The same as `PUT /admin/tenants/{tenant}/grants/{email}`, by the account's id.
#[utoipa::path(
    post, path = "/admin/users/{id}/tenants", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    request_body(content = ref("#/components/schemas/NewGrant"), content_type = "application/json"),
    responses(
        (status = 204, description = "Let in."),
        (status = 400, description = "`invalid_body`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such account, or no such tenant.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn grant(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
    JsonBody(wish): JsonBody<NewGrant>,
) -> Result<StatusCode, ApiError> {
    let id = id_of(&id)?;
    if wish.tenant.contains('\0') {
        return Err(ApiError::not_found());
    }
    let granted = state
        .identity
        .grant(id, &wish.tenant, wish.role, actor(&who, address));
    granted.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shut an account out of a tenant.
///
/// The same as `DELETE /admin/tenants/{tenant}/grants/{email}`, by the account's id.
#[utoipa::path(
    delete, path = "/admin/users/{id}/tenants/{tenant}", tag = "Administration",
    params(
        ("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b"),
        ("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha"),
    ),
    responses(
        (status = 204, description = "Shut out."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: it was not let in.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: a group of the identity provider lets it in.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn revoke(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathNames(id, tenant): PathNames,
) -> Result<StatusCode, ApiError> {
    let revoked = state.identity.revoke(id_of(&id)?, &tenant, actor(&who, address));
    found(revoked.await?)
}

async fn known(state: &ApiState, id: &str) -> Result<User, ApiError> {
    let user = state.identity.user(id_of(id)?).await?;
    user.ok_or_else(ApiError::not_found)
}
