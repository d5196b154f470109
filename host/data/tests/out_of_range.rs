//! What no double, calendar or database can hold: said by the part that asks for it, and nothing else taken away; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use porthole_data::{Aggregate, ColumnData, DataError, Part, Range, RowsQuery, SourceSpec};
use support::{Database, parsed, readings, rows_query, series_query, source};

/// 2026-01-01 00:00:00 UTC.
const NEW_YEAR: i64 = 1_767_225_600_000;
const HOUR: i64 = 3_600_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_numeric_beyond_a_double_takes_no_chart_away() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE readings (at timestamp NOT NULL, label text, value numeric);
             INSERT INTO readings VALUES ('2026-01-01 00:00:00', 'a', 1e400), ('2026-01-01 00:00:00', 'b', 1e-400), \
             ('2026-01-01 00:00:00', 'c', -1e400), ('2026-01-01 00:00:00', 'd', 1.5), ('2026-01-01 00:00:00', 'e', NULL);",
        )
        .await;
    let source = parsed(&readings());
    for bucket_seconds in [None, Some(3600)] {
        let query = porthole_data::SeriesQuery {
            range: Some(Range {
                start: NEW_YEAR,
                end: NEW_YEAR + HOUR,
            }),
            bucket_seconds,
            ..series_query()
        };
        let answer = database.data.series(&source, &query).await.unwrap();
        let values: Vec<_> = answer.series.iter().map(|series| series.values[0]).collect();
        assert!(
            [0, 2, 4].iter().all(|place| values[*place].is_nan()),
            "{values:?}"
        );
        assert_eq!((values[1], values[3]), (0.0, 1.5));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_overflows_is_said_to_in_few_words() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE readings (at timestamp NOT NULL, label text, value double precision);
             INSERT INTO readings VALUES ('2026-01-01 00:00:00', 'a', 1e308), ('2026-01-01 00:00:01', 'a', 1e308);",
        )
        .await;
    let query = porthole_data::SeriesQuery {
        range: Some(Range {
            start: NEW_YEAR,
            end: NEW_YEAR + HOUR,
        }),
        bucket_seconds: Some(3600),
        aggregate: Aggregate::Sum,
        ..series_query()
    };
    let error = database
        .data
        .series(&parsed(&readings()), &query)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, DataError::OutOfRange(fault) if fault.message.len() < 200
            && fault.part == Part::Column("value".into())),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn days_beyond_the_calendar_take_no_table_away() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE days (id integer, day date, at timestamp, seconds bigint);
             INSERT INTO days VALUES (1, '2026-01-01', '2026-01-01 00:00:00', 1767225600), \
             (2, '5874897-12-31', '294276-12-31 23:59:59', 9223372036854775807), (3, 'infinity', '-infinity', NULL);",
        )
        .await;
    for zone in [None, Some("America/New_York".to_owned())] {
        for time in ["at", "day", "seconds"] {
            let source = parsed(&SourceSpec {
                order_by: Some("id".into()),
                time_zone: zone.clone(),
                ..source("days", &[("timestamp", time), ("day", "day"), ("at", "at")])
            });
            let answer = database.data.rows(&source, &rows_query()).await.unwrap();
            let ColumnData::Instants(instants) = &answer.frame.columns[0].data else {
                panic!("{:?}", answer.frame);
            };
            assert!(
                instants[0].is_some() && instants[2].is_none(),
                "{zone:?} {instants:?}"
            );
        }
    }
}

/// The part of a source that is told where the database cannot compute with what the data holds.
async fn blamed(database: &Database, spec: &SourceSpec) -> Part {
    let query = RowsQuery {
        range: Some(Range {
            start: NEW_YEAR,
            end: NEW_YEAR + HOUR,
        }),
        ..rows_query()
    };
    match database.data.rows(&parsed(spec), &query).await {
        Err(DataError::OutOfRange(fault)) => {
            assert!(fault.help.is_some() && fault.message.len() < 200, "{fault:?}");
            fault.part
        }
        other => panic!("{spec:?}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_database_cannot_compute_with_is_told_by_the_part_that_asks_for_it() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE flows (at timestamp NOT NULL, sent bigint, factor double precision, name text);
             INSERT INTO flows VALUES ('2026-01-01 00:00:00', 9223372036854775807, 1e300, 'x');
             CREATE VIEW computed AS SELECT at, name, sent * 8 AS bits, factor * 1e300 AS scaled, \
             at + interval '300000 years' AS later FROM flows;",
        )
        .await;
    let flows = source("flows", &[("timestamp", "at"), ("sent", "sent")]);
    for filter in ["sent * 8 > 1", "factor * 1e300 > 1", "CAST(name AS integer) > 1"] {
        let spec = SourceSpec {
            filter: Some(filter.into()),
            ..flows.clone()
        };
        assert_eq!(blamed(&database, &spec).await, Part::Where, "{filter}");
    }
    let spec = SourceSpec {
        order_by: Some("at, sent + sent".into()),
        ..flows.clone()
    };
    assert_eq!(blamed(&database, &spec).await, Part::OrderBy);
    let spec = SourceSpec {
        combined: Some("sent * 8 > 1 LIMIT 1".into()),
        ..flows
    };
    assert_eq!(blamed(&database, &spec).await, Part::Query);
    for column in ["bits", "scaled", "later"] {
        let spec = source(
            "computed",
            &[("timestamp", "at"), ("name", "name"), (column, column)],
        );
        assert_eq!(blamed(&database, &spec).await, Part::Column(column.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_compute_with_more_than_the_columns_hold() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE flows (id integer, small smallint, whole integer, single real, exact numeric);
             INSERT INTO flows VALUES (1, 32767, 2147483647, 3e38, 1e400), (2, -32768, -2147483648, -3e38, -1e400), \
             (3, 1, 1, 1, 1.5), (4, 1, 1, 1, 1e-400);",
        )
        .await;
    for (filter, expected) in [
        ("whole + whole > 2147483647", vec![1]),
        ("small * small > 1", vec![1, 2]),
        ("- whole > 1", vec![2]),
        ("abs(small) > 1", vec![1, 2]),
        ("single * single > 1", vec![1, 2]),
        ("exact > single", vec![1, 3]),
        ("exact >= '1.5'", vec![1, 3]),
    ] {
        let source = parsed(&SourceSpec {
            filter: Some(filter.into()),
            order_by: Some("id".into()),
            ..source("flows", &[("id", "id")])
        });
        let answer = database.data.rows(&source, &rows_query()).await;
        let found = answer.map(|answer| answer.frame.columns[0].data.clone());
        let expected = expected.into_iter().map(Some).collect();
        assert_eq!(found, Ok(ColumnData::Integers(expected)), "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_numeric_beyond_a_double_may_count_time() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE counted (at numeric, n integer);
             INSERT INTO counted VALUES (1e400, 1), (1767225600, 2), (-1e400, 3);",
        )
        .await;
    let source = parsed(&source("counted", &[("timestamp", "at"), ("n", "n")]));
    let answer = database.data.rows(&source, &rows_query()).await.unwrap();
    let ColumnData::Instants(instants) = &answer.frame.columns[0].data else {
        panic!("{:?}", answer.frame);
    };
    assert!(instants.contains(&Some(NEW_YEAR)), "{instants:?}");
}
