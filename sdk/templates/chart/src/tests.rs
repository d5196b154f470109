use porthole_sdk::testing::{Fixture, golden, series};

use super::*;

#[test]
fn looks_as_it_did() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let view = NewPanel::render(&fixture.call(), &fixture.sources());
    golden(&view, "golden/example.json");
}

#[test]
fn a_missing_value_does_not_count() {
    let mean = moving_mean(&series("a", &[(0, 1.0), (1, f64::NAN), (2, 3.0), (3, 8.0)]), 3);
    assert_eq!(mean.values, [1.0, 1.0, 2.0, 5.5]);
}

#[test]
fn a_gap_is_not_drawn_over() {
    let minutes = [0, 1, 2, 3, 60, 61].map(|minute| (minute * 60_000, 1.0));
    assert_eq!(longest_joined(&series("a", &minutes)), Some(180_000));
    assert_eq!(longest_joined(&series("a", &[(0, 1.0)])), None);
}

#[test]
fn a_mistake_in_the_yaml_is_named() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let call = fixture.sources().call(r#"{"points": 1}"#);
    assert_eq!(
        NewPanel::render(&call, &fixture.sources()),
        Err(Failure::configuration("display.points", "a mean needs at least 2 points"))
    );
}
