//! Logging in and out, and who is logged in.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use http::header::SET_COOKIE;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};
use porthole_model::{AuthMethods, LoggedOut, LoginRequest, Me};
use secrecy::SecretString;

use crate::caller::Caller;
use crate::client_address::ClientAddress;
use crate::json_body::JsonBody;
use crate::problem::ApiError;
use crate::provider::LoginThere;
use crate::session_cookie::{self, MaybeCaller};
use crate::state::ApiState;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// What the browser has kept of answers: views and pictures may be kept for the next time, and the next may be somebody else.
const THE_CACHE: HeaderValue = HeaderValue::from_static("\"cache\"");

/// Shows that this host lets people log in with an email address and a password; without it, a body with somebody's
/// password is not even read.
pub(crate) struct LocalLogin;

impl FromRequestParts<ApiState> for LocalLogin {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        match state.settings.local_login {
            true => Ok(Self),
            false => Err(ApiError::no_local_login()),
        }
    }
}

/// Log in with email and password.
///
/// Gives the browser the session's cookie. An unknown email and a wrong password get the same answer, after the same
/// time. After ten failed attempts from one address the account has to wait a quarter of an hour there.
#[utoipa::path(
    post, path = "/auth/login", tag = "Login", security(()),
    request_body(content = ref("#/components/schemas/LoginRequest"), content_type = "application/json"),
    responses(
        (status = 200, description = "Logged in.", body = ref("#/components/schemas/Me"), headers(("Set-Cookie" = String, description = "The session."))),
        (status = 400, description = "`invalid_body`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`wrong_credentials`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`cross_origin`; `forbidden` where this way of logging in is switched off, see `/auth/methods`.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 429, description = "`too_many_requests`; Retry-After says when to try again.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn login(
    State(state): State<ApiState>,
    _: LocalLogin,
    ClientAddress(address): ClientAddress,
    MaybeCaller(before): MaybeCaller,
    JsonBody(request): JsonBody<LoginRequest>,
) -> Result<Response, ApiError> {
    let password = SecretString::from(request.password);
    let (who, token) = state
        .identity
        .login(&request.email, &password, address, Utc::now())
        .await?;
    if let Some(before) = before.filter(|before| !before.is_program) {
        // The browser forgets the session it had; so does the host.
        state.identity.logout(&before, address).await?;
    }
    let cookie = session_cookie::given(
        &token,
        state.identity.session_lifetime().num_seconds(),
        &state.settings,
    )?;
    Ok(([(SET_COOKIE, cookie)], Json(who.me())).into_response())
}

/// Log out.
///
/// Ends the session here; its token is worth nothing afterwards, and the browser forgets what it has kept of answers. Where an identity provider opened it, the answer says
/// where the browser ends the login there, too. Without a session it is not an error.
#[utoipa::path(
    post, path = "/auth/logout", tag = "Login", security(()),
    responses(
        (status = 200, description = "Logged out here; the login at the identity provider is ended there.", body = ref("#/components/schemas/LoggedOut")),
        (status = 204, description = "Logged out.", headers(("Clear-Site-Data" = String, description = "`\"cache\"`"))),
        (status = 403, description = "`cross_origin`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 409, description = "`conflict`: a token asks, which has no session.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn logout(
    State(state): State<ApiState>,
    ClientAddress(address): ClientAddress,
    MaybeCaller(who): MaybeCaller,
) -> Result<Response, ApiError> {
    let mut continue_to = None;
    if let Some(who) = who {
        if who.is_program {
            return Err(ApiError::conflict(
                "A token has no session that could end. Revoke it where it was made, or let it run out.",
            ));
        }
        let there = LoginThere::of(&state, &who).await?;
        // Before the provider is asked, which may take its time: a browser that goes away meanwhile is logged out.
        state.identity.logout(&who, address).await?;
        if let Some(there) = there {
            continue_to = there.end_address(&state).await;
        }
    }
    let headers = [
        (SET_COOKIE, session_cookie::taken(&state.settings)?),
        (CLEAR_SITE_DATA, THE_CACHE),
    ];
    Ok(match continue_to {
        Some(continue_to) => (headers, Json(LoggedOut { continue_to })).into_response(),
        None => (StatusCode::NO_CONTENT, headers).into_response(),
    })
}

/// Who is logged in.
#[utoipa::path(
    get, path = "/auth/me", tag = "Login",
    responses(
        (status = 200, description = "The user, their tenants, and the session that asked.", body = ref("#/components/schemas/Me")),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn me(Caller(who): Caller) -> Json<Me> {
    Json(who.me())
}

/// Which ways of logging in this host offers.
#[utoipa::path(
    get, path = "/auth/methods", tag = "Login", security(()),
    responses((status = 200, description = "For the login page.", body = ref("#/components/schemas/AuthMethods")))
)]
pub(crate) async fn methods(State(state): State<ApiState>) -> Json<AuthMethods> {
    Json(AuthMethods {
        local: state.settings.local_login,
        oidc: state.provider.as_ref().map(|provider| provider.label.clone()),
    })
}
