//! The store of settled buckets against plain SQL, whatever happens; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use std::time::Duration;

use porthole_data::{Aggregate, BucketOptions, Keep, Ladder, Rung, SeriesQuery, Source, SourceSpec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use support::Database;
use support::metrics::{
    DAY, HOUR, Host, METRICS, SERVERS, SETTLE, ago, assert_same, insert, now, query, spec,
};

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
