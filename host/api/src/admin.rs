//! The administration of the host: accounts, sessions, tenants. For administrators only.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{FromRequestParts, RawQuery, State};
use chrono::Utc;
use http::StatusCode;
use http::request::Parts;
use porthole_identity::{AccountGrant, AuditEntry, NewUser, User};
use porthole_model::{Accounts, NewAccount, OpenSessions, PasswordLink, TenantState, TenantStates};
use uuid::Uuid;

use crate::account::{found, id_of, instant, shown_account, shown_sessions};
use crate::caller::{Administrator, actor};
use crate::client_address::ClientAddress;
use crate::json_body::JsonBody;
use crate::paging::{cursor, page};
use crate::parameters::Parameters;
use crate::path_name::PathName;
use crate::problem::ApiError;
use crate::state::ApiState;

/// Sessions of a page, where a request does not say.
const USUAL: u32 = 100;
const MOST: u32 = 500;

/// Shows that a link to choose a password opens something here.
pub(crate) struct Links;

impl FromRequestParts<ApiState> for Links {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        match state.settings.local_login {
            true => Ok(Self),
            false => Err(ApiError::no_links()),
        }
    }
}

/// All accounts.
#[utoipa::path(
    get, path = "/admin/users", tag = "Administration",
    responses(
        (status = 200, description = "By email.", body = ref("#/components/schemas/Accounts")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn users(
    State(state): State<ApiState>,
    _: Administrator,
) -> Result<Json<Accounts>, ApiError> {
    // Two questions, however many accounts there are.
    let (users, grants) = (
        state.identity.users().await?,
        state.identity.grants_of(None).await?,
    );
    let mut of_users: HashMap<Uuid, Vec<AccountGrant>> = HashMap::new();
    for grant in grants {
        of_users.entry(grant.user).or_default().push(grant);
    }
    let users = users.into_iter().map(|user| {
        let grants = of_users.remove(&user.id).unwrap_or_default();
        shown_account(user, &grants)
    });
    Ok(Json(Accounts {
        users: users.collect(),
    }))
}

/// Make an account.
///
/// The answer has a link with which its owner chooses a password, once, within a day. The account is let into no
/// tenant yet.
#[utoipa::path(
    post, path = "/admin/users", tag = "Administration",
    request_body(content = ref("#/components/schemas/NewAccount"), content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = ref("#/components/schemas/PasswordLink")),
        (status = 400, description = "`invalid_body`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, also where nobody logs in with a password here; `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: there is one with this email.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create_user(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    _: Links,
    JsonBody(new): JsonBody<NewAccount>,
) -> Result<(StatusCode, Json<PasswordLink>), ApiError> {
    let actor = actor(&who, address);
    let new = NewUser {
        email: new.email,
        full_name: new.full_name,
        is_admin: new.is_admin,
        password: None,
    };
    let user = state.identity.create_user(new, actor.clone()).await?;
    Ok((StatusCode::CREATED, Json(linked(&state, user, actor).await?)))
}

/// Make a link with which an account's owner chooses a new password.
///
/// It opens once, within a day; an earlier one opens no more. The password there is stays until then.
#[utoipa::path(
    post, path = "/admin/users/{id}/link", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 200, description = "Made.", body = ref("#/components/schemas/PasswordLink")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, also where nobody logs in with a password here; `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: the account is switched off.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn link(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    _: Links,
    PathName(id): PathName,
) -> Result<Json<PasswordLink>, ApiError> {
    let id = id_of(&id)?;
    let user = state.identity.user(id).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(linked(&state, user, actor(&who, address)).await?))
}

async fn linked(state: &ApiState, user: User, actor: AuditEntry) -> Result<PasswordLink, ApiError> {
    let made = state.identity.make_password_link(user.id, actor, Utc::now());
    let (token, expires_at) = made.await?;
    let base = state.settings.public_url.as_deref().unwrap_or_default();
    Ok(PasswordLink {
        user: user.id.to_string(),
        email: user.email,
        // Behind the `#`: browsers send it to nobody, and it stands in no log.
        url: format!("{}/password#{}", base.trim_end_matches('/'), token.expose()),
        expires_at: instant(expires_at),
    })
}

/// Switch an account off.
///
/// Its sessions end and its tokens are worth nothing, at once. It keeps what it was granted.
#[utoipa::path(
    post, path = "/admin/users/{id}/disable", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 204, description = "Off."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: it is the account that asks; or the last administrator.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn disable_user(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
) -> Result<StatusCode, ApiError> {
    let id: Uuid = id_of(&id)?;
    if id == who.id {
        return Err(ApiError::conflict(
            "You cannot switch your own account off. Ask another administrator.",
        ));
    }
    let off = state.identity.set_user_disabled(id, true, actor(&who, address));
    found(off.await?)
}

/// Switch an account on again.
#[utoipa::path(
    post, path = "/admin/users/{id}/enable", tag = "Administration",
    params(("id" = String, Path, description = "The account's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 204, description = "On."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn enable_user(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
) -> Result<StatusCode, ApiError> {
    let on = state
        .identity
        .set_user_disabled(id_of(&id)?, false, actor(&who, address));
    found(on.await?)
}

/// All open sessions.
#[utoipa::path(
    get, path = "/admin/sessions", tag = "Administration",
    params(
        ("before" = Option<String>, Query, description = "Sessions older than this one: `next` of the page before."),
        ("limit" = Option<u32>, Query, description = "Sessions of a page, 100 without it.", minimum = 1, maximum = 500, example = 100),
    ),
    responses(
        (status = 200, description = "The newest login first.", body = ref("#/components/schemas/OpenSessions")),
        (status = 400, description = "`invalid_parameter`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sessions(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    RawQuery(query): RawQuery,
) -> Result<Json<OpenSessions>, ApiError> {
    let mut given = Parameters::parse(query.as_deref())?;
    let (before, limit) = (
        cursor::<Uuid>(&mut given)?,
        given.number("limit", 1, MOST)?.unwrap_or(USUAL),
    );
    given.nothing_else("before, limit")?;
    let found = state.identity.sessions_of_all(limit + 1, before, Utc::now());
    let (open, is_followed) = page(found.await?, limit);
    let next = open.last().map(|last| last.id.to_string());
    let next = next.filter(|_| is_followed);
    Ok(Json(OpenSessions {
        next,
        ..shown_sessions(open, who.session.id)
    }))
}

/// End anybody's session.
#[utoipa::path(
    delete, path = "/admin/sessions/{id}", tag = "Administration",
    params(("id" = String, Path, description = "The session's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 204, description = "Ended."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn end_session(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
) -> Result<StatusCode, ApiError> {
    let ended = state
        .identity
        .end_session(id_of(&id)?, None, actor(&who, address));
    found(ended.await?)
}

/// All tenants there are or were.
#[utoipa::path(
    get, path = "/admin/tenants", tag = "Administration",
    responses(
        (status = 200, description = "By id.", body = ref("#/components/schemas/TenantStates")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tenants(
    State(state): State<ApiState>,
    _: Administrator,
) -> Result<Json<TenantStates>, ApiError> {
    let states = state.identity.tenant_states().await?;
    let tenants = states.into_iter().map(|tenant| TenantState {
        id: tenant.id,
        name: tenant.name,
        configured: tenant.is_configured,
        disabled: tenant.is_disabled,
        members: tenant.members,
    });
    Ok(Json(TenantStates {
        tenants: tenants.collect(),
    }))
}

/// Switch a tenant off.
///
/// From now on it is for everybody as if it did not exist. What was granted and published stays.
#[utoipa::path(
    post, path = "/admin/tenants/{tenant}/disable", tag = "Administration",
    params(("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha")),
    responses(
        (status = 204, description = "Off."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn disable_tenant(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(tenant): PathName,
) -> Result<StatusCode, ApiError> {
    let off = state
        .identity
        .set_tenant_disabled(&tenant, true, actor(&who, address))
        .await?;
    if off {
        state.panels.forget(&tenant).await;
    }
    found(off)
}

/// Switch a tenant on again.
#[utoipa::path(
    post, path = "/admin/tenants/{tenant}/enable", tag = "Administration",
    params(("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha")),
    responses(
        (status = 204, description = "On."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn enable_tenant(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    PathName(tenant): PathName,
) -> Result<StatusCode, ApiError> {
    let on = state
        .identity
        .set_tenant_disabled(&tenant, false, actor(&who, address));
    found(on.await?)
}
