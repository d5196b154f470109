//! What operators are told of a question's cost, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use porthole_data::{Question, Range, RowsQuery, SeriesQuery, Source, SourceSpec};
use support::{Database, rows_query, series_query, source};

const DAY: i64 = 86_400_000;
/// 2026-01-01 00:00:00 UTC.
const NEW_YEAR: i64 = 1_767_225_600_000;

fn spec() -> SourceSpec {
    SourceSpec {
        filter: Some("metric_type = 'cpu'".into()),
        ..source(
            "metrics",
            &[
                ("timestamp", "recorded_at"),
                ("value", "value"),
                ("series_label", "server_name"),
            ],
        )
    }
}

/// A row each ten seconds of some days.
async fn fill(database: &Database) {
    let rows = match database.kind {
        "postgres" => {
            "INSERT INTO metrics SELECT timestamp '2026-01-01' + n * interval '10 seconds', 'web', 'cpu', n FROM \
             generate_series(0, 29999) AS n; ANALYZE metrics"
        }
        _ => {
            "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 29999) \
             INSERT INTO metrics SELECT datetime('2026-01-01', (n * 10) || ' seconds'), 'web', 'cpu', n FROM numbers"
        }
    };
    let time = if database.kind == "postgres" {
        "timestamp"
    } else {
        "TEXT"
    };
    database
        .execute(&format!(
            "CREATE TABLE metrics (recorded_at {time}, server_name text, metric_type text, value double precision)"
        ))
        .await;
    database.execute(rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_index_is_named_and_helps() {
    for database in Database::both().await {
        fill(&database).await;
        let source = Source::parse(&spec()).unwrap();
        let range = Some(Range {
            start: NEW_YEAR,
            end: NEW_YEAR + DAY / 24,
        });
        let questions = [
            Question::Series(SeriesQuery {
                range,
                bucket_seconds: Some(600),
                ..series_query()
            }),
            Question::Rows(RowsQuery {
                range,
                ..rows_query()
            }),
        ];
        let mut index = None;
        for question in &questions {
            let advice = database.data.advise(&source, question).await.unwrap();
            assert!(
                advice.rows > 0 && advice.millis > 0.0,
                "{}: {advice:?}",
                database.kind
            );
            assert_eq!(advice.reads_all_of, Some(30_000.0), "{}", database.kind);
            index = advice.index;
        }
        // Exactly as it is printed.
        database.execute(&index.unwrap().unwrap()).await;
        if database.kind == "postgres" {
            database.execute("ANALYZE metrics").await;
        }
        let fresh = support::tenant(&database.url);
        for question in &questions {
            let advice = fresh.advise(&source, question).await.unwrap();
            assert_eq!(
                (advice.reads_all_of, advice.index),
                (None, None),
                "{}",
                database.kind
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn small_tables_need_no_index_and_logins_that_may_write_are_told() {
    for database in Database::both().await {
        database
            .execute("CREATE TABLE metrics (recorded_at timestamp, server_name text, metric_type text, value real)")
            .await;
        let source = Source::parse(&spec()).unwrap();
        let question = Question::Rows(rows_query());
        let advice = database.data.advise(&source, &question).await.unwrap();
        assert_eq!(
            (advice.reads_all_of, advice.index),
            (None, None),
            "{}",
            database.kind
        );
        let may = database.data.may_write().await.unwrap();
        assert_eq!(may, Some(database.kind == "postgres"), "{}", database.kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_index_helps_is_said_with_the_reason() {
    for database in Database::both().await {
        fill(&database).await;
        let source = Source::parse(&source(
            "metrics",
            &[
                ("timestamp", "recorded_at"),
                ("service_name", "server_name"),
                ("value", "value"),
            ],
        ))
        .unwrap();
        let newest = RowsQuery {
            latest_per: Some("service_name".into()),
            ..rows_query()
        };
        let sorted = RowsQuery {
            sort: vec![("value".into(), true)],
            count: true,
            ..rows_query()
        };
        for (query, rows, reason) in [
            (newest, 1, "the newest row of each"),
            (sorted, 1000, "what is sorted"),
        ] {
            let advice = database
                .data
                .advise(&source, &Question::Rows(query))
                .await
                .unwrap();
            assert_eq!(advice.rows, rows, "{}: {advice:?}", database.kind);
            assert_eq!(advice.reads_all_of, Some(30_000.0), "{}: {reason}", database.kind);
            match (database.kind, advice.index.unwrap()) {
                // An index helps there however many rows there are of each.
                ("sqlite", Ok(index)) if rows == 1 => {
                    assert!(index.ends_with("(\"server_name\", \"recorded_at\");"), "{index}");
                }
                (kind, advice) => {
                    let why = advice.unwrap_err();
                    assert!(why.starts_with(reason), "{kind}: {why}");
                }
            }
        }
    }
}

/// Forty services, each with a row every minute; some rows have no time, some no service.
async fn states(database: &Database) -> Source {
    let odd = "INSERT INTO states VALUES ('never', NULL, 'unknown'), ('twice', NULL, 'b'), ('twice', '2025-01-01 00:00:00', 'a'), \
               (NULL, '2026-01-02 00:00:00', 'nobody'), (NULL, '2026-01-01 00:00:00', 'old'), \
               ('even', '2026-01-01 00:00:00', 'z'), ('even', '2026-01-01 00:00:00', 'y');";
    database
        .execute(&match database.kind {
            "postgres" => format!(
                "CREATE TABLE states (service text, at timestamp, status text);
                 INSERT INTO states SELECT 'service-' || n % 40, timestamp '2026-01-01' + n / 40 * interval '1 minute', 's' || n \
                 FROM generate_series(0, 119999) AS n; {odd} ANALYZE states;"
            ),
            _ => format!(
                "CREATE TABLE states (service text, at text, status text);
                 INSERT INTO states WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 119999) \
                 SELECT 'service-' || (n % 40), datetime('2026-01-01', (n / 40) || ' minutes'), 's' || n FROM s; {odd}"
            ),
        })
        .await;
    Source::parse(&states_spec()).unwrap()
}

fn states_spec() -> SourceSpec {
    source(
        "states",
        &[
            ("timestamp", "at"),
            ("service_name", "service"),
            ("status_value", "status"),
        ],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_to_the_newest_row_of_each_is_named_and_answers_are_the_same_by_it() {
    for database in Database::both().await {
        let source = states(&database).await;
        let newest = RowsQuery {
            latest_per: Some("service_name".into()),
            count: true,
            ..rows_query()
        };
        let question = Question::Rows(newest.clone());
        let advice = database.data.advise(&source, &question).await.unwrap();
        assert!(
            advice
                .reads_all_of
                .is_some_and(|rows| (119_000.0..=121_000.0).contains(&rows)),
            "{advice:?}"
        );
        let index = advice.index.unwrap().unwrap();
        assert!(index.ends_with("(\"service\", \"at\");"), "{index}");
        let ranked = database.data.rows(&source, &newest).await.unwrap();
        assert_eq!(ranked.total, Some(44));
        database.execute(&index).await;

        let fresh = support::tenant(&database.url);
        let advice = fresh.advise(&source, &question).await.unwrap();
        assert_eq!((advice.reads_all_of, advice.index), (None, None));
        let found = fresh.rows(&source, &newest).await.unwrap();
        assert_eq!((found.frame, found.total), (ranked.frame, ranked.total));
        // Sorted, filtered and turned over as everything else; with a condition all are ranked.
        let ranking = Source::parse(&SourceSpec {
            filter: Some("status IS NOT NULL".into()),
            ..states_spec()
        })
        .unwrap();
        let sorted = RowsQuery {
            sort: vec![("status_value".into(), true)],
            offset: 3,
            limit: 7,
            ..newest.clone()
        };
        let filtered = RowsQuery {
            filters: vec![("service_name".into(), "service-1".into())],
            ..newest
        };
        for query in [sorted, filtered] {
            let (found, ranked) = (
                fresh.rows(&source, &query).await.unwrap(),
                fresh.rows(&ranking, &query).await.unwrap(),
            );
            assert!(!found.frame.is_empty());
            assert_eq!((found.frame, found.total), (ranked.frame, ranked.total));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_to_the_first_rows_in_a_sources_own_order_is_named_and_helps() {
    for database in Database::both().await {
        fill(&database).await;
        let source = Source::parse(&SourceSpec {
            filter: Some("metric_type = 'cpu'".into()),
            order_by: Some("value DESC".into()),
            limit: Some(50),
            ..source("metrics", &[("value", "value"), ("server_name", "server_name")])
        })
        .unwrap();
        let question = Question::Rows(RowsQuery {
            range: Some(Range {
                start: NEW_YEAR,
                end: NEW_YEAR + DAY,
            }),
            ..rows_query()
        });
        let advice = database.data.advise(&source, &question).await.unwrap();
        assert_eq!(
            (advice.rows, advice.reads_all_of),
            (50, Some(30_000.0)),
            "{}",
            database.kind
        );
        let index = advice.index.unwrap().unwrap();
        let end = match database.kind {
            "postgres" => "(\"metric_type\", \"value\" DESC NULLS LAST);",
            _ => "(\"metric_type\", \"value\" DESC);",
        };
        assert!(index.ends_with(end), "{index}");
        database.execute(&index).await;
        let advice = support::tenant(&database.url)
            .advise(&source, &question)
            .await
            .unwrap();
        assert_eq!(
            (advice.reads_all_of, advice.index),
            (None, None),
            "{}",
            database.kind
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_table_and_tables_under_a_view_are_counted() {
    let database = Database::postgres().await;
    database
        .execute(
            "CREATE TABLE cut (at timestamp NOT NULL, kind text, value double precision) PARTITION BY RANGE (at);
             CREATE TABLE cut_1 PARTITION OF cut FOR VALUES FROM ('2026-01-01') TO ('2026-01-03');
             CREATE TABLE cut_2 PARTITION OF cut FOR VALUES FROM ('2026-01-03') TO ('2026-02-01');
             INSERT INTO cut SELECT timestamp '2026-01-01' + n * interval '10 seconds', 'cpu', n \
             FROM generate_series(0, 39999) AS n;
             ANALYZE cut_1; ANALYZE cut_2;
             CREATE VIEW seen AS SELECT * FROM cut WHERE value >= 0;",
        )
        .await;
    let all = Question::Series(SeriesQuery {
        range: Some(Range {
            start: NEW_YEAR,
            end: NEW_YEAR + 20 * DAY,
        }),
        bucket_seconds: Some(3600),
        ..series_query()
    });
    let of = |table: &str| Source::parse(&source(table, &[("timestamp", "at"), ("value", "value")])).unwrap();
    let advice = database.data.advise(&of("seen"), &all).await.unwrap();
    assert_eq!(advice.reads_all_of, Some(40_000.0));
    assert!(advice.index.unwrap().unwrap_err().starts_with("it is a view"));
    let advice = database.data.advise(&of("cut"), &all).await.unwrap();
    assert_eq!(advice.reads_all_of, Some(40_000.0));
    // `CONCURRENTLY` is refused for it.
    database.execute(&advice.index.unwrap().unwrap()).await;
}
