//! The panel against sources in memory.
#![allow(clippy::unwrap_used)]

use porthole_sdk::{
    QueryError,
    testing::{self, FakeSource, FakeSources},
};

use super::*;

const SPECIFIED: &str = r##"{"status_mapping":{
    "0":{"color":"#10B981","label":"Healthy"},
    "1":{"color":"#F59E0B","label":"Degraded"},
    "2":{"color":"#EF4444","label":"Down"}}}"##;

fn checks() -> FakeSources {
    let frame = testing::frame([
        (
            "service_name",
            testing::texts(&["api", "web-10", "web-2", "mail", "api"]),
        ),
        ("status_value", testing::integers(&[0, 0, 0, 1, 2])),
        ("timestamp", testing::instants(&[10, 20, 30, 40, 50])),
        (
            "message",
            testing::texts(&["", "", " ", "queue is long", "connection refused"]),
        ),
    ]);
    // The reader looks at a range in which nothing was checked.
    FakeSources::new(1_000, 2_000).with("main", FakeSource::new(frame))
}

fn states(values: ColumnData) -> FakeSources {
    let names: Vec<String> = (0..values.len()).map(|row| format!("s{row}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let frame = testing::frame([("service_name", testing::texts(&names)), ("status_value", values)]);
    FakeSources::new(0, 1).with("main", FakeSource::new(frame))
}

fn render(sources: &FakeSources, display: &str) -> Vec<StatusItem> {
    match HealthStatus::render(&sources.call(display), sources).unwrap() {
        View::Statuses(statuses) => statuses.items,
        other => panic!("not a list of statuses: {other:?}"),
    }
}

#[test]
fn shows_the_newest_state_of_each_thing_worst_first_then_by_name() {
    let items = render(&checks(), SPECIFIED);
    let shown: Vec<(&str, &str, Severity)> = items
        .iter()
        .map(|item| (item.name.as_str(), item.label.as_str(), item.severity))
        .collect();
    assert_eq!(
        shown,
        [
            ("api", "Down", Severity::Critical),
            ("mail", "Degraded", Severity::Warning),
            ("web-2", "Healthy", Severity::Good),
            ("web-10", "Healthy", Severity::Good),
        ]
    );
    assert_eq!(
        items[0],
        StatusItem {
            name: "api".into(),
            status: "2".into(),
            label: "Down".into(),
            color: "#EF4444".into(),
            severity: Severity::Critical,
            checked_at: Some(50),
            message: Some("connection refused".into()),
        }
    );
    assert_eq!(items[2].message, None, "an empty message is none");
}

#[test]
fn without_a_time_column_every_row_counts() {
    let items = render(&states(testing::numbers(&[0.0, 2.0])), SPECIFIED);
    assert_eq!(
        items.iter().map(|item| item.label.as_str()).collect::<Vec<_>>(),
        ["Down", "Healthy"]
    );
    assert_eq!(
        (items[0].status.as_str(), items[0].checked_at, &items[0].message),
        ("2", None, &None)
    );
}

#[test]
fn what_nobody_knows_comes_before_what_is_good() {
    let items = render(&states(testing::texts(&["0", "strange"])), SPECIFIED);
    assert_eq!(
        (items[0].label.as_str(), items[0].severity),
        ("strange", Severity::Unknown)
    );
}

#[test]
fn a_missing_status_is_unknown() {
    let items = render(&states(ColumnData::Integers(vec![None])), SPECIFIED);
    assert_eq!(
        (
            items[0].status.as_str(),
            items[0].label.as_str(),
            items[0].severity
        ),
        ("", "Unknown", Severity::Unknown)
    );
}

#[test]
fn a_severity_in_the_yaml_is_final() {
    let display = r##"{"status_mapping":{"1":{"color":"#10B981","label":"Healthy","severity":"critical"}}}"##;
    assert_eq!(
        render(&states(testing::integers(&[1])), display)[0].severity,
        Severity::Critical
    );
}

#[test]
fn mistakes_in_the_yaml_are_named_with_their_key() {
    for (display, message) in [
        (
            r##"{"status_mapping":{"0":{"color":"#10B981"}}}"##,
            "display.status_mapping.0: `label` is missing",
        ),
        (
            r#"{"status_mapping":{"0":{"color":"green","label":"x"}}}"#,
            "display.status_mapping.0.color: \"green\" is not",
        ),
        (
            r##"{"status_mapping":{"0":{"color":"#10B981","label":"x","severity":"bad"}}}"##,
            "display.status_mapping.0.severity: expected good, warning, critical or unknown, found",
        ),
        (
            r#"{"status_mapping":[1]}"#,
            "display.status_mapping: expected a mapping from each status to its color and label, found a list",
        ),
        (
            r#"{"statuses":{}}"#,
            "display.statuses: there is no such key; there are status_mapping and thresholds",
        ),
    ] {
        match HealthStatus::render(&checks().call(display), &checks()) {
            Err(Failure::Configuration(found)) => {
                assert!(found.starts_with(message), "{display} gives: {found}")
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_missing_column_is_a_mistake_in_the_yaml() {
    let frame = testing::frame([("service_name", testing::texts(&["api"]))]);
    let sources = FakeSources::new(0, 1).with("main", FakeSource::new(frame));
    let Err(Failure::Configuration(message)) = HealthStatus::render(&sources.call("{}"), &sources) else {
        panic!()
    };
    assert_eq!(
        message,
        "data_source.columns: this panel needs the column role `status_value`"
    );
}

#[test]
fn a_failing_source_is_the_panels_failure() {
    let sources = FakeSources::new(0, 1).with(
        "main",
        FakeSource::new(testing::frame([])).failing(QueryError::TimedOut),
    );
    assert_eq!(
        HealthStatus::render(&sources.call("{}"), &sources),
        Err(Failure::Query(QueryError::TimedOut))
    );
}

#[test]
fn the_schema_is_json() {
    serde_json::from_str::<serde_json::Value>(&HealthStatus::describe().display_schema).unwrap();
}
