//! Answering with an embedded file.

use axum::{
    body::Body,
    extract::Path,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, StatusCode, Uri,
    header::{
        ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    },
};

use crate::{
    assets::{self, Asset},
    encoding::{self, Encoding},
    headers,
};

/// Said in place of every page by a program that was compiled without the UI.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Porthole</title>\
    <h1>The user interface is not part of this program</h1>\
    <p>It was compiled before the interface was built. Run <code>cargo xtask build</code> and start it again. \
    The API answers all the same, below <code>/api/v1</code>.</p></html>";

/// A year: the name changes with the content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, but asked about each time.
const ASK_AGAIN: &str = "no-cache";

/// Whether an address belongs to the part of the UI that is loaded apart from dashboards; the same as in its `start.js`.
fn is_desk(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    match (parts.next(), parts.next(), parts.next()) {
        (Some("admin" | "account" | "password"), ..) => true,
        (Some("t"), Some(tenant), Some("plugins" | "members" | "audit")) => !tenant.is_empty(),
        _ => false,
    }
}

/// The page of the UI, at all of its addresses. It is the same application everywhere: what differs is which of its files the
/// page tells a browser to fetch ahead.
pub(crate) async fn page(uri: Uri, headers: HeaderMap) -> Response {
    let name = if is_desk(uri.path()) {
        "desk.html"
    } else {
        "index.html"
    };
    match assets::find(name).or_else(|| assets::find("index.html")) {
        Some(asset) => answer(asset, &headers, ASK_AGAIN),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            [
                (CONTENT_TYPE, "text/html; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
            ],
            NOT_BUILT,
        )
            .into_response(),
    }
}

/// The page at an address where there is none, for whoever reads pages: the UI says so. Others get the bare status.
pub(crate) async fn not_found(method: Method, uri: Uri, mut headers: HeaderMap) -> Response {
    let reads_pages = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|kind| kind.trim().to_ascii_lowercase().starts_with("text/html"));
    if !reads_pages || !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::NOT_FOUND.into_response();
    }
    // That the reader has the page already does not make this address one of its own.
    headers.remove(IF_NONE_MATCH);
    let mut response = page(uri, headers).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().remove(ETAG);
    headers::protect(response).await
}

/// A file of the UI.
pub(crate) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    match assets::find(&format!("assets/{path}")) {
        Some(asset) => answer(asset, &headers, FOR_EVER),
        None => (
            StatusCode::NOT_FOUND,
            [
                (CONTENT_TYPE, "text/plain; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
            ],
            "There is no such file.\n",
        )
            .into_response(),
    }
}

fn answer(asset: &'static Asset, request: &HeaderMap, caching: &'static str) -> Response {
    let accept = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let (encoding, bytes) = encoding::preferences(accept)
        .into_iter()
        .find_map(|encoding| form(asset, encoding).map(|bytes| (encoding, bytes)))
        .unwrap_or((Encoding::Plain, asset.plain));
    // Another form is other bytes, so it needs another strong tag.
    let tag = match encoding.name() {
        Some(name) => format!("\"{}-{name}\"", asset.hash),
        None => format!("\"{}\"", asset.hash),
    };

    let is_known = is_known(request, &tag);
    let mut response = Response::new(if is_known {
        Body::empty()
    } else {
        Bytes::from_static(bytes).into()
    });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if !is_known {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static(assets::content_type(asset.path)),
        );
        if let Some(name) = encoding.name() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
    }
    response
}

/// The bytes of one form, where the asset has it.
fn form(asset: &'static Asset, encoding: Encoding) -> Option<&'static [u8]> {
    match encoding {
        Encoding::Brotli => asset.brotli,
        Encoding::Gzip => asset.gzip,
        Encoding::Plain => Some(asset.plain),
    }
}

/// Whether the reader says that it has this already.
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            value
                .split(',')
                .map(str::trim)
                .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
        })
}

#[cfg(test)]
mod tests {
    use super::is_desk;

    #[test]
    fn the_part_that_is_fetched_ahead_is_the_one_that_the_page_starts() {
        // The same rule, in the other language.
        let rule = r"/^\/(t\/[^/]+\/(plugins|members|audit)|admin|account|password)(\/|$)/";
        assert!(include_str!("../../../ui/js/start.js").contains(rule));
        for path in [
            "/t/alpha/plugins",
            "/t/alpha/plugins/map",
            "/t/alpha/members",
            "/t/alpha/audit",
            "/admin",
            "/admin/users/019a1b2c",
            "/account",
            "/password",
        ] {
            assert!(is_desk(path), "{path}");
        }
        for path in [
            "/",
            "/login",
            "/t/alpha",
            "/t/alpha/d/plugins",
            "/t//plugins",
            "/accounts",
            "/wp-admin",
        ] {
            assert!(!is_desk(path), "{path}");
        }
    }
}
