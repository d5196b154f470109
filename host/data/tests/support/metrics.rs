//! A table of metrics, and hosts over it with and without a store of buckets.

use super::{Database, series_query, source};
use porthole_data::load::{Kind, LoadColumn, Loader, TableSpec, Value};
use porthole_data::{
    BucketOptions, BucketStore, Databases, DatabasesOptions, Keep, Range, SeriesAnswer, SeriesQuery, Source,
    SourceSpec, TenantData, TenantDatabase,
};
use secrecy::SecretString;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub const MINUTE: i64 = 60_000;

pub const HOUR: i64 = 60 * MINUTE;

pub const DAY: i64 = 24 * HOUR;

pub const SETTLE: Duration = Duration::from_secs(600);

pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

pub fn table() -> TableSpec {
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
pub type Point = (i64, Option<usize>, Option<f64>, usize);

pub const SERVERS: [&str; 4] = ["web-1", "web-2", "", "ünïcode"];

pub const METRICS: [&str; 2] = ["cpu", "memory"];

pub async fn insert(database: &Database, points: &[Point]) {
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

pub fn spec(metric: &str, keep: Keep) -> SourceSpec {
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

pub fn keep() -> Keep {
    Keep::Buckets {
        settle: Some(SETTLE),
        reread: None,
    }
}

pub fn cpu() -> Source {
    Source::parse(&spec("cpu", keep())).unwrap()
}

/// A host's data room, with a store in this folder.
pub struct Host {
    pub databases: Databases,
    pub data: TenantData,
}

impl Host {
    pub async fn start(url: &SecretString, folder: Option<&Path>) -> Self {
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

    pub async fn with(url: &SecretString, options: BucketOptions) -> Self {
        let store = BucketStore::open(options);
        let databases = Databases::with_store(DatabasesOptions::default(), store.await);
        let data = databases.tenant(&TenantDatabase::new("test", url.clone()));
        Self { databases, data }
    }

    /// One that keeps nothing.
    pub fn plain(url: &SecretString) -> Self {
        let store = BucketStore::in_memory(BucketOptions {
            memory_bytes: 0,
            ..BucketOptions::default()
        });
        let databases = Databases::with_store(DatabasesOptions::default(), store);
        let data = databases.tenant(&TenantDatabase::new("test", url.clone()));
        Self { databases, data }
    }

    pub async fn ask(&self, source: &Source, query: &SeriesQuery) -> SeriesAnswer {
        self.data.series(source, query).await.unwrap()
    }

    pub async fn stop(self) {
        self.databases.close().await;
    }
}

pub fn query(start: i64, end: i64, seconds: u32) -> SeriesQuery {
    SeriesQuery {
        range: Some(Range { start, end }),
        bucket_seconds: Some(seconds),
        ..series_query()
    }
}

/// The points of an answer by label and time. A label that is missing and one that is empty are two groups for the
/// database and one series for readers; the order of the two points is nobody's business.
pub fn points(answer: &SeriesAnswer) -> Vec<(String, i64, f64)> {
    let of = |series: &porthole_data::Series| {
        let label = series.label.clone();
        let points = series.instants.iter().zip(&series.values);
        points
            .map(|(instant, value)| (label.clone(), *instant, *value))
            .collect::<Vec<_>>()
    };
    answer.series.iter().flat_map(of).collect()
}

pub fn assert_same(kept: &SeriesAnswer, plain: &SeriesAnswer, what: &str) {
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

pub fn ago(rows: &[Point]) -> Vec<Point> {
    let now = now();
    rows.iter()
        .map(|row| (now - row.0, row.1, row.2, row.3))
        .collect()
}

/// A database with a row each minute of the last two days.
pub async fn filled(database: &Database) -> i64 {
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
