//! Data, tables and files that are not as they were, or not as one would expect them.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use porthole_data::load::{Kind, LoadColumn, Loader, TableSpec, Value};
use porthole_data::{
    Aggregate, ColumnData, DataError, Databases, DatabasesOptions, Range, RowsQuery, SeriesAnswer,
    SeriesQuery, Source, SourceSpec, TenantDatabase,
};
use secrecy::SecretString;
use std::time::Duration;
use support::metrics::Host;
use support::{Database, rows_query, series_query, source};

const HOUR: i64 = 3_600_000;
/// 2026-01-01 00:00:00 UTC.
const NEW_YEAR: i64 = 1_767_225_600_000;

fn readings() -> SourceSpec {
    source("readings", &[("timestamp", "at"), ("value", "v")])
}

fn hours(aggregate: Aggregate, hours: i64) -> SeriesQuery {
    SeriesQuery {
        range: Some(Range {
            start: NEW_YEAR,
            end: NEW_YEAR + hours * HOUR,
        }),
        bucket_seconds: Some(3600),
        aggregate,
        ..series_query()
    }
}

fn values(answer: &SeriesAnswer) -> Vec<f64> {
    answer
        .series
        .iter()
        .flat_map(|series| series.values.clone())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_none_leaves_the_others_of_its_bucket_as_they_are() {
    for database in Database::both().await {
        // With an index, by which the buckets are looked up one by one, and without.
        for index in ["", "CREATE INDEX by_time ON readings (at);"] {
            let (kind, odd) = match database.kind {
                "postgres" => ("timestamp", "'NaN', 'Infinity', '-Infinity'"),
                // It has no NaN.
                _ => ("text", "9e999, 9e999, -9e999"),
            };
            let odd: Vec<_> = odd.split(", ").collect();
            let rows: Vec<String> = (0..6)
                .map(|number| format!("('2026-01-01 00:0{number}:00', {}0)", number + 1))
                .chain((0..3).map(|number| format!("('2026-01-01 00:1{number}:00', {})", odd[number])))
                .chain([
                    "('2026-01-01 01:30:00', 7)".to_owned(),
                    format!("('2026-01-01 02:30:00', {})", odd[0]),
                ])
                .collect();
            database
                .execute(&format!(
                    "CREATE TABLE readings (at {kind}, v double precision); INSERT INTO readings VALUES {}; {index}",
                    rows.join(", ")
                ))
                .await;
            let plain = Source::parse(&readings()).unwrap();
            let host = Host::start(&database.url, None).await;
            let alone = Host::plain(&database.url);
            for (aggregate, expected) in [
                (Aggregate::Average, [35.0, 7.0]),
                (Aggregate::Sum, [210.0, 7.0]),
                (Aggregate::Count, [6.0, 1.0]),
                (Aggregate::Minimum, [10.0, 7.0]),
                (Aggregate::Maximum, [60.0, 7.0]),
                (Aggregate::Last, [60.0, 7.0]),
            ] {
                for host in [&host, &alone] {
                    let answer = values(&host.ask(&plain, &hours(aggregate, 3)).await);
                    assert_eq!(answer[..2], expected, "{} {aggregate:?} {index}", database.kind);
                    // Of none but such there is nothing, or a count of nothing.
                    let last = answer.get(2).copied().unwrap_or(f64::NAN);
                    assert!(
                        last.is_nan() || last == 0.0,
                        "{} {aggregate:?}: {answer:?}",
                        database.kind
                    );
                }
            }
            host.stop().await;
            alone.stop().await;
            database.execute("DROP TABLE readings").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_are_written_in_another_way_in_the_middle_are_found() {
    let database = Database::sqlite().await;
    let rows = |from: u32, to: u32, between: char, end: &str| {
        let row = |n: u32| format!("('2026-01-01{between}{:02}:{:02}:00{end}', {n})", n / 60, n % 60);
        (from..to).map(row).collect::<Vec<_>>().join(", ")
    };
    database
        .execute(&format!(
            "CREATE TABLE readings (at text, v integer); \
             INSERT INTO readings VALUES {}; INSERT INTO readings VALUES {}; INSERT INTO readings VALUES {}; \
             CREATE VIEW seen AS SELECT at, v FROM readings LIMIT 100000; \
             CREATE TABLE mixed (at datetime, v integer); INSERT INTO mixed VALUES ('2026-01-01 00:10:00', 1), (1767225900, 2);",
            rows(0, 480, ' ', ""),
            rows(480, 960, 'T', "Z"),
            rows(960, 1440, ' ', ""),
        ))
        .await;
    let source = Source::parse(&readings()).unwrap();
    let counts = values(
        &database
            .data
            .series(&source, &hours(Aggregate::Count, 24))
            .await
            .unwrap(),
    );
    assert_eq!(counts, [60.0; 24]);
    // Of a view nobody knows how many rows come before; some of those behind the first are looked at as well.
    database
        .execute(&format!("INSERT INTO readings VALUES {}", rows(0, 480, 'T', "Z")))
        .await;
    let view = Source::parse(&SourceSpec {
        table: "seen".into(),
        ..readings()
    })
    .unwrap();
    let counts = values(
        &database
            .data
            .series(&view, &hours(Aggregate::Count, 24))
            .await
            .unwrap(),
    );
    assert_eq!(counts[..8], [120.0; 8]);
    // Numbers and texts have no order that both are in: that is said, and not half of them shown.
    let mixed = Source::parse(&SourceSpec {
        table: "mixed".into(),
        ..readings()
    })
    .unwrap();
    let refused = database
        .data
        .series(&mixed, &hours(Aggregate::Count, 1))
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, DataError::Query(why) if why.contains("must hold timestamps")),
        "{refused}"
    );
}

async fn write(url: &SecretString, rows: usize) {
    let column = |name: &str, kind| LoadColumn {
        name: name.into(),
        kind,
        required: false,
    };
    let table = TableSpec {
        name: "readings".into(),
        identity: None,
        columns: vec![column("at", Kind::Timestamp), column("v", Kind::Real)],
        indexes: Vec::new(),
    };
    let rows: Vec<_> = (0..rows)
        .map(|n| vec![Value::Instant(NEW_YEAR + n as i64 * 1000), Value::Real(1.0)])
        .collect();
    let mut loader = Loader::open(url).await.unwrap();
    loader.insert(&table, &rows).await.unwrap();
    loader.close().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_takes_the_place_of_a_database_is_read_from_the_next_question_on() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| SecretString::from(format!("sqlite:{}", folder.path().join(name).display()));
    let (now, next) = (url("now.sqlite"), url("next.sqlite"));
    write(&now, 10).await;
    write(&next, 25).await;
    let host = Host::start(&now, None).await;
    let source = Source::parse(&readings()).unwrap();
    let counted = RowsQuery {
        count: true,
        limit: 5,
        ..rows_query()
    };
    let total = async || host.data.rows(&source, &counted).await.unwrap().total;
    let sum = async || {
        values(&host.ask(&source, &hours(Aggregate::Count, 2)).await)
            .iter()
            .sum::<f64>()
    };
    // Several connections are open, and the settled buckets of the file are kept.
    let all = futures_util::future::join_all((0..4).map(|_| total())).await;
    assert_eq!(all, [Some(10); 4]);
    assert_eq!((sum().await, sum().await), (10.0, 10.0));
    std::fs::rename(
        folder.path().join("next.sqlite"),
        folder.path().join("now.sqlite"),
    )
    .unwrap();
    let all = futures_util::future::join_all((0..4).map(|_| total())).await;
    assert_eq!(all, [Some(25); 4]);
    assert_eq!(sum().await, 25.0);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_a_table_has_again_is_found_at_once() {
    for database in Database::both().await {
        database
            .execute("CREATE TABLE readings (at timestamp, w real)")
            .await;
        let source = Source::parse(&readings()).unwrap();
        let missing = database.data.rows(&source, &rows_query()).await.unwrap_err();
        assert!(
            missing.to_string().contains("`v`"),
            "{}: {missing}",
            database.kind
        );
        database
            .execute("DROP TABLE readings; CREATE TABLE readings (at timestamp, v real)")
            .await;
        database.data.rows(&source, &rows_query()).await.unwrap();
        database
            .data
            .series(&source, &hours(Aggregate::Average, 1))
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_for_yes_and_no_are_filtered_and_sorted_as_they_are_shown() {
    let database = Database::sqlite().await;
    database
        .execute("CREATE TABLE readings (n integer, b boolean); INSERT INTO readings VALUES (1, 'true'), (2, 0), (3, 1), (4, 'no')")
        .await;
    let source = Source::parse(&source("readings", &[("n", "n"), ("b", "b")])).unwrap();
    let numbers = async |query: &RowsQuery| {
        let answer = database.data.rows(&source, query).await.unwrap();
        match &answer.frame.columns[0].data {
            ColumnData::Integers(numbers) => numbers.iter().flatten().copied().collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    for (word, found) in [("true", [1, 3]), ("false", [2, 4])] {
        let query = RowsQuery {
            filters: vec![("b".into(), word.into())],
            ..rows_query()
        };
        assert_eq!(numbers(&query).await, found, "{word}");
    }
    let sorted = RowsQuery {
        sort: vec![("b".into(), true), ("n".into(), false)],
        ..rows_query()
    };
    assert_eq!(numbers(&sorted).await, [1, 3, 2, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_whose_limits_change_has_one_pool() {
    let database = Database::postgres().await;
    database.execute("CREATE TABLE t (n integer)").await;
    let databases = Databases::new(DatabasesOptions::default());
    let table = Source::parse(&source("t", &[("n", "n")])).unwrap();
    for seconds in 5..10 {
        let data = databases.tenant(&TenantDatabase {
            max_connections: 4,
            statement_timeout: Duration::from_secs(seconds),
            ..TenantDatabase::new("edited", database.url.clone())
        });
        let query = rows_query();
        let answers = futures_util::future::join_all((0..12).map(|_| data.rows(&table, &query))).await;
        assert!(answers.iter().all(Result::is_ok));
    }
    assert!(databases.occupancy()["edited"].open <= 4);
    // The server sees no more of them either, as soon as it has noticed who is gone.
    database
        .execute(
            "DO $$ BEGIN FOR i IN 1..100 LOOP PERFORM pg_stat_clear_snapshot();
             IF (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'porthole' \
                 AND datname = current_database()) <= 4 THEN RETURN; END IF;
             PERFORM pg_sleep(0.1); END LOOP; RAISE 'the old pools are open'; END $$",
        )
        .await;
    databases.close().await;
}
