use porthole_sdk::testing::{Fixture, golden};

use super::*;

#[test]
fn looks_as_it_did() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let view = NewPanel::render(&fixture.call(), &fixture.sources());
    golden(&view, "golden/example.json");
}

#[test]
fn silence_is_judged_by_the_minute() {
    let display = Display::default();
    let severity = |minutes: i64| item("a".into(), Some(0), minutes * MINUTE, &display).severity;
    assert_eq!(severity(5), Severity::Good);
    assert_eq!(severity(6), Severity::Warning);
    assert_eq!(severity(30), Severity::Warning);
    assert_eq!(severity(31), Severity::Critical);
    assert_eq!(item("a".into(), None, 0, &display).severity, Severity::Unknown);
}

#[test]
fn a_mistake_in_the_yaml_is_named() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let call = fixture.sources().call(r#"{"missing_after": 1}"#);
    assert_eq!(
        NewPanel::render(&call, &fixture.sources()),
        Err(Failure::configuration("display.missing_after", "must not be less than `late_after`"))
    );
}
