//! CSV files into both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

#[path = "import/refused.rs"]
mod refused;
mod support;

use std::path::PathBuf;

use porthole_data::import::{CsvImport, ImportError, Imported, csv};
use porthole_data::load::{Kind, Loader, TableSpec};
use porthole_data::{ColumnData, Range, RowsQuery, SeriesQuery, Source};
use support::{Database, rows_query, series_query, server_metrics, source};

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(text: impl AsRef<[u8]>) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.csv");
    std::fs::write(&path, text).unwrap();
    File {
        _folder: folder,
        path,
    }
}

fn options(labels: &[(&str, &str)]) -> CsvImport {
    CsvImport {
        table: "readings".into(),
        columns: Vec::new(),
        labels: labels
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
    }
}

async fn import(
    database: &Database,
    text: impl AsRef<[u8]>,
    options: &CsvImport,
) -> Result<Imported, ImportError> {
    csv(&database.url, &file(text).path, options, &mut |_| {}).await
}

async fn count(database: &Database) -> u64 {
    let source = Source::parse(&source("readings", &[("value", "value")])).unwrap();
    match database
        .data
        .rows(
            &source,
            &RowsQuery {
                limit: 0,
                count: true,
                ..rows_query()
            },
        )
        .await
    {
        Ok(answer) => answer.total.unwrap(),
        Err(_) => 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn types_are_inferred_and_rows_arrive() {
    for database in Database::both().await {
        let kind = database.kind;
        let text = "\u{feff}timestamp,value,count,ok,note,code\n\
                    2014-02-14 14:30:00,0.132,1,true,\"a, \"\"b\"\"\",007\n\
                    2014-02-14T14:35:00Z,2,2,false,,008\n\
                    2014-02-14 14:40:00,,3,TRUE,tab\there\\n,009\n";
        let imported = import(&database, text, &options(&[("series", "one")]))
            .await
            .unwrap();
        assert_eq!(imported.rows, 3, "{kind}");
        assert!(imported.created);
        let kinds: Vec<_> = imported
            .columns
            .iter()
            .map(|(name, kind)| (name.as_str(), *kind))
            .collect();
        assert_eq!(
            kinds,
            [
                ("timestamp", Kind::Timestamp),
                ("value", Kind::Real),
                ("count", Kind::Integer),
                ("ok", Kind::Boolean),
                ("note", Kind::Text),
                ("code", Kind::Text),
                ("series", Kind::Text)
            ],
            "{kind}"
        );
        let names = ["timestamp", "value", "count", "ok", "note", "code", "series"];
        let columns: Vec<_> = names.iter().map(|name| (*name, *name)).collect();
        let source = Source::parse(&source("readings", &columns)).unwrap();
        let query = RowsQuery {
            sort: vec![("timestamp".into(), false)],
            ..rows_query()
        };
        let frame = database.data.rows(&source, &query).await.unwrap().frame;
        let at = 1_392_388_200_000;
        assert_eq!(
            frame.columns[0].data,
            ColumnData::Instants(vec![Some(at), Some(at + 300_000), Some(at + 600_000)]),
            "{kind}"
        );
        assert!(
            matches!(&frame.columns[1].data, ColumnData::Numbers(values) if values[..2] == [0.132, 2.0] && values[2].is_nan())
        );
        assert_eq!(
            frame.columns[2].data,
            ColumnData::Integers(vec![Some(1), Some(2), Some(3)])
        );
        assert_eq!(
            frame.columns[3].data,
            ColumnData::Booleans(vec![Some(true), Some(false), Some(true)])
        );
        assert_eq!(
            frame.columns[4].data,
            ColumnData::Texts(vec![Some("a, \"b\"".into()), None, Some("tab\there\\n".into())]),
            "{kind}"
        );
        assert_eq!(
            frame.columns[5].data,
            ColumnData::Texts(vec![Some("007".into()), Some("008".into()), Some("009".into())])
        );
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_can_read_a_database_file_that_is_made() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tenants/new.sqlite");
    let url = format!("sqlite:{}", path.display()).into();
    let mode = |name: &str| {
        let path = path.with_file_name(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    let mut loader = Loader::open(&url).await.unwrap();
    let table = TableSpec {
        name: "t".into(),
        identity: Some("id".into()),
        ..TableSpec::default()
    };
    loader.create(&table).await.unwrap();
    for name in ["new.sqlite", "new.sqlite-wal", "new.sqlite-shm"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    loader.close().await;
    // A file that is there keeps what its owner gave it.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    Loader::open(&url).await.unwrap().close().await;
    assert_eq!(mode("new.sqlite"), 0o640);
}

#[tokio::test(flavor = "multi_thread")]
async fn real_server_metrics_give_the_same_hourly_means_as_computed_from_the_files() {
    let Some(folder) = server_metrics() else {
        println!("skipped: there are no server metrics; PORTHOLE_NAB can name their folder");
        return;
    };
    for database in Database::both().await {
        for name in [
            "ec2_cpu_utilization_24ae8d",
            "ec2_cpu_utilization_53ea38",
            "elb_request_count_8c0756",
        ] {
            let path = folder.join(format!("{name}.csv"));
            let mut last = 0;
            let imported = csv(
                &database.url,
                &path,
                &options(&[("series", name)]),
                &mut |progress| {
                    assert!(progress.done >= last && progress.done <= progress.total);
                    last = progress.done;
                },
            )
            .await
            .unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let mut points = Vec::new();
            for line in text.lines().skip(1) {
                let (at, value) = line.split_once(',').unwrap();
                let at: jiff::Timestamp = format!("{at}Z").parse().unwrap();
                let at = at.as_millisecond();
                points.push((at, value.parse::<f64>().unwrap()));
            }
            assert_eq!(imported.rows, points.len() as u64);
            let (first, last) = (points[0].0, points[points.len() - 1].0);
            let source = Source::parse(&source(
                "readings",
                &[
                    ("timestamp", "timestamp"),
                    ("value", "value"),
                    ("series_label", "series"),
                ],
            ))
            .unwrap();
            for bucket in [60, 600, 3600] {
                let query = SeriesQuery {
                    range: Some(Range {
                        start: first,
                        end: last + 1,
                    }),
                    bucket_seconds: Some(bucket),
                    labels: vec![name.into()],
                    ..series_query()
                };
                let answer = database.data.series(&source, &query).await.unwrap();
                assert_eq!(answer.series.len(), 1);
                let size = i64::from(bucket) * 1000;
                let mut expected = std::collections::BTreeMap::<i64, (f64, f64)>::new();
                for (at, value) in &points {
                    let sums = expected.entry(at / size * size).or_default();
                    *sums = (sums.0 + value, sums.1 + 1.0);
                }
                let means: Vec<_> = expected
                    .into_iter()
                    .map(|(at, (sum, count))| (at, sum / count))
                    .collect();
                assert_eq!(
                    answer.series[0].instants,
                    means.iter().map(|(at, _)| *at).collect::<Vec<_>>()
                );
                for ((_, mean), value) in means.iter().zip(&answer.series[0].values) {
                    assert!(
                        (mean - value).abs() <= 1e-9 * mean.abs().max(1.0),
                        "{} {name}: {mean} {value}",
                        database.kind
                    );
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_for_a_column_that_is_there_becomes_what_the_column_holds() {
    for database in Database::both().await {
        let kind = database.kind;
        database
            .execute(
                "CREATE TABLE readings (value bigint, live boolean, weight double precision, series text)",
            )
            .await;
        let labels = options(&[("live", "yes"), ("weight", "1.5"), ("series", "true")]);
        import(&database, "value\n7\n", &labels).await.unwrap();
        let columns = [
            ("value", "value"),
            ("live", "live"),
            ("weight", "weight"),
            ("series", "series"),
        ];
        let source = Source::parse(&source("readings", &columns)).unwrap();
        let answer = database.data.rows(&source, &rows_query()).await.unwrap();
        let data: Vec<_> = answer
            .frame
            .columns
            .into_iter()
            .map(|column| column.data)
            .collect();
        assert_eq!(data[1], ColumnData::Booleans(vec![Some(true)]), "{kind}");
        assert_eq!(data[2], ColumnData::Numbers(vec![1.5]), "{kind}");
        assert_eq!(data[3], ColumnData::Texts(vec![Some("true".into())]), "{kind}");

        let refused = import(&database, "value\n8\n", &options(&[("live", "perhaps")])).await;
        let message = refused.unwrap_err().to_string();
        assert!(
            message.contains("`live` holds boolean values"),
            "{kind}: {message}"
        );
        assert_eq!(count(&database).await, 1, "{kind}");
    }
}
