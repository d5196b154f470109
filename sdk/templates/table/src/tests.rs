use porthole_sdk::testing::{FakeSource, FakeSources, Fixture, golden, series};

use super::*;

#[test]
fn looks_as_it_did() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let view = NewPanel::render(&fixture.call(), &fixture.sources());
    golden(&view, "golden/example.json");
}

#[test]
fn a_series_without_a_value_has_no_row() {
    let source = FakeSource::series(vec![
        series("silent", &[(0, f64::NAN)]),
        series("web", &[(0, 1.0), (1, 2.0)]),
    ]);
    let sources = FakeSources::new(0, 60_000).with("main", source);
    let Ok(View::Table(table)) = NewPanel::render(&sources.call("{}"), &sources) else {
        panic!("not a table");
    };
    assert_eq!(table.frame.column("name").unwrap().text(0).as_deref(), Some("web"));
    assert_eq!((table.total, table.frame.height()), (1, 1));
}

#[test]
fn a_mistake_in_the_yaml_is_named() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let call = fixture.sources().call(r#"{"most": "all"}"#);
    let Err(Failure::Configuration(message)) = NewPanel::render(&call, &fixture.sources()) else {
        panic!("no failure");
    };
    assert!(message.starts_with("display.most: expected a"), "{message}");
}
