//! Aggregated series: the first answer against the best SQL written by hand, and every later answer against the first.
//! Over PostgreSQL with one and ten million rows, and SQLite with one; 20 series over 30 days, as many rows as there are,
//! up to now.

use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use porthole_data::load::{Kind, LoadColumn, Loader, TableSpec, Value};
use porthole_data::{
    Aggregate, BucketOptions, BucketStore, ColumnSpec, Databases, DatabasesOptions, Range, SeriesAnswer,
    SeriesQuery, Source, SourceSpec, TenantData, TenantDatabase,
};
use porthole_tests::Cluster;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

use crate::report::{Aim, Report, median};

const SERIES: u64 = 20;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const DAYS: i64 = 30;
const TURNS: usize = 5;

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
        let end = fill_postgres(&cluster, &name, rows);
        let name = format!("PostgreSQL, {} M rows", rows / 1_000_000);
        println!("\nAggregated series, {name}");
        Site { name, url, rows, end }.measure(report).await?;
    }
    let rows = most_rows.min(1_000_000);
    let folder = tempfile::tempdir()?;
    let url: SecretString = format!("sqlite:{}", folder.path().join("bench.sqlite").display()).into();
    let end = fill_sqlite(&url, rows).await?;
    let name = format!("SQLite, {} M rows", rows / 1_000_000);
    println!("\nAggregated series, {name}");
    Site { name, url, rows, end }.measure(report).await
}

/// The end of the data: now, so that its last buckets are not settled.
fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64)
}

fn fill_postgres(cluster: &Cluster, database: &str, rows: u64) -> i64 {
    let end = now();
    let step = (DAYS * DAY) as f64 / (rows / SERIES) as f64;
    cluster.sql(
        database,
        &format!(
            "CREATE TABLE metrics (id bigserial PRIMARY KEY, recorded_at timestamp NOT NULL, server_name text NOT NULL, \
             metric_type text NOT NULL, value double precision); \
             INSERT INTO metrics (recorded_at, server_name, metric_type, value) \
             SELECT to_timestamp(({end} - ({count} - n / {SERIES}) * {step}) / 1000.0) AT TIME ZONE 'UTC', \
             'server-' || lpad((n % {SERIES})::text, 2, '0'), 'cpu', 50 + 40 * sin(n / 1000.0) \
             FROM generate_series(0::bigint, {last}) AS n; \
             CREATE INDEX ON metrics (metric_type, recorded_at)",
            count = rows / SERIES,
            last = rows - 1,
        ),
    );
    cluster.sql(database, "VACUUM ANALYZE metrics");
    end
}

async fn fill_sqlite(url: &SecretString, rows: u64) -> anyhow::Result<i64> {
    let end = now();
    let step = (DAYS * DAY) as f64 / (rows / SERIES) as f64;
    let column = |name: &str, kind| LoadColumn {
        name: name.into(),
        kind,
        required: true,
    };
    let table = TableSpec {
        name: "metrics".into(),
        identity: Some("id".into()),
        columns: vec![
            column("recorded_at", Kind::Timestamp),
            column("server_name", Kind::Text),
            column("metric_type", Kind::Text),
            column("value", Kind::Real),
        ],
        indexes: vec![vec!["metric_type".into(), "recorded_at".into()]],
    };
    let mut loader = Loader::open(url).await?;
    for from in (0..rows).step_by(50_000) {
        let rows: Vec<_> = (from..(from + 50_000).min(rows))
            .map(|n| {
                let back = (rows / SERIES - n / SERIES) as f64 * step;
                vec![
                    Value::Instant(end - back as i64),
                    Value::Text(format!("server-{:02}", n % SERIES)),
                    Value::Text("cpu".into()),
                    Value::Real(50.0 + 40.0 * (n as f64 / 1000.0).sin()),
                ]
            })
            .collect();
        loader.insert(&table, &rows).await?;
    }
    loader.close().await;
    Ok(end)
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
            let best = self.by_hand(report, range, &query(0)).await?;
            let (mut firsts, mut laters, mut restarts, mut moves) =
                (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for turn in 0..TURNS {
                let folder = tempfile::tempdir()?;
                let room = Room::open(&self.url, folder.path()).await;
                // What is measured is a range that nobody has asked for, on a host that runs: it is connected and knows
                // the table.
                let nothing = self::source("nothing")?;
                room.ask(&nothing, &query(0)).await?;
                let (answer, first) = room.ask(&source, &query(0)).await?;
                let points: usize = answer.series.iter().map(|series| series.instants.len()).sum();
                ensure!(
                    points == best.points,
                    "{points} points through the store, {} by hand",
                    best.points
                );
                firsts.push(first);
                laters.push(room.ask(&source, &query((turn as i64 + 1) * MINUTE)).await?.1);
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
            println!(
                "  {range}: {first:.1} ms the first time, {:.1} by hand",
                best.millis
            );
            report.ratio(
                &of("first / best by hand"),
                first / best.millis,
                Aim::AtMost(1.10),
            );
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

    /// The quickest of the ways somebody would write it, each the median of some turns on one connection.
    async fn by_hand(&self, report: &mut Report, range: &str, query: &SeriesQuery) -> anyhow::Result<Best> {
        let Range { start, end } = query.range.context("a range")?;
        let seconds = query.bucket_seconds.context("a bucket")?;
        let postgres = self.url.expose_secret().starts_with("postgres");
        let mut best: Option<Best> = None;
        for (name, text) in match postgres {
            true => postgres_by_hand(start, end, seconds),
            false => sqlite_by_hand(start, end, seconds),
        } {
            let mut times = Vec::new();
            let mut points = 0;
            if postgres {
                let mut connection = PgConnection::connect(self.url.expose_secret()).await?;
                // Compiling these statements costs more than it saves.
                connection.execute("SET timezone = 'UTC'; SET jit = off").await?;
                for _ in 0..=TURNS {
                    let begin = Instant::now();
                    let rows = sqlx::query(AssertSqlSafe(text.clone()))
                        .fetch_all(&mut connection)
                        .await?;
                    for row in &rows {
                        let read = (
                            row.try_get_raw(0)?,
                            row.try_get::<&str, _>(1)?,
                            row.try_get::<f64, _>(2)?,
                        );
                        std::hint::black_box(read);
                    }
                    points = rows.len();
                    times.push(begin.elapsed().as_secs_f64() * 1000.0);
                }
            } else {
                let mut connection = SqliteConnection::connect(self.url.expose_secret()).await?;
                for _ in 0..=TURNS {
                    let begin = Instant::now();
                    let rows = sqlx::query(AssertSqlSafe(text.clone()))
                        .fetch_all(&mut connection)
                        .await?;
                    for row in &rows {
                        let read = (
                            row.try_get::<i64, _>(0)?,
                            row.try_get::<&str, _>(1)?,
                            row.try_get::<f64, _>(2)?,
                        );
                        std::hint::black_box(read);
                    }
                    points = rows.len();
                    times.push(begin.elapsed().as_secs_f64() * 1000.0);
                }
            }
            // The first of a connection also plans.
            times.remove(0);
            let millis = median(times);
            report.figure(&format!("{range}, by hand, {name}"), millis, "ms", Aim::None);
            if best.as_ref().is_none_or(|best| millis < best.millis) {
                best = Some(Best { millis, points });
            }
        }
        best.context("no way was tried")
    }
}

struct Best {
    millis: f64,
    points: usize,
}

fn postgres_by_hand(start: i64, end: i64, seconds: u32) -> Vec<(&'static str, String)> {
    let at = |instant: i64| format!("(to_timestamp({}) AT TIME ZONE 'UTC')", instant as f64 / 1000.0);
    let bucket = format!("date_bin(interval '{seconds} seconds', recorded_at, timestamp '1970-01-01')");
    let range = format!(
        "metric_type = 'cpu' AND recorded_at >= {} AND recorded_at < {}",
        at(start),
        at(end)
    );
    let size = i64::from(seconds) * 1000;
    let (first, last) = (start.div_euclid(size) * size, (end - 1).div_euclid(size) * size);
    vec![
        (
            "GROUP BY",
            format!(
                "SELECT {bucket}, server_name, avg(value) FROM metrics WHERE {range} GROUP BY {bucket}, server_name"
            ),
        ),
        (
            "GROUP BY behind OFFSET 0",
            format!(
                "SELECT b, server_name, avg(value) FROM (SELECT {bucket} AS b, server_name, value FROM metrics WHERE {range} \
                 OFFSET 0) AS p GROUP BY b, server_name"
            ),
        ),
        (
            "LATERAL",
            format!(
                "SELECT b, server_name, v FROM generate_series({}, {}, interval '{seconds} seconds') AS b CROSS JOIN LATERAL \
                 (SELECT server_name, avg(value) AS v FROM metrics WHERE {range} AND recorded_at >= b AND recorded_at < b + \
                 interval '{seconds} seconds' GROUP BY server_name) AS p",
                at(first),
                at(last)
            ),
        ),
    ]
}

fn sqlite_by_hand(start: i64, end: i64, seconds: u32) -> Vec<(&'static str, String)> {
    let at = |instant: i64| {
        format!(
            "strftime('%Y-%m-%d %H:%M:%f', {}, 'unixepoch')",
            instant as f64 / 1000.0
        )
    };
    let range = format!(
        "metric_type = 'cpu' AND recorded_at >= {} AND recorded_at < {}",
        at(start),
        at(end)
    );
    let bucket = format!("unixepoch(recorded_at) / {seconds} * {seconds}");
    vec![(
        "GROUP BY",
        format!(
            "SELECT {bucket} AS b, server_name, avg(value) FROM metrics WHERE {range} GROUP BY b, server_name"
        ),
    )]
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
