//! What everybody does with their own account: password, sessions, tokens. With a session only: a token that leaked
//! must not make others, or keep its owner out.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use http::header::SET_COOKIE;
use porthole_identity::{
    AccountGrant, ApiTokenRecord, AuditEntry, NewApiToken, SessionRecord, TokensOf, User,
};
use porthole_model::{
    Account, AccountEvent, AccountEvents, ApiToken, ApiTokens, By, DormantGrant, LinkUse, NewToken,
    OpenSession, OpenSessions, PasswordChange, TokenMade,
};
use uuid::Uuid;

use crate::auth::LocalLogin;
use crate::caller::{Person, actor};
use crate::client_address::ClientAddress;
use crate::json_body::JsonBody;
use crate::path_name::PathName;
use crate::problem::ApiError;
use crate::session_cookie;
use crate::state::ApiState;

/// So many of the last things that happened to an account are shown to its owner.
const EVENTS: u32 = 50;

/// One's own account.
#[utoipa::path(
    get, path = "/account", tag = "Account",
    responses(
        (status = 200, description = "As an administrator sees it.", body = ref("#/components/schemas/Account")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: a token asks.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn own(
    State(state): State<ApiState>,
    Person(who): Person,
) -> Result<Json<Account>, ApiError> {
    let user = state.identity.user(who.id).await?;
    // Removed a moment ago.
    let user = user.ok_or_else(ApiError::not_logged_in)?;
    let grants = state.identity.grants_of(Some(user.id)).await?;
    Ok(Json(Account {
        dormant: Vec::new(),
        ..shown_account(user, &grants)
    }))
}

/// What happened to one's own account.
///
/// Its logins, failed ones too, new passwords, links, tokens, sessions that were ended, and what was granted or taken; nothing of a
/// tenant that is switched off, until it is back.
#[utoipa::path(
    get, path = "/account/events", tag = "Account",
    responses(
        (status = 200, description = "The newest first, at most 50.", body = ref("#/components/schemas/AccountEvents")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: a token asks.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn events(
    State(state): State<ApiState>,
    Person(who): Person,
) -> Result<Json<AccountEvents>, ApiError> {
    let user = state.identity.user(who.id).await?;
    let user = user.ok_or_else(ApiError::not_logged_in)?;
    let found = state.identity.account_events(&user, EVENTS).await?;
    let events = found.into_iter().map(|found| event(found, user.id));
    Ok(Json(AccountEvents {
        events: events.collect(),
    }))
}

/// As the owner of an account sees it: where an administrator sits is not their affair.
fn event(found: porthole_identity::AccountEvent, owner: Uuid) -> AccountEvent {
    let entry = found.record.entry;
    let by = match (entry.actor, &entry.actor_email) {
        (Some(actor), _) if actor == owner => By::Oneself,
        (None, None) => By::Nobody,
        // Who does not administer the host does nothing to another's account but in a tenant of which they are an admin.
        _ if entry.tenant.is_some() && found.is_by_administrator == Some(false) => By::TenantAdmin,
        _ => By::Another,
    };
    AccountEvent {
        at: instant(found.record.at),
        action: entry.action,
        by,
        tenant: entry.tenant,
        address: entry
            .address
            .filter(|_| matches!(by, By::Oneself | By::Nobody))
            .map(|address| address.to_string()),
        detail: entry.detail,
    }
}

/// Change one's own password.
///
/// Ends all other sessions of the account; this one goes on, and its cookie is another. With `revoke_tokens` its tokens are worth
/// nothing any more.
#[utoipa::path(
    post, path = "/account/password", tag = "Account",
    request_body(content = ref("#/components/schemas/PasswordChange"), content_type = "application/json"),
    responses(
        (status = 204, description = "Changed.", headers(("Set-Cookie" = String, description = "The session's new cookie."))),
        (status = 400, description = "`invalid_body`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`; `wrong_credentials`: the current password is another.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 429, description = "`too_many_requests`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn password(
    State(state): State<ApiState>,
    _: LocalLogin,
    Person(who): Person,
    ClientAddress(address): ClientAddress,
    JsonBody(change): JsonBody<PasswordChange>,
) -> Result<Response, ApiError> {
    let (current, new) = (change.current.into(), change.new.into());
    let (_, token) = state
        .identity
        .change_password(&who, &current, &new, change.revoke_tokens, address, Utc::now())
        .await?;
    let seconds = state.identity.session_lifetime().num_seconds();
    let cookie = session_cookie::given(&token, seconds, &state.settings)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Choose a password with a link.
///
/// Uses the link up and ends all sessions of the account, and with `revoke_tokens` its tokens. Then log in.
#[utoipa::path(
    post, path = "/auth/link", tag = "Login", security(()),
    request_body(content = ref("#/components/schemas/LinkUse"), content_type = "application/json"),
    responses(
        (status = 204, description = "The password is set."),
        (status = 400, description = "`invalid_body`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`cross_origin`; `forbidden` where nobody logs in with a password here.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: the link is used, over, or none.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn link(
    State(state): State<ApiState>,
    _: LocalLogin,
    ClientAddress(address): ClientAddress,
    JsonBody(link): JsonBody<LinkUse>,
) -> Result<StatusCode, ApiError> {
    let password = link.password.into();
    let used =
        state
            .identity
            .use_password_link(&link.link, &password, link.revoke_tokens, address, Utc::now());
    found(used.await?)
}

/// One's own open sessions.
#[utoipa::path(
    get, path = "/account/sessions", tag = "Account",
    responses(
        (status = 200, description = "The latest used first.", body = ref("#/components/schemas/OpenSessions")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: a token asks.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sessions(
    State(state): State<ApiState>,
    Person(who): Person,
) -> Result<Json<OpenSessions>, ApiError> {
    let open = state.identity.open_sessions(who.id, Utc::now()).await?;
    Ok(Json(shown_sessions(open, who.session.id)))
}

/// End one of one's own sessions.
#[utoipa::path(
    delete, path = "/account/sessions/{id}", tag = "Account",
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
    Person(who): Person,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
) -> Result<StatusCode, ApiError> {
    let ended = state
        .identity
        .end_session(id_of(&id)?, Some(who.id), actor(&who, address));
    found(ended.await?)
}

/// End one's own sessions, but for the one that asks.
#[utoipa::path(
    delete, path = "/account/sessions", tag = "Account",
    responses(
        (status = 204, description = "Ended."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn end_other_sessions(
    State(state): State<ApiState>,
    Person(who): Person,
    ClientAddress(address): ClientAddress,
) -> Result<StatusCode, ApiError> {
    let kept = Some(who.session.id);
    state
        .identity
        .end_sessions_of(who.id, kept, actor(&who, address))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own tokens.
#[utoipa::path(
    get, path = "/account/tokens", tag = "Account",
    responses(
        (status = 200, description = "The newest first, also those that are over.", body = ref("#/components/schemas/ApiTokens")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: a token asks.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tokens(
    State(state): State<ApiState>,
    Person(who): Person,
) -> Result<Json<ApiTokens>, ApiError> {
    let tokens = state.identity.api_tokens(TokensOf::User(who.id)).await?;
    Ok(Json(shown_tokens(tokens)))
}

/// Make a token for a program.
///
/// It stands for the caller in one tenant, with no more rights there than its scope names. The secret is shown this
/// once.
#[utoipa::path(
    post, path = "/account/tokens", tag = "Account",
    request_body(content = ref("#/components/schemas/NewToken"), content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = ref("#/components/schemas/TokenMade")),
        (status = 400, description = "`invalid_body`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: also where a viewer of the tenant asks for a token that publishes; `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such tenant, or no grant for it.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn make_token(
    State(state): State<ApiState>,
    Person(who): Person,
    ClientAddress(address): ClientAddress,
    JsonBody(new): JsonBody<NewToken>,
) -> Result<(StatusCode, Json<TokenMade>), ApiError> {
    made_token(&state, who.id, new, actor(&who, address)).await
}

/// A token for whoever it shall stand for.
pub(crate) async fn made_token(
    state: &ApiState,
    user: Uuid,
    new: NewToken,
    actor: AuditEntry,
) -> Result<(StatusCode, Json<TokenMade>), ApiError> {
    let new = NewApiToken {
        user,
        tenant: new.tenant,
        name: new.name,
        scope: new.scope,
        days: new.days,
    };
    if new.tenant.contains('\0') {
        return Err(ApiError::not_found());
    }
    let (token, secret) = state.identity.create_api_token(new, actor).await?;
    let made = TokenMade {
        token: shown_token(token),
        secret: secrecy::ExposeSecret::expose_secret(&secret).to_owned(),
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Revoke one of one's own tokens.
#[utoipa::path(
    delete, path = "/account/tokens/{id}", tag = "Account",
    params(("id" = String, Path, description = "The token's id.", example = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b")),
    responses(
        (status = 204, description = "Worth nothing any more."),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`, `cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn revoke_token(
    State(state): State<ApiState>,
    Person(who): Person,
    ClientAddress(address): ClientAddress,
    PathName(id): PathName,
) -> Result<StatusCode, ApiError> {
    let of = TokensOf::User(who.id);
    let revoked = state
        .identity
        .revoke_api_token(id_of(&id)?, of, actor(&who, address));
    found(revoked.await?)
}

/// 204, or what is said of everything that is not there.
pub(crate) fn found(found: bool) -> Result<StatusCode, ApiError> {
    match found {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found()),
    }
}

/// An id of an address; what cannot be one names nothing.
pub(crate) fn id_of(text: &str) -> Result<Uuid, ApiError> {
    text.parse().map_err(|_| ApiError::not_found())
}

pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An account with its grants: of all that are given, those that are its own. For its owner, a tenant that is switched off does not
/// exist; that an administrator sees it is up to the caller.
pub(crate) fn shown_account(user: User, grants: &[AccountGrant]) -> Account {
    let own = grants.iter().filter(|grant| grant.user == user.id);
    let (live, dormant): (Vec<_>, Vec<_>) = own.partition(|grant| grant.is_configured && !grant.is_disabled);
    let by_group = live.iter().filter(|grant| grant.by_group);
    let mut by_group: Vec<_> = by_group.map(|grant| grant.tenant.id.clone()).collect();
    by_group.sort();
    let dormant = dormant.into_iter().map(|grant| DormantGrant {
        id: grant.tenant.id.clone(),
        name: grant.tenant.name.clone(),
        role: grant.tenant.role,
        by_group: grant.by_group,
        configured: grant.is_configured,
        disabled: grant.is_disabled,
    });
    Account {
        id: user.id.to_string(),
        email: user.email,
        full_name: user.full_name,
        is_admin: user.is_admin,
        has_password: user.has_password,
        password_set_at: user.password_set_at.map(instant),
        disabled: user.is_disabled,
        created_at: instant(user.created_at),
        last_login_at: user.last_login_at.map(instant),
        tenants: live.into_iter().map(|grant| grant.tenant.clone()).collect(),
        by_group,
        is_admin_by_group: user.is_admin_by_group,
        is_from_provider: user.is_from_provider,
        dormant: dormant.collect(),
    }
}

pub(crate) fn shown_sessions(open: Vec<SessionRecord>, current: Uuid) -> OpenSessions {
    let sessions = open.into_iter().map(|session| OpenSession {
        id: session.id.to_string(),
        email: session.email,
        address: session.address,
        created_at: instant(session.created_at),
        last_used_at: instant(session.last_used_at),
        expires_at: instant(session.expires_at),
        current: session.id == current,
    });
    OpenSessions {
        sessions: sessions.collect(),
        next: None,
    }
}

pub(crate) fn shown_tokens(tokens: Vec<ApiTokenRecord>) -> ApiTokens {
    ApiTokens {
        tokens: tokens.into_iter().map(shown_token).collect(),
    }
}

fn shown_token(token: ApiTokenRecord) -> ApiToken {
    ApiToken {
        id: token.id.to_string(),
        name: token.name,
        email: token.email,
        tenant: token.tenant,
        scope: token.scope,
        created_at: instant(token.created_at),
        expires_at: instant(token.expires_at),
        last_used_at: token.last_used_at.map(instant),
        revoked_at: token.revoked_at.map(instant),
    }
}
