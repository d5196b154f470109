//! What a browser gets, with and without the UI in the program.
#![allow(clippy::unwrap_used)]

use axum::body::{Body, to_bytes};
use http::{Request, Response, StatusCode, header};
use tower::ServiceExt;

async fn get(path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    porthole_web::router()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_address_of_the_ui_gets_the_page() {
    let expected = if porthole_web::is_embedded() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    for path in [
        "/",
        "/login",
        "/password",
        "/account",
        "/admin",
        "/admin/users/019a1b2c",
        "/t/tenant-alpha",
        "/t/tenant-alpha/d/default?from=now-24h&to=now",
    ] {
        let response = get(path, &[]).await;
        assert_eq!(response.status(), expected, "{path}");
        assert_eq!(
            header(&response, "content-type"),
            "text/html; charset=utf-8",
            "{path}"
        );
    }
}

#[tokio::test]
async fn each_page_has_fetched_ahead_what_its_own_part_needs_and_nothing_else() {
    if !porthole_web::is_embedded() {
        return;
    }
    for (path, own, other) in [
        ("/", "app", "desk"),
        ("/t/tenant-alpha/d/default", "app", "desk"),
        ("/t/tenant-alpha/members", "desk", "app"),
        ("/admin/users", "desk", "app"),
        ("/account", "desk", "app"),
    ] {
        let page = text(get(path, &[]).await).await;
        for ending in ["wasm", "js"] {
            let names = |part: &str| {
                page.split('"')
                    .any(|word| word.starts_with(&format!("/assets/{part}-")) && word.ends_with(ending))
            };
            assert!(names(own), "{path}: {page}");
            assert!(!names(other), "{path}: {page}");
        }
    }
}

#[tokio::test]
async fn a_program_without_the_ui_says_how_to_build_it() {
    if !porthole_web::is_embedded() {
        assert!(text(get("/", &[]).await).await.contains("cargo xtask build"));
    }
}

#[tokio::test]
async fn other_paths_are_not_found() {
    for path in [
        "/assets/none.js",
        "/assets/../index.html",
        "/assets/..%2f..%2fCargo.toml",
        "/wp-admin",
    ] {
        assert_eq!(get(path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn every_answer_forbids_inline_scripts_and_framing() {
    for path in ["/", "/login", "/assets/none.js"] {
        let response = get(path, &[]).await;
        let policy = header(&response, "content-security-policy");
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn the_page_has_no_inline_scripts_and_no_inline_styles() {
    if !porthole_web::is_embedded() {
        return;
    }
    let page = text(get("/", &[]).await).await;
    assert!(!page.contains("style="), "{page}");
    assert!(!page.contains("<style"), "{page}");
    for script in page.split("<script").skip(1) {
        assert!(script.split('>').next().unwrap().contains("src="), "{script}");
    }
}

/// The addresses of the files that the page names.
async fn files_of_the_page() -> Vec<String> {
    let page = text(get("/", &[]).await).await;
    page.split('"')
        .filter(|part| part.starts_with("/assets/"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn files_are_compressed_kept_for_ever_and_tagged_by_form() {
    if !porthole_web::is_embedded() {
        return;
    }
    let files = files_of_the_page().await;
    assert!(!files.is_empty());
    for file in files {
        let compressed = get(&file, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!(compressed.status(), StatusCode::OK, "{file}");
        assert_eq!(
            header(&compressed, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(header(&compressed, "vary"), "accept-encoding");
        let plain = get(&file, &[]).await;
        assert_eq!(header(&plain, "content-encoding"), "");
        // Fonts and small files are not compressed again.
        if header(&compressed, "content-encoding") == "br" {
            assert_ne!(header(&plain, "etag"), header(&compressed, "etag"));
        }
    }
}

#[tokio::test]
async fn a_reader_who_has_the_page_gets_it_not_again() {
    if !porthole_web::is_embedded() {
        return;
    }
    let first = get("/", &[("accept-encoding", "br")]).await;
    assert_eq!(header(&first, "cache-control"), "no-cache");
    let tag = header(&first, header::ETAG.as_str()).to_owned();
    let again = get("/login", &[("accept-encoding", "br"), ("if-none-match", &tag)]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(again).await, "");
    let in_another_form = get("/", &[("if-none-match", &tag)]).await;
    assert_eq!(in_another_form.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_address_gets_the_page_with_404_where_pages_are_read_and_nothing_elsewhere() {
    let ask = async |method: &str, accept: Option<&str>| {
        let mut request = Request::builder().method(method).uri("/nowhere");
        if let Some(accept) = accept {
            request = request.header(header::ACCEPT, accept);
        }
        porthole_web::router()
            .fallback_service(porthole_web::fallback())
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap()
    };
    let page = ask("GET", Some("application/xml;q=0.9, text/html, */*;q=0.8")).await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(&page, "cache-control"), "no-store");
    assert!(header(&page, "content-security-policy").contains("default-src 'self'"));
    assert!(text(page).await.contains("Porthole"));
    for (method, accept) in [
        ("GET", None),
        ("GET", Some("*/*")),
        ("GET", Some("application/json")),
        ("POST", Some("text/html")),
    ] {
        let bare = ask(method, accept).await;
        assert_eq!(bare.status(), StatusCode::NOT_FOUND, "{method} {accept:?}");
        assert!(text(bare).await.is_empty(), "{method} {accept:?}");
    }
}
