//! The cookie that carries the session's token.

use axum::extract::FromRequestParts;
use axum_extra::extract::cookie::{Cookie, SameSite};
use http::header::COOKIE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use porthole_identity::SessionToken;

use crate::client_address::ClientAddress;
use crate::problem::ApiError;
use crate::state::{ApiSettings, ApiState};
use crate::{bearer, provider};

/// Over https a browser takes `__Host-` cookies only from this very host, for all of it, and only encrypted: no
/// subdomain can set one.
const SECURE_NAME: &str = "__Host-porthole_session";
const PLAIN_NAME: &str = "porthole_session";

/// The same of a login that has begun at the identity provider.
const SECURE_LOGIN: &str = "__Host-porthole_login";
const PLAIN_LOGIN: &str = "porthole_login";

fn name(settings: &ApiSettings) -> &'static str {
    match settings.secure_cookies() {
        true => SECURE_NAME,
        false => PLAIN_NAME,
    }
}

fn login_name(settings: &ApiSettings) -> &'static str {
    match settings.secure_cookies() {
        true => SECURE_LOGIN,
        false => PLAIN_LOGIN,
    }
}

/// The token a request carries.
pub(crate) fn token<'h>(headers: &'h HeaderMap, settings: &ApiSettings) -> Option<&'h str> {
    find(headers, name(settings))
}

/// The secret of the login that this browser has begun.
pub(crate) fn login_of<'h>(headers: &'h HeaderMap, settings: &ApiSettings) -> Option<&'h str> {
    find(headers, login_name(settings))
}

/// Does not parse the other cookies: every request passes here.
fn find<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|pair| pair.trim_start().strip_prefix(name)?.strip_prefix('='))
        .map(str::trim_end)
}

/// The header that gives the browser a token.
pub(crate) fn given(
    token: &SessionToken,
    seconds: i64,
    settings: &ApiSettings,
) -> Result<HeaderValue, ApiError> {
    header(name(settings), token.expose(), seconds, settings)
}

/// The header that ties a login that begins to this browser. It is sent along when the provider sends the browser back,
/// since that is a visit to this host.
pub(crate) fn of_login(secret: &str, seconds: i64, settings: &ApiSettings) -> Result<HeaderValue, ApiError> {
    header(login_name(settings), secret, seconds, settings)
}

/// The header that takes the same from the browser again, when it has begun no other login.
pub(crate) fn login_taken(settings: &ApiSettings) -> Result<HeaderValue, ApiError> {
    header(login_name(settings), "", 0, settings)
}

/// The header that takes the token from the browser.
pub(crate) fn taken(settings: &ApiSettings) -> Result<HeaderValue, ApiError> {
    header(name(settings), "", 0, settings)
}

fn header(
    name: &'static str,
    value: &str,
    seconds: i64,
    settings: &ApiSettings,
) -> Result<HeaderValue, ApiError> {
    let cookie = Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(settings.secure_cookies())
        .same_site(SameSite::Lax)
        .build();
    let mut text = format!("{cookie}; Max-Age={seconds}");
    if seconds == 0 {
        // For browsers that do not know Max-Age.
        text.push_str("; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    }
    let mut header = HeaderValue::try_from(text).map_err(|error| ApiError::internal(error.to_string()))?;
    header.set_sensitive(true);
    Ok(header)
}

/// Who asks, where the handler works for nobody too.
pub(crate) struct MaybeCaller(pub(crate) Option<std::sync::Arc<porthole_identity::Who>>);

impl FromRequestParts<ApiState> for MaybeCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, state).await;
        let (identity, now) = (&state.identity, chrono::Utc::now());
        // A token that is worth nothing is an error, and no reason to look at the cookies.
        if let Some(token) = bearer::token(&parts.headers) {
            let who = match provider::bearer::is_like_one(token) {
                true => provider::bearer::caller(state, token, address).await?,
                false => identity.authenticate_api_token(token, now).await?,
            };
            return who.map(|who| Self(Some(who))).ok_or_else(ApiError::not_logged_in);
        }
        let Some(token) = token(&parts.headers, &state.settings) else {
            return Ok(Self(None));
        };
        let who = match identity.authenticate(token, now).await? {
            Some(who) if who.session.renew_at.is_some_and(|due| due <= now) => {
                match provider::renewal::holds(state, &who, address).await? {
                    // With what the provider says by now.
                    true => identity.authenticate(token, now).await?,
                    false => None,
                }
            }
            other => other,
        };
        Ok(Self(who))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn found(cookies: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        token(&headers, &ApiSettings::default()).map(str::to_owned)
    }

    #[test]
    fn finds_the_token_among_other_cookies() {
        assert_eq!(found(&["a=b; porthole_session=xyz; c=d"]).as_deref(), Some("xyz"));
        assert_eq!(found(&["a=b", "porthole_session=xyz "]).as_deref(), Some("xyz"));
        assert_eq!(
            found(&["xporthole_session=1; porthole_sessions=2; a=porthole_session"]),
            None
        );
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn over_https_only_the_host_cookie_counts() {
        let secure = ApiSettings {
            cookie_secure: Some(true),
            ..ApiSettings::default()
        };
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("porthole_session=planted; __Host-porthole_session=mine"),
        );
        assert_eq!(token(&headers, &secure), Some("mine"));
        let cookie = header(name(&secure), "t", 60, &secure).unwrap();
        let cookie = cookie.to_str().unwrap();
        for part in [
            "__Host-porthole_session=t",
            "HttpOnly",
            "SameSite=Lax",
            "Secure",
            "Path=/",
            "Max-Age=60",
        ] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }

    #[test]
    fn secure_follows_the_public_address() {
        let with = |url: &str| {
            ApiSettings {
                public_url: Some(url.to_owned()),
                ..ApiSettings::default()
            }
            .secure_cookies()
        };
        assert!(with("HTTPS://dash.example.com"));
        assert!(!with("http://localhost:8080"));
        assert!(!with("ü"));
    }
}
