//! The panel against sources in memory.
#![allow(clippy::unwrap_used)]

use porthole_sdk::{
    QueryError, Series, Threshold,
    testing::{self, FakeSource, FakeSources, series},
};

use super::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 3_600_000;

const SPECIFIED: &str = r##"{"unit":"%","decimals":1,"thresholds":[
    {"value":0,"color":"#10B981","label":"good"},
    {"value":70,"color":"#F59E0B","label":"warning"},
    {"value":90,"color":"#EF4444","label":"critical"}]}"##;

/// Two hours of a value that is the minute, looked at in the second.
fn two_hours() -> FakeSources {
    let points: Vec<(i64, f64)> = (0..120).map(|minute| (minute * MINUTE, minute as f64)).collect();
    let frame = testing::frame([
        (
            "timestamp",
            testing::instants(&points.iter().map(|point| point.0).collect::<Vec<_>>()),
        ),
        (
            "value",
            testing::numbers(&points.iter().map(|point| point.1).collect::<Vec<_>>()),
        ),
    ]);
    FakeSources::new(HOUR, 2 * HOUR).with("main", FakeSource::new(frame).ordered_by("timestamp", true))
}

fn untimed(value: ColumnData) -> FakeSources {
    FakeSources::new(0, HOUR).with("main", FakeSource::new(testing::frame([("value", value)])))
}

fn render(sources: &FakeSources, display: &str) -> Metric {
    match Kpi::render(&sources.call(display), sources).unwrap() {
        View::Metric(metric) => metric,
        other => panic!("not a metric: {other:?}"),
    }
}

fn fault(sources: &FakeSources, display: &str) -> String {
    match Kpi::render(&sources.call(display), sources) {
        Err(Failure::Configuration(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn takes_the_specified_panel_without_a_time_column() {
    let metric = render(&untimed(testing::numbers(&[73.25, 12.0])), SPECIFIED);
    let reached = Threshold {
        value: 70.0,
        color: "#F59E0B".into(),
        label: Some("warning".into()),
    };
    assert_eq!(
        metric,
        Metric {
            value: Some(73.25),
            unit: Some("%".into()),
            decimals: Some(1),
            threshold: Some(reached),
            ..Metric::default()
        }
    );
}

#[test]
fn below_the_first_threshold_there_is_none() {
    assert_eq!(
        render(&untimed(testing::numbers(&[-1.0])), SPECIFIED).threshold,
        None
    );
}

#[test]
fn shows_the_newest_value_when_it_was_measured_and_the_change_since_the_previous_period() {
    let metric = render(&two_hours(), "{}");
    assert_eq!(metric.value, Some(119.0));
    assert_eq!(metric.measured_at, Some(119 * MINUTE));
    assert_eq!(
        metric.trend,
        Some(Trend {
            previous: 59.0,
            change: 60.0
        })
    );
}

#[test]
fn the_sparkline_is_the_average_in_about_sixty_buckets_of_the_range() {
    let sparkline: Series = render(&two_hours(), "{}").sparkline.unwrap();
    assert_eq!(sparkline.instants.len(), 60);
    assert_eq!((sparkline.instants[0], sparkline.values[0]), (HOUR, 60.0));
}

#[test]
fn a_calculation_is_of_all_points_of_the_range_and_compared_with_the_same_of_the_period_before() {
    for (calculation, value, previous) in [
        ("average", 89.5, 29.5),
        ("minimum", 60.0, 0.0),
        ("maximum", 119.0, 59.0),
        ("sum", 5370.0, 1770.0),
        ("count", 60.0, 60.0),
    ] {
        let metric = render(&two_hours(), &format!(r#"{{"calculation":"{calculation}"}}"#));
        assert_eq!(metric.value, Some(value), "{calculation}");
        let change = value - previous;
        assert_eq!(metric.trend, Some(Trend { previous, change }), "{calculation}");
        assert_eq!(metric.measured_at, None, "{calculation}");
    }
}

#[test]
fn an_average_is_of_all_points_however_they_lie_in_buckets_and_series() {
    // A bucket of one point and one of three; the two series have one value each in the second.
    let sources = FakeSources::new(0, HOUR).with(
        "main",
        FakeSource::series(vec![
            series(
                "a",
                &[
                    (0, 10.0),
                    (MINUTE, 1.0),
                    (MINUTE + 1, 2.0),
                    (MINUTE + 2, f64::NAN),
                ],
            ),
            series("b", &[(MINUTE, 3.0)]),
        ]),
    );
    assert_eq!(render(&sources, r#"{"calculation":"average"}"#).value, Some(4.0));
    let only = Call {
        labels: vec!["b".into()],
        ..sources.call(r#"{"calculation":"average"}"#)
    };
    let View::Metric(metric) = Kpi::render(&only, &sources).unwrap() else {
        panic!()
    };
    assert_eq!(metric.value, Some(3.0));
}

#[test]
fn of_nothing_there_is_a_count_and_nothing_else() {
    let empty = FakeSources::new(0, HOUR).with("main", FakeSource::series(vec![]));
    for (calculation, value) in [
        ("count", Some(0.0)),
        ("sum", None),
        ("average", None),
        ("minimum", None),
    ] {
        let metric = render(&empty, &format!(r#"{{"calculation":"{calculation}"}}"#));
        assert_eq!(metric.value, value, "{calculation}");
    }
}

#[test]
fn the_course_is_of_what_the_number_is_of() {
    let metric = render(&two_hours(), r#"{"calculation":"count"}"#);
    assert!(metric.sparkline.unwrap().values.iter().all(|count| *count == 1.0));
}

#[test]
fn sparkline_and_trend_can_be_switched_off() {
    let metric = render(&two_hours(), r#"{"sparkline":false,"trend":false}"#);
    assert_eq!((metric.sparkline, metric.trend), (None, None));
}

#[test]
fn several_series_have_no_common_sparkline_unless_one_is_asked_for() {
    let sources = FakeSources::new(0, HOUR).with(
        "main",
        FakeSource::series(vec![
            series("a", &[(0, 1.0), (MINUTE, 2.0)]),
            series("b", &[(0, 5.0), (MINUTE, 7.0)]),
        ]),
    );
    assert_eq!(render(&sources, "{}").sparkline, None);
    let call = Call {
        labels: vec!["b".into()],
        ..sources.call("{}")
    };
    let View::Metric(metric) = Kpi::render(&call, &sources).unwrap() else {
        panic!()
    };
    assert_eq!(metric.sparkline.unwrap().values, [5.0, 7.0]);
}

#[test]
fn no_value_in_the_range_is_a_metric_without_one() {
    let empty = FakeSources::new(0, HOUR).with("main", FakeSource::series(vec![]));
    assert_eq!(
        render(&empty, r#"{"unit":"ms"}"#),
        Metric {
            unit: Some("ms".into()),
            ..Metric::default()
        }
    );
    assert_eq!(
        render(&untimed(testing::numbers(&[f64::NAN])), SPECIFIED).value,
        None
    );
    assert_eq!(
        render(&untimed(testing::numbers(&[f64::INFINITY])), SPECIFIED).value,
        None
    );
    assert_eq!(
        render(&untimed(ColumnData::Integers(vec![None])), SPECIFIED).value,
        None
    );
}

#[test]
fn numbers_of_any_kind_are_read() {
    assert_eq!(render(&untimed(testing::integers(&[42])), "{}").value, Some(42.0));
    assert_eq!(
        render(&untimed(testing::texts(&["42.5"])), "{}").value,
        Some(42.5)
    );
}

#[test]
fn a_column_without_numbers_is_a_mistake_in_the_yaml() {
    let message = fault(&untimed(testing::texts(&["web-1"])), "{}");
    assert!(message.starts_with("data_source.columns.value: "), "{message}");
}

#[test]
fn mistakes_in_the_yaml_are_named_with_their_key() {
    for (display, message) in [
        (
            r#"{"decimals":-1}"#,
            "display.decimals: expected 0 to 10 decimals",
        ),
        (
            r#"{"decimals":11}"#,
            "display.decimals: expected 0 to 10 decimals",
        ),
        (r#"{"unit":5}"#, "display.unit: expected a string, found 5"),
        (
            r##"{"thresholds":[{"value":"x","color":"#ffffff"}]}"##,
            "display.thresholds[0].value: expected a number, found \"x\"",
        ),
        (
            r#"{"sparkline":true}"#,
            "display.sparkline: this needs the column role `timestamp`",
        ),
        (
            r#"{"trend":true}"#,
            "display.trend: this needs the column role `timestamp`",
        ),
        (
            r#"{"calculation":"sum"}"#,
            "display.calculation: this needs the column role `timestamp`",
        ),
        (r#"{"calculation":"median"}"#, "display.calculation: "),
        (
            r#"{"treshold":[]}"#,
            "display.treshold: there is no such key; there are unit, ",
        ),
    ] {
        let found = fault(&untimed(testing::numbers(&[1.0])), display);
        assert!(found.starts_with(message), "{display} gives: {found}");
    }
}

#[test]
fn a_failing_source_is_the_panels_failure() {
    let error = QueryError::Unavailable("the database is down".into());
    let sources = FakeSources::new(0, 1).with("main", FakeSource::series(vec![]).failing(error.clone()));
    assert_eq!(
        Kpi::render(&sources.call("{}"), &sources),
        Err(Failure::Query(error))
    );
}

#[test]
fn a_value_whose_course_cannot_be_drawn_is_shown_all_the_same() {
    // Rows can be read, a series cannot: the time column goes by another name than the role.
    let frame = testing::frame([
        ("timestamp", testing::numbers(&[0.0])),
        ("value", testing::numbers(&[3.0])),
    ]);
    let sources = FakeSources::new(0, HOUR).with("main", FakeSource::new(frame).timed_by("at"));
    testing::log_lines();
    let metric = render(&sources, r#"{"trend":false}"#);
    assert_eq!((metric.value, metric.sparkline), (Some(3.0), None));
    assert_eq!(testing::log_lines().len(), 1);
}

#[test]
fn the_schema_is_json() {
    serde_json::from_str::<serde_json::Value>(&Kpi::describe().display_schema).unwrap();
}
