//! Every way to fail is problem+json with its code.

use http::{Method, StatusCode};
use porthole_model::Diagnostic;
use porthole_panel::{PluginFault, RenderError};

use crate::site::{Site, Telling};

const PATH: &str = "/api/v1/panels/cpu/data";

#[tokio::test]
async fn each_failure_of_a_panel_has_its_status_and_code() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let said = || "It said this.".to_owned();
    let plugin = |fault| RenderError::Plugin {
        plugin: "kpi".into(),
        version: "0.1.0".into(),
        fault,
        message: said(),
    };
    let limit = PluginFault::Limit {
        name: "cpu",
        value: "500 ms".into(),
    };
    for (error, status, code) in [
        (RenderError::NotFound, 404, "not_found"),
        (RenderError::Configuration(vec![]), 422, "panel_configuration"),
        (
            RenderError::Parameter {
                parameter: "sort".into(),
                message: said(),
            },
            400,
            "invalid_parameter",
        ),
        (plugin(PluginFault::Trapped), 502, "plugin_trapped"),
        (plugin(limit), 502, "plugin_limit"),
        (plugin(PluginFault::Answer), 502, "plugin_answer"),
        (plugin(PluginFault::Failed), 502, "plugin_failed"),
        (RenderError::Query(said()), 502, "query_failed"),
        (RenderError::TooLarge(said()), 502, "query_too_large"),
        (RenderError::TimedOut(said()), 504, "query_timed_out"),
        (RenderError::DatabaseDown(said()), 503, "database_down"),
        (RenderError::Busy(said()), 503, "busy"),
        (
            RenderError::Internal("a secret of the house".into()),
            500,
            "internal",
        ),
    ] {
        site.panels.tell("alpha", "cpu", Telling::Fail(error));
        let answer = ada.get(PATH).await;
        let problem = answer.problem();
        assert_eq!((problem.status, problem.code.as_str()), (status, code));
        assert_eq!(status == 503, !answer.header("retry-after").is_empty(), "{code}");
        assert_eq!(
            code.starts_with("plugin_"),
            problem.plugin.as_deref() == Some("kpi 0.1.0"),
            "{code}"
        );
        assert_eq!(
            code == "plugin_limit",
            problem.limit.as_deref() == Some("cpu 500 ms"),
            "{code}"
        );
        assert!(!answer.text().contains("secret"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_faulty_configuration_says_where() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let fault = Diagnostic {
        file: "a.yaml".into(),
        line: 3,
        column: 7,
        message: "unknown".into(),
        help: None,
    };
    site.panels.tell(
        "alpha",
        "cpu",
        Telling::Fail(RenderError::Configuration(vec![fault.clone()])),
    );
    assert_eq!(ada.get(PATH).await.problem().diagnostics, [fault]);
}

#[tokio::test]
async fn a_panic_is_an_answer_too_and_the_host_goes_on() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    site.panels.tell("alpha", "panics", Telling::Panic);
    let answer = ada.get("/api/v1/panels/panics/data").await;
    assert_eq!(answer.refusal(), (500, "internal".into(), None));
    assert!(!answer.text().contains("mistake"), "{}", answer.text());
    assert_eq!(ada.get(PATH).await.status, StatusCode::OK);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    for (query, parameter) in [
        ("page=-1", "page"),
        ("page_size=0", "page_size"),
        (
            "start_date=2026-01-02T00:00:00Z&end_date=2026-01-01T00:00:00Z",
            "start_date",
        ),
        (
            "start_date=2026-01-01T00:00:00Z&end_date=2026-01-01T00:00:00Z",
            "start_date",
        ),
        ("start_date=last+week", "start_date"),
        ("end_date=2026-02-30T00:00:00Z", "end_date"),
        ("start_date=1990-01-01T00:00:00Z", "start_date"),
        ("strat_date=2026-01-01T00:00:00Z", "strat_date"),
        ("%00=1", ""),
        ("sort=%ff%fe&page=x", "page"),
    ] {
        for place in ["panels/cpu/data", "reports/cpu"] {
            let answer = ada.get(&format!("/api/v1/{place}?{query}")).await;
            assert_eq!(
                answer.refusal(),
                (400, "invalid_parameter".into(), Some(parameter.into())),
                "{query}"
            );
        }
    }
    let answer = ada.get("/api/v1/dashboards?page=1").await;
    assert_eq!(
        answer.refusal(),
        (400, "invalid_parameter".into(), Some("page".into()))
    );
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/dashboards",
        "/api/v1/panels/cpu",
        "/api/v1/panels//data",
        "/api/v1/dashboards/%ff",
        "/api/v1/dashboards/a%00b",
        "/api/v1/panels/..%2f..%2fetc%2fpasswd/data",
        "/api/v1/custom/forecast",
    ] {
        assert_eq!(
            ada.get(path).await.refusal(),
            (404, "not_found".into(), None),
            "{path}"
        );
    }
    for (method, path, allow) in [
        (Method::POST, "/api/v1/dashboards", "GET,HEAD"),
        (Method::DELETE, PATH, "GET,HEAD"),
        (Method::GET, "/api/v1/auth/logout", "POST"),
        (Method::PUT, "/health", "GET,HEAD"),
    ] {
        let answer = ada.send(method, path, &[], None).await;
        assert_eq!(
            answer.refusal(),
            (405, "method_not_allowed".into(), None),
            "{path}"
        );
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
}

#[tokio::test]
async fn what_is_outside_of_the_interface_is_left_to_others() {
    let site = Site::new().await;
    let app = site
        .router
        .clone()
        .merge(axum::Router::new().fallback(async || "a page"));
    let page = |path: &'static str| {
        let request = http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        tower::ServiceExt::oneshot(app.clone(), request)
    };
    let text = axum::body::to_bytes(page("/t/alpha/d/default").await.unwrap().into_body(), 100)
        .await
        .unwrap();
    assert_eq!(text, "a page");
    assert_eq!(
        page("/api/v1/nothing").await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}
