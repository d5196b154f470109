//! The contract's promise: what was built against a released version keeps running, and a released version stays what
//! it was.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use porthole_sandbox::bindings::{
    Aggregate, Column, ColumnData, ColumnFormat, ColumnInfo, Failure, Filter, Frame, Mark, Paging,
    QueryError, Resolution, Rows, RowsRequest, Series, SeriesAnswer, SeriesRequest, Severity, SortKey, Span,
    Surface, TimeRange, View,
};
use porthole_sandbox::{
    Call, FaultKind, Limits, LogLevel, Plugin, RenderFault, Rendered, Sandbox, Source, Sources,
};
use sha2::{Digest, Sha256};
use world::{assert_empty, call, component, small_sandbox};

/// Each released version, with the SHA-256 of its files. A line is added with a release and never changed.
const RELEASED: [(&str, &str); 1] = [(
    "0.1.0",
    "b7ee8c4cf38308d39f41a0574398a025966dfa192f524abf3879b838b1baa57d",
)];

fn wit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit")
}

/// The files of a contract's folder, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wit"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Over each file's name, length and bytes, in the order of the names.
fn digest(files: &[(String, Vec<u8>)]) -> String {
    let mut digest = Sha256::new();
    for (name, bytes) in files {
        digest.update(format!("{name} {}\n", bytes.len()));
        digest.update(bytes);
    }
    hex::encode(digest.finalize())
}

#[test]
fn a_released_contract_never_changes() {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(wit().join("released")).unwrap() {
        folders.push(entry.unwrap().file_name().to_string_lossy().into_owned());
    }
    folders.sort();
    let known: Vec<String> = RELEASED
        .iter()
        .map(|(version, _)| format!("porthole-panel-{version}"))
        .collect();
    assert_eq!(folders, known, "each released version has a line in RELEASED");
    for (version, expected) in RELEASED {
        let folder = wit().join(format!("released/porthole-panel-{version}"));
        assert_eq!(
            digest(&files(&folder)),
            expected,
            "{} is released: change wit/ under a new version instead",
            folder.display()
        );
    }
}

#[test]
fn the_current_contract_is_the_released_one_while_it_bears_its_version() {
    let current = files(&wit());
    let (_, world) = current.iter().find(|(name, _)| name == "world.wit").unwrap();
    let text = String::from_utf8_lossy(world);
    let version = text
        .split_once("package porthole:panel@")
        .and_then(|(_, rest)| rest.split_once(';'))
        .map(|(version, _)| version)
        .expect("world.wit names the package");
    if let Some((version, expected)) = RELEASED.iter().find(|(released, _)| *released == version) {
        assert_eq!(
            digest(&current),
            *expected,
            "wit/ says {version}, which is released, and is not what was released: give it a new version"
        );
    }
}

async fn released() -> (Sandbox, Arc<Plugin>) {
    let sandbox = small_sandbox();
    let plugin = sandbox
        .load(component("porthole_released_0_1_0"), "released 0.1.0")
        .await
        .unwrap();
    (sandbox, plugin)
}

async fn show(what: &str) -> Result<Rendered, Box<RenderFault>> {
    let (sandbox, plugin) = released().await;
    let rendered = ask(&sandbox, &plugin, what, &Arc::default()).await;
    assert_empty(&sandbox);
    rendered
}

async fn ask(
    sandbox: &Sandbox,
    plugin: &Arc<Plugin>,
    what: &str,
    questions: &Arc<Mutex<Questions>>,
) -> Result<Rendered, Box<RenderFault>> {
    let sources = Arc::new(Recorded(questions.clone()));
    let order = call(&format!(r#"{{"show":"{what}"}}"#));
    sandbox
        .render(plugin, "acme", order, sources, &Limits::default())
        .await
}

async fn document(what: &str, questions: &Arc<Mutex<Questions>>) -> String {
    let (sandbox, plugin) = released().await;
    match ask(&sandbox, &plugin, what, questions).await.unwrap().view {
        View::Document(text) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_panel_built_against_0_1_0_describes_itself() {
    let (_sandbox, plugin) = released().await;
    let said = plugin.descriptor();
    assert_eq!(said.type_name, "released_0_1_0");
    assert_eq!(said.version, "0.1.0");
    assert_eq!((said.default_size.width, said.default_size.height), (6, 2));
    assert_eq!(said.display_schema, r#"{"type":"object"}"#);
    assert_eq!(said.parameters_schema, r#"{"type":"object","required":["show"]}"#);
    assert_eq!(said.endpoint.as_deref(), Some("released-0-1-0"));
    let main = &said.sources[0];
    assert_eq!(
        (main.name.as_str(), main.required, main.free_columns),
        ("main", false, true)
    );
    assert_eq!(
        (
            main.roles[0].name.as_str(),
            main.roles[0].required,
            main.roles[0].description.as_str()
        ),
        ("value", true, "What was measured")
    );
}

#[tokio::test]
async fn a_panel_built_against_0_1_0_is_told_everything_about_its_call() {
    let (sandbox, plugin) = released().await;
    let order = Call {
        display: r#"{"unit":"ms"}"#.to_owned(),
        range: TimeRange { start: 10, end: 20 },
        now: 30,
        time_zone: "Europe/Berlin".to_owned(),
        raw: true,
        labels: vec!["a".to_owned()],
        max_points: Some(500),
        surface: Some(Surface {
            width: 640,
            height: 480,
            dark: true,
        }),
        paging: Paging {
            page: 2,
            page_size: Some(50),
            sort: vec![sort_key()],
            filters: vec![filter()],
        },
        ..call(r#"{"show":"call"}"#)
    };
    let sources = Arc::new(Recorded(Arc::default()));
    let rendered = sandbox
        .render(&plugin, "acme", order, sources, &Limits::default())
        .await
        .unwrap();
    assert_eq!(
        rendered.view,
        View::Document(
            r#"panel {"unit":"ms"} 10..20 30 Europe/Berlin true ["a"] Some(500) Some((640, 480, true)) page 2 of Some(50) value true value~1"#
                .to_owned()
        )
    );
}

#[tokio::test]
async fn a_panel_built_against_0_1_0_can_ask_every_question() {
    let questions = Arc::default();
    assert_eq!(
        document("columns", &questions).await,
        r#"value Some("Value") Some("number"), name None None; denied: true"#
    );

    let said = document("series", &questions).await;
    assert_eq!(said.split("; ").count(), 7);
    assert!(said.starts_with("cpu [0, 60000] [1.5, NaN] Some(60); "), "{said}");
    let asked: Vec<_> = std::mem::take(&mut questions.lock().series)
        .into_iter()
        .map(|request| {
            assert_eq!(request.labels, ["a", "b"]);
            (request.span, request.resolution, request.aggregate)
        })
        .collect();
    let expected = [
        (Span::Panel, Resolution::Automatic, None),
        (Span::Everything, Resolution::Raw, Some(Aggregate::Average)),
        (between(), Resolution::Seconds(300), Some(Aggregate::Minimum)),
        (Span::Panel, Resolution::Seconds(60), Some(Aggregate::Maximum)),
        (Span::Panel, Resolution::Automatic, Some(Aggregate::Sum)),
        (Span::Panel, Resolution::Automatic, Some(Aggregate::Count)),
        (Span::Panel, Resolution::Automatic, Some(Aggregate::Last)),
    ];
    assert_eq!(asked, expected);

    let said = document("rows", &questions).await;
    assert!(
        said.starts_with(
            r#"numbers [1.5]; integers [Some(-7)]; texts [Some("ä")]; booleans [None]; instants [Some(9)]; of Some(12)"#
        ),
        "{said}"
    );
    assert!(said.ends_with("of None"), "{said}");
    let everything = RowsRequest {
        span: between(),
        sort: vec![sort_key()],
        filters: vec![filter()],
        latest_per: Some("value".to_owned()),
        offset: 3,
        limit: 4,
        count: true,
    };
    let nothing = RowsRequest {
        span: Span::Panel,
        sort: Vec::new(),
        filters: Vec::new(),
        latest_per: None,
        offset: 0,
        limit: 1,
        count: false,
    };
    assert_eq!(questions.lock().rows, [everything, nothing]);
}

#[tokio::test]
async fn a_panel_built_against_0_1_0_can_write_lines_of_every_level() {
    let lines: Vec<_> = show("log")
        .await
        .unwrap()
        .log
        .into_iter()
        .map(|line| (line.level, line.message))
        .collect();
    let expected = [
        (LogLevel::Debug, "for the author"),
        (LogLevel::Info, "for anybody"),
        (LogLevel::Warn, "odd"),
        (LogLevel::Error, "wrong"),
    ];
    assert_eq!(
        lines,
        expected.map(|(level, message)| (level, message.to_owned()))
    );
}

#[tokio::test]
async fn a_panel_built_against_0_1_0_can_show_a_chart_and_a_metric() {
    let View::Chart(chart) = show("chart").await.unwrap().view else {
        panic!("no chart")
    };
    let marks: Vec<_> = chart.plots.iter().map(|plot| plot.mark).collect();
    assert_eq!(marks, [Mark::Line, Mark::Area, Mark::Bar, Mark::Point]);
    let line = &chart.plots[0];
    assert_eq!(
        (line.color.as_deref(), line.join_within),
        (Some("#112233"), Some(60_000))
    );
    assert_eq!(
        (chart.plots[1].color.as_deref(), chart.plots[1].join_within),
        (None, None)
    );
    assert_eq!(
        (line.series.label.as_str(), &line.series.instants[..]),
        ("line", &[0, 60_000][..])
    );
    assert_eq!(line.series.values, [1.0, 2.0]);
    assert_eq!(
        (chart.y_axis.label.as_deref(), chart.y_axis.unit.as_deref()),
        (Some("Load"), Some("%"))
    );
    assert_eq!(
        (chart.y_axis.minimum, chart.y_axis.maximum),
        (Some(0.0), Some(100.0))
    );
    assert_eq!((chart.thresholds[0].value, chart.stacked), (80.0, true));

    let View::Metric(metric) = show("metric").await.unwrap().view else {
        panic!("no metric")
    };
    assert_eq!(
        (metric.value, metric.unit.as_deref(), metric.decimals),
        (Some(42.5), Some("ms"), Some(1))
    );
    let threshold = metric.threshold.unwrap();
    assert_eq!(
        (threshold.color.as_str(), threshold.label.as_deref()),
        ("#ff0000", Some("high"))
    );
    let trend = metric.trend.unwrap();
    assert_eq!((trend.previous, trend.change), (40.0, 2.5));
    assert_eq!(metric.sparkline.unwrap().values, [1.0, 2.0]);
    assert_eq!(metric.measured_at, Some(60_000));
}

#[tokio::test]
async fn a_panel_built_against_0_1_0_can_show_statuses_and_a_table() {
    let View::Statuses(statuses) = show("statuses").await.unwrap().view else {
        panic!("no statuses")
    };
    let severities: Vec<_> = statuses.items.iter().map(|item| item.severity).collect();
    let all = [
        Severity::Good,
        Severity::Warning,
        Severity::Critical,
        Severity::Unknown,
    ];
    assert_eq!(severities, all);
    let item = &statuses.items[0];
    assert_eq!(
        (
            item.name.as_str(),
            item.status.as_str(),
            item.label.as_str(),
            item.color.as_str()
        ),
        ("good", "up", "Up", "#00ff00")
    );
    assert_eq!(
        (item.checked_at, item.message.as_deref()),
        (Some(1), Some("fine"))
    );

    let View::Table(table) = show("table").await.unwrap().view else {
        panic!("no table")
    };
    let formats: Vec<_> = table.columns.iter().map(|column| &column.format).collect();
    assert!(
        matches!(
            formats[..],
            [
                ColumnFormat::Number(Some(2)),
                ColumnFormat::Number(None),
                ColumnFormat::Text,
                ColumnFormat::Boolean,
                ColumnFormat::Datetime,
                ColumnFormat::Status(styles),
            ] if styles.len() == 1 && styles[0].value == "up"
        ),
        "{formats:?}"
    );
    let data: Vec<_> = table
        .frame
        .columns
        .into_iter()
        .map(|column| column.data)
        .collect();
    let expected = [
        ColumnData::Numbers(vec![1.5, 2.5]),
        ColumnData::Integers(vec![Some(7), None]),
        ColumnData::Texts(vec![Some("a".to_owned()), None]),
        ColumnData::Booleans(vec![Some(true), None]),
        ColumnData::Instants(vec![Some(0), None]),
        ColumnData::Texts(vec![Some("up".to_owned()), None]),
    ];
    assert_eq!(data, expected);
    assert_eq!((table.total, table.page, table.page_size), (2, 1, 25));
    assert_eq!(
        (table.columns[0].title.as_str(), table.columns[0].sortable),
        ("NUMBERS", true)
    );
    assert_eq!(
        (table.sort[0].column.as_str(), table.sort[0].descending),
        ("numbers", true)
    );
}

#[tokio::test]
async fn a_panel_built_against_0_1_0_can_show_an_image_markup_and_a_document() {
    let View::Image(image) = show("image").await.unwrap().view else {
        panic!("no image")
    };
    assert_eq!(
        (
            image.media_type.as_str(),
            &image.bytes[..],
            image.alternative.as_str()
        ),
        ("image/png", &[1, 2, 3][..], "Three bytes")
    );
    let markup = show("markup").await.unwrap().view;
    assert_eq!(markup, View::Markup("<p>markup</p>".to_owned()));
    let document = show("document").await.unwrap().view;
    assert_eq!(document, View::Document(r#"{"document":true}"#.to_owned()));
}

#[tokio::test]
async fn a_panel_built_against_0_1_0_can_fail_in_every_way() {
    let text = |words: &str| words.to_owned();
    for (what, expected) in [
        ("configuration", Failure::Configuration(text("display.unit: no"))),
        ("denied", Failure::Query(QueryError::Denied(text("denied")))),
        ("invalid", Failure::Query(QueryError::Invalid(text("invalid")))),
        ("timed-out", Failure::Query(QueryError::TimedOut)),
        (
            "too-large",
            Failure::Query(QueryError::TooLarge(text("too large"))),
        ),
        (
            "unavailable",
            Failure::Query(QueryError::Unavailable(text("unavailable"))),
        ),
        ("query-other", Failure::Query(QueryError::Other(text("other")))),
        ("x", Failure::Other(text("nothing to show: x"))),
    ] {
        let fault = show(what).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Failure(expected), "{what}");
    }
}

/// What a panel has asked.
#[derive(Default)]
struct Questions {
    series: Vec<SeriesRequest>,
    rows: Vec<RowsRequest>,
}

struct Recorded(Arc<Mutex<Questions>>);

impl Sources for Recorded {
    fn open(&self, name: &str) -> Result<Arc<dyn Source>, QueryError> {
        match name {
            "main" => Ok(Arc::new(Recorded(self.0.clone()))),
            _ => Err(QueryError::Denied("there is only main".to_owned())),
        }
    }
}

#[async_trait]
impl Source for Recorded {
    fn columns(&self) -> Vec<ColumnInfo> {
        let info = |name: &str, title: Option<&str>, format: Option<&str>| ColumnInfo {
            name: name.to_owned(),
            title: title.map(str::to_owned),
            format: format.map(str::to_owned),
        };
        vec![
            info("value", Some("Value"), Some("number")),
            info("name", None, None),
        ]
    }

    async fn series(&self, request: SeriesRequest) -> Result<SeriesAnswer, QueryError> {
        self.0.lock().series.push(request);
        Ok(SeriesAnswer {
            series: vec![Series {
                label: "cpu".to_owned(),
                instants: vec![0, 60_000],
                values: vec![1.5, f64::NAN],
            }],
            bucket_seconds: Some(60),
        })
    }

    async fn rows(&self, request: RowsRequest) -> Result<Rows, QueryError> {
        let total = request.count.then_some(12);
        self.0.lock().rows.push(request);
        let columns = [
            ("numbers", ColumnData::Numbers(vec![1.5])),
            ("integers", ColumnData::Integers(vec![Some(-7)])),
            ("texts", ColumnData::Texts(vec![Some("ä".to_owned())])),
            ("booleans", ColumnData::Booleans(vec![None])),
            ("instants", ColumnData::Instants(vec![Some(9)])),
        ];
        let columns = columns.into_iter().map(|(name, data)| Column {
            name: name.to_owned(),
            data,
        });
        Ok(Rows {
            frame: Frame {
                columns: columns.collect(),
            },
            total,
        })
    }
}

fn sort_key() -> SortKey {
    SortKey {
        column: "value".to_owned(),
        descending: true,
    }
}

fn filter() -> Filter {
    Filter {
        column: "value".to_owned(),
        contains: "1".to_owned(),
    }
}

fn between() -> Span {
    Span::Between(TimeRange {
        start: 1_000,
        end: 2_000,
    })
}
