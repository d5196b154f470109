//! What comes first: rows in the order of what they say, and not of how it is written; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use std::collections::BTreeSet;

use porthole_data::{ColumnData, ColumnSpec, Frame, Range, RowsQuery, SourceSpec};
use support::{Database, column, parsed, rows_query, source};

const HOUR: i64 = 3_600_000;
/// 2026-11-28 00:00:00 UTC.
const DAY: i64 = 1_795_824_000_000;

fn sorted(column: &str, descending: bool) -> RowsQuery {
    RowsQuery {
        sort: vec![(column.to_owned(), descending)],
        ..rows_query()
    }
}

fn integers(frame: &Frame) -> Vec<i64> {
    match &frame.columns[0].data {
        ColumnData::Integers(values) => values.iter().flatten().copied().collect(),
        other => panic!("{other:?}"),
    }
}

fn texts(frame: &Frame, column: usize) -> Vec<String> {
    match &frame.columns[column].data {
        ColumnData::Texts(values) => values.iter().flatten().cloned().collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_sorted_as_numbers_whatever_their_type() {
    for database in Database::both().await {
        let kind = database.kind;
        database
            .execute(
                "CREATE TABLE amounts (id integer, amount numeric(10,2), whole bigint, part real, double double precision);
                 INSERT INTO amounts VALUES (1, 9, 9, 9, 9), (2, 100, 100, 100, 100), (3, 25, 25, 25, 25), \
                 (4, -3, -3, -3, -3), (5, 1000, 1000, 1000, 1000);",
            )
            .await;
        let source = parsed(&source(
            "amounts",
            &[
                ("id", "id"),
                ("amount", "amount"),
                ("whole", "whole"),
                ("part", "part"),
                ("double", "double"),
            ],
        ));
        for column in ["amount", "whole", "part", "double"] {
            let up = database.data.rows(&source, &sorted(column, false)).await.unwrap();
            assert_eq!(integers(&up.frame), [4, 1, 3, 2, 5], "{kind}: {column}");
            let down = database.data.rows(&source, &sorted(column, true)).await.unwrap();
            assert_eq!(integers(&down.frame), [5, 2, 3, 1, 4], "{kind}: {column}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_is_on_two_pages_and_none_on_no_page() {
    for database in Database::both().await {
        let (kind, identifier) = match database.kind {
            "postgres" => ("postgres", "uuid"),
            kind => (kind, "text"),
        };
        let numbers = (0..400u32).map(|number| {
            let mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            format!("('x', '{:08x}-0000-4000-8000-{:012x}')", mixed >> 32, number)
        });
        let rows: Vec<_> = numbers.collect();
        database
            .execute(&format!(
                "CREATE TABLE things (st text, id {identifier}); INSERT INTO things VALUES {};",
                rows.join(", ")
            ))
            .await;
        // A view has no row numbers, on SQLite neither.
        database
            .execute("CREATE VIEW seen AS SELECT * FROM things;")
            .await;
        for table in ["things", "seen"] {
            let source = parsed(&source(table, &[("st", "st"), ("id", "id")]));
            let mut found = BTreeSet::new();
            for page in 0..16 {
                let query = RowsQuery {
                    offset: page * 25,
                    limit: 25,
                    ..sorted("st", false)
                };
                let answer = database.data.rows(&source, &query).await.unwrap();
                found.extend(texts(&answer.frame, 1));
            }
            assert_eq!(found.len(), 400, "{kind}: {table}");
        }
    }
}

/// Times with offsets, and times in two ways of writing: in the order of the text the older one comes last.
#[tokio::test(flavor = "multi_thread")]
async fn the_newest_row_is_the_newest_instant_however_times_are_written() {
    let database = Database::sqlite().await;
    for (table, declared, older, newer) in [
        (
            "odt",
            "DATETIME",
            "2026-11-28T20:00:00+05:30",
            "2026-11-28T16:00:00+00:00",
        ),
        ("mdt", "DATETIME", "2026-11-28T10:00:00", "2026-11-28 16:00:00"),
        (
            "ott",
            "TEXT",
            "2026-11-28T20:00:00+05:30",
            "2026-11-28T16:00:00+00:00",
        ),
        ("mtt", "TEXT", "2026-11-28T10:00:00", "2026-11-28 16:00:00"),
    ] {
        database
            .execute(&format!(
                "CREATE TABLE {table} (name text, st text, at {declared});
                 INSERT INTO {table} VALUES ('web', 'down', '{older}'), ('web', 'ok', '{newer}');"
            ))
            .await;
        let datetime = ColumnSpec {
            format: Some("datetime".into()),
            ..column("timestamp", "at")
        };
        let spec = SourceSpec {
            table: table.into(),
            columns: vec![
                column("service_name", "name"),
                column("status_value", "st"),
                datetime,
            ],
            ..SourceSpec::default()
        };
        let all = parsed(&spec);
        let newest = RowsQuery {
            latest_per: Some("service_name".into()),
            ..rows_query()
        };
        let answer = database.data.rows(&all, &newest).await.unwrap();
        assert_eq!(texts(&answer.frame, 1), ["ok"], "{table}");
        let answer = database.data.rows(&all, &rows_query()).await.unwrap();
        assert_eq!(texts(&answer.frame, 1), ["ok", "down"], "{table}: newest first");
        let answer = database
            .data
            .rows(&all, &sorted("timestamp", false))
            .await
            .unwrap();
        assert_eq!(texts(&answer.frame, 1), ["down", "ok"], "{table}");
        let ordered = parsed(&SourceSpec {
            order_by: Some("at DESC".into()),
            limit: Some(1),
            ..spec.clone()
        });
        if declared == "DATETIME" {
            let answer = database.data.rows(&ordered, &rows_query()).await.unwrap();
            assert_eq!(texts(&answer.frame, 1), ["ok"], "{table}");
            let some = parsed(&SourceSpec {
                filter: Some("at >= '2026-11-28 15:30:00'".into()),
                ..spec
            });
            let answer = database.data.rows(&some, &rows_query()).await.unwrap();
            assert_eq!(texts(&answer.frame, 1), ["ok"], "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_the_same_whatever_range_is_looked_at() {
    let database = Database::sqlite().await;
    database
        .execute(
            "CREATE TABLE two (seen text, born text, name text);
             INSERT INTO two VALUES ('2026-11-28 12:00:00', '2026-07-01 12:00:00', 'a'), \
             ('2026-06-10 12:00:00', '1946-07-01 12:00:00', 'b'), ('2026-06-11 12:00:00', '2085-07-01 12:00:00', 'c');",
        )
        .await;
    let datetime = |role: &str, name: &str| ColumnSpec {
        format: Some("datetime".into()),
        ..column(role, name)
    };
    let source = parsed(&SourceSpec {
        table: "two".into(),
        columns: vec![
            datetime("timestamp", "seen"),
            datetime("born", "born"),
            column("name", "name"),
        ],
        time_zone: Some("Europe/Berlin".into()),
        ..SourceSpec::default()
    });
    let born = |frame: &Frame| match &frame.columns[1].data {
        ColumnData::Instants(values) => values.iter().flatten().copied().collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    for start in [DAY, DAY - 200 * 24 * HOUR] {
        let query = RowsQuery {
            range: Some(Range {
                start,
                end: DAY + 24 * HOUR,
            }),
            filters: vec![],
            ..rows_query()
        };
        let answer = database.data.rows(&source, &query).await.unwrap();
        // 2026-07-01 10:00:00 UTC: in summer Berlin is two hours ahead.
        assert_eq!(born(&answer.frame)[0], 1_782_900_000_000, "from {start}");
    }
    let answer = database.data.rows(&source, &rows_query()).await.unwrap();
    // 2085-07-01 10:00 UTC, and 1946-07-01 10:00 UTC.
    assert_eq!(born(&answer.frame)[1..], [3_644_820_000_000, -741_708_000_000]);
}
