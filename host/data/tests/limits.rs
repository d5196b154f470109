//! What the database room refuses, and what it survives.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use std::time::{Duration, Instant};

use porthole_data::{DataError, Databases, DatabasesOptions, Part, Source, SourceSpec, TenantDatabase};
use secrecy::ExposeSecret;
use support::{Database, rows_query, source};

#[tokio::test(flavor = "multi_thread")]
async fn unknown_tables_and_columns_are_named_with_what_is_close() {
    for database in Database::both().await {
        database
            .execute("CREATE TABLE metrics (recorded_at timestamp, cpu_percent real, metric_type text)")
            .await;
        let kind = database.kind;
        let check =
            async |spec: SourceSpec| database.data.check(&Source::parse(&spec).unwrap()).await.unwrap();
        let faults = check(source("metric", &[("value", "cpu_percent")])).await;
        assert_eq!(
            (&faults[0].part, faults[0].help.as_deref()),
            (&Part::Table, Some("did you mean `metrics`?")),
            "{kind}"
        );
        let faults = check(source(
            "metrics",
            &[("value", "cpu_percnt"), ("timestamp", "recorded_at")],
        ))
        .await;
        assert_eq!(faults[0].part, Part::Column("value".into()));
        assert_eq!(
            faults[0].help.as_deref(),
            Some("did you mean `cpu_percent`?"),
            "{kind}"
        );
        let spec = SourceSpec {
            filter: Some("1 = 1 AND metric_typ = 'x'".into()),
            ..source("metrics", &[("value", "cpu_percent")])
        };
        let faults = check(spec).await;
        assert_eq!((&faults[0].part, faults[0].offset), (&Part::Where, 10), "{kind}");
        let spec = SourceSpec {
            combined: Some("metric_type = 5 ORDER BY nope LIMIT 1".into()),
            ..source("metrics", &[("value", "cpu_percent")])
        };
        let faults = check(spec).await;
        let offsets: Vec<_> = faults
            .iter()
            .map(|fault| (fault.part.clone(), fault.offset))
            .collect();
        assert_eq!(offsets, [(Part::Query, 0), (Part::Query, 25)], "{kind}");
        let missing = Source::parse(&source("nothing_like_it", &[("value", "x")])).unwrap();
        let error = database.data.rows(&missing, &rows_query()).await.unwrap_err();
        assert!(
            matches!(&error, DataError::Query(message) if message.contains("no table `nothing_like_it`")),
            "{error:?}"
        );
        // Nobody has waited for the look-up to be forgotten.
        database.execute("CREATE TABLE nothing_like_it (x integer)").await;
        assert!(
            database.data.rows(&missing, &rows_query()).await.is_ok(),
            "{kind}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_systems_own_tables_are_not_there() {
    let postgres = Database::postgres().await;
    for table in [
        "pg_shadow",
        "pg_catalog.pg_authid",
        "pg_stat_activity",
        "information_schema.tables",
        "pg_database",
    ] {
        let source = Source::parse(&source(table, &[("x", "usename")])).unwrap();
        assert!(
            matches!(
                postgres.data.rows(&source, &rows_query()).await,
                Err(DataError::Query(_))
            ),
            "{table}"
        );
    }
    let sqlite = Database::sqlite().await;
    sqlite
        .execute("CREATE TABLE t (x INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (1)")
        .await;
    for table in [
        "sqlite_schema",
        "sqlite_master",
        "main.sqlite_sequence",
        "pragma_database_list",
        "temp.t",
        "dbstat",
    ] {
        let source = Source::parse(&source(table, &[("x", "name")])).unwrap();
        assert!(
            matches!(
                sqlite.data.rows(&source, &rows_query()).await,
                Err(DataError::Query(_))
            ),
            "{table}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_can_be_written() {
    let postgres = Database::postgres().await;
    postgres
        .execute(
            "CREATE TABLE t (x integer); CREATE FUNCTION harm() RETURNS integer LANGUAGE sql AS 'INSERT INTO t VALUES (1) RETURNING x';
             CREATE VIEW v AS SELECT harm() AS x;",
        )
        .await;
    let view = Source::parse(&source("v", &[("x", "x")])).unwrap();
    let error = postgres.data.rows(&view, &rows_query()).await.unwrap_err();
    assert!(
        matches!(&error, DataError::Query(message) if message.contains("read-only")),
        "{error:?}"
    );
    let table = Source::parse(&source("t", &[("x", "x")])).unwrap();
    assert!(
        postgres
            .data
            .rows(&table, &rows_query())
            .await
            .unwrap()
            .frame
            .is_empty()
    );
}

/// A question that nobody sees the end of.
async fn endless(database: &Database) -> Source {
    database
        .execute(match database.kind {
            "postgres" => "CREATE VIEW endless AS SELECT count(*) AS n FROM generate_series(1, 100000000000)",
            _ => {
                "CREATE VIEW endless AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c"
            }
        })
        .await;
    Source::parse(&source("endless", &[("n", "n")])).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_without_end_is_stopped_and_the_connection_is_free_again() {
    for database in Database::both().await {
        let endless = endless(&database).await;
        database.execute("CREATE TABLE t (n integer)").await;
        let limited = TenantDatabase {
            max_connections: 1,
            statement_timeout: Duration::from_millis(300),
            ..TenantDatabase::new("slow", database.url.clone())
        };
        let databases = Databases::new(DatabasesOptions::default());
        let data = databases.tenant(&limited);
        let table = Source::parse(&source("t", &[("n", "n")])).unwrap();
        data.ping().await.unwrap();
        let began = Instant::now();
        let error = data.rows(&endless, &rows_query()).await.unwrap_err();
        assert!(
            matches!(error, DataError::TimedOut(_)),
            "{}: {error:?}",
            database.kind
        );
        assert!(began.elapsed() < Duration::from_secs(5), "{}", database.kind);
        assert!(
            data.rows(&table, &rows_query()).await.is_ok(),
            "{}",
            database.kind
        );
        // Somebody who goes away takes the query along, however long it might still run.
        let patient = TenantDatabase {
            statement_timeout: Duration::from_secs(600),
            ..limited
        };
        let data = databases.tenant(&patient);
        let gone = tokio::time::timeout(Duration::from_millis(50), data.rows(&endless, &rows_query())).await;
        assert!(gone.is_err());
        assert!(
            data.rows(&table, &rows_query()).await.is_ok(),
            "{}",
            database.kind
        );
        if database.kind == "postgres" {
            database
                .execute(
                    "DO $$ BEGIN FOR i IN 1..100 LOOP PERFORM pg_stat_clear_snapshot();
                     IF NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'porthole'
                         AND state = 'active' AND datname = current_database()) THEN RETURN; END IF;
                     PERFORM pg_sleep(0.1); END LOOP; RAISE 'the query still runs'; END $$",
                )
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_all_in_use_are_not_a_database_that_is_down() {
    for database in Database::both().await {
        let endless = endless(&database).await;
        let databases = Databases::new(DatabasesOptions {
            connect_timeout: Duration::from_secs(1),
            ..DatabasesOptions::default()
        });
        let data = databases.tenant(&TenantDatabase {
            max_connections: 1,
            statement_timeout: Duration::from_secs(1),
            ..TenantDatabase::new("busy", database.url.clone())
        });
        let query = rows_query();
        // Each of them holds the only connection for as long as anybody waits for it.
        let answers = futures_util::future::join_all((0..4).map(|_| data.rows(&endless, &query))).await;
        let errors: Vec<_> = answers.into_iter().map(Result::unwrap_err).collect();
        assert!(
            errors
                .iter()
                .all(|error| matches!(error, DataError::TimedOut(_) | DataError::Busy(_))),
            "{}: {errors:?}",
            database.kind
        );
        let busy = errors.iter().filter(|error| matches!(error, DataError::Busy(_)));
        assert!(busy.count() >= 2, "{}: {errors:?}", database.kind);
        databases.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_down_is_said_to_be_so_and_harms_nobody_else() {
    let sqlite = Database::sqlite().await;
    sqlite.execute("CREATE TABLE t (n integer)").await;
    let databases = Databases::new(DatabasesOptions {
        connect_timeout: Duration::from_secs(1),
        ..DatabasesOptions::default()
    });
    let table = Source::parse(&source("t", &[("n", "n")])).unwrap();
    // Nobody listens on port 1; the second is no URL; the third no file.
    for url in [
        "postgres://user:secret-word@127.0.0.1:1/db",
        "mysql://user:secret-word@127.0.0.1/db",
        "sqlite:/nonexistent/secret-word.sqlite",
        "sqlite:",
        "postgres://user:secret-word@127.0.0.1:notaport/db",
    ] {
        let down = databases.tenant(&TenantDatabase::new("down", url.to_owned().into()));
        let began = Instant::now();
        for _ in 0..3 {
            let error = down.rows(&table, &rows_query()).await.unwrap_err();
            assert!(matches!(error, DataError::Unavailable(_)), "{url}: {error:?}");
            assert!(!error.to_string().contains("secret-word"), "{error}");
        }
        assert!(
            began.elapsed() < Duration::from_secs(3),
            "{url}: {:?}",
            began.elapsed()
        );
        assert!(
            !format!("{down:?} {databases:?}").contains("secret-word"),
            "{down:?}"
        );
    }
    let up = databases.tenant(&TenantDatabase::new("up", sqlite.url.clone()));
    assert!(up.rows(&table, &rows_query()).await.is_ok());
    assert!(sqlite.url.expose_secret().starts_with("sqlite:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_questions_at_once_share_few_connections() {
    for database in Database::both().await {
        database
            .execute("CREATE TABLE t (n integer); INSERT INTO t VALUES (1)")
            .await;
        let databases = Databases::new(DatabasesOptions {
            connect_timeout: Duration::from_secs(20),
            ..DatabasesOptions::default()
        });
        let data = databases.tenant(&TenantDatabase {
            max_connections: 2,
            ..TenantDatabase::new("busy", database.url.clone())
        });
        let table = Source::parse(&source("t", &[("n", "n")])).unwrap();
        let tasks: Vec<_> = (0..40)
            .map(|_| {
                let (data, table) = (data.clone(), table.clone());
                tokio::spawn(async move {
                    data.rows(&table, &rows_query())
                        .await
                        .map(|answer| answer.frame.len())
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(1), "{}", database.kind);
        }
        databases.close().await;
    }
}
