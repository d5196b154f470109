//! Requests that change something and were sent by another site's page are refused. The session cookie is
//! `SameSite=Lax`, so a browser mostly does not send it along anyway; this also holds for sibling subdomains and for
//! the login, which needs no cookie.

use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderMap, Method, Uri};

use crate::bearer;
use crate::json_body::is_json;
use crate::problem::ApiError;
use crate::state::ApiSettings;

pub(crate) fn check(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    settings: &ApiSettings,
) -> Result<(), ApiError> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    // Who shows a token needs no cookie, and a page of another origin has no token to show.
    if bearer::token(headers).is_none() && !same_origin(uri, headers, settings) {
        return Err(ApiError::cross_origin());
    }
    // A form cannot send JSON, and a script of another origin may not without asking first. Where a component is
    // published, nothing else is taken either, and that is said there, to those who may publish. The identity provider
    // sends a form, which says with a signature who sent it.
    match headers.get(CONTENT_TYPE) {
        Some(kind) if !is_json(kind) && !is_publishing(uri) && !is_the_providers(uri) => {
            Err(ApiError::not_json())
        }
        _ => Ok(()),
    }
}

fn is_publishing(uri: &Uri) -> bool {
    uri.path() == "/api/v1/plugins" || uri.path() == "/plugins"
}

fn is_the_providers(uri: &Uri) -> bool {
    uri.path() == "/api/v1/auth/backchannel-logout"
}

fn same_origin(uri: &Uri, headers: &HeaderMap, settings: &ApiSettings) -> bool {
    // Scripts cannot set this header; a browser that sends it knows best.
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN) else {
        // Not sent by a page: browsers name the origin of every such request.
        return true;
    };
    let Some(origin) = origin.to_str().ok() else {
        return false;
    };
    // The header Host has no scheme, and a proxy may say anything there: where the address is known, it decides.
    if let Some(url) = settings.public_url.as_deref() {
        return origin_of(url).eq_ignore_ascii_case(origin);
    }
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| uri.authority().map(|host| host.as_str()));
    let sender = origin.split_once("://").map(|(_, authority)| authority);
    match (sender, host) {
        (Some(sender), Some(host)) => sender.eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// Scheme and authority of an address: `https://dash.example.com/x` is `https://dash.example.com`.
fn origin_of(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    match url[start..].find('/') {
        Some(slash) => &url[..start + slash],
        None => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(headers: &[(&'static str, &'static str)], public_url: Option<&str>) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    http::HeaderValue::from_static(value),
                )
            })
            .collect();
        let settings = ApiSettings {
            public_url: public_url.map(str::to_owned),
            ..ApiSettings::default()
        };
        check(
            &Method::POST,
            &Uri::from_static("/api/v1/auth/logout"),
            &headers,
            &settings,
        )
        .is_ok()
    }

    #[test]
    fn the_browsers_own_word_decides() {
        assert!(verdict(&[("sec-fetch-site", "same-origin")], None));
        assert!(verdict(&[("sec-fetch-site", "none")], None));
        assert!(!verdict(&[("sec-fetch-site", "same-site")], None));
        assert!(!verdict(
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://h"),
                ("host", "h")
            ],
            None
        ));
    }

    #[test]
    fn without_it_the_origin_must_be_the_host() {
        assert!(verdict(&[("origin", "http://h:8080"), ("host", "h:8080")], None));
        assert!(!verdict(
            &[("origin", "http://evil.example"), ("host", "h:8080")],
            None
        ));
        assert!(!verdict(&[("origin", "http://h:9"), ("host", "h:8080")], None));
        assert!(!verdict(&[("origin", "null"), ("host", "h:8080")], None));
        assert!(!verdict(&[("origin", "http://h")], None));
    }

    #[test]
    fn where_the_public_address_is_known_the_origin_must_be_that() {
        let headers = [("origin", "https://dash.example.com"), ("host", "10.0.0.3:8080")];
        assert!(verdict(&headers, Some("https://dash.example.com/")));
        assert!(!verdict(&headers, Some("https://other.example.com")));
        assert!(!verdict(&headers, Some("http://dash.example.com")));
        let downgraded = [
            ("origin", "http://dash.example.com"),
            ("host", "dash.example.com"),
        ];
        assert!(!verdict(&downgraded, Some("https://dash.example.com")));
        assert!(verdict(&downgraded, None));
    }

    #[test]
    fn who_shows_a_token_may_come_from_anywhere() {
        assert!(verdict(
            &[("authorization", "Bearer x"), ("sec-fetch-site", "cross-site")],
            None
        ));
        assert!(!verdict(
            &[("authorization", "Basic x"), ("sec-fetch-site", "cross-site")],
            None
        ));
    }

    #[test]
    fn programs_name_no_origin_and_may() {
        assert!(verdict(&[("host", "h")], None));
    }

    #[test]
    fn a_form_is_refused_even_from_here() {
        assert!(!verdict(
            &[("sec-fetch-site", "same-origin"), ("content-type", "text/plain")],
            None
        ));
        assert!(!verdict(
            &[
                ("host", "h"),
                ("content-type", "application/x-www-form-urlencoded")
            ],
            None
        ));
        assert!(verdict(
            &[("host", "h"), ("content-type", "application/json; charset=utf-8")],
            None
        ));
    }
}
