//! Aggregated series: the first answer against the best SQL written by hand, and every later answer against the first.
//! Over PostgreSQL with one and ten million rows, and SQLite with one; 20 series over 30 days, as many rows as there are,
//! up to now.

mod fill;
mod hand;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use porthole_data::{
    Aggregate, BucketOptions, BucketStore, ColumnSpec, Databases, DatabasesOptions, Range, SeriesAnswer,
    SeriesQuery, Source, SourceSpec, TenantData, TenantDatabase,
};
use porthole_tests::Cluster;
use secrecy::SecretString;

use self::hand::ByHand;
use crate::report::{Aim, Report, median};

const SERIES: u64 = 20;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const DAYS: i64 = 30;
/// How often everything is asked: the dear ones so often, the quick ones, of which a hiccup of the machine is a large
/// part, until they have taken some seconds.
const TURNS: std::ops::RangeInclusive<usize> = 9..=61;
const QUICK: Duration = Duration::from_secs(8);

/// A length of time, its bucket in seconds, and what both are called.
const RANGES: [(&str, i64, u32); 3] = [
    ("1 d by 1 min", DAY, 60),
    ("4 d by 10 min", 4 * DAY, 600),
    ("30 d by 1 h", DAYS * DAY, 3600),
];

/// Makes the databases and prints the figures. `most_rows`: no database has more.
pub async fn run(report: &mut Report, most_rows: u64) -> anyhow::Result<()> {
    // On this thread: the server ends with the thread that started it.
    let cluster = Cluster::start();
    for rows in [1_000_000, 10_000_000] {
        if rows > most_rows {
            println!("\n{rows} rows in PostgreSQL: left out, --rows says so");
            continue;
        }
        let name = format!("bench_{rows}");
        let url: SecretString = cluster.create_database(&name).into();
        let end = fill::postgres(&cluster, &name, rows);
        let name = format!("PostgreSQL, {} M rows", rows / 1_000_000);
        println!("\nAggregated series, {name}");
        Site { name, url, rows, end }.measure(report).await?;
    }
    let rows = most_rows.min(1_000_000);
    let folder = tempfile::tempdir()?;
    let url: SecretString = format!("sqlite:{}", folder.path().join("bench.sqlite").display()).into();
    let end = fill::sqlite(&url, rows).await?;
    let name = format!("SQLite, {} M rows", rows / 1_000_000);
    println!("\nAggregated series, {name}");
    Site { name, url, rows, end }.measure(report).await
}

/// A filled database.
struct Site {
    name: String,
    url: SecretString,
    rows: u64,
    end: i64,
}

/// A host's data room with a store of its own.
struct Room {
    databases: Databases,
    data: TenantData,
}

impl Room {
    async fn open(url: &SecretString, folder: &Path) -> Self {
        let store = BucketStore::open(BucketOptions {
            memory_bytes: 1 << 30,
            disk_bytes: 1 << 30,
            folder: Some(folder.to_owned()),
            ..BucketOptions::default()
        });
        let databases = Databases::with_store(DatabasesOptions::default(), store.await);
        let data = databases.tenant(&TenantDatabase::new("bench", url.clone()));
        Self { databases, data }
    }

    /// An answer, and the milliseconds it took.
    async fn ask(&self, source: &Source, query: &SeriesQuery) -> anyhow::Result<(SeriesAnswer, f64)> {
        let begin = Instant::now();
        let answer = self.data.series(source, query).await?;
        Ok((answer, begin.elapsed().as_secs_f64() * 1000.0))
    }
}

impl Site {
    async fn measure(&self, report: &mut Report) -> anyhow::Result<()> {
        let source = source("cpu")?;
        for (range, length, seconds) in RANGES {
            let of = |what: &str| format!("{}, {range}: {what}", self.name);
            let query = |moved: i64| query(self.end - length + moved, self.end + moved, seconds);
            let mut by_hand = ByHand::prepare(&self.url, &query(0)).await?;
            let (mut firsts, mut laters, mut restarts, mut moves) =
                (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            let begin = Instant::now();
            for turn in 0..*TURNS.end() {
                if turn >= *TURNS.start() && begin.elapsed() > QUICK {
                    break;
                }
                // In turns with what it is compared to: what else the machine does meanwhile slows both.
                by_hand.turn().await?;
                let folder = tempfile::tempdir()?;
                let room = Room::open(&self.url, folder.path()).await;
                // What is measured is a range that nobody has asked for, on a host that runs: it is connected and knows
                // the table.
                let nothing = self::source("nothing")?;
                room.ask(&nothing, &query(0)).await?;
                let (answer, first) = room.ask(&source, &query(0)).await?;
                let points: usize = answer.series.iter().map(|series| series.instants.len()).sum();
                ensure!(
                    points == by_hand.points,
                    "{points} points through the store, {} by hand",
                    by_hand.points
                );
                firsts.push(first);
                laters.push(room.ask(&source, &query(MINUTE)).await?.1);
                room.databases.close().await;
                // Here it is neither.
                let room = Room::open(&self.url, folder.path()).await;
                restarts.push(room.ask(&source, &query(MINUTE)).await?.1);
                if length > 10 * DAY {
                    moves.push(room.ask(&source, &query(-DAY)).await?.1);
                }
                room.databases.close().await;
            }
            let first = median(firsts);
            let (later, restart) = (median(laters), median(restarts));
            let mut best = f64::INFINITY;
            for (way, millis) in by_hand.medians() {
                report.figure(&of(&format!("by hand, {way}")), millis, "ms", Aim::None);
                best = best.min(millis);
            }
            report.figure(&of("first"), first, "ms", Aim::None);
            report.ratio(&of("first / best by hand"), first / best, Aim::AtMost(1.10));
            // The aims are those of ten million rows and 30 days, where the first answer is dear.
            let dear = self.rows >= 10_000_000 && length > 10 * DAY;
            let aim = |most| if dear { Aim::AtMost(most) } else { Aim::None };
            report.figure(&of("a minute later"), later, "ms", Aim::AtMost(200.0));
            report.ratio(&of("a minute later / first"), later / first, aim(1.0 / 50.0));
            report.figure(&of("after a restart"), restart, "ms", Aim::AtMost(200.0));
            report.ratio(&of("after a restart / first"), restart / first, aim(1.0 / 20.0));
            if !moves.is_empty() {
                let moved = median(moves);
                report.figure(&of("moved by a day"), moved, "ms", Aim::AtMost(200.0));
                report.ratio(&of("moved by a day / first"), moved / first, aim(1.0 / 10.0));
            }
        }
        self.without_database(report, &source).await
    }

    /// What answers cost that need nothing of the database, and what their buckets take.
    async fn without_database(&self, report: &mut Report, source: &Source) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let room = Room::open(&self.url, folder.path()).await;
        // Whole and settled.
        let end = (self.end - DAY).div_euclid(DAY) * DAY;
        for (minutes, labels, points) in [(1440, 4, 5_760), (2160, SERIES, 43_200)] {
            let query = SeriesQuery {
                labels: match labels {
                    SERIES => Vec::new(),
                    some => (0..some).map(|number| format!("server-{number:02}")).collect(),
                },
                ..query(end - minutes * MINUTE, end, 60)
            };
            let (_, first) = room.ask(source, &query).await?;
            let mut times = Vec::new();
            for _ in 0..50 {
                let (answer, time) = room.ask(source, &query).await?;
                let buckets = answer.buckets.context("the question was not split")?;
                ensure!(buckets.computed == 0, "{buckets:?} came from the database");
                times.push(time);
            }
            let kept = median(times);
            report.figure(
                &format!("{}: host's time for {points} known points", self.name),
                kept,
                "ms",
                Aim::None,
            );
            report.ratio(
                &format!("{}: {points} known points / first time", self.name),
                kept / first,
                Aim::None,
            );
        }
        let store = room.databases.store();
        // Those of the second question; the four series of the first are kept twice, by themselves and in it.
        let buckets = (2160 * SERIES + 1440 * 4) as f64;
        let per_million = store.bytes() as f64 / buckets * 1e6 / f64::from(1 << 20);
        report.figure(
            &format!("{}: a million buckets in memory", self.name),
            per_million,
            "MiB",
            Aim::AtMost(64.0),
        );
        room.databases.close().await;
        Ok(())
    }
}

fn source(metric: &str) -> anyhow::Result<Source> {
    let column = |name: &str, column: &str| ColumnSpec {
        name: name.into(),
        column: column.into(),
        title: None,
        format: None,
    };
    Source::parse(&SourceSpec {
        table: "metrics".into(),
        columns: vec![
            column("timestamp", "recorded_at"),
            column("value", "value"),
            column("series_label", "server_name"),
        ],
        filter: Some(format!("metric_type = '{metric}'")),
        ..SourceSpec::default()
    })
    .map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

fn query(start: i64, end: i64, seconds: u32) -> SeriesQuery {
    SeriesQuery {
        range: Some(Range { start, end }),
        bucket_seconds: Some(seconds),
        aggregate: Aggregate::Average,
        labels: Vec::new(),
        max_rows: 1_000_000,
        max_bytes: 1 << 30,
    }
}
