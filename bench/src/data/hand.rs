//! The same question as SQL that somebody would write by hand.

use std::time::Instant;

use anyhow::Context;
use porthole_data::{Range, SeriesQuery};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

use crate::report::median;

/// The ways to write a question, on a connection each, which has planned it already.
pub(super) struct ByHand {
    ways: Vec<Way>,
    /// How many points each way answers.
    pub(super) points: usize,
}

struct Way {
    name: &'static str,
    text: String,
    connection: Connected,
    /// Milliseconds.
    times: Vec<f64>,
}

enum Connected {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl ByHand {
    /// Connects, and asks once without looking at the clock.
    pub(super) async fn prepare(url: &SecretString, query: &SeriesQuery) -> anyhow::Result<Self> {
        let range = query.range.context("a range")?;
        let seconds = query.bucket_seconds.context("a bucket")?;
        let url = url.expose_secret();
        let is_postgres = url.starts_with("postgres");
        let texts = match is_postgres {
            true => postgres(range, seconds),
            false => sqlite(range, seconds),
        };
        let (mut ways, mut points) = (Vec::new(), 0);
        for (name, text) in texts {
            let connection = if is_postgres {
                let mut connection = PgConnection::connect(url).await?;
                // Compiling these statements costs more than it saves.
                connection.execute("SET timezone = 'UTC'; SET jit = off").await?;
                Connected::Postgres(connection)
            } else {
                Connected::Sqlite(SqliteConnection::connect(url).await?)
            };
            let mut way = Way {
                name,
                text,
                connection,
                times: Vec::new(),
            };
            points = way.ask().await?;
            ways.push(way);
        }
        Ok(Self { ways, points })
    }

    /// Asks each way once.
    pub(super) async fn turn(&mut self) -> anyhow::Result<()> {
        for way in &mut self.ways {
            let begin = Instant::now();
            way.ask().await?;
            way.times.push(begin.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(())
    }

    /// Each way's name and median, milliseconds.
    pub(super) fn medians(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.ways.iter().map(|way| (way.name, median(way.times.clone())))
    }
}

impl Way {
    /// Reads all of the answer, and says how many points it has.
    async fn ask(&mut self) -> anyhow::Result<usize> {
        let text = AssertSqlSafe(self.text.clone());
        match &mut self.connection {
            Connected::Postgres(connection) => {
                let rows = sqlx::query(text).fetch_all(connection).await?;
                for row in &rows {
                    let read = (
                        row.try_get_raw(0)?,
                        row.try_get::<&str, _>(1)?,
                        row.try_get::<f64, _>(2)?,
                    );
                    std::hint::black_box(read);
                }
                Ok(rows.len())
            }
            Connected::Sqlite(connection) => {
                let rows = sqlx::query(text).fetch_all(connection).await?;
                for row in &rows {
                    let read = (
                        row.try_get::<i64, _>(0)?,
                        row.try_get::<&str, _>(1)?,
                        row.try_get::<f64, _>(2)?,
                    );
                    std::hint::black_box(read);
                }
                Ok(rows.len())
            }
        }
    }
}

fn postgres(Range { start, end }: Range, seconds: u32) -> Vec<(&'static str, String)> {
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

fn sqlite(Range { start, end }: Range, seconds: u32) -> Vec<(&'static str, String)> {
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
