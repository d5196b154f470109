//! The panel against sources in memory. What is drawn is decoded again and looked at.
#![allow(clippy::unwrap_used)]

use porthole_sdk::testing::{self, FakeSource, FakeSources};

use super::*;

const GOOD: [u8; 3] = [0x16, 0xa2, 0x67];
const BAD: [u8; 3] = [0xd9, 0x26, 0x52];

fn nodes() -> FakeSource {
    FakeSource::new(testing::frame([
        ("name", testing::texts(&["gw-01", "web-01", "web-02", "db-01"])),
        (
            "status",
            testing::texts(&["online", "online", "degraded", "offline"]),
        ),
        ("group", testing::texts(&["Edge", "Web", "Web", "Data"])),
    ]))
}

fn links() -> FakeSource {
    FakeSource::new(testing::frame([
        ("from", testing::texts(&["gw-01", "gw-01", "web-01", "nowhere"])),
        ("to", testing::texts(&["web-01", "web-02", "db-01", "gw-01"])),
        ("load", testing::numbers(&[10.0, 95.0, f64::NAN, 1.0])),
    ]))
}

fn sources() -> FakeSources {
    FakeSources::new(0, 1_000)
        .with("main", nodes())
        .with("links", links())
}

fn render(sources: &FakeSources, parameters: &str, surface: Option<Surface>) -> Image {
    let mut call = sources.call("{}");
    call.parameters = parameters.into();
    call.surface = surface;
    match NetworkTopology::render(&call, sources).unwrap() {
        View::Image(image) => image,
        other => panic!("not an image: {other:?}"),
    }
}

/// Width, height and the pixels of a PNG.
fn decoded(bytes: &[u8]) -> (u32, u32, Vec<[u8; 3]>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    let pixels = pixels.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    (info.width, info.height, pixels.collect())
}

fn has(image: &Image, color: [u8; 3]) -> bool {
    decoded(&image.bytes).2.contains(&color)
}

fn surface(width: u32, height: u32, dark: bool) -> Option<Surface> {
    Some(Surface { width, height, dark })
}

#[test]
fn the_picture_has_two_pixels_for_each_of_the_surface() {
    let (width, height, _) = decoded(&render(&sources(), "{}", surface(640, 300, false)).bytes);
    assert_eq!((width, height), (1280, 600));
}

#[test]
fn no_surface_is_too_strange_for_a_picture_of_bearable_size() {
    for (width, height) in [
        (0, 0),
        (u32::MAX, u32::MAX),
        (1, u32::MAX),
        (u32::MAX, 1),
        (340, 900),
    ] {
        let image = render(&sources(), "{}", surface(width, height, true));
        let (width, height, _) = decoded(&image.bytes);
        assert!(
            u64::from(width) * u64::from(height) <= 4_000_000,
            "{width} by {height}"
        );
        assert!(image.bytes.len() < 2_000_000);
    }
}

#[test]
fn dark_surroundings_get_a_dark_ground() {
    let light = decoded(&render(&sources(), "{}", surface(640, 300, false)).bytes).2;
    let dark = decoded(&render(&sources(), "{}", surface(640, 300, true)).bytes).2;
    assert_eq!(light.last(), Some(&[0xff, 0xff, 0xff]));
    assert_eq!(dark.last(), Some(&[0x17, 0x1a, 0x20]));
}

#[test]
fn offline_nodes_are_drawn_unless_the_yaml_says_otherwise() {
    let with = render(&sources(), r#"{"include_offline":true}"#, None);
    let without = render(&sources(), r#"{"include_offline":false}"#, None);
    assert!(has(&with, GOOD) && has(&with, BAD));
    assert!(has(&without, GOOD) && !has(&without, BAD));
    assert_eq!(
        with.alternative,
        "Network of 4 nodes: 2 online, 1 degraded (web-02), 1 offline (db-01)."
    );
    assert_eq!(
        without.alternative,
        "Network of 3 nodes: 2 online, 1 degraded (web-02). 1 offline not shown."
    );
}

#[test]
fn nodes_with_places_are_drawn_on_a_map() {
    let frame = testing::frame([
        ("name", testing::texts(&["a", "b"])),
        ("status", testing::texts(&["online", "offline"])),
        ("x", testing::numbers(&[0.0, 10.0])),
        ("y", testing::numbers(&[10.0, 0.0])),
    ]);
    let sources = FakeSources::new(0, 1).with("main", FakeSource::new(frame));
    let (width, height, pixels) = decoded(&render(&sources, "{}", surface(400, 228, false)).bytes);
    let at = |x: u32, y: u32| pixels[(y * width + x) as usize];
    assert_eq!((width, height), (800, 456));
    // West and north is left and above; both 58 and 30 from the edges of what is above the legend.
    assert_eq!(at(2 * 58, 2 * 30), GOOD);
    // An offline node is a ring.
    assert_eq!(at(2 * (400 - 58) - 10, 2 * (200 - 30)), BAD);
    assert_eq!(at(2 * (400 - 58), 2 * (200 - 30)), [0xff, 0xff, 0xff]);
}

#[test]
fn places_that_cannot_be_told_apart_are_drawn_in_the_middle() {
    let frame = testing::frame([
        ("name", testing::texts(&["a", "b"])),
        ("status", testing::texts(&["online", "online"])),
        ("x", testing::numbers(&[-f64::MAX, f64::MAX])),
        ("y", testing::numbers(&[5.0, 5.0])),
    ]);
    let sources = FakeSources::new(0, 1).with("main", FakeSource::new(frame));
    assert!(has(&render(&sources, "{}", None), GOOD));
}

#[test]
fn more_nodes_than_there_is_room_for_are_counted_and_the_worst_are_kept() {
    let names: Vec<String> = (0..390).map(|number| format!("node-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut states = vec!["online"; 389];
    states.push("offline");
    let frame = testing::frame([
        ("name", testing::texts(&names)),
        ("status", testing::texts(&states)),
    ]);
    let sources = FakeSources::new(0, 1).with("main", FakeSource::new(frame));
    assert!(has(&render(&sources, "{}", None), BAD));
}

#[test]
fn only_the_newest_row_of_a_node_counts() {
    let frame = testing::frame([
        ("name", testing::texts(&["a", "a"])),
        ("status", testing::texts(&["offline", "online"])),
        ("timestamp", testing::instants(&[10, 20])),
    ]);
    let sources = FakeSources::new(500, 501).with("main", FakeSource::new(frame));
    assert_eq!(
        render(&sources, "{}", None).alternative,
        "Network of 1 node: 1 online."
    );
}

#[test]
fn a_network_without_nodes_is_a_picture_that_says_so() {
    let frame = testing::frame([("name", testing::texts(&[])), ("status", testing::texts(&[]))]);
    let sources = FakeSources::new(0, 1).with("main", FakeSource::new(frame));
    let image = render(&sources, "{}", None);
    assert_eq!(image.alternative, "Network without nodes.");
    decoded(&image.bytes);
}

#[test]
fn a_source_that_fails_is_the_panels_failure() {
    let sources = FakeSources::new(0, 1)
        .with("main", nodes())
        .with("links", links().failing(QueryError::TimedOut));
    assert_eq!(
        NetworkTopology::render(&sources.call("{}"), &sources),
        Err(Failure::Query(QueryError::TimedOut))
    );
}

#[test]
fn mistakes_in_the_yaml_are_named_with_their_key() {
    let mut call = sources().call("{}");
    call.parameters = r#"{"include_offline":"no"}"#.into();
    let Err(Failure::Configuration(message)) = NetworkTopology::render(&call, &sources()) else {
        panic!()
    };
    assert_eq!(
        message,
        "parameters.include_offline: expected true or false, found \"no\""
    );
}

#[test]
fn the_schema_is_json() {
    serde_json::from_str::<serde_json::Value>(&NetworkTopology::describe().parameters_schema).unwrap();
}
