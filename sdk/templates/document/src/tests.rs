use porthole_sdk::testing::{Fixture, golden};

use super::*;

#[test]
fn looks_as_it_did() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let view = NewPanel::render(&fixture.call(), &fixture.sources());
    golden(&view, "golden/example.json");
}

#[test]
fn a_peak_makes_a_line_high() {
    assert!(line("a".into(), &[1.0, 80.0, f64::NAN], 80.0).unwrap().high);
    assert!(!line("a".into(), &[1.0, 79.9], 80.0).unwrap().high);
    assert!(line("a".into(), &[f64::NAN], 80.0).is_none());
}

#[test]
fn a_mistake_in_the_yaml_is_named() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let call = Call {
        parameters: r#"{"hihg": 5}"#.into(),
        ..fixture.call()
    };
    let Err(Failure::Configuration(message)) = NewPanel::render(&call, &fixture.sources()) else {
        panic!("no failure");
    };
    assert!(message.starts_with("parameters.hihg: there is no such key"), "{message}");
}
