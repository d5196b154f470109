use porthole_sdk::testing::{Fixture, golden};

use super::*;

#[test]
fn looks_as_it_did() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let view = NewPanel::render(&fixture.call(), &fixture.sources());
    golden(&view, "golden/example.json");
}

#[test]
fn a_percentile_is_one_of_the_values() {
    let values = || vec![4.0, 1.0, 3.0, 2.0];
    assert_eq!(percentile(values(), 50.0), Some(2.0));
    assert_eq!(percentile(values(), 75.1), Some(4.0));
    assert_eq!(percentile(values(), 0.0), Some(1.0));
    assert_eq!(percentile(values(), 100.0), Some(4.0));
    assert_eq!(percentile(Vec::new(), 95.0), None);
}

#[test]
fn a_mistake_in_the_yaml_is_named() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let call = fixture.sources().call(r#"{"percentile": 950}"#);
    assert_eq!(
        NewPanel::render(&call, &fixture.sources()),
        Err(Failure::configuration("display.percentile", "a percentile goes from 0 to 100"))
    );
}
