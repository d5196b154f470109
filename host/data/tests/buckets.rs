//! The store of settled buckets, against plain SQL, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use porthole_data::load::{Kind, LoadColumn, Loader, TableSpec, Value};
use porthole_data::{
    Aggregate, BucketOptions, BucketStore, DataError, Databases, DatabasesOptions, Keep, Ladder, Range, Rung,
    SeriesAnswer, SeriesQuery, Source, SourceSpec, TenantData, TenantDatabase,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use secrecy::SecretString;
use sqlx::Connection;
use support::{Database, series_query, source};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const SETTLE: Duration = Duration::from_secs(600);

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

fn table() -> TableSpec {
    let column = |name: &str, kind| LoadColumn {
        name: name.into(),
        kind,
        required: false,
    };
    TableSpec {
        name: "metrics".into(),
        identity: Some("id".into()),
        columns: vec![
            column("recorded_at", Kind::Timestamp),
            column("server_name", Kind::Text),
            column("cpu_percent", Kind::Real),
            column("metric_type", Kind::Text),
        ],
        indexes: vec![vec!["metric_type".into(), "recorded_at".into()]],
    }
}

/// When, which server, the value, the kind of metric.
type Point = (i64, Option<usize>, Option<f64>, usize);

const SERVERS: [&str; 4] = ["web-1", "web-2", "", "ünïcode"];
const METRICS: [&str; 2] = ["cpu", "memory"];

async fn insert(database: &Database, points: &[Point]) {
    let rows: Vec<_> = points
        .iter()
        .map(|(at, server, value, metric)| {
            vec![
                Value::Instant(*at),
                server.map_or(Value::Null, |server| Value::Text(SERVERS[server].into())),
                value.map_or(Value::Null, Value::Real),
                Value::Text(METRICS[*metric].into()),
            ]
        })
        .collect();
    let mut loader = Loader::open(&database.url).await.unwrap();
    loader.insert(&table(), &rows).await.unwrap();
    loader.close().await;
}

fn spec(metric: &str, keep: Keep) -> SourceSpec {
    SourceSpec {
        filter: Some(format!("metric_type = '{metric}'")),
        keep,
        ..source(
            "metrics",
            &[
                ("timestamp", "recorded_at"),
                ("value", "cpu_percent"),
                ("series_label", "server_name"),
            ],
        )
    }
}

fn keep() -> Keep {
    Keep::Buckets {
        settle: Some(SETTLE),
        reread: None,
    }
}

fn cpu() -> Source {
    Source::parse(&spec("cpu", keep())).unwrap()
}

/// A host's data room, with a store in this folder.
struct Host {
    databases: Databases,
    data: TenantData,
}

impl Host {
    async fn start(url: &SecretString, folder: Option<&Path>) -> Self {
        let folder = folder.map(Path::to_owned);
        Self::with(
            url,
            BucketOptions {
                folder,
                ..BucketOptions::default()
            },
        )
        .await
    }

    async fn with(url: &SecretString, options: BucketOptions) -> Self {
        let store = BucketStore::open(options);
        let databases = Databases::with_store(DatabasesOptions::default(), store.await);
        let data = databases.tenant(&TenantDatabase::new("test", url.clone()));
        Self { databases, data }
    }

    /// One that keeps nothing.
    fn plain(url: &SecretString) -> Self {
        let store = BucketStore::in_memory(BucketOptions {
            memory_bytes: 0,
            ..BucketOptions::default()
        });
        let databases = Databases::with_store(DatabasesOptions::default(), store);
        let data = databases.tenant(&TenantDatabase::new("test", url.clone()));
        Self { databases, data }
    }

    async fn ask(&self, source: &Source, query: &SeriesQuery) -> SeriesAnswer {
        self.data.series(source, query).await.unwrap()
    }

    async fn stop(self) {
        self.databases.close().await;
    }
}

fn query(start: i64, end: i64, seconds: u32) -> SeriesQuery {
    SeriesQuery {
        range: Some(Range { start, end }),
        bucket_seconds: Some(seconds),
        ..series_query()
    }
}

/// The points of an answer by label and time. A label that is missing and one that is empty are two groups for the
/// database and one series for readers; the order of the two points is nobody's business.
fn points(answer: &SeriesAnswer) -> Vec<(String, i64, f64)> {
    let of = |series: &porthole_data::Series| {
        let label = series.label.clone();
        let points = series.instants.iter().zip(&series.values);
        points
            .map(|(instant, value)| (label.clone(), *instant, *value))
            .collect::<Vec<_>>()
    };
    answer.series.iter().flat_map(of).collect()
}

fn assert_same(kept: &SeriesAnswer, plain: &SeriesAnswer, what: &str) {
    let (kept, plain) = (points(kept), points(plain));
    assert_eq!(kept.len(), plain.len(), "{what}");
    for (kept, plain) in kept.iter().zip(&plain) {
        assert_eq!((&kept.0, kept.1), (&plain.0, plain.1), "{what}");
        let close = (kept.2 - plain.2).abs() <= 1e-9 * plain.2.abs().max(1.0);
        assert!(
            close || kept.2.is_nan() && plain.2.is_nan(),
            "{what}: {kept:?} and {plain:?}"
        );
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// Rows that come in time.
    Insert(Vec<(i64, Option<usize>, Option<f64>, usize)>),
    /// Rows that come late, and the word that they came.
    InsertLate(Vec<(i64, Option<usize>, Option<f64>, usize)>),
    Ask {
        back: i64,
        length: i64,
        seconds: u32,
        aggregate: Aggregate,
        labels: Vec<usize>,
        metric: usize,
    },
    /// The configuration says otherwise after how many minutes buckets are settled, and of which shorter ones longer ones may
    /// be made.
    Reconfigure {
        settle: u64,
        ladder: usize,
    },
    Restart,
    /// The host ends without a word, and another one starts over what it left.
    Crash,
    Forget,
}

/// Which buckets a source has, by `Step::Reconfigure`.
const LADDERS: [&[u32]; 3] = [&[60, 600, 3600], &[37, 7200], &[3600, 86_400]];

/// Ranges of any length for the last one.
fn rungs(buckets: &[u32]) -> Ladder {
    let rung = |(place, bucket): (usize, &u32)| Rung {
        up_to_seconds: (place + 1 < buckets.len()).then_some(3600 * (1 + place as u64)),
        bucket_seconds: Some(*bucket),
    };
    Ladder::new(buckets.iter().enumerate().map(rung).collect()).unwrap()
}

/// The two sources of a case as they are configured at the moment.
fn sources(settle: Duration, ladder: usize) -> [Source; 2] {
    METRICS.map(|metric| {
        let keep = Keep::Buckets {
            settle: Some(settle),
            reread: None,
        };
        let spec = spec(metric, keep);
        Source::parse(&SourceSpec {
            ladder: Some(rungs(LADDERS[ladder])),
            ..spec
        })
        .unwrap()
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rows = |oldest: i64| {
        let server = prop::option::weighted(0.9, 0..3_usize).prop_map(|server| match server {
            // An empty and a missing label in one bucket are two rows to plain SQL.
            Some(2) => Some(3),
            server => server,
        });
        let row = (
            0..oldest,
            server,
            prop::option::weighted(0.9, -1e6..1e6_f64),
            0..2_usize,
        );
        prop::collection::vec(row, 1..60)
    };
    let ask = (
        0..4 * DAY,
        1..4 * DAY,
        prop::sample::select(vec![60_u32, 600, 600, 3600, 3600, 3600, 7200, 86_400, 37]),
        prop::sample::select(vec![
            Aggregate::Average,
            Aggregate::Average,
            Aggregate::Average,
            Aggregate::Minimum,
            Aggregate::Maximum,
            Aggregate::Sum,
            Aggregate::Count,
            Aggregate::Last,
        ]),
        prop_oneof![4 => Just(Vec::new()), 1 => prop::sample::subsequence(vec![0_usize, 1, 3], 1..3)],
        prop::sample::select(vec![0_usize, 0, 0, 1]),
    )
        .prop_map(|(back, length, seconds, aggregate, labels, metric)| Step::Ask {
            back,
            length,
            seconds,
            aggregate,
            labels,
            metric,
        });
    let step = prop_oneof![
        2 => rows(SETTLE.as_millis() as i64 - 5_000).prop_map(Step::Insert),
        2 => rows(4 * DAY).prop_map(Step::InsertLate),
        40 => ask,
        2 => (prop::sample::select(vec![10_u64, 11, 45]), 0..LADDERS.len())
            .prop_map(|(settle, ladder)| Step::Reconfigure { settle, ladder }),
        1 => Just(Step::Restart),
        1 => Just(Step::Crash),
        1 => Just(Step::Forget),
    ];
    prop::collection::vec(step, 20..60)
}

/// What was taken from the store and what was not. `room`: what the store may take in memory and on disk, bytes.
async fn follow(database: &Database, steps: Vec<Step>, room: (u64, u64)) -> (u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let plain = Host::plain(&database.url);
    let start = || {
        Host::with(
            &database.url,
            BucketOptions {
                folder: Some(folder.path().to_owned()),
                memory_bytes: room.0,
                disk_bytes: room.1,
                ..BucketOptions::default()
            },
        )
    };
    let mut host = start().await;
    let mut sources = sources(SETTLE, 0);
    let (mut kept, mut computed, mut changes) = (0, 0, 0);
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            Step::Insert(rows) => insert(database, &ago(&rows)).await,
            Step::InsertLate(rows) => {
                insert(database, &ago(&rows)).await;
                changes += 1;
                host.databases.store().data_changed("test", "metrics", changes);
            }
            Step::Ask {
                back,
                length,
                seconds,
                aggregate,
                labels,
                metric,
            } => {
                let end = now() - back + HOUR;
                let query = SeriesQuery {
                    aggregate,
                    labels: labels.iter().map(|label| SERVERS[*label].to_owned()).collect(),
                    ..query(end - length, end, seconds)
                };
                let source = &sources[metric];
                // Two at the same time, as readers do.
                let (answer, again) = tokio::join!(host.ask(source, &query), host.ask(source, &query));
                let expected = plain.ask(&sources[metric], &query).await;
                if let Some(buckets) = answer.buckets {
                    kept += buckets.kept;
                    computed += buckets.computed;
                }
                let what = format!("{}, step {number}: {query:?}", database.kind);
                assert_same(&answer, &expected, &what);
                assert_same(&again, &expected, &what);
            }
            Step::Reconfigure { settle, ladder } => {
                sources = self::sources(Duration::from_secs(settle * 60), ladder);
            }
            step @ (Step::Restart | Step::Crash) => {
                match step {
                    Step::Restart => host.stop().await,
                    _ => drop(host),
                }
                host = start().await;
                host.databases.store().data_changed("test", "metrics", changes);
            }
            Step::Forget => host.databases.store().forget("test").await,
        }
    }
    host.stop().await;
    (kept, computed)
}

fn ago(rows: &[Point]) -> Vec<Point> {
    let now = now();
    rows.iter()
        .map(|row| (now - row.0, row.1, row.2, row.3))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_through_the_store_are_those_of_plain_sql_whatever_happens() {
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let (mut kept, mut computed) = (0, 0);
    for database in Database::both().await {
        for case in 0..12 {
            // Room for all, for next to nothing in memory, and for little of either.
            let room = [(64 << 20, 512 << 20), (6 << 10, 512 << 20), (24 << 10, 96 << 10)][case % 3];
            database.execute("DROP TABLE IF EXISTS metrics").await;
            let first: Vec<_> = (0..300)
                .map(|number| {
                    let at = (number * 7_919_000) % (4 * DAY);
                    (at, Some((number % 2) as usize), Some(number as f64), 0)
                })
                .collect();
            insert(&database, &ago(&first)).await;
            let steps = steps().new_tree(&mut runner).unwrap().current();
            let counts = follow(&database, steps, room).await;
            kept += counts.0;
            computed += counts.1;
        }
    }
    // Otherwise nothing of the store was tried.
    assert!(kept > 1000 && computed > 1000, "{kept} kept, {computed} computed");
}

/// A database with a row each minute of the last two days.
async fn filled(database: &Database) -> i64 {
    let now = now();
    let rows: Vec<_> = (0..2 * DAY / MINUTE)
        .map(|minute| {
            (
                now - minute * MINUTE,
                Some((minute % 2) as usize),
                Some(minute as f64),
                0,
            )
        })
        .collect();
    insert(database, &rows).await;
    now
}

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
        let later = self::now() + 2;
        while self::now() < later {
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

/// A row of each of so many series, an hour apart.
async fn scattered(database: &Database, series: usize) -> i64 {
    let now = now();
    let text = (0..series).map(|number| {
        let at = now - DAY - (number as i64 % 48) * HOUR;
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
        let now = scattered(&database, 20_000).await;
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
        let read = self::now();
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
        while self::now() <= read + 1000 {
            tokio::task::yield_now().await;
        }
        host.data.warm(&source(2), &query).await.unwrap();
        let answer = host.ask(&source(3600), &query).await;
        assert_eq!(count(&answer), count(&first) + 1.0, "{}", database.kind);
        assert_eq!(answer.buckets.unwrap().computed, 0, "{}", database.kind);
        host.stop().await;
    }
}
