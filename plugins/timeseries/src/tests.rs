//! The panel against sources in memory.
#![allow(clippy::unwrap_used)]

use porthole_sdk::{
    QueryError,
    testing::{FakeSource, FakeSources, series},
};

use super::*;

const HOUR: i64 = 3_600_000;

fn servers() -> FakeSources {
    FakeSources::new(0, HOUR).with(
        "main",
        FakeSource::series(vec![
            series("web-10", &[(0, 10.0), (60_000, 11.0)]),
            series("web-2", &[(0, 2.0), (60_000, f64::NAN), (120_000, 4.0)]),
        ]),
    )
}

fn one() -> FakeSources {
    FakeSources::new(0, HOUR).with("main", FakeSource::series(vec![series("cpu", &[(0, 1.0)])]))
}

fn render(sources: &FakeSources, display: &str) -> Chart {
    match Timeseries::render(&sources.call(display), sources).unwrap() {
        View::Chart(chart) => chart,
        other => panic!("not a chart: {other:?}"),
    }
}

fn fault(display: &str) -> String {
    match Timeseries::render(&one().call(display), &one()) {
        Err(Failure::Configuration(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn shows_one_line_per_label_in_natural_order() {
    let chart = render(&servers(), "{}");
    let labels: Vec<&str> = chart
        .plots
        .iter()
        .map(|plot| plot.series.label.as_str())
        .collect();
    assert_eq!(labels, ["web-2", "web-10"]);
    assert_eq!(chart.plots[0].mark, Mark::Line);
    assert_eq!(chart.plots[0].series.instants, [0, 60_000, 120_000]);
    assert!(
        chart.plots[0].series.values[1].is_nan(),
        "a missing value stays missing"
    );
    assert!(!chart.stacked);
}

#[test]
fn takes_the_specified_display() {
    let chart = render(
        &one(),
        r##"{"y_axis_label":"CPU %","y_axis_range":[0,100],"line_color":"#3B82F6","fill_area":true}"##,
    );
    assert_eq!(chart.plots[0].color.as_deref(), Some("#3B82F6"));
    assert_eq!(chart.plots[0].mark, Mark::Area);
    assert_eq!(
        chart.y_axis,
        Axis {
            label: Some("CPU %".into()),
            unit: None,
            minimum: Some(0.0),
            maximum: Some(100.0)
        }
    );
}

#[test]
fn colours_by_label_win_and_one_colour_is_not_given_to_several_lines() {
    let chart = render(
        &servers(),
        r##"{"line_color":"#111111","colors":{"web-10":"#abc"}}"##,
    );
    assert_eq!(chart.plots[0].color, None);
    assert_eq!(chart.plots[1].color.as_deref(), Some("#aabbcc"));
}

#[test]
fn thresholds_come_lowest_first() {
    let chart = render(
        &one(),
        r##"{"thresholds":[{"value":90,"color":"#EF4444","label":"critical"},{"value":70.5,"color":"#F59E0B"}]}"##,
    );
    assert_eq!(
        chart.thresholds.iter().map(|it| it.value).collect::<Vec<_>>(),
        [70.5, 90.0]
    );
    assert_eq!(chart.thresholds[1].label.as_deref(), Some("critical"));
}

#[test]
fn gaps_stay_gaps_unless_the_yaml_says_otherwise() {
    assert_eq!(render(&servers(), "{}").plots[1].join_within, Some(180_000));
    assert_eq!(
        render(&servers(), r#"{"connect_gaps":true}"#).plots[1].join_within,
        None
    );
}

#[test]
fn long_ranges_come_in_buckets_unless_raw_points_are_asked_for() {
    let points: Vec<(i64, f64)> = (0..48 * 60)
        .map(|minute| (minute * 60_000, minute as f64))
        .collect();
    let sources =
        FakeSources::new(0, 48 * HOUR).with("main", FakeSource::series(vec![series("cpu", &points)]));
    let chart = render(&sources, "{}");
    assert_eq!(chart.plots[0].series.values.len(), 288);
    assert_eq!(chart.plots[0].series.values[0], 4.5);
    assert_eq!(chart.plots[0].join_within, Some(1_800_000));
    assert_eq!(render(&sources.raw(), "{}").plots[0].series.values.len(), 48 * 60);
}

#[test]
fn a_reader_who_can_show_few_points_gets_few_and_no_new_gaps() {
    let points: Vec<(i64, f64)> = (0..3600)
        .map(|second| (second * 1000, (second % 60) as f64))
        .collect();
    let sources = FakeSources::new(0, HOUR).with("main", FakeSource::series(vec![series("cpu", &points)]));
    let call = Call {
        max_points: Some(100),
        ..sources.call("{}")
    };
    let View::Chart(chart) = Timeseries::render(&call, &sources).unwrap() else {
        panic!()
    };
    let plot = &chart.plots[0];
    assert!(plot.series.instants.len() <= 100);
    let join_within = plot.join_within.unwrap();
    assert!(
        plot.series
            .instants
            .windows(2)
            .all(|pair| pair[0].abs_diff(pair[1]) <= join_within)
    );
}

#[test]
fn only_the_series_asked_for_are_shown() {
    let sources = servers();
    let call = Call {
        labels: vec!["web-2".into()],
        ..sources.call("{}")
    };
    let View::Chart(chart) = Timeseries::render(&call, &sources).unwrap() else {
        panic!()
    };
    assert_eq!(chart.plots.len(), 1);
    assert_eq!(chart.plots[0].series.label, "web-2");
}

#[test]
fn a_range_without_data_is_an_empty_chart() {
    let sources = FakeSources::new(HOUR, 2 * HOUR).with("main", FakeSource::series(vec![]));
    assert_eq!(render(&sources, "{}").plots, []);
}

#[test]
fn marks_are_taken_and_filling_makes_an_area_of_a_line_only() {
    assert_eq!(
        render(&one(), r#"{"mark":"bar","fill_area":true}"#).plots[0].mark,
        Mark::Bar
    );
    assert_eq!(render(&one(), r#"{"mark":"point"}"#).plots[0].mark, Mark::Point);
    assert_eq!(
        render(&one(), r#"{"mark":"line","fill_area":true}"#).plots[0].mark,
        Mark::Area
    );
}

#[test]
fn mistakes_in_the_yaml_are_named_with_their_key() {
    for (display, message) in [
        (
            r#"{"y_axis_range":[100,0]}"#,
            "display.y_axis_range: the first number",
        ),
        (
            r#"{"y_axis_range":[1]}"#,
            "display.y_axis_range: expected two numbers",
        ),
        (
            r#"{"y_axis_range":["low",3]}"#,
            "display.y_axis_range[0]: expected a number, found \"low\"",
        ),
        (
            r#"{"line_color":"red"}"#,
            "display.line_color: \"red\" is not a colour",
        ),
        (
            r#"{"colors":{"web-1":"red"}}"#,
            "display.colors.web-1: \"red\" is not a colour",
        ),
        (
            r#"{"thresholds":[{"value":1}]}"#,
            "display.thresholds[0]: `color` is missing",
        ),
        (
            r#"{"mark":"pie"}"#,
            "display.mark: expected line, area, bar or point, found \"pie\"",
        ),
        (
            r#"{"fill":true}"#,
            "display.fill: there is no such key; there are y_axis_label, ",
        ),
        (
            r#"{"stacked":"yes"}"#,
            "display.stacked: expected true or false, found \"yes\"",
        ),
        ("[]", "display: expected a mapping, found a list"),
    ] {
        assert!(
            fault(display).starts_with(message),
            "{display} gives: {}",
            fault(display)
        );
    }
}

#[test]
fn a_failing_source_is_the_panels_failure() {
    let sources =
        FakeSources::new(0, 1).with("main", FakeSource::series(vec![]).failing(QueryError::TimedOut));
    assert_eq!(
        Timeseries::render(&sources.call("{}"), &sources),
        Err(Failure::Query(QueryError::TimedOut))
    );
}

#[test]
fn the_schema_is_json_and_knows_every_key_that_the_panel_does() {
    let schema: serde_json::Value = serde_json::from_str(&Timeseries::describe().display_schema).unwrap();
    let known = schema["properties"].as_object().unwrap();
    let message = fault(r#"{"none":1}"#);
    for key in known.keys() {
        assert!(message.contains(key), "the panel does not know `{key}`");
    }
    assert_eq!(known.len(), message.matches(", ").count() + 2, "{message}");
}
