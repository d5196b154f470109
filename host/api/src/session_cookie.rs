//! The cookie that carries the session's token.

use axum::extract::FromRequestParts;
use axum_extra::extract::cookie::{Cookie, SameSite};
use http::header::COOKIE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use porthole_identity::SessionToken;

use crate::bearer;
use crate::problem::ApiError;
use crate::state::{ApiSettings, ApiState};

/// Over https a browser takes `__Host-` cookies only from this very host, for all of it, and only encrypted: no
/// subdomain can set one.
const SECURE_NAME: &str = "__Host-porthole_session";
const PLAIN_NAME: &str = "porthole_session";

fn name(settings: &ApiSettings) -> &'static str {
    if settings.secure_cookies() {
        SECURE_NAME
    } else {
        PLAIN_NAME
    }
}

/// The token a request carries. Does not parse the other cookies: every request passes here.
pub(crate) fn token<'h>(headers: &'h HeaderMap, settings: &ApiSettings) -> Option<&'h str> {
    let name = name(settings);
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
    header(token.expose(), seconds, settings)
}

/// The header that takes the token from the browser.
pub(crate) fn taken(settings: &ApiSettings) -> Result<HeaderValue, ApiError> {
    header("", 0, settings)
}

fn header(value: &str, seconds: i64, settings: &ApiSettings) -> Result<HeaderValue, ApiError> {
    let cookie = Cookie::build((name(settings), value))
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
        // A token that is worth nothing is an error, and no reason to look at the cookies.
        if let Some(token) = bearer::token(&parts.headers) {
            let who = state
                .identity
                .authenticate_api_token(token, chrono::Utc::now())
                .await?;
            return who.map(|who| Self(Some(who))).ok_or_else(ApiError::not_logged_in);
        }
        match token(&parts.headers, &state.settings) {
            Some(token) => Ok(Self(
                state.identity.authenticate(token, chrono::Utc::now()).await?,
            )),
            None => Ok(Self(None)),
        }
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
        let cookie = header("t", 60, &secure).unwrap();
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
