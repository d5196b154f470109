//! The store of settled buckets, against plain SQL, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use std::time::Duration;

use porthole_data::load::{Loader, Value};
use porthole_data::{
    Aggregate, DataError, Keep, SeriesAnswer, SeriesQuery, Source, SourceSpec, TenantDatabase,
};
use sqlx::Connection;
use support::Database;
use support::metrics::{
    DAY, HOUR, Host, SETTLE, assert_same, cpu, filled, insert, keep, now, points, query, spec, table,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_not_asked_again_not_even_after_a_restart() {
    for database in Database::both().await {
        let now = filled(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let host = Host::start(&database.url, Some(folder.path())).await;
        let query = query(now - DAY, now, 600);
        let first = host.ask(&cpu(), &query).await;
        let all = first.buckets.unwrap();
        assert!(
            all.kept == 0 && (140..=143).contains(&all.computed),
            "{}: {all:?}",
            database.kind
        );
        let second = host.ask(&cpu(), &query).await.buckets.unwrap();
        assert!(second.computed <= 1, "{}: {second:?}", database.kind);
        // A window moved by an hour lacks nothing but the hour.
        let moved = host
            .ask(&cpu(), &self::query(now - DAY - HOUR, now - HOUR, 600))
            .await;
        let moved = moved.buckets.unwrap();
        assert!(
            (6..=7).contains(&moved.computed) && moved.kept > 130,
            "{}: {moved:?}",
            database.kind
        );
        host.stop().await;
        let host = Host::start(&database.url, Some(folder.path())).await;
        let third = host.ask(&cpu(), &query).await;
        assert!(third.buckets.unwrap().computed <= 1, "{}", database.kind);
        assert_same(&third, &first, database.kind);
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn longer_buckets_are_made_of_shorter_ones_and_single_series_taken_out_of_all() {
    for database in Database::both().await {
        let now = filled(&database).await;
        let host = Host::start(&database.url, None).await;
        host.ask(&cpu(), &query(now - 25 * HOUR, now, 600)).await;
        let hours = query(now - 24 * HOUR, now, 3600);
        let answer = host.ask(&cpu(), &hours).await;
        let buckets = answer.buckets.unwrap();
        assert!(
            buckets.computed <= 1 && buckets.kept >= 22,
            "{}: {buckets:?}",
            database.kind
        );
        let plain = Host::plain(&database.url);
        assert_same(&answer, &plain.ask(&cpu(), &hours).await, database.kind);
        let one = SeriesQuery {
            labels: vec!["web-2".into()],
            ..hours
        };
        let answer = host.ask(&cpu(), &one).await;
        assert!(answer.buckets.unwrap().computed <= 1, "{}", database.kind);
        assert_same(&answer, &plain.ask(&cpu(), &one).await, database.kind);
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_questions_at_the_same_time_ask_the_database_once() {
    for database in Database::both().await {
        let now = filled(&database).await;
        let host = Host::start(&database.url, None).await;
        let query = query(now - DAY, now - HOUR, 600);
        let source = cpu();
        let answers = futures_util::future::join_all((0..8).map(|_| host.ask(&source, &query))).await;
        let computed: u64 = answers
            .iter()
            .map(|answer| answer.buckets.unwrap().computed)
            .sum();
        let all = answers[0].buckets.unwrap();
        assert_eq!(computed, all.computed + all.kept, "{}", database.kind);
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_late_are_found_when_all_is_read_again_or_somebody_says_so() {
    for database in Database::both().await {
        let now = filled(&database).await;
        let host = Host::start(&database.url, None).await;
        let query = SeriesQuery {
            aggregate: Aggregate::Count,
            ..query(now - DAY, now, 3600)
        };
        let count = |answer: SeriesAnswer| points(&answer).iter().map(|point| point.2).sum::<f64>();
        let before = count(host.ask(&cpu(), &query).await);
        insert(&database, &[(now - 5 * HOUR, Some(0), Some(1.0), 0)]).await;
        assert_eq!(count(host.ask(&cpu(), &query).await), before, "{}", database.kind);
        // A source that is read again at once.
        let reread = Keep::Buckets {
            settle: Some(SETTLE),
            reread: Some(Duration::ZERO),
        };
        let later = support::metrics::now() + 2;
        while support::metrics::now() < later {
            tokio::task::yield_now().await;
        }
        let reread = Source::parse(&spec("cpu", reread)).unwrap();
        assert_eq!(
            count(host.ask(&reread, &query).await),
            before + 1.0,
            "{}",
            database.kind
        );
        insert(&database, &[(now - 6 * HOUR, Some(0), Some(1.0), 0)]).await;
        host.databases.store().data_changed("test", "other", 1);
        host.databases.store().data_changed("another", "", 1);
        assert_eq!(
            count(host.ask(&cpu(), &query).await),
            before + 1.0,
            "{}",
            database.kind
        );
        host.databases.store().data_changed("test", "metrics", 1);
        assert_eq!(
            count(host.ask(&cpu(), &query).await),
            before + 2.0,
            "{}",
            database.kind
        );
        // A source whose rows change at any time.
        insert(&database, &[(now - 7 * HOUR, Some(0), Some(1.0), 0)]).await;
        let nothing = Source::parse(&spec("cpu", Keep::Nothing)).unwrap();
        let answer = host.ask(&nothing, &query).await;
        assert_eq!(answer.buckets, None);
        assert_eq!(count(answer), before + 3.0, "{}", database.kind);
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_that_ask_the_clock_or_have_a_limit_are_asked_as_they_are() {
    for database in Database::both().await {
        let now = filled(&database).await;
        let host = Host::start(&database.url, None).await;
        for filter in [
            "recorded_at > now() - interval '3 hours'",
            "metric_type = 'cpu' AND recorded_at < now()",
        ] {
            let spec = SourceSpec {
                filter: Some(filter.into()),
                ..spec("cpu", keep())
            };
            let answer = host
                .ask(&Source::parse(&spec).unwrap(), &query(now - DAY, now, 600))
                .await;
            assert_eq!(answer.buckets, None, "{filter}");
        }
        let spec = SourceSpec {
            limit: Some(10),
            ..spec("cpu", keep())
        };
        let answer = host
            .ask(&Source::parse(&spec).unwrap(), &query(now - DAY, now, 600))
            .await;
        assert_eq!(answer.buckets, None);
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_dropped_and_bytes_from_elsewhere_are_not_believed() {
    let database = Database::sqlite().await;
    let now = filled(&database).await;
    let folder = tempfile::tempdir().unwrap();
    let query = query(now - DAY, now - HOUR, 600);
    let host = Host::start(&database.url, Some(folder.path())).await;
    let first = host.ask(&cpu(), &query).await;
    host.stop().await;
    let file = folder.path().join("buckets.sqlite");

    // Values changed by somebody who can write the file, but not read the key.
    let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    let changed = sqlx::query(
        "UPDATE chunk SET body = substr(body, 1, 60) || x'ffffffff' || substr(body, 65, length(body) - 64)",
    );
    assert!(changed.execute(&mut connection).await.unwrap().rows_affected() > 0);
    connection.close().await.unwrap();
    let host = Host::start(&database.url, Some(folder.path())).await;
    let answer = host.ask(&cpu(), &query).await;
    assert_eq!(answer.buckets.unwrap().kept, 0);
    assert_same(&answer, &first, "changed bytes");
    host.stop().await;

    // Another host's file.
    let other = tempfile::tempdir().unwrap();
    std::fs::copy(&file, other.path().join("buckets.sqlite")).unwrap();
    let host = Host::start(&database.url, Some(other.path())).await;
    assert_eq!(host.ask(&cpu(), &query).await.buckets.unwrap().kept, 0);
    host.stop().await;

    for damage in [
        &b"this is no database, but it is long enough to look like one"[..],
        b"",
    ] {
        std::fs::write(&file, damage).unwrap();
        let host = Host::start(&database.url, Some(folder.path())).await;
        let answer = host.ask(&cpu(), &query).await;
        assert_eq!(answer.buckets.unwrap().kept, 0);
        assert_same(&answer, &first, "damaged");
        host.stop().await;
        let host = Host::start(&database.url, Some(folder.path())).await;
        assert_eq!(host.ask(&cpu(), &query).await.buckets.unwrap().computed, 0);
        host.stop().await;
    }
    // Damaged in the middle, where opening it does not notice.
    let mut bytes = std::fs::read(&file).unwrap();
    let length = bytes.len();
    for byte in &mut bytes[4096..length] {
        *byte = 0x55;
    }
    std::fs::write(&file, bytes).unwrap();
    let host = Host::start(&database.url, Some(folder.path())).await;
    assert_same(&host.ask(&cpu(), &query).await, &first, "damaged in the middle");
    host.stop().await;
    let host = Host::start(&database.url, Some(folder.path())).await;
    assert_same(&host.ask(&cpu(), &query).await, &first, "after it");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tenants_with_the_same_database_and_question_share_nothing() {
    let database = Database::sqlite().await;
    let now = filled(&database).await;
    let host = Host::start(&database.url, None).await;
    let query = query(now - DAY, now - HOUR, 600);
    host.ask(&cpu(), &query).await;
    let other = host
        .databases
        .tenant(&TenantDatabase::new("other", database.url.clone()));
    let answer = other.series(&cpu(), &query).await.unwrap();
    assert_eq!(answer.buckets.unwrap().kept, 0);
    host.databases.forget("other").await;
    assert_eq!(host.ask(&cpu(), &query).await.buckets.unwrap().computed, 0);
    host.stop().await;
}

/// A row of each of so many series, in so many hours.
async fn scattered(database: &Database, series: usize, hours: i64) -> i64 {
    let now = now();
    let text = (0..series).map(|number| {
        let at = now - DAY - (number as i64 % hours) * HOUR;
        vec![
            Value::Instant(at),
            Value::Text(format!("request-{number:08}")),
            Value::Real(number as f64),
            Value::Text("cpu".into()),
        ]
    });
    let mut loader = Loader::open(&database.url).await.unwrap();
    loader.insert(&table(), &text.collect::<Vec<_>>()).await.unwrap();
    loader.close().await;
    now
}

#[tokio::test(flavor = "multi_thread")]
async fn series_without_end_are_refused_for_the_memory_they_would_take() {
    for database in Database::both().await {
        let now = scattered(&database, 20_000, 48).await;
        let host = Host::start(&database.url, None).await;
        let question = |max_bytes| SeriesQuery {
            max_bytes,
            ..query(now - 4 * DAY, now, 3600)
        };
        let answer = host.ask(&cpu(), &question(64 << 20)).await;
        assert_eq!(answer.series.len(), 20_000, "{}", database.kind);
        // Of another condition, so that nothing is known: each series takes its name twice and room for its parts.
        let other = Source::parse(&SourceSpec {
            filter: Some("metric_type = 'cpu' AND cpu_percent >= 0".into()),
            ..spec("cpu", keep())
        })
        .unwrap();
        let refused = host.data.series(&other, &question(2 << 20)).await.unwrap_err();
        assert!(
            matches!(&refused, DataError::TooLarge(why) if why.contains("bytes")),
            "{}: {refused}",
            database.kind
        );
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_series_as_one_row_has_room_for_and_more_are_read_and_counted_once() {
    for database in Database::both().await {
        // 2,000 in one bucket and 2,001 in the other.
        let now = scattered(&database, 4001, 2).await;
        let (host, plain) = (Host::start(&database.url, None).await, Host::plain(&database.url));
        for aggregate in [Aggregate::Average, Aggregate::Last] {
            let question = SeriesQuery {
                aggregate,
                max_rows: 4001,
                ..query(now - 4 * DAY, now, 3600)
            };
            let answer = host.ask(&cpu(), &question).await;
            assert_eq!(answer.series.len(), 4001, "{}", database.kind);
            assert_same(&answer, &plain.ask(&cpu(), &question).await, database.kind);
        }
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_soon_to_be_read_again_is_read_ahead_and_readers_find_it() {
    for database in Database::both().await {
        let now = filled(&database).await;
        let host = Host::start(&database.url, None).await;
        let source = |seconds| {
            let keep = Keep::Buckets {
                settle: Some(SETTLE),
                reread: Some(Duration::from_secs(seconds)),
            };
            Source::parse(&spec("cpu", keep)).unwrap()
        };
        let query = SeriesQuery {
            aggregate: Aggregate::Count,
            ..query(now - DAY, now, 600)
        };
        let count = |answer: &SeriesAnswer| points(answer).iter().map(|point| point.2).sum::<f64>();
        let first = host.ask(&source(3600), &query).await;
        let read = support::metrics::now();
        insert(&database, &[(now - 5 * HOUR, Some(0), Some(1.0), 0)]).await;
        // Of an hour a quarter is left, at the least: this is too soon.
        host.data.warm(&source(3600), &query).await.unwrap();
        assert_eq!(
            count(&host.ask(&source(3600), &query).await),
            count(&first),
            "{}",
            database.kind
        );
        // Of two seconds one is over.
        while support::metrics::now() <= read + 1000 {
            tokio::task::yield_now().await;
        }
        host.data.warm(&source(2), &query).await.unwrap();
        let answer = host.ask(&source(3600), &query).await;
        assert_eq!(count(&answer), count(&first) + 1.0, "{}", database.kind);
        assert_eq!(answer.buckets.unwrap().computed, 0, "{}", database.kind);
        host.stop().await;
    }
}
