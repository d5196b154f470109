//! The panel against sources in memory.
#![allow(clippy::unwrap_used)]

use porthole_sdk::{
    Surface,
    testing::{self, FakeSource, FakeSources},
};

use super::*;

fn services() -> FakeSource {
    FakeSource::new(testing::frame([
        ("name", testing::texts(&["web", "api", "db", "mail"])),
        ("status", testing::integers(&[0, 1, 0, 2])),
        (
            "message",
            testing::texts(&["", "answers slower than 2 s", "", "refused <all>"]),
        ),
        ("rate", testing::numbers(&[1200.0, 900.5, f64::NAN, 3.25])),
    ]))
}

fn calls(from: &[&str], to: &[&str], errors: &[f64]) -> FakeSource {
    FakeSource::new(testing::frame([
        ("from", testing::texts(from)),
        ("to", testing::texts(to)),
        ("rate", testing::numbers(&vec![40.0; from.len()])),
        ("errors", testing::numbers(errors)),
    ]))
}

fn sources() -> FakeSources {
    let calls = calls(
        &["web", "api", "api", "web", "api"],
        &["api", "db", "mail", "billing", "api"],
        &[0.1, 3.0, 64.0, f64::NAN, 0.0],
    );
    FakeSources::new(0, 1)
        .with("main", services())
        .with("calls", calls)
}

fn markup(sources: &FakeSources, display: &str, width: Option<u32>) -> String {
    let mut call = sources.call(display);
    call.surface = width.map(|width| Surface {
        width,
        height: 300,
        dark: false,
    });
    match ServiceMap::render(&call, sources).unwrap() {
        View::Markup(markup) => markup,
        other => panic!("not markup: {other:?}"),
    }
}

#[test]
fn every_service_is_a_box_with_its_state_and_the_reason_for_it() {
    let markup = markup(&sources(), "{}", Some(900));
    assert!(markup.contains(r#"title="api: degraded, answers slower than 2 s""#));
    assert!(markup.contains(r#"title="mail: down, refused &lt;all&gt;""#));
    assert!(markup.contains(r#"title="web: healthy""#));
    assert!(
        markup.contains(">1,200/s<"),
        "a healthy service says how much it answers"
    );
    assert!(!markup.contains("<all>"));
}

#[test]
fn who_calls_stands_left_of_what_is_called() {
    let markup = markup(&sources(), "{}", Some(900));
    let left = |name: &str| -> f64 {
        let tail = markup.split(&format!("title=\"{name}: ")).nth(1).unwrap();
        let tail = tail.split("left-[").nth(1).unwrap();
        tail.split('%').next().unwrap().parse().unwrap()
    };
    assert!(left("web") < left("api") && left("api") < left("db"));
    assert_eq!(left("db"), left("mail"));
    assert_eq!(left("billing"), left("api"));
}

#[test]
fn lines_say_who_calls_whom_and_have_the_colour_of_their_failures() {
    let markup = markup(&sources(), "{}", Some(900));
    let classes = |title: &str| {
        let tail = markup.split(&format!("title=\"{title}\"")).nth(1).unwrap();
        tail.split('>').next().unwrap().to_owned()
    };
    assert!(classes("web calls api: 40/s, 0.1 % fail").contains("border-[#b4bdca]"));
    assert!(classes("api calls db: 40/s, 3.0 % fail").contains("border-[#d98a00]"));
    assert!(classes("api calls mail: 40/s, 64.0 % fail").contains("border-[#d92652]"));
    assert!(!markup.contains("api calls api"));
}

#[test]
fn a_service_that_only_the_calls_know_is_unknown() {
    assert!(markup(&sources(), "{}", Some(900)).contains(r#"title="billing: unknown""#));
}

#[test]
fn without_calls_all_services_stand_in_one_layer() {
    let sources = FakeSources::new(0, 1).with("main", services());
    assert_eq!(markup(&sources, "{}", None).matches("left-[0.00%]").count(), 4);
}

#[test]
fn a_narrow_surface_gets_a_list_with_the_worst_first() {
    let markup = markup(&sources(), "{}", Some(350));
    assert!(!markup.contains("absolute"));
    let place = |name: &str| markup.find(&format!("title=\"{name}: ")).unwrap();
    assert!(
        place("mail") < place("api") && place("api") < place("billing") && place("billing") < place("web")
    );
    assert!(
        markup.contains(
            r#"title="api calls db: 40/s, 3.0 % fail" class="px-1.5 rounded border border-[#d98a00]"#
        )
    );
}

#[test]
fn the_yaml_says_from_when_on_failures_are_alarming() {
    let calm = markup(
        &sources(),
        r#"{"warning_percent":70,"critical_percent":90}"#,
        Some(900),
    );
    assert!(!calm.contains("fail too often"));
    assert!(markup(&sources(), "{}", Some(900)).contains("of 4 calls fail too often"));
}

#[test]
fn circles_and_services_of_the_same_name_are_borne() {
    let frame = testing::frame([
        ("name", testing::texts(&["a", "b", "a"])),
        ("status", testing::texts(&["up", "up", "down"])),
    ]);
    let sources = FakeSources::new(0, 1).with("main", FakeSource::new(frame)).with(
        "calls",
        calls(&["a", "b", "a"], &["b", "a", "b"], &[0.0, 0.0, 0.0]),
    );
    let markup = markup(&sources, "{}", Some(900));
    assert!(markup.contains("a calls b") && markup.contains("b calls a"));
}

#[test]
fn no_surface_is_too_strange() {
    for (width, height) in [(0, 0), (u32::MAX, u32::MAX), (560, 0)] {
        let mut call = sources().call("{}");
        call.surface = Some(Surface {
            width,
            height,
            dark: true,
        });
        assert!(ServiceMap::render(&call, &sources()).is_ok());
    }
}

#[test]
fn mistakes_in_the_yaml_are_named_with_their_key() {
    let call = sources().call(r#"{"warning_percent":"a few"}"#);
    let Err(Failure::Configuration(message)) = ServiceMap::render(&call, &sources()) else {
        panic!()
    };
    assert_eq!(
        message,
        "display.warning_percent: expected a number, found \"a few\""
    );
}

#[test]
fn the_schema_is_json() {
    serde_json::from_str::<serde_json::Value>(&ServiceMap::describe().display_schema).unwrap();
}
