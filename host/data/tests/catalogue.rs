//! What a database says of its tables: of many tables, of names in any case, and of columns whose writers changed their ways.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use porthole_data::{ColumnData, ColumnSpec, Frame, Part, Range, RowsQuery, SourceSpec};
use secrecy::ExposeSecret;
use support::{Database, column, parsed, rows_query, source};

const HOUR: i64 = 3_600_000;
/// 2026-01-31 00:00:00 UTC.
const DAY: i64 = 1_769_817_600_000;

fn integers(frame: &Frame) -> Vec<i64> {
    match &frame.columns[0].data {
        ColumnData::Integers(values) => values.iter().flatten().copied().collect(),
        other => panic!("{other:?}"),
    }
}

/// A database that cuts its tables up by the day has thousands of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_found_among_more_tables_than_a_list_would_hold() {
    let database = Database::postgres().await;
    database.execute("CREATE SCHEMA aaa").await;
    // Each statement alone: they end transactions, since one must not lock as many tables.
    database
        .execute(
            "DO $$ BEGIN
                 FOR number IN 1..5200 LOOP
                     EXECUTE format('CREATE TABLE aaa.part_%s (n integer)', number);
                     IF number % 400 = 0 THEN COMMIT; END IF;
                 END LOOP;
             END $$;",
        )
        .await;
    database
        .execute("CREATE TABLE \"Zones\" (n integer); INSERT INTO \"Zones\" VALUES (7);")
        .await;
    for name in ["Zones", "zones", "ZONES"] {
        let found = parsed(&source(name, &[("n", "n")]));
        let answer = database.data.rows(&found, &rows_query()).await.unwrap();
        assert_eq!(integers(&answer.frame), [7], "{name}");
    }
    let missing = parsed(&source("zonse", &[("n", "n")]));
    let faults = database.data.check(&missing).await.unwrap();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].part, Part::Table);
}

/// The first rows of a table say `2026-01-31 10:00:00`, the last ones `2026-01-31T10:00:00Z`, and some nothing at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_comes_to_write_times_in_another_way_loses_no_row() {
    let database = Database::sqlite().await;
    let mut rows: Vec<String> = (0..150)
        .map(|number| format!("({number}, '2026-01-30 {:02}:00:00')", number % 24))
        .collect();
    rows.push("(150, '')".to_owned());
    rows.extend((0..24).map(|hour| format!("({}, '2026-01-31T{hour:02}:00:00Z')", 200 + hour)));
    database
        .execute(&format!(
            "CREATE TABLE seen (n integer, at text); INSERT INTO seen VALUES ('-1', ''), {};",
            rows.join(", ")
        ))
        .await;
    let at = ColumnSpec {
        format: Some("datetime".into()),
        ..column("timestamp", "at")
    };
    let seen = parsed(&SourceSpec {
        table: "seen".into(),
        columns: vec![column("n", "n"), at],
        order_by: Some("n".into()),
        ..SourceSpec::default()
    });
    let query = RowsQuery {
        range: Some(Range {
            start: DAY + 9 * HOUR,
            end: DAY + 12 * HOUR,
        }),
        ..rows_query()
    };
    let answer = database.data.rows(&seen, &query).await.unwrap();
    assert_eq!(integers(&answer.frame), [209, 210, 211]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_the_login_may_not_read_is_told_from_one_that_is_not_there() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE SCHEMA shut; CREATE TABLE shut.things (n integer); CREATE TABLE open_to_none (n integer); \
             DROP ROLE IF EXISTS shut_out; CREATE ROLE shut_out LOGIN PASSWORD 'x'; \
             GRANT SELECT ON shut.things TO shut_out;",
        )
        .await;
    let login = as_role(&database, "shut_out");
    for (table, message, help) in [
        (
            "shut.things",
            "may not use the schema `shut`",
            "GRANT USAGE ON SCHEMA \"shut\"",
        ),
        (
            "open_to_none",
            "may not read the table",
            "GRANT SELECT ON \"public\".\"open_to_none\"",
        ),
        ("shut.nothing", "has no table", ""),
    ] {
        let faults = login.check(&parsed(&source(table, &[("n", "n")]))).await.unwrap();
        assert!(faults[0].message.contains(message), "{faults:?}");
        assert!(
            faults[0].help.as_deref().unwrap_or_default().contains(help),
            "{faults:?}"
        );
    }
    database.execute("GRANT USAGE ON SCHEMA shut TO shut_out").await;
    let login = as_role(&database, "shut_out");
    let faults = login
        .check(&parsed(&source("shut.things", &[("n", "n")])))
        .await
        .unwrap();
    assert_eq!(faults, []);
    database
        .execute("DROP OWNED BY shut_out; DROP ROLE shut_out")
        .await;
}

/// The database with another login.
fn as_role(database: &Database, role: &str) -> porthole_data::TenantData {
    let url = database.url.expose_secret();
    let (_, rest) = url.split_once("://").unwrap();
    let (_, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    support::tenant(&format!("postgres://{role}:x@{place}").into())
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_count_from_another_start_are_doubted() {
    for database in Database::both().await {
        let kind = database.kind;
        database
            .execute(
                "CREATE TABLE measured (since float, epoch float, nanos bigint); \
                 INSERT INTO measured VALUES (12.5, 1769817600.25, 1769817600000000000), (13.5, 1769817601.25, 1769817601000000000);",
            )
            .await;
        for (time, is_doubted) in [("since", true), ("epoch", false), ("nanos", true)] {
            let measured = parsed(&source("measured", &[("timestamp", time), ("value", "since")]));
            let doubts = database.data.doubts(&measured).await.unwrap();
            assert_eq!(doubts.len(), usize::from(is_doubted), "{kind} {time}: {doubts:?}");
            for doubt in doubts {
                assert_eq!(doubt.part, Part::Column("timestamp".to_owned()), "{kind}");
                assert!(doubt.help.unwrap().contains("since 1970-01-01"), "{kind}");
            }
        }
    }
}
