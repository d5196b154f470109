//! A table that is altered while connections remember statements about it, in PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use futures_util::future::join_all;
use porthole_data::{ColumnData, Range};
use support::{Database, parsed, readings, rows_query, series_query, source};

const NEW_YEAR: i64 = 1_767_225_600_000;
const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn a_column_of_another_type_by_now_is_read_without_an_error_on_the_way() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE readings (at timestamp, value float8, label text); \
             INSERT INTO readings SELECT timestamp '2026-01-01' + n * interval '1 hour', n, 'a' FROM generate_series(0, 4) AS n",
        )
        .await;
    let (chart, list) = (
        parsed(&readings()),
        parsed(&source("readings", &[("timestamp", "at")])),
    );
    let range = Some(Range {
        start: NEW_YEAR,
        end: NEW_YEAR + 24 * HOUR,
    });
    let (mut points, mut rows) = (series_query(), rows_query());
    (points.range, rows.range) = (range, range);
    for alter in [
        "SELECT 1",
        "ALTER TABLE readings ALTER COLUMN at TYPE timestamptz USING at AT TIME ZONE 'UTC'",
        "ALTER TABLE readings ALTER COLUMN at TYPE timestamp USING at AT TIME ZONE 'UTC'",
    ] {
        database.execute(alter).await;
        // Side by side, so that each connection of the pool remembers the statements and has to forget them.
        for _ in 0..2 {
            for answer in join_all((0..4).map(|_| database.data.series(&chart, &points))).await {
                let answer = answer.unwrap_or_else(|error| panic!("{alter}: {error}"));
                assert_eq!(answer.series[0].values.len(), 5, "{alter}");
            }
            for answer in join_all((0..4).map(|_| database.data.rows(&list, &rows))).await {
                let frame = answer.unwrap_or_else(|error| panic!("{alter}: {error}")).frame;
                let ColumnData::Instants(instants) = &frame.columns[0].data else {
                    panic!("{alter}: {:?}", frame.columns[0]);
                };
                assert_eq!(instants.len(), 5, "{alter}");
                assert!(instants.contains(&Some(NEW_YEAR + 4 * HOUR)), "{alter}");
            }
        }
    }
}
