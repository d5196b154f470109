//! Hostile text in every place where text can come in: none of it becomes text of a query. Witnesses are the texts as they are
//! given to the drivers of both databases, and PostgreSQL's own log.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod support;

use std::sync::{Arc, Mutex};

use porthole_data::{DataError, Range, RowsQuery, SeriesQuery, Source, SourceSpec, TimeColumn};
use secrecy::ExposeSecret;
use support::{Cluster, Database, column, rows_query, series_query, source, tenant};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The texts that were given to the drivers.
#[derive(Clone, Default)]
struct Texts(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Texts {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(
            &mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                if field.name() == "sql" {
                    self.0.lock().unwrap().push(format!("{value:?}"));
                }
            },
        );
    }
}

/// Stands in every hostile text. What the log has of it outside of bound values was text of a query.
const MARK: &str = "zq7x";

/// What people try, as a value would be attacked. `@` stands for the mark.
const ATTACKS: [&str; 52] = [
    "' OR '@'='@",
    "'; DROP TABLE metrics; --@",
    "@'; SELECT pg_sleep(10); --",
    "@\\'; DROP TABLE metrics; --",
    "@' UNION SELECT usename, passwd, 1, 1 FROM pg_shadow --",
    "@' UNION ALL SELECT NULL, version(), NULL --",
    "@'/**/OR/**/1=1--",
    "@\" OR 1=1 --",
    "@`; DROP TABLE metrics",
    "@$$; DROP TABLE metrics; $$",
    "@$1",
    "@?1",
    "@:name",
    "@%' OR 1=1 --",
    "@_%\\%",
    "@'||(SELECT secret FROM hidden)||'",
    "@'+(SELECT 1)+'",
    "@E'\\x27'",
    "@U&'\\0027'",
    "@\u{2019} OR 1=1",
    "@\u{ff07} OR 1=1",
    "@\u{0}; DROP TABLE metrics",
    "@\n; DROP TABLE metrics; --",
    "@\r\n-- \n OR 1=1",
    "@\t'\t",
    "@{{7*7}}",
    "@${jndi:ldap://x}",
    "@<script>alert(1)</script>",
    "@); DROP TABLE metrics; --",
    "@')) OR ((('1'='1",
    "@' AND 1=(SELECT COUNT(*) FROM hidden) --",
    "@' AND extractvalue(1, concat(0x7e)) --",
    "@' HAVING 1=1 --",
    "@' GROUP BY 1 --",
    "@' ORDER BY 99 --",
    "@' LIMIT 0 OFFSET 0 --",
    "@' INTO OUTFILE '/tmp/x' --",
    "@'; COPY metrics TO PROGRAM 'id'; --",
    "@'; CREATE FUNCTION f() RETURNS int AS 'x' LANGUAGE c; --",
    "@'; SET ROLE postgres; --",
    "@'; RESET default_transaction_read_only; --",
    "@'; COMMIT; INSERT INTO metrics DEFAULT VALUES; --",
    "@' RETURNING * --",
    "@'; ATTACH DATABASE '/tmp/x' AS x; --",
    "@'; PRAGMA writable_schema = 1; --",
    "@' AND load_extension('x') --",
    "@' AND randomblob(1000000000) --",
    "@' AND dblink('host=x', 'select 1') IS NULL --",
    "@' AND lo_import('/etc/passwd') > 0 --",
    "@' AND current_setting('is_superuser') = 'on' --",
    "@\u{202e}' OR 1=1",
    "@' /*! OR 1=1 */ --",
];

/// The same where a fragment of SQL is expected: each is refused, or is a comparison with a bound value.
const FRAGMENTS: [&str; 28] = [
    "metric_type = '@'; DROP TABLE metrics",
    "metric_type = '@' -- comment",
    "metric_type = '@' /* comment */",
    "metric_type = '@' UNION SELECT * FROM hidden",
    "metric_type IN (SELECT secret FROM hidden WHERE secret = '@')",
    "EXISTS (SELECT 1 FROM hidden WHERE secret = '@')",
    "(SELECT count(*) FROM hidden WHERE secret = '@') > 0",
    "pg_sleep('@') IS NULL",
    "pg_read_file('@') IS NULL",
    "lo_import('@') > 0",
    "dblink('@', 'select 1') IS NULL",
    "set_config('role', '@', false) IS NULL",
    "current_setting('@') = 'on'",
    "query_to_xml('@', true, true, '') IS NULL",
    "load_extension('@') IS NULL",
    "hidden.secret = '@'",
    "pg_catalog.pg_user.usename = '@'",
    "metrics.* = '@'",
    "metric_type = $1 AND metric_type = '@'",
    "metric_type = :x AND metric_type = '@'",
    "metric_type = ? AND metric_type = '@'",
    "metric_type ~ '@'",
    "metric_type SIMILAR TO '@'",
    "metric_type = '@' FOR UPDATE",
    "metric_type = '@' INTO OUTFILE 'x'",
    "metric_type = '@'::regclass",
    "CAST('@' AS regclass) IS NULL",
    "metric_type = (TABLE hidden) OR metric_type = '@'",
];

fn marked(text: &str) -> String {
    text.replace('@', MARK)
}

/// Whether an answer is what a hostile text may get: an error that blames the text, or an answer in which it was a value.
fn harmless<T>(answer: &Result<T, DataError>) -> bool {
    matches!(
        answer,
        Ok(_) | Err(DataError::Invalid(_) | DataError::Query(_) | DataError::OutOfRange(_))
    )
}

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

async fn prepare(database: &Database) {
    let (time, id) = match database.kind {
        "postgres" => ("timestamp", "bigserial PRIMARY KEY"),
        _ => ("TEXT", "INTEGER PRIMARY KEY"),
    };
    database
        .execute(&format!(
            "CREATE TABLE metrics (id {id}, recorded_at {time}, server_name text, metric_type text, value double precision); \
             CREATE TABLE hidden (secret text); \
             INSERT INTO hidden VALUES ('top'); \
             INSERT INTO metrics (recorded_at, server_name, metric_type, value) VALUES \
             ('2026-01-01 00:00:00', 'web-1', 'cpu', 1.5), ('2026-01-01 01:00:00', 'web-2', 'cpu', 2.5)"
        ))
        .await;
}

/// Puts every hostile text in every place. Returns how many.
async fn attack(database: &Database) -> usize {
    let source = Source::parse(&spec()).unwrap();
    let range = Some(Range {
        start: 1_767_225_600_000,
        end: 1_767_312_000_000,
    });
    let mut tried = 0;
    for attack in ATTACKS.map(marked) {
        let label = SeriesQuery {
            range,
            bucket_seconds: Some(3600),
            labels: vec![attack.clone()],
            ..series_query()
        };
        let answer = database.data.series(&source, &label).await;
        assert!(harmless(&answer), "label {attack:?}: {answer:?}");
        if let Ok(answer) = answer {
            assert!(answer.series.is_empty(), "label {attack:?} found something");
        }
        let filter = RowsQuery {
            filters: vec![("series_label".into(), attack.clone())],
            ..rows_query()
        };
        let answer = database.data.rows(&source, &filter).await;
        assert!(harmless(&answer), "filter {attack:?}: {answer:?}");
        if let Ok(answer) = answer {
            assert!(answer.frame.is_empty(), "filter {attack:?} found something");
        }
        for query in [
            RowsQuery {
                sort: vec![(attack.clone(), true)],
                ..rows_query()
            },
            RowsQuery {
                filters: vec![(attack.clone(), "web".into())],
                ..rows_query()
            },
            RowsQuery {
                latest_per: Some(attack.clone()),
                ..rows_query()
            },
        ] {
            let answer = database.data.rows(&source, &query).await;
            assert!(
                matches!(answer, Err(DataError::Invalid(_))),
                "{query:?}: {answer:?}"
            );
        }
        // The configuration is a tenant's, too.
        for spec in [
            SourceSpec {
                filter: Some(attack.clone()),
                ..spec()
            },
            SourceSpec {
                filter: Some(format!("metric_type = '{attack}'")),
                ..spec()
            },
            SourceSpec {
                order_by: Some(attack.clone()),
                ..spec()
            },
            SourceSpec {
                filter: None,
                combined: Some(format!("metric_type = 'cpu' ORDER BY {attack} LIMIT 1")),
                ..spec()
            },
            SourceSpec {
                table: attack.clone(),
                ..spec()
            },
            SourceSpec {
                columns: vec![column("timestamp", "recorded_at"), column("value", &attack)],
                ..spec()
            },
            SourceSpec {
                time_column: TimeColumn::Named(attack.clone()),
                ..spec()
            },
            SourceSpec {
                time_zone: Some(attack.clone()),
                ..spec()
            },
        ] {
            tried += 1;
            configured(database, &spec).await;
        }
        tried += 5;
    }
    for fragment in FRAGMENTS.map(marked) {
        tried += 1;
        let spec = SourceSpec {
            filter: Some(fragment.clone()),
            ..spec()
        };
        let parsed = Source::parse(&spec);
        assert!(parsed.is_err(), "{fragment} was taken for a condition");
    }
    tried
}

/// Refused with a place, or answered with the text as a value. What is true of all rows may be said: it is the tenant's
/// own table.
async fn configured(database: &Database, spec: &SourceSpec) {
    let Ok(source) = Source::parse(spec) else {
        return;
    };
    let answer = database.data.rows(&source, &rows_query()).await;
    assert!(harmless(&answer), "{spec:?}: {answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hostile_text_becomes_text_of_a_query() {
    let texts = Texts::default();
    tracing_subscriber::registry().with(texts.clone()).init();
    for database in Database::both().await {
        prepare(&database).await;
        texts.0.lock().unwrap().clear();
        if database.kind == "postgres" {
            let url = database.url.expose_secret();
            let name = url.rsplit('/').next().unwrap();
            database
                .execute(&format!("ALTER DATABASE {name} SET log_statement = 'all'"))
                .await;
        }
        // Connections made from here on are logged.
        let mut database = database;
        database.data = tenant(&database.url);
        let tried = attack(&database).await;
        assert!(tried >= 200, "only {tried} were tried");
        // All is still there.
        let rows = database
            .data
            .rows(&Source::parse(&spec()).unwrap(), &rows_query())
            .await
            .unwrap();
        assert_eq!(rows.frame.len(), 2, "{}", database.kind);
        let texts = std::mem::take(&mut *texts.0.lock().unwrap());
        assert!(texts.len() > 100, "{}: {} texts", database.kind, texts.len());
        for text in texts {
            // SQLite's list of columns has one of that name.
            let reads_hidden = text.contains("hidden") && !text.contains("pragma_table_xinfo");
            assert!(!text.contains(MARK) && !reads_hidden, "{}: {text}", database.kind);
        }
        if database.kind == "postgres" {
            let log = Cluster::shared().log();
            let statements: Vec<_> = log
                .lines()
                .filter(|line| {
                    ["LOG:  execute", "LOG:  statement", "STATEMENT:  "]
                        .iter()
                        .any(|part| line.contains(part))
                })
                .collect();
            assert!(
                statements.len() > 100,
                "the log has {} statements",
                statements.len()
            );
            for statement in statements {
                assert!(!statement.contains(MARK), "{statement}");
                assert!(!statement.contains("hidden"), "{statement}");
            }
            // The mark did arrive: as bound values.
            assert!(
                log.lines()
                    .any(|line| line.contains("DETAIL:  parameters") && line.contains(MARK))
            );
        }
    }
}
