//! Answers on the wire: bytes, encodings, validators.

use std::io::Read;

use http::{Method, StatusCode};
use porthole_model::{Dashboards, PanelAnswer};
use serde_json::json;

use crate::site::{Site, Telling, rendered};

const PATH: &str = "/api/v1/panels/cpu/data";

#[tokio::test]
async fn a_panels_answer_is_the_bytes_the_pipeline_made() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let answer = ada.get(PATH).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, rendered("Alpha's CPU", "").body);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(
        answer.header("vary"),
        "accept-encoding, cookie, x-porthole-tenant"
    );
    serde_json::from_slice::<PanelAnswer>(&answer.body).unwrap();
    let report = ada.get("/api/v1/reports/cpu").await;
    assert_eq!(report.body, answer.body);
}

#[tokio::test]
async fn the_reader_gets_gzip_if_they_take_it_and_it_is_worth_it() {
    let site = Site::new().await;
    let large = rendered(&"A long title. ".repeat(100_000), "large");
    site.panels.tell("alpha", "large", Telling::Answer(large.clone()));
    let medium = rendered(&"A long title. ".repeat(1_000), "medium");
    site.panels
        .tell("alpha", "medium", Telling::Answer(medium.clone()));
    let ada = site.logged_in("ada").await;
    for (panel, rendered) in [("large", large), ("medium", medium)] {
        let path = format!("/api/v1/panels/{panel}/data");
        let plain = ada.get(&path).await;
        assert_eq!(
            (plain.header("content-encoding"), &plain.body),
            ("", &rendered.body)
        );
        let packed = ada.get_with(&path, &[("accept-encoding", "br, gzip")]).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert!(packed.body.len() * 10 < rendered.body.len());
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&packed.body[..])
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, rendered.body);
        assert_eq!(packed.header("etag"), plain.header("etag"));
    }
    let small = ada.get_with(PATH, &[("accept-encoding", "gzip")]).await;
    assert_eq!(small.header("content-encoding"), "");
}

#[tokio::test]
async fn an_unchanged_view_is_not_sent_again() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let tag = ada.get(PATH).await.header("etag").to_owned();
    assert_eq!(tag, "W/\"tag-of-alpha\"");
    let again = ada.get_with(PATH, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(again.header("etag"), tag);
    assert_eq!(again.header("cache-control"), "private, no-cache");
    site.panels.tell(
        "alpha",
        "cpu",
        Telling::Answer(rendered("Alpha's CPU", "another")),
    );
    assert_eq!(
        ada.get_with(PATH, &[("if-none-match", &tag)]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let answer = ada.send(Method::HEAD, PATH, &[], None).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    assert_eq!(answer.header("etag"), "W/\"tag-of-alpha\"");
    let answer = ada
        .send(Method::HEAD, "/api/v1/panels/nothing/data", &[], None)
        .await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::NOT_FOUND, 0));
}

#[tokio::test]
async fn the_panel_is_asked_what_the_address_says() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let path = format!(
        "{PATH}?start_date=2026-01-01T00:00:00Z&end_date=2026-01-02T00:00:00Z&disable_aggregation=true\
         &series_filter=web%2C1&page=2&page_size=10&sort=-cpu&filter%5Bname%5D=x&tz=Europe/Vienna&fresh=true&max_points=9"
    );
    let answer = ada.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let asked = site.panels.last_asked();
    assert_eq!(
        (asked.range.start, asked.range.end),
        (1_767_225_600_000, 1_767_312_000_000)
    );
    assert!(asked.raw && asked.fresh);
    assert_eq!(asked.labels, ["web,1"]);
    assert_eq!(
        (asked.paging.page, asked.paging.page_size, asked.max_points),
        (2, Some(10), Some(9))
    );
    assert_eq!(asked.paging.sort, [("cpu".to_owned(), true)]);
    assert_eq!(asked.paging.filters, [("name".to_owned(), "x".to_owned())]);
    assert_eq!(asked.time_zone, "Europe/Vienna");
    assert_eq!(asked.request_id, answer.header("x-request-id"));
}

#[tokio::test]
async fn a_request_id_from_outside_is_not_taken() {
    let site = Site::new().await;
    let answer = site
        .nobody()
        .get_with("/health", &[("x-request-id", "0123456789abcdef")])
        .await;
    assert_ne!(answer.header("x-request-id"), "0123456789abcdef");
}

#[tokio::test]
async fn dashboards_are_the_tenants() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let list: Dashboards = serde_json::from_value(ada.get("/api/v1/dashboards").await.json()).unwrap();
    assert_eq!(list.dashboards[0].title, "Operations of alpha");
    assert_eq!(ada.get("/api/v1/dashboards/default").await.json()["columns"], 12);
    assert_eq!(
        ada.get("/api/v1/dashboards/other").await.refusal(),
        (404, "not_found".into(), None)
    );
}

#[tokio::test]
async fn the_description_is_openapi() {
    let site = Site::new().await;
    let description = site.nobody().get("/api/v1/openapi.json").await.json();
    assert_eq!(
        description["openapi"].as_str().unwrap().split('.').next(),
        Some("3")
    );
    assert_eq!(description["servers"][0]["url"], "/api/v1");
    assert_eq!(
        description["paths"]["/auth/login"]["post"]["security"],
        json!([{}])
    );
    let parameters = description["paths"]["/panels/{id}/data"]["get"]["parameters"]
        .as_array()
        .unwrap();
    let names: Vec<_> = parameters
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    for name in [
        "start_date",
        "end_date",
        "disable_aggregation",
        "series_filter",
        "sort",
        "page_size",
        "tz",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    let packed = site
        .nobody()
        .get_with("/api/v1/openapi.json", &[("accept-encoding", "gzip")])
        .await;
    assert_eq!(packed.header("content-encoding"), "gzip");
}

#[tokio::test]
async fn the_description_is_a_page_too_that_runs_nothing_and_fetches_nothing() {
    let site = Site::new().await;
    let page = site.nobody().get("/docs").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; style-src 'self';")
    );
    assert!(page.text().contains("/panels/{id}/data"));
    let style = site.nobody().get("/docs/style.css").await;
    assert_eq!(
        (style.status, style.header("content-type")),
        (StatusCode::OK, "text/css; charset=utf-8")
    );
    let packed = site
        .nobody()
        .get_with("/docs", &[("accept-encoding", "br")])
        .await;
    assert_eq!(packed.header("content-encoding"), "br");
}

#[tokio::test]
async fn health_says_ok_and_ready_asks_the_central_database() {
    let site = Site::new().await;
    let nobody = site.nobody();
    assert_eq!(nobody.get("/health").await.json()["status"], "ok");
    assert_eq!(nobody.get("/ready").await.json()["status"], "ok");
    site.identity.close().await;
    assert_eq!(nobody.get("/health").await.status, StatusCode::OK);
    let down = nobody.get("/ready").await;
    assert_eq!(down.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_ne!(down.header("retry-after"), "");
}
