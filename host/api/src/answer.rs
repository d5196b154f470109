//! A panel's answer on the wire: the bytes the pipeline made once, compressed once, and 304 for who has them.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use porthole_panel::Rendered;

use crate::problem::ApiError;

/// Kept by the browser that asked, and asked about again each time.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
/// The same address has other answers for others.
const VARIES: HeaderValue = HeaderValue::from_static("accept-encoding, cookie, x-porthole-tenant");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// Smaller bodies gain nothing.
const WORTH_COMPRESSING: usize = 1024;
/// Larger bodies are compressed away from the threads that serve everybody.
const LONG_WORK: usize = 256 * 1024;

pub(crate) async fn answer(rendered: Rendered, asked: &HeaderMap) -> Result<Response, ApiError> {
    // Weak: equal views have equal tags, while the receipt beside the view differs from time to time.
    let tag = format!("W/\"{}\"", rendered.etag);
    let known = knows(asked, &rendered.etag);
    let etag = HeaderValue::try_from(tag).map_err(|error| ApiError::internal(error.to_string()))?;
    let mut response = if known {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else if rendered.body.len() >= WORTH_COMPRESSING && takes_gzip(asked) {
        let mut response = Response::new(Body::from(gzip(rendered).await?));
        response.headers_mut().insert(CONTENT_ENCODING, GZIP);
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        response
    } else {
        let mut response = Response::new(Body::from(rendered.body));
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        response
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, etag);
    headers.insert(CACHE_CONTROL, PRIVATE);
    headers.insert(VARY, VARIES);
    Ok(response)
}

async fn gzip(rendered: Rendered) -> Result<Bytes, ApiError> {
    if rendered.body.len() < LONG_WORK {
        return Ok(rendered.gzip());
    }
    tokio::task::spawn_blocking(move || rendered.gzip())
        .await
        .map_err(|stopped| ApiError::internal(format!("compressing an answer: {stopped}")))
}

/// Whether `If-None-Match` names this tag; tags are compared weakly, as the header asks for.
fn knows(asked: &HeaderMap, etag: &str) -> bool {
    asked
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(','))
        .any(|tag| {
            let tag = tag.trim();
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            tag == "*" || tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')) == Some(etag)
        })
}

/// Whether `Accept-Encoding` takes gzip.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let mut wildcard = false;
    for coding in asked
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(','))
    {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|weight| weight.parse::<f32>().ok())
            == Some(0.0);
        let name = name.trim();
        if name.eq_ignore_ascii_case("gzip") {
            return !refused;
        }
        wildcard |= name == "*" && !refused;
    }
    wildcard
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn headers(name: http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn reads_what_the_reader_takes() {
        for (value, takes) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0, *", false),
            ("*", true),
            ("*;q=0", false),
            ("br", false),
            ("identity", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(&headers(ACCEPT_ENCODING, value)), takes, "{value}");
        }
    }

    #[test]
    fn knows_its_tag_among_others() {
        for (value, known) in [
            ("\"abc\"", true),
            ("W/\"abc\"", true),
            ("\"x\", W/\"abc\"", true),
            ("*", true),
            ("abc", false),
            ("\"abcd\"", false),
            ("\"", false),
        ] {
            assert_eq!(knows(&headers(IF_NONE_MATCH, value), "abc"), known, "{value}");
        }
    }
}
