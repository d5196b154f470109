//! The example in JavaScript, `plugins/examples/javascript`: its numbers, and what it says when something is wrong.

use porthole_sandbox::bindings::{ColumnData, Failure, QueryError, Resolution, Series, Span, Table, View};
use porthole_sandbox::{LogLevel, Rendered};

use crate::readings::{Readings, readings};
use crate::world::assert_empty;
use crate::{failure, load, render};

const NAME: &str = "example_javascript";
const QUARTER: i64 = 15 * 60_000;
const HOUR: i64 = 4 * QUARTER;
const DAY: i64 = 24 * HOUR;
/// Monday, 1 June 2026, 00:00 UTC.
const MONDAY: i64 = 1_780_272_000_000;

/// Ten days from a Monday on.
fn ten_days() -> Vec<Series> {
    vec![
        readings("web-1", MONDAY, QUARTER, 960, 7),
        readings("database", MONDAY, QUARTER, 960, 11),
    ]
}

/// All values whose time is in that weekday (0: Monday) and these hours, after moving it by the offset.
fn values(series: &[Series], weekday: i64, hours: std::ops::Range<i64>, offset: i64) -> Vec<f64> {
    series
        .iter()
        .flat_map(|series| series.instants.iter().zip(&series.values))
        .filter(|(instant, value)| {
            let since_monday = (*instant + offset - MONDAY).rem_euclid(7 * DAY);
            let (day, hour) = (since_monday / DAY, since_monday % DAY / HOUR);
            day == weekday && hours.contains(&hour) && !value.is_nan()
        })
        .map(|(_, value)| *value)
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn table(rendered: Rendered) -> Table {
    let View::Table(table) = rendered.view else {
        panic!("{:?}", rendered.view)
    };
    table
}

fn numbers(table: &Table, column: usize) -> &[f64] {
    let ColumnData::Numbers(numbers) = &table.frame.columns[column].data else {
        panic!("{table:?}")
    };
    numbers
}

#[tokio::test]
async fn it_describes_itself_within_the_default_limits() {
    let Some((sandbox, plugin)) = load(NAME).await else {
        return;
    };
    let descriptor = plugin.descriptor();
    assert_eq!(descriptor.type_name, "hour_profile");
    assert_eq!(descriptor.endpoint.as_deref(), Some("hour-profile"));
    assert_eq!(descriptor.sources[0].roles.len(), 3);
    assert!(!descriptor.sources[0].roles[2].required);
    assert_empty(&sandbox);
}

#[tokio::test]
async fn its_numbers_are_those_that_rust_computes() {
    let Some(panel) = load(NAME).await else { return };
    for (parameters, hours, offset) in [
        ("{}", 4, 0),
        (
            r#"{"hours_per_column": 6, "utc_offset": "+05:45"}"#,
            6,
            23 * QUARTER,
        ),
        (
            r#"{"hours_per_column": 12, "utc_offset": "-03:30"}"#,
            12,
            -14 * QUARTER,
        ),
    ] {
        let series = ten_days();
        let rendered = render(&panel, parameters, Readings::of(series.clone()))
            .await
            .unwrap();
        assert_eq!(rendered.log[0].level, LogLevel::Info);
        assert!(
            rendered.log[0].message.contains("of 2 series"),
            "{:?}",
            rendered.log
        );
        let table = table(rendered);
        let columns = 24 / hours;
        assert_eq!(table.columns.len() as i64, columns + 2);
        assert_eq!((table.total, table.page, table.page_size), (7, 1, 7));
        for column in 0..columns {
            for (weekday, found) in numbers(&table, column as usize + 1).iter().enumerate() {
                let these = column * hours..(column + 1) * hours;
                let expected = mean(&values(&series, weekday as i64, these, offset));
                assert!(
                    (found - expected).abs() < 1e-9,
                    "{parameters} {weekday} {column}: {found} and {expected}"
                );
            }
        }
        let whole_day = numbers(&table, columns as usize + 1);
        let expected = mean(&values(&series, 2, 0..24, offset));
        assert!((whole_day[2] - expected).abs() < 1e-9);
    }
    assert_empty(&panel.0);
}

#[tokio::test]
async fn the_lowest_and_the_highest_are_exact() {
    let Some(panel) = load(NAME).await else { return };
    let series = ten_days();
    for (statistic, choose) in [("lowest", f64::min as fn(f64, f64) -> f64), ("highest", f64::max)] {
        let parameters = format!(r#"{{"statistic": "{statistic}", "hours_per_column": 1}}"#);
        let table = table(
            render(&panel, &parameters, Readings::of(series.clone()))
                .await
                .unwrap(),
        );
        let expected = values(&series, 1, 5..6, 0).into_iter().reduce(choose).unwrap();
        assert_eq!(numbers(&table, 6)[1], expected);
    }
}

#[tokio::test]
async fn hours_without_a_measurement_are_missing() {
    let Some(panel) = load(NAME).await else { return };
    let sources = Readings::of(vec![readings("web-1", MONDAY, QUARTER, 4, 1_000)]);
    let table = table(render(&panel, "{}", sources.clone()).await.unwrap());
    let first = numbers(&table, 1);
    assert!(first[0].is_finite());
    assert!(first[1..].iter().all(|number| number.is_nan()));
    assert!(numbers(&table, 2).iter().all(|number| number.is_nan()));
    let asked = sources.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (&asked[0].span, &asked[0].resolution),
        (&Span::Panel, &Resolution::Seconds(900))
    );
}

#[tokio::test]
async fn wrong_parameters_are_a_failure_that_says_where() {
    let Some(panel) = load(NAME).await else { return };
    for (parameters, expected) in [
        (
            r#"{"hours_per_column": 5}"#,
            "parameters.hours_per_column: expected one of 1, 2, 3, 4, 6, 8, 12",
        ),
        (
            r#"{"utc_offset": "Berlin"}"#,
            "parameters.utc_offset: expected an offset such as \"+01:00\"",
        ),
        (
            r#"{"hours": 4}"#,
            "parameters.hours: there is no such key; there are hours_per_column, statistic, utc_offset",
        ),
    ] {
        let said = failure(render(&panel, parameters, Readings::of(ten_days())).await);
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
        let said = failure(render(&panel, "{}", Readings::refusing(error.clone())).await);
        assert_eq!(said, Failure::Query(error));
    }
    assert_empty(&panel.0);
}
