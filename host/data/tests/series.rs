//! Points in time, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use std::collections::BTreeMap;

use porthole_data::load::{Loader, TableSpec, Value};
use porthole_data::{Aggregate, DataError, Keep, Ladder, Range, Source, SourceSpec, TimeColumn};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::{Database, column, series_query, source};

/// 2026-01-01 00:00:00 UTC.
const NEW_YEAR: i64 = 1_767_225_600_000;
const HOUR: i64 = 3_600_000;

/// With an index that does not lead to one kind of metric: buckets are asked for in another way than where one does.
fn metrics() -> TableSpec {
    TableSpec {
        indexes: vec![vec!["recorded_at".into()]],
        ..support::metrics::table()
    }
}

fn row(at: i64, server: Option<&str>, value: Option<f64>) -> Vec<Value> {
    let text = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.into()));
    vec![
        Value::Instant(at),
        text(server),
        value.map_or(Value::Null, Value::Real),
        text(Some("cpu")),
    ]
}

async fn load(database: &Database, rows: &[Vec<Value>]) {
    let mut loader = Loader::open(&database.url).await.unwrap();
    loader.insert(&metrics(), rows).await.unwrap();
    loader.close().await;
}

fn cpu() -> SourceSpec {
    SourceSpec {
        order_by: Some("recorded_at DESC".into()),
        ..support::metrics::spec("cpu", Keep::default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bucketed_averages_equal_an_independent_computation_on_every_rung() {
    for database in Database::both().await {
        let mut runner = TestRunner::new(Config {
            cases: 6,
            failure_persistence: None,
            ..Config::default()
        });
        let point = (0..6 * 24 * HOUR, 0..4_usize, -1.0e6..1.0e6_f64);
        let strategy = (prop::collection::vec(point, 1..400), 0..HOUR);
        for _ in 0..6 {
            use proptest::strategy::ValueTree;
            let (points, shift) = strategy.new_tree(&mut runner).unwrap().current();
            let servers = ["web-1", "web-2", "db", "ünïcode"];
            let rows: Vec<_> = points
                .iter()
                .map(|(at, server, value)| row(NEW_YEAR + at, Some(servers[*server]), Some(*value)))
                .collect();
            let mut loader = Loader::open(&database.url).await.unwrap();
            loader.replace(&metrics(), &rows).await.unwrap();
            loader.close().await;
            let source = Source::parse(&cpu()).unwrap();
            for length in [8 * HOUR, 24 * HOUR, 96 * HOUR, 144 * HOUR] {
                let range = Range {
                    start: NEW_YEAR + shift,
                    end: NEW_YEAR + shift + length,
                };
                let bucket = Ladder::default().bucket(length);
                let query = porthole_data::SeriesQuery {
                    range: Some(range),
                    bucket_seconds: bucket,
                    ..series_query()
                };
                let answer = database.data.series(&source, &query).await.unwrap();
                let mut expected: BTreeMap<(&str, i64), Vec<f64>> = BTreeMap::new();
                for (index, (at, server, value)) in points.iter().enumerate() {
                    let at = NEW_YEAR + at;
                    if at < range.start || at >= range.end {
                        continue;
                    }
                    let size = bucket.map_or(1, |seconds| i64::from(seconds) * 1000);
                    let _ = index;
                    expected
                        .entry((servers[*server], at.div_euclid(size) * size))
                        .or_default()
                        .push(*value);
                }
                let found: usize = answer.series.iter().map(|series| series.instants.len()).sum();
                match bucket {
                    None => assert_eq!(
                        found,
                        expected.values().map(Vec::len).sum::<usize>(),
                        "{}",
                        database.kind
                    ),
                    Some(_) => assert_eq!(found, expected.len(), "{} {bucket:?}", database.kind),
                }
                for series in &answer.series {
                    assert!(series.instants.is_sorted());
                    for (instant, value) in series.instants.iter().zip(&series.values) {
                        let values = &expected[&(series.label.as_str(), *instant)];
                        let mean = values.iter().sum::<f64>() / values.len() as f64;
                        let close = |other: f64| (value - other).abs() <= 1e-9 * other.abs().max(1.0);
                        let right = match bucket {
                            Some(_) => close(mean),
                            None => values.iter().any(|one| close(*one)),
                        };
                        assert!(right, "{}: {value} at {instant}, not {mean}", database.kind);
                    }
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_are_half_open_and_buckets_hold_only_what_is_in_them() {
    for database in Database::both().await {
        let at = |minutes: i64| NEW_YEAR + minutes * 60_000;
        load(
            &database,
            &[
                row(at(-1), Some("a"), Some(100.0)),
                row(at(0), Some("a"), Some(1.0)),
                row(at(0) + 500, Some("a"), Some(3.0)),
                row(at(59), Some("a"), Some(5.0)),
                row(at(60), Some("a"), Some(7.0)),
                row(at(61), None, None),
            ],
        )
        .await;
        let source = Source::parse(&cpu()).unwrap();
        let ask = |start, end, bucket, aggregate, labels: &[&str]| porthole_data::SeriesQuery {
            range: Some(Range { start, end }),
            bucket_seconds: bucket,
            aggregate,
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..series_query()
        };
        let answer = database
            .data
            .series(&source, &ask(at(0), at(60), None, Aggregate::Average, &[]))
            .await
            .unwrap();
        assert_eq!(answer.series.len(), 1, "{}", database.kind);
        assert_eq!(answer.series[0].instants, [at(0), at(0) + 500, at(59)]);
        assert_eq!(answer.series[0].values, [1.0, 3.0, 5.0]);
        // A start within the second.
        let answer = database
            .data
            .series(&source, &ask(at(0) + 1, at(60), None, Aggregate::Average, &[]))
            .await
            .unwrap();
        assert_eq!(
            answer.series[0].instants,
            [at(0) + 500, at(59)],
            "{}",
            database.kind
        );
        for (aggregate, expected) in [
            (Aggregate::Average, 3.0),
            (Aggregate::Minimum, 1.0),
            (Aggregate::Maximum, 5.0),
            (Aggregate::Sum, 9.0),
            (Aggregate::Count, 3.0),
            (Aggregate::Last, 5.0),
        ] {
            let query = ask(at(0), at(60), Some(3600), aggregate, &[]);
            let answer = database.data.series(&source, &query).await.unwrap();
            assert_eq!(
                answer.series[0].instants,
                [at(0)],
                "{} {aggregate:?}",
                database.kind
            );
            assert_eq!(
                answer.series[0].values,
                [expected],
                "{} {aggregate:?}",
                database.kind
            );
        }
        // A missing label is an empty one, a missing value no number.
        let answer = database
            .data
            .series(&source, &ask(at(-5), at(90), Some(60), Aggregate::Average, &[]))
            .await
            .unwrap();
        let labels: Vec<_> = answer.series.iter().map(|series| series.label.as_str()).collect();
        assert_eq!(labels, ["", "a"], "{}", database.kind);
        assert!(answer.series[0].values[0].is_nan());
        let answer = database
            .data
            .series(&source, &ask(at(-5), at(90), None, Aggregate::Average, &["a"]))
            .await
            .unwrap();
        assert_eq!(answer.series.len(), 1);
        let answer = database
            .data
            .series(&source, &ask(at(-5), at(90), None, Aggregate::Average, &[""]))
            .await
            .unwrap();
        assert_eq!(answer.series[0].instants, [at(61)]);
        let answer = database
            .data
            .series(
                &source,
                &ask(at(-5), at(90), None, Aggregate::Average, &["' OR 1=1 --"]),
            )
            .await
            .unwrap();
        assert!(answer.series.is_empty());
        let error = database
            .data
            .series(&source, &ask(at(5), at(5), None, Aggregate::Average, &[]))
            .await
            .unwrap_err();
        assert!(matches!(error, DataError::Invalid(_)), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_counts_rows_before_they_are_put_into_buckets() {
    for database in Database::both().await {
        let rows: Vec<_> = (0..100)
            .map(|minute| row(NEW_YEAR + minute * 60_000, Some("a"), Some(minute as f64)))
            .collect();
        load(&database, &rows).await;
        let source = Source::parse(&SourceSpec {
            filter: None,
            order_by: None,
            combined: Some("metric_type = 'cpu' ORDER BY recorded_at DESC LIMIT 10".into()),
            ..cpu()
        })
        .unwrap();
        let range = Some(Range {
            start: NEW_YEAR,
            end: NEW_YEAR + 2 * HOUR,
        });
        let query = porthole_data::SeriesQuery {
            range,
            bucket_seconds: Some(3600),
            ..series_query()
        };
        let answer = database.data.series(&source, &query).await.unwrap();
        assert_eq!(answer.series[0].instants, [NEW_YEAR + HOUR], "{}", database.kind);
        assert_eq!(answer.series[0].values, [94.5]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_call_may_read_is_refused_with_the_limit() {
    for database in Database::both().await {
        let rows: Vec<_> = (0..100)
            .map(|minute| row(NEW_YEAR + minute * 60_000, Some("a"), Some(1.0)))
            .collect();
        load(&database, &rows).await;
        let source = Source::parse(&cpu()).unwrap();
        let query = porthole_data::SeriesQuery {
            max_rows: 50,
            ..series_query()
        };
        let error = database.data.series(&source, &query).await.unwrap_err();
        assert!(
            matches!(&error, DataError::TooLarge(message) if message.contains("50")),
            "{error:?}"
        );
        let query = porthole_data::SeriesQuery {
            max_bytes: 500,
            ..series_query()
        };
        assert!(matches!(
            database.data.series(&source, &query).await,
            Err(DataError::TooLarge(_))
        ));
        // The connection is usable afterwards.
        assert!(database.data.series(&source, &series_query()).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_times_however_sqlite_stores_them() {
    let database = Database::sqlite().await;
    let expected = [NEW_YEAR, NEW_YEAR + 90_500, NEW_YEAR + HOUR];
    for (index, (kind, values)) in [
        (
            "TIMESTAMP",
            [
                "'2026-01-01 00:00:00'",
                "'2026-01-01 00:01:30.500'",
                "'2026-01-01 01:00:00'",
            ],
        ),
        (
            "DATETIME",
            [
                "'2026-01-01T00:00:00Z'",
                "'2026-01-01T00:01:30.5Z'",
                "'2026-01-01T01:00:00Z'",
            ],
        ),
        (
            "TEXT",
            [
                "'2026-01-01T01:00:00+01:00'",
                "'2026-01-01T00:01:30.5+00:00'",
                "'2025-12-31T23:00:00-02:00'",
            ],
        ),
        ("INTEGER", ["1767225600000", "1767225690500", "1767229200000"]),
        ("REAL", ["1767225600.0", "1767225690.5", "1767229200.0"]),
        (
            "",
            [
                "'2026-01-01 00:00:00'",
                "'2026-01-01T00:01:30.5'",
                "'2026-01-01 01:00:00'",
            ],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let table = format!("t{index}");
        let values: Vec<_> = values.iter().map(|value| format!("({value}, 1.5)")).collect();
        let values = values.join(", ");
        database
            .execute(&format!(
                "CREATE TABLE {table} (at {kind}, v REAL); INSERT INTO {table} VALUES {values}"
            ))
            .await;
        let source = Source::parse(&source(&table, &[("timestamp", "at"), ("value", "v")])).unwrap();
        let range = |start, end| porthole_data::SeriesQuery {
            range: Some(Range { start, end }),
            ..series_query()
        };
        let answer = database
            .data
            .series(&source, &range(NEW_YEAR, NEW_YEAR + HOUR + 1))
            .await
            .unwrap();
        assert_eq!(answer.series[0].instants, expected, "{kind}");
        assert_eq!(answer.series[0].label, "v");
        let answer = database
            .data
            .series(&source, &range(NEW_YEAR + 1, NEW_YEAR + HOUR))
            .await
            .unwrap();
        assert_eq!(answer.series[0].instants, expected[1..2], "{kind}");
        let query = porthole_data::SeriesQuery {
            bucket_seconds: Some(60),
            ..range(NEW_YEAR, NEW_YEAR + HOUR)
        };
        let answer = database.data.series(&source, &query).await.unwrap();
        assert_eq!(answer.series[0].instants, [NEW_YEAR, NEW_YEAR + 60_000], "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_times_however_postgresql_stores_them() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE t (a timestamp, b timestamptz, c date, d bigint, e bigint, f float8, v numeric(10, 3));
             INSERT INTO t SELECT ts, ts AT TIME ZONE 'UTC', ts::date, extract(epoch from ts)::bigint,
                 (extract(epoch from ts) * 1000)::bigint, extract(epoch from ts), 1.125
             FROM (VALUES (timestamp '2026-01-01 00:00:00'), (timestamp '2026-01-02 00:00:00')) AS x(ts);
             INSERT INTO t VALUES ('infinity', '-infinity', 'infinity', NULL, NULL, NULL, 1);",
        )
        .await;
    for name in ["a", "b", "c", "d", "e", "f"] {
        let source = Source::parse(&source("t", &[("timestamp", name), ("value", "v")])).unwrap();
        let range = Some(Range {
            start: NEW_YEAR,
            end: NEW_YEAR + 24 * HOUR,
        });
        let query = porthole_data::SeriesQuery {
            range,
            ..series_query()
        };
        let answer = database.data.series(&source, &query).await.unwrap();
        assert_eq!(answer.series[0].instants, [NEW_YEAR], "{name}");
        assert_eq!(answer.series[0].values, [1.125], "{name}");
        let query = porthole_data::SeriesQuery {
            bucket_seconds: Some(3600),
            ..series_query()
        };
        let answer = database.data.series(&source, &query).await.unwrap();
        assert_eq!(
            answer.series[0].instants,
            [NEW_YEAR, NEW_YEAR + 24 * HOUR],
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_without_a_zone_are_in_the_sources_zone() {
    for database in Database::both().await {
        database
            .execute(
                "CREATE TABLE t (at timestamp, v integer);
                 INSERT INTO t VALUES ('2026-03-29 01:30:00', 1), ('2026-03-29 03:30:00', 2), ('2026-10-25 01:30:00', 3),
                     ('2026-10-25 03:30:00', 4);",
            )
            .await;
        let spec = SourceSpec {
            time_zone: Some("Europe/Berlin".into()),
            ..source("t", &[("timestamp", "at"), ("value", "v")])
        };
        let source = Source::parse(&spec).unwrap();
        let instants = [
            1_774_744_200_000,
            1_774_747_800_000,
            1_792_884_600_000,
            1_792_895_400_000,
        ];
        let answer = database.data.series(&source, &series_query()).await.unwrap();
        assert_eq!(answer.series[0].instants, instants, "{}", database.kind);
        let range = Some(Range {
            start: instants[1],
            end: instants[3],
        });
        let answer = database
            .data
            .series(
                &source,
                &porthole_data::SeriesQuery {
                    range,
                    ..series_query()
                },
            )
            .await
            .unwrap();
        assert_eq!(answer.series[0].instants, instants[1..3], "{}", database.kind);
        let query = porthole_data::SeriesQuery {
            range,
            bucket_seconds: Some(3600),
            ..series_query()
        };
        let answer = database.data.series(&source, &query).await.unwrap();
        assert_eq!(
            answer.series[0].instants,
            [1_774_746_000_000, 1_792_882_800_000],
            "{}",
            database.kind
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_needs_a_time_column_and_numbers_and_says_so() {
    for database in Database::both().await {
        load(&database, &[row(NEW_YEAR, Some("a"), Some(1.0))]).await;
        let ask = async |spec: SourceSpec| {
            database
                .data
                .series(&Source::parse(&spec).unwrap(), &series_query())
                .await
                .unwrap_err()
                .to_string()
        };
        let message = ask(source("metrics", &[("value", "cpu_percent")])).await;
        assert!(message.contains("time column"), "{message}");
        let message = ask(source("metrics", &[("timestamp", "recorded_at")])).await;
        assert!(message.contains("`value`"), "{message}");
        let message = ask(source(
            "metrics",
            &[("timestamp", "recorded_at"), ("value", "server_name")],
        ))
        .await;
        assert!(message.contains("needs numbers"), "{message}");
        let message = ask(source(
            "metrics",
            &[("timestamp", "server_name"), ("value", "cpu_percent")],
        ))
        .await;
        assert!(
            message.contains("the time column `server_name` is text"),
            "{message}"
        );
        let named = SourceSpec {
            time_column: TimeColumn::Named("recorded_at".into()),
            ..source("metrics", &[("value", "cpu_percent")])
        };
        assert!(
            database
                .data
                .series(&Source::parse(&named).unwrap(), &series_query())
                .await
                .is_ok()
        );
        let _ = column("a", "b");
    }
}
