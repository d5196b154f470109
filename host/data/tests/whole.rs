//! Nothing is lost silently: long texts, long names, many digits, buckets without a value; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use porthole_data::{
    Aggregate, BucketOptions, BucketStore, ColumnData, Databases, DatabasesOptions, Part, Range, RowsQuery,
    SourceSpec, TenantDatabase, TextLimits,
};
use secrecy::ExposeSecret;
use sqlx::{Connection, Executor};
use support::{Database, parsed, readings, rows_query, series_query, source};

/// 2026-01-01 00:00:00 UTC.
const NEW_YEAR: i64 = 1_767_225_600_000;
const HOUR: i64 = 3_600_000;

/// Texts of the first column.
fn texts(data: &ColumnData) -> Vec<&str> {
    match data {
        ColumnData::Texts(values) => values.iter().flatten().map(String::as_str).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_all_their_digits() {
    for database in Database::both().await {
        let kind = database.kind;
        database
            .execute(
                "CREATE TABLE sums (id integer, amount numeric, total bigint);
                 INSERT INTO sums VALUES (1, 9007199254740993, 9223372036854775807), (2, 1.5, -9007199254740993), \
                 (3, NULL, NULL);",
            )
            .await;
        if kind == "postgres" {
            database
                .execute("INSERT INTO sums VALUES (4, 12345678901234567890.123456789, 0), (5, 'NaN', 0)")
                .await;
        }
        let source = parsed(&SourceSpec {
            order_by: Some("id".into()),
            ..source("sums", &[("amount", "amount"), ("total", "total")])
        });
        let answer = database.data.rows(&source, &rows_query()).await.unwrap();
        let ColumnData::Decimals(amounts) = &answer.frame.columns[0].data else {
            panic!("{kind}: {:?}", answer.frame);
        };
        let digits: Vec<_> = amounts.iter().map(Option::as_deref).collect();
        assert_eq!(
            digits[..3],
            [Some("9007199254740993"), Some("1.5"), None],
            "{kind}"
        );
        if kind == "postgres" {
            assert_eq!(digits[3..], [Some("12345678901234567890.123456789"), None]);
        }
        let ColumnData::Integers(totals) = &answer.frame.columns[1].data else {
            panic!("{kind}: {:?}", answer.frame);
        };
        assert_eq!(
            totals[..2],
            [Some(i64::MAX), Some(-9_007_199_254_740_993)],
            "{kind}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_is_cut_where_it_is_asked_to_be_and_says_so() {
    for database in Database::both().await {
        let kind = database.kind;
        database
            .execute(&format!(
                "CREATE TABLE notes (id integer, note text); INSERT INTO notes VALUES (1, '{}'), (2, 'short'), (3, '{}')",
                "é".repeat(10_001),
                "x".repeat(10_000)
            ))
            .await;
        let source = parsed(&SourceSpec {
            order_by: Some("id".into()),
            ..source("notes", &[("note", "note")])
        });
        let ask = async |texts| {
            let query = RowsQuery {
                texts,
                ..rows_query()
            };
            database.data.rows(&source, &query).await.unwrap()
        };
        let cut = ask(TextLimits {
            each: 10_000,
            together: u64::MAX,
            ..TextLimits::default()
        })
        .await;
        let [long, short, just] = texts(&cut.frame.columns[0].data)[..] else {
            panic!("{kind}")
        };
        assert_eq!(long.chars().count(), 10_000, "{kind}");
        assert!(long.ends_with("é… (cut)"), "{kind}");
        assert_eq!((short, just.len(), cut.shortened), ("short", 10_000, 1), "{kind}");
        // Where all together are too much, the longest become shorter.
        let room = ask(TextLimits {
            each: 10_000,
            together: 4_000,
            ..TextLimits::default()
        })
        .await;
        let kept = texts(&room.frame.columns[0].data);
        assert!(
            kept.iter().map(|text| text.len()).sum::<usize>() <= 4_000,
            "{kind}"
        );
        assert_eq!((kept[1], room.shortened), ("short", 2), "{kind}");
        assert_eq!(ask(TextLimits::default()).await.shortened, 0, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn series_whose_names_begin_alike_stay_apart_and_can_be_asked_for() {
    let stem = "ü".repeat(1_024);
    for database in Database::both().await {
        let kind = database.kind;
        database
            .execute("CREATE TABLE readings (at timestamp NOT NULL, label text, value double precision)")
            .await;
        for (label, value) in [
            (format!("'{stem}a'"), 1),
            (format!("'{stem}b'"), 3),
            ("''".to_owned(), 5),
            ("NULL".to_owned(), 7),
        ] {
            database
                .execute(&format!(
                    "INSERT INTO readings VALUES ('2026-01-01 00:00:00', {label}, {value}), \
                     ('2026-01-01 10:30:00', {label}, {value})"
                ))
                .await;
        }
        let source = parsed(&readings());
        let store = Databases::with_store(
            DatabasesOptions::default(),
            BucketStore::in_memory(BucketOptions::default()),
        );
        let keeping = store.tenant(&TenantDatabase::new("test", database.url.clone()));
        for (data, bucket_seconds) in [
            (&database.data, None),
            (&database.data, Some(3600)),
            (&keeping, Some(3600)),
            (&keeping, Some(3600)),
        ] {
            let query = porthole_data::SeriesQuery {
                range: Some(Range {
                    start: NEW_YEAR - 1,
                    end: NEW_YEAR + 11 * HOUR,
                }),
                bucket_seconds,
                ..series_query()
            };
            let all = data.series(&source, &query).await.unwrap().series;
            let case = format!("{kind} {bucket_seconds:?}");
            assert_eq!(all.len(), 3, "{case}");
            let mut long: Vec<_> = all.iter().filter(|series| !series.label.is_empty()).collect();
            long.sort_by(|left, right| left.values[0].total_cmp(&right.values[0]));
            assert_eq!(
                (&*long[0].values, &*long[1].values),
                (&[1.0, 1.0][..], &[3.0, 3.0][..]),
                "{case}"
            );
            assert_eq!(long[0].label.chars().count(), 1_024, "{case}");
            // By the name that is shown.
            let one = porthole_data::SeriesQuery {
                labels: vec![long[1].label.clone()],
                ..query.clone()
            };
            let one = data.series(&source, &one).await.unwrap().series;
            assert_eq!(one.len(), 1, "{case}");
            assert_eq!(one[0], *long[1], "{case}");
            // The one without a name.
            let nameless = porthole_data::SeriesQuery {
                labels: vec![String::new()],
                ..query
            };
            let nameless = data.series(&source, &nameless).await.unwrap().series;
            assert_eq!((nameless.len(), nameless[0].label.as_str()), (1, ""), "{case}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_without_a_value_is_a_missing_point_whatever_the_function() {
    for database in Database::both().await {
        let kind = database.kind;
        database
            .execute(
                "CREATE TABLE readings (at timestamp NOT NULL, label text, value double precision);
                 INSERT INTO readings VALUES ('2026-01-01 00:00:00', 'a', 1), ('2026-01-01 00:20:00', 'a', 2), \
                 ('2026-01-01 00:40:00', 'a', NULL), ('2026-01-01 01:10:00', 'a', NULL), ('2026-01-01 02:00:00', 'a', 4);",
            )
            .await;
        if kind == "postgres" {
            database.execute("CREATE INDEX ON readings (at)").await;
        }
        let source = parsed(&readings());
        let store = Databases::with_store(
            DatabasesOptions::default(),
            BucketStore::in_memory(BucketOptions::default()),
        );
        let keeping = store.tenant(&TenantDatabase::new("test", database.url.clone()));
        for data in [&database.data, &keeping] {
            for (aggregate, first) in [
                (Aggregate::Average, 1.5),
                (Aggregate::Minimum, 1.0),
                (Aggregate::Maximum, 2.0),
                (Aggregate::Sum, 3.0),
                (Aggregate::Last, 2.0),
            ] {
                let query = porthole_data::SeriesQuery {
                    range: Some(Range {
                        start: NEW_YEAR,
                        end: NEW_YEAR + 3 * HOUR,
                    }),
                    bucket_seconds: Some(3600),
                    aggregate,
                    ..series_query()
                };
                let answer = data.series(&source, &query).await.unwrap();
                let series = &answer.series[0];
                let hours: Vec<_> = series.instants.iter().map(|at| (at - NEW_YEAR) / HOUR).collect();
                assert_eq!(hours, [0, 1, 2], "{kind} {aggregate:?}");
                assert_eq!(series.values[0], first, "{kind} {aggregate:?}");
                assert!(
                    series.values[1].is_nan(),
                    "{kind} {aggregate:?}: {:?}",
                    series.values
                );
                assert_eq!(series.values[2], 4.0, "{kind} {aggregate:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn buckets_that_are_asked_for_each_time_are_counted() {
    let database = Database::sqlite().await;
    database
        .execute("CREATE TABLE readings (at timestamp NOT NULL, label text, value double precision)")
        .await;
    let now = i64::try_from(
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_millis(),
    )
    .unwrap();
    let end = now.div_euclid(60_000) * 60_000 + 60_000;
    let query = porthole_data::SeriesQuery {
        range: Some(Range {
            start: end - 5 * 60_000,
            end,
        }),
        bucket_seconds: Some(60),
        ..series_query()
    };
    let source = parsed(&readings());
    let store = Databases::with_store(
        DatabasesOptions::default(),
        BucketStore::in_memory(BucketOptions::default()),
    );
    let keeping = store.tenant(&TenantDatabase::new("test", database.url.clone()));
    // Five minutes of which none is settled.
    assert_eq!(keeping.series(&source, &query).await.unwrap().asked_anew, 5);
    let longer = porthole_data::SeriesQuery {
        range: Some(Range {
            start: end - 60 * 60_000,
            end,
        }),
        ..query
    };
    for _ in 0..2 {
        let answer = keeping.series(&source, &longer).await.unwrap();
        assert!((10..=12).contains(&answer.asked_anew), "{}", answer.asked_anew);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_found_as_programs_write_it() {
    for database in Database::both().await {
        let kind = database.kind;
        database
            .execute(
                "CREATE TABLE readings (at timestamp NOT NULL, label text, value double precision);
                 INSERT INTO readings VALUES ('2026-01-01 00:00:00', 'a', 1), ('2026-01-01 10:30:00', 'b', 2);",
            )
            .await;
        let source = parsed(&readings());
        for (contains, found) in [
            ("2026-01-01T00:00:00Z", 1),
            ("2026-01-01T10:30:00.000Z", 1),
            ("2026-01-01T11:30:00+01:00", 1),
            ("2026-01-01T10", 1),
            ("2026-01-01", 2),
            ("2026-01-01 10:30", 1),
            ("2026-01-02T", 0),
        ] {
            let query = RowsQuery {
                filters: vec![("timestamp".into(), contains.into())],
                ..rows_query()
            };
            let answer = database.data.rows(&source, &query).await.unwrap();
            assert_eq!(answer.frame.len(), found, "{kind} {contains}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_no_number_is_a_fault_of_its_column() {
    for database in Database::both().await {
        database
            .execute("CREATE TABLE readings (at timestamp NOT NULL, label text, value text)")
            .await;
        let source = parsed(&readings());
        assert!(database.data.check(&source).await.unwrap().is_empty());
        let faults = database.data.check_series(&source).await.unwrap();
        assert_eq!(faults[0].part, Part::Column("value".into()), "{}", database.kind);
        assert!(
            faults[0].message.contains("is text: a series needs numbers"),
            "{faults:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_without_a_label_are_one_series_whether_it_is_empty_or_missing() {
    let stem = "x".repeat(4_096);
    for database in Database::both().await {
        for (indexed, limit) in [(false, None), (true, None), (true, Some(1_000))] {
            let kind = database.kind;
            database
                .execute(&format!(
                    "DROP TABLE IF EXISTS readings;
                     CREATE TABLE readings (at timestamp NOT NULL, label text, value double precision);
                     INSERT INTO readings VALUES ('2026-01-01 00:00:00', '', 4), ('2026-01-01 00:20:00', NULL, 10), \
                     ('2026-01-01 00:10:00', '{stem}a', 1), ('2026-01-01 00:11:00', '{stem}b', 2);"
                ))
                .await;
            if indexed {
                database.execute("CREATE INDEX ON_TIME ON readings (at)").await;
            }
            let source = parsed(&SourceSpec { limit, ..readings() });
            for (aggregate, expected) in [
                (Aggregate::Average, 7.0),
                (Aggregate::Sum, 14.0),
                (Aggregate::Count, 2.0),
                (Aggregate::Minimum, 4.0),
                (Aggregate::Maximum, 10.0),
                (Aggregate::Last, 10.0),
            ] {
                for labels in [vec![], vec![String::new()]] {
                    let case = format!("{kind} {indexed} {limit:?} {aggregate:?} {labels:?}");
                    let query = porthole_data::SeriesQuery {
                        range: Some(Range {
                            start: NEW_YEAR,
                            end: NEW_YEAR + HOUR,
                        }),
                        bucket_seconds: Some(3600),
                        aggregate,
                        labels,
                        ..series_query()
                    };
                    // Seen anew: the table was made again.
                    let data = support::tenant(&database.url);
                    let answer = data.series(&source, &query).await.unwrap();
                    assert_eq!(answer.series[0].label, "", "{case}");
                    assert_eq!(answer.series[0].values, [expected], "{case}");
                    for series in &answer.series {
                        assert_eq!(series.instants, [NEW_YEAR], "{case}");
                    }
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fraction_in_a_column_of_whole_numbers_is_shown() {
    let database = Database::sqlite().await;
    database
        .execute(
            "CREATE TABLE counts (id INTEGER, n INTEGER);
             INSERT INTO counts VALUES (1, 9007199254740993), (2, 9.25), (3, NULL), (4, 'word'), (5, 7);",
        )
        .await;
    let source = parsed(&SourceSpec {
        order_by: Some("id".into()),
        ..source("counts", &[("n", "n"), ("id", "id")])
    });
    let answer = database.data.rows(&source, &rows_query()).await.unwrap();
    let digits = ["9007199254740993", "9.25", "", "", "7"];
    let expected = digits.map(|digits| (!digits.is_empty()).then(|| digits.to_owned()));
    assert_eq!(
        answer.frame.columns[0].data,
        ColumnData::Decimals(expected.into())
    );
    assert!(matches!(answer.frame.columns[1].data, ColumnData::Integers(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_that_is_slow_leaves_a_connection_to_the_others() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE readings (at timestamp NOT NULL, label text, value double precision);
             CREATE INDEX ON readings (at);
             INSERT INTO readings VALUES ('2026-01-01 00:00:00', 'a', 1);",
        )
        .await;
    let store = Databases::with_store(
        DatabasesOptions::default(),
        BucketStore::in_memory(BucketOptions::default()),
    );
    let data = store.tenant(&TenantDatabase::new("test", database.url.clone()));
    let source = parsed(&readings());
    assert!(data.check(&source).await.unwrap().is_empty());
    // Who reads the table waits for this one.
    let mut writer = sqlx::PgConnection::connect(database.url.expose_secret())
        .await
        .unwrap();
    let lock = "BEGIN; LOCK TABLE readings IN ACCESS EXCLUSIVE MODE";
    writer.execute(sqlx::raw_sql(lock)).await.unwrap();
    let query = porthole_data::SeriesQuery {
        range: Some(Range {
            start: NEW_YEAR - 1,
            end: NEW_YEAR + 1_000 * HOUR + 1,
        }),
        bucket_seconds: Some(3600),
        ..series_query()
    };
    let slow = tokio::spawn({
        let (data, source) = (data.clone(), source.clone());
        async move { data.series(&source, &query).await }
    });
    // Another connection, since a transaction sees who is there as it was when it first looked.
    let mut watcher = sqlx::PgConnection::connect(database.url.expose_secret())
        .await
        .unwrap();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut seen = 0_i64;
    while seen < 3 {
        seen = sqlx::query_scalar(waiting).fetch_one(&mut watcher).await.unwrap();
        assert!(!slow.is_finished());
    }
    // All that it takes has come, and one is left.
    data.ping().await.unwrap();
    seen = sqlx::query_scalar(waiting).fetch_one(&mut watcher).await.unwrap();
    assert_eq!(seen, 3);
    writer.execute(sqlx::raw_sql("ROLLBACK")).await.unwrap();
    assert_eq!(slow.await.unwrap().unwrap().series[0].values, [1.0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_32_bits_have_the_digits_that_were_written() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE readings (at timestamp NOT NULL, label text, value real);
             INSERT INTO readings VALUES ('2026-01-01 00:00:00', 'a', 0.1), ('2026-01-01 00:00:01', 'a', 0.7), \
             ('2026-01-01 00:00:02', 'a', NULL);",
        )
        .await;
    let rows = parsed(&SourceSpec {
        order_by: Some("at".into()),
        ..source("readings", &[("value", "value")])
    });
    let answer = database.data.rows(&rows, &rows_query()).await.unwrap();
    let ColumnData::Numbers(numbers) = &answer.frame.columns[0].data else {
        panic!("{:?}", answer.frame);
    };
    assert_eq!(numbers[..2], [0.1, 0.7]);
    assert!(numbers[2].is_nan());
    let values = async |bucket_seconds, aggregate| {
        let query = porthole_data::SeriesQuery {
            range: Some(Range {
                start: NEW_YEAR,
                end: NEW_YEAR + HOUR,
            }),
            bucket_seconds,
            aggregate,
            ..series_query()
        };
        let answer = database.data.series(&parsed(&readings()), &query).await.unwrap();
        answer.series[0].values.clone()
    };
    assert_eq!(values(None, Aggregate::Average).await[..2], [0.1, 0.7]);
    assert_eq!(values(Some(3600), Aggregate::Minimum).await, [0.1]);
    assert_eq!(values(Some(3600), Aggregate::Maximum).await, [0.7]);
    // Computed of several: with what is stored, in double precision.
    let stored = (f64::from(0.1_f32) + f64::from(0.7_f32)) / 2.0;
    assert_eq!(values(Some(3600), Aggregate::Average).await, [stored]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_number_with_more_digits_than_are_wanted_the_first_are_given() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE sums (id integer, amount numeric);
             INSERT INTO sums VALUES (1, 1e500), (2, ('0.' || repeat('3', 500))::numeric), (3, 1e399 + 0.5), (4, -1.5);",
        )
        .await;
    let source = parsed(&SourceSpec {
        order_by: Some("id".into()),
        ..source("sums", &[("amount", "amount")])
    });
    let ask = async |digits| {
        let query = RowsQuery {
            texts: TextLimits {
                digits,
                ..TextLimits::default()
            },
            ..rows_query()
        };
        let answer = database.data.rows(&source, &query).await.unwrap();
        let ColumnData::Decimals(digits) = &answer.frame.columns[0].data else {
            panic!("{:?}", answer.frame);
        };
        digits.iter().flatten().cloned().collect::<Vec<_>>()
    };
    let cut = ask(400).await;
    assert_eq!(cut[0], format!("1{}… (cut)", "0".repeat(399)));
    assert_eq!(cut[1], format!("0.{}… (cut)", "3".repeat(398)));
    assert_eq!(cut[2], format!("1{}… (cut)", "0".repeat(399)));
    assert_eq!(cut[3], "-1.5");
    let whole = ask(200_000).await;
    assert_eq!(whole[0], format!("1{}", "0".repeat(500)));
    assert_eq!(whole[1], format!("0.{}", "3".repeat(500)));
}
