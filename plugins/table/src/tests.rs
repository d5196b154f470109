//! The panel against sources in memory.
#![allow(clippy::unwrap_used)]

use porthole_sdk::{
    ColumnData, ColumnFormat, Filter, Paging, QueryError, SortKey, StatusStyle, TableColumn,
    testing::{self, FakeSource, FakeSources},
};

use super::*;

const SPECIFIED: &str =
    r#"{"sortable":true,"default_sort":"timestamp","default_sort_order":"desc","pagination":25}"#;

/// Sixty errors, one a second.
fn errors() -> FakeSources {
    let rows: Vec<i64> = (0..60).collect();
    let services: Vec<&str> = rows
        .iter()
        .map(|row| if row % 3 == 0 { "api" } else { "web" })
        .collect();
    let frame = testing::frame([
        (
            "timestamp",
            testing::instants(&rows.iter().map(|row| row * 1000).collect::<Vec<_>>()),
        ),
        ("service", testing::texts(&services)),
        ("error_message", testing::texts(&["boom"; 60])),
        ("severity", testing::texts(&["ERROR"; 60])),
        (
            "took",
            testing::numbers(&rows.iter().map(|row| *row as f64).collect::<Vec<_>>()),
        ),
    ]);
    let source = FakeSource::new(frame)
        .column("timestamp", Some("Time"), Some("datetime"))
        .column("service", Some("Service"), None);
    FakeSources::new(0, 60_000).with("main", source)
}

fn ask(sources: &FakeSources, display: &str, paging: Paging) -> Result<View, Failure> {
    TablePanel::render(
        &Call {
            paging,
            ..sources.call(display)
        },
        sources,
    )
}

fn render(sources: &FakeSources, display: &str, paging: Paging) -> Table {
    match ask(sources, display, paging).unwrap() {
        View::Table(table) => table,
        other => panic!("not a table: {other:?}"),
    }
}

fn fault(sources: &FakeSources, display: &str) -> String {
    match ask(sources, display, Paging::default()) {
        Err(Failure::Configuration(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn sort(column: &str, descending: bool) -> Vec<SortKey> {
    vec![SortKey {
        column: column.into(),
        descending,
    }]
}

fn cells(table: &Table, column: &str) -> Vec<String> {
    let data = table.frame.column(column).unwrap();
    (0..data.len()).map(|row| data.text(row).unwrap()).collect()
}

fn format(table: &Table, column: &str) -> ColumnFormat {
    table
        .columns
        .iter()
        .find(|described| described.name == column)
        .unwrap()
        .format
        .clone()
}

#[test]
fn shows_the_specified_table() {
    let table = render(&errors(), SPECIFIED, Paging::default());
    assert_eq!((table.total, table.page, table.page_size), (60, 1, 25));
    assert_eq!(table.sort, sort("timestamp", true));
    assert_eq!(table.frame.height(), 25);
    assert_eq!(cells(&table, "took")[0], "59");
    assert_eq!(
        table.columns[..2],
        [
            TableColumn {
                name: "timestamp".into(),
                title: "Time".into(),
                format: ColumnFormat::Datetime,
                sortable: true,
                filterable: true,
            },
            TableColumn {
                name: "service".into(),
                title: "Service".into(),
                format: ColumnFormat::Text,
                sortable: true,
                filterable: true,
            },
        ]
    );
    assert_eq!(
        table.columns[2].title, "Error message",
        "a name in words where there is no title"
    );
}

#[test]
fn the_readers_wishes_win_over_the_yaml() {
    let filters = vec![Filter {
        column: "service".into(),
        contains: "API".into(),
    }];
    let paging = Paging {
        page: 2,
        page_size: Some(15),
        sort: sort("took", false),
        filters,
    };
    let table = render(&errors(), SPECIFIED, paging);
    assert_eq!((table.total, table.page, table.page_size), (20, 2, 15));
    assert_eq!(cells(&table, "took"), ["45", "48", "51", "54", "57"]);
    assert_eq!(table.sort, sort("took", false));
}

#[test]
fn without_a_sort_the_rows_are_in_the_order_of_the_source() {
    let table = render(&errors(), "{}", Paging::default());
    assert_eq!((table.sort, table.page_size), (vec![], 25));
}

#[test]
fn a_page_past_the_end_is_empty_and_knows_the_total() {
    for page in [4, u32::MAX] {
        let table = render(
            &errors(),
            SPECIFIED,
            Paging {
                page,
                ..Paging::default()
            },
        );
        assert_eq!((table.frame.height(), table.total, table.page), (0, 60, page));
        assert_eq!(table.columns.len(), 5);
    }
}

#[test]
fn a_page_is_never_larger_than_five_hundred_rows_nor_before_the_first() {
    let table = render(
        &errors(),
        "{}",
        Paging {
            page: 0,
            page_size: Some(100_000),
            ..Paging::default()
        },
    );
    assert_eq!((table.page, table.page_size), (1, 500));
}

#[test]
fn an_unknown_column_is_the_readers_mistake() {
    let filters = vec![Filter {
        column: "password".into(),
        contains: "x".into(),
    }];
    for paging in [
        Paging {
            sort: sort("nope", false),
            ..Paging::default()
        },
        Paging {
            filters,
            ..Paging::default()
        },
    ] {
        match ask(&errors(), "{}", paging) {
            Err(Failure::Query(QueryError::Invalid(message))) => {
                assert!(message.contains("there are: timestamp, service"), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_table_that_may_not_be_sorted_is_not() {
    let display = r#"{"sortable":false,"filterable":false,"default_sort":"took"}"#;
    let answer = ask(
        &errors(),
        display,
        Paging {
            sort: sort("took", true),
            ..Paging::default()
        },
    );
    assert!(matches!(answer, Err(Failure::Query(QueryError::Invalid(_)))));
    let table = render(&errors(), display, Paging::default());
    assert_eq!(table.sort, sort("took", false));
    assert!(
        table
            .columns
            .iter()
            .all(|column| !column.sortable && !column.filterable)
    );
}

#[test]
fn statuses_are_painted() {
    let styles = vec![
        StatusStyle {
            value: "CRITICAL".into(),
            color: "#EF4444".into(),
            label: None,
        },
        StatusStyle {
            value: "ERROR".into(),
            color: "#F59E0B".into(),
            label: None,
        },
    ];
    let colors = r##""status_colors":{"ERROR":"#F59E0B","CRITICAL":"#EF4444"}"##;
    let implied = render(&errors(), &format!("{{{colors}}}"), Paging::default());
    assert_eq!(format(&implied, "severity"), ColumnFormat::Status(styles.clone()));
    let declared = format!(r#"{{{colors},"formats":{{"service":"status"}}}}"#);
    let declared = render(&errors(), &declared, Paging::default());
    assert_eq!(format(&declared, "service"), ColumnFormat::Status(styles));
    assert_eq!(
        format(&declared, "severity"),
        ColumnFormat::Text,
        "the declared column is the only one"
    );
}

#[test]
fn formats_follow_the_kind_of_the_values_unless_declared() {
    let frame = testing::frame([
        ("when", testing::instants(&[1])),
        ("count", testing::integers(&[1])),
        ("share", testing::numbers(&[0.5])),
        ("on", ColumnData::Booleans(vec![Some(true)])),
        ("name", testing::texts(&["a"])),
    ]);
    let sources = FakeSources::new(0, 1).with("main", FakeSource::new(frame));
    let table = render(&sources, "{}", Paging::default());
    assert_eq!(
        table
            .columns
            .iter()
            .map(|column| column.format.clone())
            .collect::<Vec<_>>(),
        [
            ColumnFormat::Datetime,
            ColumnFormat::Number(Some(0)),
            ColumnFormat::Number(None),
            ColumnFormat::Boolean,
            ColumnFormat::Text,
        ]
    );
    let table = render(
        &sources,
        r#"{"formats":{"share":"percent","count":"text"}}"#,
        Paging::default(),
    );
    assert_eq!(table.columns[2].title, "Share (%)");
    assert_eq!(format(&table, "count"), ColumnFormat::Text);
}

#[test]
fn values_that_do_not_fit_their_format_are_shown_as_they_are() {
    testing::log_lines();
    let table = render(
        &errors(),
        r#"{"formats":{"service":"datetime"}}"#,
        Paging::default(),
    );
    assert_eq!(format(&table, "service"), ColumnFormat::Text);
    assert_eq!(testing::log_lines().len(), 1);
}

#[test]
fn an_empty_range_is_an_empty_table() {
    let sources = FakeSources::new(0, 1).with(
        "main",
        FakeSource::new(testing::frame([("name", testing::texts(&[]))])),
    );
    let table = render(&sources, "{}", Paging::default());
    assert_eq!(
        (table.total, table.frame.height(), table.columns.len()),
        (0, 0, 1)
    );
}

#[test]
fn mistakes_in_the_yaml_are_named_with_their_key() {
    for (display, message) in [
        (
            r#"{"default_sort":"tme"}"#,
            "display.default_sort: there is no column `tme`; there are: timestamp, ",
        ),
        (
            r#"{"default_sort_order":"down"}"#,
            "display.default_sort_order: expected asc or desc, found \"down\"",
        ),
        (
            r#"{"pagination":0}"#,
            "display.pagination: a page has 1 to 500 rows",
        ),
        (
            r#"{"pagination":501}"#,
            "display.pagination: a page has 1 to 500 rows",
        ),
        (
            r#"{"pagination":"many"}"#,
            "display.pagination: expected a whole number, not negative, found \"many\"",
        ),
        (
            r#"{"formats":{"nope":"text"}}"#,
            "display.formats.nope: there is no column `nope`",
        ),
        (
            r#"{"formats":{"took":"money"}}"#,
            "display.formats.took: expected text, number, integer, percent, datetime, boolean or status, found",
        ),
        (
            r#"{"status_colors":{"ERROR":"red"}}"#,
            "display.status_colors.ERROR: \"red\" is not a colour",
        ),
        (
            r#"{"sort":true}"#,
            "display.sort: there is no such key; there are sortable, ",
        ),
    ] {
        let found = fault(&errors(), display);
        assert!(found.starts_with(message), "{display} gives: {found}");
    }
    let source = FakeSource::new(testing::frame([("name", testing::texts(&["a"]))])).column(
        "name",
        None,
        Some("money"),
    );
    let found = fault(&FakeSources::new(0, 1).with("main", source), "{}");
    assert!(
        found.starts_with("data_source.columns[0].format: `money` is no format"),
        "{found}"
    );
}

#[test]
fn a_failing_source_is_the_panels_failure() {
    let error = QueryError::TooLarge("more than 1,000,000 rows".into());
    let sources =
        FakeSources::new(0, 1).with("main", FakeSource::new(testing::frame([])).failing(error.clone()));
    assert_eq!(ask(&sources, "{}", Paging::default()), Err(Failure::Query(error)));
}

#[test]
fn the_schema_is_json() {
    serde_json::from_str::<serde_json::Value>(&TablePanel::describe().display_schema).unwrap();
}
