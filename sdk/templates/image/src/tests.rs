use porthole_sdk::{
    Surface,
    testing::{Fixture, golden},
};

use super::*;

#[test]
fn looks_as_it_did() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let view = NewPanel::render(&fixture.call(), &fixture.sources());
    golden(&view, "golden/example.json");
}

#[test]
fn is_as_large_as_the_reader_wants_and_never_huge() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let size = |width, height| {
        let call = Call {
            surface: Some(Surface {
                width,
                height,
                dark: true,
            }),
            ..fixture.call()
        };
        let Ok(View::Image(image)) = NewPanel::render(&call, &fixture.sources()) else {
            panic!("no picture");
        };
        // Where a PNG file says how large it is.
        let number = |at: usize| u32::from_be_bytes(image.bytes[at..at + 4].try_into().unwrap());
        (number(16), number(20))
    };
    assert_eq!(size(480, 160), (480, 160));
    assert_eq!(size(u32::MAX, 0), (MOST_PIXELS, 28));
}

#[test]
fn a_mistake_in_the_yaml_is_named() {
    let fixture = Fixture::load("fixtures/example.json").unwrap();
    let call = Call {
        parameters: r#"{"color": "blue"}"#.into(),
        ..fixture.call()
    };
    let Err(Failure::Configuration(message)) = NewPanel::render(&call, &fixture.sources()) else {
        panic!("no failure");
    };
    assert!(message.starts_with("parameters.color: \"blue\" is not a colour"), "{message}");
}
