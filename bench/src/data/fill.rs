//! The rows that are measured: 20 series over 30 days, up to now.

use std::time::{SystemTime, UNIX_EPOCH};

use porthole_data::load::{Kind, LoadColumn, Loader, TableSpec, Value};
use porthole_tests::Cluster;
use secrecy::SecretString;

use super::{DAY, DAYS, SERIES};

/// The end of the data: now, so that its last buckets are not settled.
fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64)
}

/// Fills a database of the server, and says where its data ends.
pub(super) fn postgres(cluster: &Cluster, database: &str, rows: u64) -> i64 {
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

/// Makes a file, and says where its data ends.
pub(super) async fn sqlite(url: &SecretString, rows: u64) -> anyhow::Result<i64> {
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
