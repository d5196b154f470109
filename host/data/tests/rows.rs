//! Rows, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use porthole_data::{ColumnData, ColumnSpec, DataError, Frame, Range, RowsQuery, Source, SourceSpec};
use support::{Database, column, rows_query, source};

const NEW_YEAR: i64 = 1_767_225_600_000;
const HOUR: i64 = 3_600_000;

const ERRORS: &str = "
    CREATE TABLE error_logs (\"timestamp\" timestamp, service varchar(50), error_message text, severity varchar(20), n integer);
    INSERT INTO error_logs VALUES
        ('2026-01-01 00:00:00', 'auth', 'Login failed', 'ERROR', 3),
        ('2026-01-01 01:00:00', 'billing', '100% full', 'CRITICAL', NULL),
        ('2026-01-01 02:00:00', 'auth', 'Slow', 'WARNING', 5),
        ('2026-01-01 03:00:00', 'auth', 'Login FAILED again', 'ERROR', 1),
        ('2026-01-01 04:00:00', 'mail', NULL, 'ERROR', 2);";

/// The specification's example.
fn recent_errors() -> SourceSpec {
    let datetime = ColumnSpec {
        format: Some("datetime".into()),
        ..column("timestamp", "timestamp")
    };
    SourceSpec {
        table: "error_logs".into(),
        columns: vec![
            datetime,
            column("service", "service"),
            column("error_message", "error_message"),
            column("severity", "severity"),
            column("n", "n"),
        ],
        filter: Some("severity IN ('ERROR', 'CRITICAL')".into()),
        order_by: Some("timestamp DESC".into()),
        limit: Some(50),
        ..SourceSpec::default()
    }
}

fn instants(frame: &Frame) -> Vec<i64> {
    match &frame.columns[0].data {
        ColumnData::Instants(values) => values.iter().map(|value| value.unwrap()).collect(),
        other => panic!("not instants: {other:?}"),
    }
}

fn hours(frame: &Frame) -> Vec<i64> {
    instants(frame)
        .into_iter()
        .map(|instant| (instant - NEW_YEAR) / HOUR)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_specifications_table_is_sorted_filtered_and_paged() {
    for database in Database::both().await {
        database.execute(ERRORS).await;
        let source = Source::parse(&recent_errors()).unwrap();
        assert_eq!(database.data.check(&source).await.unwrap(), []);
        let ask = async |query: RowsQuery| database.data.rows(&source, &query).await.unwrap();
        let kind = database.kind;

        let answer = ask(RowsQuery {
            count: true,
            ..rows_query()
        })
        .await;
        assert_eq!(hours(&answer.frame), [4, 3, 1, 0], "{kind}");
        assert_eq!(answer.total, Some(4));
        assert_eq!(
            answer.frame.columns[4].data,
            ColumnData::Integers(vec![Some(2), Some(1), None, Some(3)])
        );
        assert_eq!(
            answer.frame.columns[2].data,
            ColumnData::Texts(vec![
                None,
                Some("Login FAILED again".into()),
                Some("100% full".into()),
                Some("Login failed".into())
            ])
        );

        let sort = |column: &str, descending| vec![(column.to_owned(), descending)];
        let answer = ask(RowsQuery {
            sort: sort("n", false),
            ..rows_query()
        })
        .await;
        assert_eq!(
            hours(&answer.frame),
            [3, 4, 0, 1],
            "{kind}: missing values come last"
        );
        let answer = ask(RowsQuery {
            sort: sort("n", true),
            ..rows_query()
        })
        .await;
        assert_eq!(
            hours(&answer.frame),
            [0, 4, 3, 1],
            "{kind}: missing values come last"
        );
        let answer = ask(RowsQuery {
            sort: sort("service", false),
            ..rows_query()
        })
        .await;
        assert_eq!(
            hours(&answer.frame),
            [3, 0, 1, 4],
            "{kind}: equal ones keep the source's order"
        );

        let answer = ask(RowsQuery {
            offset: 1,
            limit: 2,
            count: true,
            ..rows_query()
        })
        .await;
        assert_eq!(
            (hours(&answer.frame), answer.total),
            (vec![3, 1], Some(4)),
            "{kind}"
        );
        let answer = ask(RowsQuery {
            offset: 10,
            limit: 2,
            count: true,
            ..rows_query()
        })
        .await;
        assert_eq!((hours(&answer.frame), answer.total), (vec![], Some(4)), "{kind}");

        let filter = |column: &str, text: &str| vec![(column.to_owned(), text.to_owned())];
        let answer = ask(RowsQuery {
            filters: filter("error_message", "login fail"),
            count: true,
            limit: 1,
            ..rows_query()
        })
        .await;
        assert_eq!((hours(&answer.frame), answer.total), (vec![3], Some(2)), "{kind}");
        let answer = ask(RowsQuery {
            filters: filter("error_message", "%"),
            ..rows_query()
        })
        .await;
        assert_eq!(hours(&answer.frame), [1], "{kind}: a percent sign is itself");
        let answer = ask(RowsQuery {
            filters: filter("timestamp", "01 03:00"),
            ..rows_query()
        })
        .await;
        assert_eq!(hours(&answer.frame), [3], "{kind}");
        let answer = ask(RowsQuery {
            filters: filter("n", "3"),
            ..rows_query()
        })
        .await;
        assert_eq!(hours(&answer.frame), [0], "{kind}");
        let answer = ask(RowsQuery {
            filters: filter("service", "x' OR '1'='1"),
            ..rows_query()
        })
        .await;
        assert!(answer.frame.is_empty());

        let range = Some(Range {
            start: NEW_YEAR + HOUR,
            end: NEW_YEAR + 4 * HOUR,
        });
        let answer = ask(RowsQuery {
            range,
            ..rows_query()
        })
        .await;
        assert_eq!(hours(&answer.frame), [3, 1], "{kind}");

        let answer = ask(RowsQuery {
            latest_per: Some("service".into()),
            count: true,
            ..rows_query()
        })
        .await;
        assert_eq!(
            (hours(&answer.frame), answer.total),
            (vec![4, 3, 1], Some(3)),
            "{kind}"
        );

        for query in [
            RowsQuery {
                sort: sort("password", false),
                ..rows_query()
            },
            RowsQuery {
                sort: sort("n; DROP TABLE error_logs", false),
                ..rows_query()
            },
            RowsQuery {
                filters: filter("nope", "x"),
                ..rows_query()
            },
            RowsQuery {
                filters: filter("service", "\0"),
                ..rows_query()
            },
            RowsQuery {
                latest_per: Some("nope".into()),
                ..rows_query()
            },
            RowsQuery {
                range: Some(Range { start: 5, end: 4 }),
                ..rows_query()
            },
        ] {
            let error = database.data.rows(&source, &query).await.unwrap_err();
            assert!(matches!(error, DataError::Invalid(_)), "{kind}: {error:?}");
        }
        let error = database
            .data
            .rows(
                &source,
                &RowsQuery {
                    max_rows: 2,
                    ..rows_query()
                },
            )
            .await
            .unwrap_err();
        assert!(matches!(error, DataError::TooLarge(_)), "{kind}: {error:?}");
        let error = database
            .data
            .rows(
                &source,
                &RowsQuery {
                    max_bytes: 100,
                    ..rows_query()
                },
            )
            .await
            .unwrap_err();
        assert!(matches!(error, DataError::TooLarge(_)), "{kind}: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_specifications_kpi_reads_the_newest_value() {
    for database in Database::both().await {
        database
            .execute(
                "CREATE TABLE metrics (recorded_at timestamp, metric_type varchar(20), memory_percent real);
                 INSERT INTO metrics VALUES ('2026-01-01 00:00:00', 'memory', 40.5), ('2026-01-01 02:00:00', 'memory', 72.25),
                     ('2026-01-01 03:00:00', 'cpu', 1), (NULL, 'memory', 99);",
            )
            .await;
        let spec = SourceSpec {
            combined: Some("metric_type = 'memory' ORDER BY recorded_at DESC LIMIT 1".into()),
            ..source("metrics", &[("value", "memory_percent")])
        };
        let answer = database
            .data
            .rows(&Source::parse(&spec).unwrap(), &rows_query())
            .await
            .unwrap();
        assert_eq!(
            answer.frame.columns[0].data,
            ColumnData::Numbers(vec![72.25]),
            "{}",
            database.kind
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_never_overlap_where_all_rows_are_alike_in_what_is_sorted() {
    for database in Database::both().await {
        let rows: Vec<_> = (0..100).map(|n| format!("({n}, 'same')")).collect();
        database
            .execute(&format!(
                "CREATE TABLE t (n integer, s text); INSERT INTO t VALUES {}",
                rows.join(", ")
            ))
            .await;
        let source = Source::parse(&source("t", &[("n", "n"), ("s", "s")])).unwrap();
        let mut seen = Vec::new();
        for page in 0..10 {
            let query = RowsQuery {
                sort: vec![("s".into(), true)],
                offset: page * 10,
                limit: 10,
                ..rows_query()
            };
            let answer = database.data.rows(&source, &query).await.unwrap();
            if let ColumnData::Integers(values) = &answer.frame.columns[0].data {
                seen.extend(values.iter().flatten().copied());
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..100).collect::<Vec<_>>(), "{}", database.kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_types_come_out_as_what_they_are() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE SCHEMA ops; CREATE TYPE ops.state AS ENUM ('up', 'down'); CREATE DOMAIN ops.percent AS numeric;
             CREATE TABLE ops.\"order\" (id uuid, state ops.state, doc json, docb jsonb, b boolean, p ops.percent, f real,
                 s smallint, d date, z timestamptz, tags text[], raw bytea);
             INSERT INTO ops.\"order\" VALUES ('c0ffee00-0000-4000-8000-000000000001', 'up', '{\"a\":1}', '{\"a\":1}', true, 12.5, 'NaN',
                 7, '2026-01-01', '2026-01-01 01:00:00+01', '{x,y}', '\\xff'), (NULL, 'down', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
             CREATE VIEW ops.shown AS SELECT id, state, b FROM ops.\"order\";",
        )
        .await;
    let names = [
        "id", "state", "doc", "docb", "b", "p", "f", "s", "d", "z", "tags", "raw",
    ];
    let columns: Vec<_> = names.iter().map(|name| (*name, *name)).collect();
    let spec = SourceSpec {
        filter: Some("state = 'up' AND id = 'c0ffee00-0000-4000-8000-000000000001' AND p > 12.4 AND b AND s IN (7, 8) \
                      AND z >= '2026-01-01' AND d = '2026-01-01' AND f IS NOT NULL AND state LIKE 'u%' \
                      AND coalesce(p, 0) < 100 AND round(p) = 13 AND lower(state) = 'up' AND p::integer = 12".into()),
        order_by: Some("state, p DESC NULLS FIRST".into()),
        ..source("ops.order", &columns)
    };
    let source_order = Source::parse(&spec).unwrap();
    assert_eq!(database.data.check(&source_order).await.unwrap(), []);
    let query = RowsQuery {
        sort: vec![("doc".into(), false), ("tags".into(), true)],
        ..rows_query()
    };
    let frame = database.data.rows(&source_order, &query).await.unwrap().frame;
    let text = |text: &str| ColumnData::Texts(vec![Some(text.into())]);
    let data: Vec<_> = frame.columns.iter().map(|column| &column.data).collect();
    assert_eq!(*data[0], text("c0ffee00-0000-4000-8000-000000000001"));
    assert_eq!(*data[1], text("up"));
    assert_eq!(*data[2], text("{\"a\":1}"));
    assert_eq!(*data[3], text("{\"a\": 1}"));
    assert_eq!(*data[4], ColumnData::Booleans(vec![Some(true)]));
    assert_eq!(*data[5], ColumnData::Decimals(vec![Some("12.5".into())]));
    assert!(matches!(data[6], ColumnData::Numbers(values) if values[0].is_nan()));
    assert_eq!(*data[7], ColumnData::Integers(vec![Some(7)]));
    assert_eq!(*data[8], ColumnData::Instants(vec![Some(NEW_YEAR)]));
    assert_eq!(*data[9], ColumnData::Instants(vec![Some(NEW_YEAR)]));
    assert_eq!(*data[10], text("{x,y}"));
    assert_eq!(*data[11], text("\\xff"));
    let view = Source::parse(&source("ops.shown", &[("id", "id"), ("b", "b")])).unwrap();
    assert_eq!(
        database
            .data
            .rows(&view, &rows_query())
            .await
            .unwrap()
            .frame
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_columns_that_hold_something_else_than_they_say_do_no_harm() {
    let database = Database::sqlite().await;
    database
        .execute(
            "CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BOOLEAN, at TIMESTAMP);
             INSERT INTO t VALUES (1, 1.5, 'x', 1, '2026-01-01 00:00:00'), ('word', 'word', x'ff00', 'maybe', '2026-01-01'),
                 (9.5, 7, 12, 0, 'garbage'), (NULL, NULL, NULL, NULL, NULL);
             CREATE VIEW v AS SELECT i * 2 AS twice, s || '!' AS loud FROM t WHERE i = 1;",
        )
        .await;
    let table = Source::parse(&source("t", &[("i", "i"), ("r", "r"), ("s", "s"), ("b", "b")])).unwrap();
    let frame = database.data.rows(&table, &rows_query()).await.unwrap().frame;
    assert_eq!(frame.len(), 4);
    assert!(
        matches!(&frame.columns[0].data, ColumnData::Decimals(values) if values.contains(&Some("9.5".into())))
    );
    let view = Source::parse(&source("v", &[("twice", "twice"), ("loud", "loud")])).unwrap();
    let frame = database.data.rows(&view, &rows_query()).await.unwrap().frame;
    assert_eq!(frame.columns[0].data, ColumnData::Integers(vec![Some(2)]));
    assert_eq!(frame.columns[1].data, ColumnData::Texts(vec![Some("x!".into())]));
}
