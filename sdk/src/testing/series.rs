//! Series from memory, bucketed as the host would.

use std::collections::BTreeMap;

use super::FakeSource;
use crate::{Aggregate, Instant, QueryError, Resolution, Series, SeriesAnswer, SeriesRequest, TimeRange};

/// Labels, and per label the points in order of time.
type Points = BTreeMap<String, Vec<(Instant, f64)>>;

pub(super) fn answer(
    source: &FakeSource,
    range: Option<TimeRange>,
    raw: bool,
    request: &SeriesRequest,
) -> Result<SeriesAnswer, QueryError> {
    let bucket_seconds = match request.resolution {
        Resolution::Automatic if raw => None,
        Resolution::Automatic => range.and_then(ladder),
        Resolution::Raw => None,
        Resolution::Seconds(0) => return Err(QueryError::Invalid("a bucket of no length".into())),
        Resolution::Seconds(seconds) => Some(seconds),
    };
    let mut points = points(source, range)?;
    if !request.labels.is_empty() {
        points.retain(|label, _| request.labels.contains(label));
    }
    let aggregate = request.aggregate.unwrap_or(Aggregate::Average);
    let series = points
        .into_iter()
        .map(|(label, points)| match bucket_seconds {
            None => super::series(&label, &points),
            Some(seconds) => bucketed(&label, &points, i64::from(seconds) * 1000, aggregate),
        })
        .collect();
    Ok(SeriesAnswer {
        series,
        bucket_seconds,
    })
}

/// The ladder that panels have without one of their own.
fn ladder(range: TimeRange) -> Option<u32> {
    const HOUR: i64 = 3_600_000;
    match range.end - range.start {
        length if length <= 8 * HOUR => None,
        length if length <= 24 * HOUR => Some(60),
        length if length <= 96 * HOUR => Some(600),
        _ => Some(3600),
    }
}

fn points(source: &FakeSource, range: Option<TimeRange>) -> Result<Points, QueryError> {
    let column = |name: &str| {
        source
            .frame
            .column(name)
            .ok_or_else(|| QueryError::Invalid(format!("a series needs the role `{name}`")))
    };
    let (time, value) = (column(&source.time_column)?, column("value")?);
    let labels = source.frame.column("series_label");
    let mut points = Points::new();
    for row in source.within(range) {
        let Some(instant) = time.instant(row) else {
            continue;
        };
        let label = match labels {
            Some(labels) => labels.text(row).unwrap_or_default(),
            None => "value".into(),
        };
        points
            .entry(label)
            .or_default()
            .push((instant, value.number(row).unwrap_or(f64::NAN)));
    }
    for points in points.values_mut() {
        points.sort_by_key(|point| point.0);
    }
    Ok(points)
}

/// One point per bucket that has any, at the bucket's start; missing numbers do not count.
fn bucketed(label: &str, points: &[(Instant, f64)], length: i64, aggregate: Aggregate) -> Series {
    let mut buckets: BTreeMap<Instant, Vec<f64>> = BTreeMap::new();
    for (instant, value) in points.iter().filter(|point| !point.1.is_nan()) {
        buckets
            .entry(instant - instant.rem_euclid(length))
            .or_default()
            .push(*value);
    }
    let points: Vec<(Instant, f64)> = buckets
        .into_iter()
        .map(|(instant, values)| (instant, aggregated(&values, aggregate)))
        .collect();
    super::series(label, &points)
}

/// Of at least one value, in order of time.
fn aggregated(values: &[f64], aggregate: Aggregate) -> f64 {
    let sum: f64 = values.iter().sum();
    match aggregate {
        Aggregate::Average => sum / values.len() as f64,
        Aggregate::Minimum => values.iter().copied().fold(f64::INFINITY, f64::min),
        Aggregate::Maximum => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Aggregate::Sum => sum,
        Aggregate::Count => values.len() as f64,
        Aggregate::Last => values.last().copied().unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        Sources,
        testing::{FakeSources, series},
    };

    fn sources(end: Instant) -> FakeSources {
        let web = series(
            "web",
            &[(0, 1.0), (30_000, 3.0), (60_000, f64::NAN), (90_000, 8.0)],
        );
        FakeSources::new(0, end).with("main", FakeSource::series(vec![web, series("api", &[(0, 5.0)])]))
    }

    fn ask(sources: &FakeSources, request: SeriesRequest) -> SeriesAnswer {
        sources.open("main").unwrap().series(request).unwrap()
    }

    #[test]
    fn buckets_are_averages_unless_another_function_is_asked_for() {
        let request = SeriesRequest {
            resolution: Resolution::Seconds(60),
            labels: vec!["web".into()],
            ..SeriesRequest::default()
        };
        let answer = ask(&sources(120_000), request.clone());
        assert_eq!(answer.series, [series("web", &[(0, 2.0), (60_000, 8.0)])]);
        assert_eq!(answer.bucket_seconds, Some(60));
        for (aggregate, value) in [
            (Aggregate::Minimum, 1.0),
            (Aggregate::Maximum, 3.0),
            (Aggregate::Sum, 4.0),
            (Aggregate::Count, 2.0),
            (Aggregate::Last, 3.0),
        ] {
            let request = SeriesRequest {
                aggregate: Some(aggregate),
                ..request.clone()
            };
            assert_eq!(ask(&sources(120_000), request).series[0].values[0], value);
        }
    }

    #[test]
    fn the_resolution_follows_the_range_unless_raw_points_are_asked_for() {
        const HOUR: i64 = 3_600_000;
        for (hours, bucket) in [(8, None), (24, Some(60)), (96, Some(600)), (97, Some(3600))] {
            assert_eq!(
                ask(&sources(hours * HOUR), SeriesRequest::default()).bucket_seconds,
                bucket
            );
            assert_eq!(
                ask(&sources(hours * HOUR).raw(), SeriesRequest::default()).bucket_seconds,
                None
            );
        }
    }
}
