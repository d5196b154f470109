//! The example in Python, `plugins/examples/python`: its numbers, and what it says when something is wrong.

use porthole_sandbox::LogLevel;
use porthole_sandbox::bindings::{Failure, QueryError, Resolution, Series, Span, TimeRange, View};

use crate::readings::{Readings, readings};
use crate::world::assert_empty;
use crate::{failure, load, render};

const NAME: &str = "example_python";
const MINUTE: i64 = 60_000;
/// The range of [`world::call`](crate::world::call).
const RANGE: i64 = 60 * MINUTE;

fn hour(start: i64) -> Vec<Series> {
    vec![
        readings("web-1", start, MINUTE, 60, 7),
        readings("database", start, MINUTE, 60, 11),
    ]
}

/// What is left of the budget, by the definition.
fn left(series: &[Series], good_at_most: f64, objective: f64) -> f64 {
    let measured: Vec<f64> = series
        .iter()
        .flat_map(|series| &series.values)
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    let bad = measured.iter().filter(|value| **value > good_at_most).count() as f64;
    let allowed = measured.len() as f64 * (1.0 - objective / 100.0);
    100.0 * (allowed - bad) / allowed
}

#[tokio::test]
async fn it_describes_itself_within_the_default_limits() {
    let Some((sandbox, plugin)) = load(NAME).await else {
        return;
    };
    let descriptor = plugin.descriptor();
    assert_eq!(descriptor.type_name, "error_budget");
    assert_eq!(descriptor.endpoint.as_deref(), Some("error-budget"));
    assert_eq!(descriptor.sources[0].name, "main");
    let roles: Vec<&str> = descriptor.sources[0]
        .roles
        .iter()
        .map(|role| role.name.as_str())
        .collect();
    assert_eq!(roles, ["timestamp", "value", "series_label"]);
    assert_empty(&sandbox);
}

#[tokio::test]
async fn its_numbers_are_those_that_rust_computes() {
    let Some(panel) = load(NAME).await else { return };
    let (now, before) = (hour(0), hour(-RANGE));
    let sources = Readings::of(now.clone()).with_before(before.clone());
    let parameters = r#"{"objective": 75, "good_at_most": 310}"#;
    let rendered = render(&panel, parameters, sources.clone()).await.unwrap();
    let View::Metric(metric) = rendered.view else {
        panic!("{:?}", rendered.view)
    };

    let expected = left(&now, 310.0, 75.0);
    let value = metric.value.unwrap();
    assert!((value - expected).abs() < 1e-9, "{value} and {expected}");
    let trend = metric.trend.unwrap();
    let expected_before = left(&before, 310.0, 75.0);
    assert!(
        (trend.previous - expected_before).abs() < 1e-9,
        "{trend:?} and {expected_before}"
    );
    assert!((trend.change - (expected - expected_before)).abs() < 1e-9);
    assert_eq!(metric.unit.as_deref(), Some("%"));
    assert_eq!(metric.decimals, Some(1));
    assert_eq!(metric.measured_at, Some(59 * MINUTE));

    let sparkline = metric.sparkline.unwrap();
    assert_eq!(sparkline.instants.len(), sparkline.values.len());
    assert_eq!(*sparkline.values.last().unwrap(), value);
    assert!(
        sparkline.values.is_sorted_by(|a, b| a >= b),
        "a budget is never refilled"
    );

    assert_eq!(rendered.log.len(), 1);
    assert_eq!(rendered.log[0].level, LogLevel::Info);
    assert!(
        rendered.log[0]
            .message
            .ends_with("slots were bad, 13 had no value"),
        "{:?}",
        rendered.log
    );
    assert_empty(&panel.0);
}

#[tokio::test]
async fn it_asks_for_the_panels_range_and_the_one_before_in_slots() {
    let Some(panel) = load(NAME).await else { return };
    let sources = Readings::of(hour(0));
    render(
        &panel,
        r#"{"good_at_least": 1, "slot_seconds": 300}"#,
        sources.clone(),
    )
    .await
    .unwrap();
    let asked = sources.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].span, Span::Panel);
    assert_eq!(
        asked[1].span,
        Span::Between(TimeRange {
            start: -RANGE,
            end: 0
        })
    );
    assert!(
        asked
            .iter()
            .all(|request| request.resolution == Resolution::Seconds(300))
    );
}

#[tokio::test]
async fn a_range_without_a_measurement_has_no_number() {
    let Some(panel) = load(NAME).await else { return };
    let rendered = render(&panel, r#"{"good_at_most": 1}"#, Readings::of(Vec::new()))
        .await
        .unwrap();
    let View::Metric(metric) = rendered.view else {
        panic!("{:?}", rendered.view)
    };
    assert_eq!((metric.value, metric.trend, metric.threshold), (None, None, None));
}

#[tokio::test]
async fn wrong_parameters_are_a_failure_that_says_where() {
    let Some(panel) = load(NAME).await else { return };
    for (parameters, expected) in [
        (
            "{}",
            "parameters: say what is good with either good_at_most or good_at_least",
        ),
        (
            r#"{"good_at_most": 1, "objective": 100}"#,
            "parameters.objective: expected more than 0 and less than 100, found 100",
        ),
        (
            r#"{"good_at_most": "fast"}"#,
            "parameters.good_at_most: expected a number, found \"fast\"",
        ),
        (
            r#"{"goood_at_most": 1}"#,
            "parameters.goood_at_most: there is no such key; there are objective, good_at_most, good_at_least, slot_seconds",
        ),
    ] {
        let said = failure(render(&panel, parameters, Readings::of(hour(0))).await);
        assert_eq!(said, Failure::Configuration(expected.to_owned()));
    }
}

#[tokio::test]
async fn an_error_of_the_data_is_a_failure_with_the_datas_own_words() {
    let Some(panel) = load(NAME).await else { return };
    for error in [
        QueryError::TimedOut,
        QueryError::Unavailable("no route to the database".to_owned()),
    ] {
        let said = failure(
            render(
                &panel,
                r#"{"good_at_most": 1}"#,
                Readings::refusing(error.clone()),
            )
            .await,
        );
        assert_eq!(said, Failure::Query(error));
    }
    assert_empty(&panel.0);
}
