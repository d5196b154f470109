//! Traces arrive at a collector as they are documented, and hold names and figures, never data.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use porthole_tests::{Client, Nginx, Site};
use prost::Message;

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
const PANEL: &str = "panel:\n  type: table\n  title: Secret title\n  data_source:\n    table: readings\n    columns: [server, \
                     value]\n    query:\n      where: \"server <> 'wanted-7f3a'\"\n";

/// What a collector is: it takes protobuf at `/v1/traces`.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    /// The requests as they came.
    raw: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    /// Listens on loopback; its address.
    async fn start() -> (Self, String) {
        let collector = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let taking = collector.clone();
        let router = Router::new().route(
            "/v1/traces",
            post(move |headers: HeaderMap, body: Bytes| {
                assert_eq!(headers["content-type"], "application/x-protobuf");
                let request = ExportTraceServiceRequest::decode(body.clone()).unwrap();
                let scopes = request.resource_spans.into_iter().flat_map(|resource| {
                    let service = attributes(&resource.resource.unwrap().attributes);
                    assert_eq!(service["service.name"], "porthole");
                    resource.scope_spans
                });
                let spans = scopes.flat_map(|scope| scope.spans);
                taking.spans.lock().unwrap().extend(spans);
                taking.raw.lock().unwrap().extend_from_slice(&body);
                async {}
            }),
        );
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collector, url)
    }

    fn named(&self, name: &str) -> Vec<Span> {
        let spans = self.spans.lock().unwrap();
        spans.iter().filter(|span| span.name == name).cloned().collect()
    }
}

fn attributes(attributes: &[opentelemetry_proto::tonic::common::v1::KeyValue]) -> BTreeMap<String, String> {
    let text = |value: Value| match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    attributes
        .iter()
        .map(|one| {
            let value = one.value.clone().and_then(|value| value.value);
            (one.key.clone(), value.map(text).unwrap_or_default())
        })
        .collect()
}

fn site(settings: &[(&str, &str)]) -> Site {
    let site = settings
        .iter()
        .fold(Site::new(), |site, (name, value)| site.with(name, value));
    site.tenant("one", "sqlite:one.sqlite");
    site.write(
        "tenants/one/dashboards/default.yaml",
        "dashboard:\n  name: Board\n  panels:\n    - id: rows\n      config_file: panels/rows.yaml\n",
    );
    site.write("tenants/one/panels/rows.yaml", PANEL);
    let file = site.data().join("readings.csv");
    std::fs::write(
        &file,
        "timestamp,server,value\n2026-01-01 01:00:00,web-7f3a,4711.5\n",
    )
    .unwrap();
    site.import(&file, "one", "readings", &[]).ok();
    site.add_user("reader-7f3a@example.org", PASSWORD, &["one"]);
    site
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_one_trace_from_the_route_to_the_statement_and_holds_no_data() {
    let (collector, url) = Collector::start().await;
    let site = site(&[("PORTHOLE_TRACES_ENDPOINT", &url)]);
    let mut host = site.serve().await;
    let reader = Client::login(host.url(), "reader-7f3a@example.org", PASSWORD)
        .await
        .of("one");
    let filter = [("filter[server]", "web-7f")];
    let first = reader.panel("rows", RANGE, &filter).await.ok();
    assert_eq!(first["view"]["rows"][0][0], "web-7f3a", "{first}");
    reader.panel("rows", RANGE, &filter).await.ok();
    // What is left is sent when the host stops.
    assert_eq!(host.terminate(), Some(0), "{}", host.log());

    let requests = collector.named("GET /api/v1/panels/{id}/data");
    assert_eq!(requests.len(), 2, "{:?}", collector.spans.lock().unwrap());
    let renders = collector.named("render");
    let calls = collector.named("sandbox");
    assert_eq!((renders.len(), calls.len()), (2, 1));
    let call = &calls[0];
    let of_call = attributes(&call.attributes);
    assert_eq!(
        (of_call["tenant"].as_str(), of_call["panel"].as_str()),
        ("one", "rows")
    );
    assert_eq!(
        (of_call["plugin"].as_str(), of_call["outcome"].as_str()),
        ("table", "view")
    );
    assert_eq!(of_call["rows"], "1");

    // From the innermost outwards: each is the child of the one before.
    let in_trace = |name: &str| {
        let found = collector.named(name);
        found
            .into_iter()
            .find(|span| span.trace_id == call.trace_id)
            .unwrap()
    };
    let render = in_trace("render");
    let request = in_trace("GET /api/v1/panels/{id}/data");
    assert_eq!(call.parent_span_id, render.span_id);
    assert_eq!(render.parent_span_id, request.span_id);
    assert!(request.parent_span_id.is_empty());
    let query = in_trace("query");
    assert_eq!(query.parent_span_id, call.span_id);
    assert_eq!(attributes(&query.attributes)["kind"], "rows");
    let statements = collector.named("statement");
    let statement = statements
        .iter()
        .find(|span| span.parent_span_id == query.span_id)
        .unwrap();
    assert_eq!(attributes(&statement.attributes)["db.system.name"], "sqlite");
    let of_request = attributes(&request.attributes);
    assert_eq!(of_request["http.response.status_code"], "200");
    assert!(!of_request["request_id"].is_empty());
    let caches: Vec<String> = renders
        .iter()
        .map(|span| attributes(&span.attributes)["cache"].clone())
        .collect();
    assert_eq!(caches, ["miss", "hit"]);

    // Neither values nor filters, SQL, titles, addresses of people or cookies; and no health checks.
    let raw = collector.raw.lock().unwrap();
    let text = String::from_utf8_lossy(&raw);
    for secret in [
        "7f3a",
        "web-7f",
        "4711",
        "SELECT",
        "select",
        "Secret title",
        "porthole_session",
        "/health",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}

/// The trace that a request is part of, and the span in it that it belongs to, as hexadecimal digits.
fn belongs_to(span: &Span) -> (String, String) {
    let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    (digits(&span.trace_id), digits(&span.parent_span_id))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_that_a_trusted_proxy_has_begun_goes_on_and_a_strangers_does_not() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";
    let begun = format!("00-{TRACE}-{PARENT}-01");
    let unwanted = format!("00-{TRACE}-{PARENT}-00");
    for (trusted, has_proxy) in [
        (Some("127.0.0.1"), false),
        (None, false),
        (Some("127.0.0.1"), true),
    ] {
        let (collector, url) = Collector::start().await;
        let mut settings = vec![("PORTHOLE_TRACES_ENDPOINT", url.as_str())];
        settings.extend(trusted.map(|address| ("PORTHOLE_TRUSTED_PROXIES", address)));
        let site = site(&settings);
        let mut host = site.serve().await;
        let nginx = match has_proxy {
            true => Some(Nginx::before(&[host.url()]).await),
            false => None,
        };
        let base = nginx.as_ref().map_or(host.url(), |nginx| nginx.url());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        for headers in [vec![&begun], vec![&unwanted], vec![&begun, &begun], vec![]] {
            let mut request = http.get(format!("{base}/api/v1/auth/me"));
            for header in headers {
                request = request.header("traceparent", header);
            }
            assert_eq!(request.send().await.unwrap().status(), 401);
        }
        assert_eq!(host.terminate(), Some(0), "{}", host.log());
        let spans = collector.named("GET /api/v1/auth/me");
        let going_on = spans
            .iter()
            .filter(|span| belongs_to(span) == (TRACE.to_owned(), PARENT.to_owned()))
            .count();
        // Who began it and does not want it kept is obeyed; two headers are none.
        let expected = match (trusted, has_proxy) {
            (Some(_), false) => (1, 3),
            // A reader's own header does not pass the shipped proxy.
            _ => (0, 4),
        };
        assert_eq!(
            (going_on, spans.len()),
            expected,
            "{trusted:?} {has_proxy}: {spans:#?}"
        );
    }
}

#[tokio::test]
async fn a_collector_that_is_not_there_costs_traces_and_is_told_once() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let site = site(&[("PORTHOLE_TRACES_ENDPOINT", &url)]);
    let mut host = site.serve().await;
    let reader = Client::login(host.url(), "reader-7f3a@example.org", PASSWORD)
        .await
        .of("one");
    for _ in 0..3 {
        reader.panel("rows", RANGE, &[]).await.ok();
    }
    assert_eq!(host.terminate(), Some(0), "{}", host.log());
    let log = host.log();
    assert_eq!(log.matches("traces are lost").count(), 1, "{log}");
}

#[tokio::test]
async fn without_a_collector_the_log_knows_no_spans() {
    let site = site(&[
        (
            "PORTHOLE_LOG_LEVEL",
            "info,porthole=trace,porthole_api=trace,porthole_panel=trace,porthole_data=trace",
        ),
        ("PORTHOLE_LOG_FORMAT", "json"),
    ]);
    let mut host = site.serve().await;
    let reader = Client::login(host.url(), "reader-7f3a@example.org", PASSWORD)
        .await
        .of("one");
    reader.panel("rows", RANGE, &[]).await.ok();
    assert_eq!(host.terminate(), Some(0), "{}", host.log());
    let log = host.log();
    assert!(log.contains("asking a tenant's database"), "{log}");
    assert!(
        !log.contains("porthole_trace") && !log.contains("\"spans\""),
        "{log}"
    );
}
