//! The panel against sources in memory.
#![allow(clippy::unwrap_used)]

use porthole_sdk::{
    ColumnData,
    testing::{self, FakeSource, FakeSources},
};
use serde_json::{Value, json};

use super::*;

/// Wed 25 November 2026, 02:00 UTC.
const NOW: i64 = 1_795_572_000_000;
const YESTERDAY: i64 = (NOW / DAY - 1) * DAY;
const HOUR: i64 = 3_600_000;

fn traffic(rows: &[(i64, i64, i64, f64)]) -> FakeSource {
    FakeSource::new(testing::frame([
        (
            "timestamp",
            testing::instants(&rows.iter().map(|row| row.0).collect::<Vec<_>>()),
        ),
        (
            "requests",
            testing::integers(&rows.iter().map(|row| row.1).collect::<Vec<_>>()),
        ),
        (
            "failed",
            testing::integers(&rows.iter().map(|row| row.2).collect::<Vec<_>>()),
        ),
        (
            "response_ms",
            testing::numbers(&rows.iter().map(|row| row.3).collect::<Vec<_>>()),
        ),
    ]))
}

fn days() -> FakeSources {
    FakeSources::new(NOW - HOUR, NOW).with(
        "main",
        traffic(&[
            (YESTERDAY - HOUR, 2_000_000, 1_000, 100.0),
            (YESTERDAY, 1_000_000, 1_000, 100.0),
            (YESTERDAY + 14 * HOUR, 1_500_000, 11_500, 200.0),
            (YESTERDAY + DAY, 7, 0, 1.0),
        ]),
    )
}

fn document(sources: &FakeSources, parameters: &str) -> Value {
    let mut call = sources.call("{}");
    call.parameters = parameters.into();
    match DailySummary::render(&call, sources).unwrap() {
        View::Document(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("not a document: {other:?}"),
    }
}

#[test]
fn the_day_before_today_is_summed_up() {
    assert_eq!(
        document(&days(), "{}"),
        json!({
            "date": "24 November 2026",
            "weekday": "Tuesday",
            "total_requests": "2,500,000",
            "requests": 2_500_000,
            "error_rate": 0.5,
            // 1,000,000 answers of 100 ms and 1,500,000 of 200 ms.
            "avg_response_time": 160,
            "failed_requests": "12,500",
            "requests_change": 25.0,
            "error_rate_change": 0.45,
            "busiest_hour": "14:00",
            "servers": [],
            "errors": [],
        })
    );
}

#[test]
fn today_is_summed_up_when_asked_for() {
    let document = document(&days(), r#"{"day":"today"}"#);
    assert_eq!(document["date"], "25 November 2026");
    assert_eq!(document["total_requests"], "7");
}

#[test]
fn servers_and_failing_services_are_listed_with_the_most_first() {
    let rates = FakeSource::series(vec![
        testing::series("quiet", &[(YESTERDAY + 5, 10.0)]),
        testing::series("busy", &[(YESTERDAY + 5, 20.0), (YESTERDAY + HOUR, 40.0)]),
        testing::series("gone", &[(YESTERDAY - 5, 900.0)]),
    ]);
    let errors = FakeSource::new(testing::frame([
        ("timestamp", testing::instants(&[YESTERDAY; 4])),
        ("service", testing::texts(&["mailer", "auth", "catalog", "auth"])),
    ]));
    let sources = days().with("servers", rates).with("errors", errors);
    let document = document(&sources, r#"{"top":2}"#);
    assert_eq!(
        document["servers"],
        json!([
            {"name": "busy", "requests_per_second": 30.0, "share": 75.0},
            {"name": "quiet", "requests_per_second": 10.0, "share": 25.0},
        ])
    );
    assert_eq!(
        document["errors"],
        json!([{"service": "auth", "count": 2}, {"service": "catalog", "count": 1}])
    );
}

#[test]
fn a_day_without_data_is_all_noughts() {
    let sources = FakeSources::new(0, NOW).with("main", traffic(&[]));
    let document = document(&sources, "{}");
    assert_eq!(document["total_requests"], "0");
    assert_eq!(document["error_rate"], 0.0);
    assert_eq!(document["busiest_hour"], Value::Null);
    assert_eq!(document["requests_change"], Value::Null);
}

#[test]
fn missing_and_negative_figures_count_as_nothing() {
    let frame = testing::frame([
        ("timestamp", testing::instants(&[YESTERDAY, YESTERDAY])),
        ("requests", ColumnData::Integers(vec![None, Some(-5)])),
        ("failed", testing::numbers(&[f64::NAN, f64::INFINITY])),
        ("response_ms", testing::numbers(&[1.0, f64::NAN])),
    ]);
    let sources = FakeSources::new(0, NOW).with("main", FakeSource::new(frame));
    assert_eq!(document(&sources, "{}")["total_requests"], "0");
}

#[test]
fn a_source_that_fails_is_the_panels_failure_and_not_an_empty_list() {
    let sources = days().with(
        "errors",
        FakeSource::new(testing::frame([])).failing(QueryError::TimedOut),
    );
    assert_eq!(
        DailySummary::render(&sources.call("{}"), &sources),
        Err(Failure::Query(QueryError::TimedOut))
    );
}

#[test]
fn mistakes_in_the_yaml_are_named_with_their_key() {
    let mut call = days().call("{}");
    call.parameters = r#"{"day":"tomorrow"}"#.into();
    let Err(Failure::Configuration(message)) = DailySummary::render(&call, &days()) else {
        panic!()
    };
    assert_eq!(
        message,
        "parameters.day: expected yesterday or today, found \"tomorrow\""
    );
}

#[test]
fn the_schema_is_json() {
    serde_json::from_str::<Value>(&DailySummary::describe().parameters_schema).unwrap();
}
