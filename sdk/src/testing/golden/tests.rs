#![allow(clippy::unwrap_used)]
use std::path::PathBuf;

use super::*;
use crate::{Chart, Failure, Image, Mark, Plot, View, testing::series};

/// A folder of this test alone, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("porthole-golden-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn chart(value: f64) -> Result<View, Failure> {
    let plot = Plot {
        series: series("web", &[(0, 1.5), (60_000, f64::NAN), (120_000, value)]),
        color: None,
        mark: Mark::Line,
        join_within: None,
    };
    Ok(View::Chart(Chart {
        plots: vec![plot],
        ..Chart::default()
    }))
}

#[test]
fn a_view_is_as_it_was_written_down() {
    let folder = Folder::new("same");
    let file = folder.file("golden/chart.json");
    assert_eq!(check_golden(&chart(2.5), &file, true), Ok(true));
    assert_eq!(check_golden(&chart(2.5), &file, false), Ok(false));
    assert_eq!(check_golden(&chart(2.5), &file, true), Ok(false));
    // With and without the `Ok` around it: one form.
    assert_eq!(check_golden(&chart(2.5).unwrap(), &file, false), Ok(false));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("{\n  \"chart\": {"), "{text}");
    assert!(text.contains("[1.5, null, 2.5]"), "{text}");
}

#[test]
fn a_difference_names_the_value_and_how_to_accept_it() {
    let folder = Folder::new("other");
    let file = folder.file("chart.json");
    check_golden(&chart(2.5), &file, true).unwrap();
    let said = check_golden(&chart(3.0), &file, false).unwrap_err();
    assert!(
        said.contains("chart.plots[0].series.values[2]: was 2.5, is 3.0"),
        "{said}"
    );
    assert!(said.contains("UPDATE_GOLDEN=1"), "{said}");
    assert_eq!(check_golden(&chart(2.5 + 1e-12), &file, false), Ok(false));
    let failure: Result<View, Failure> = Err(Failure::configuration("display.unit", "expected a string"));
    assert!(
        check_golden(&failure, &file, false)
            .unwrap_err()
            .contains("chart: was")
    );
    assert!(
        check_golden(&failure, &file, false)
            .unwrap_err()
            .contains("  failure: is new")
    );
}

#[test]
fn a_failure_can_be_golden_too() {
    let folder = Folder::new("failure");
    let file = folder.file("failure.json");
    let failure: Result<View, Failure> = Err(Failure::configuration("display.unit", "expected a string"));
    check_golden(&failure, &file, true).unwrap();
    assert_eq!(check_golden(&failure, &file, false), Ok(false));
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("\"Configuration\": \"display.unit: expected a string\""),
        "{text}"
    );
}

#[test]
fn a_missing_file_says_how_to_write_it_and_a_broken_one_where() {
    let folder = Folder::new("missing");
    let file = folder.file("chart.json");
    assert!(
        check_golden(&chart(1.0), &file, false)
            .unwrap_err()
            .contains("UPDATE_GOLDEN=1")
    );
    fs::write(&file, "{\n  oops").unwrap();
    assert!(
        check_golden(&chart(1.0), &file, false)
            .unwrap_err()
            .contains("chart.json:2:3: ")
    );
}

#[test]
fn a_picture_is_written_beside_the_file_and_compared_by_its_hash() {
    let folder = Folder::new("picture");
    let file = folder.file("map.json");
    let picture = |bytes: &[u8]| {
        View::Image(Image {
            media_type: "image/png".into(),
            bytes: bytes.to_vec(),
            alternative: "A map".into(),
        })
    };
    check_golden(&picture(b"one"), &file, true).unwrap();
    assert_eq!(fs::read(folder.file("map.png")).unwrap(), b"one");
    assert_eq!(check_golden(&picture(b"one"), &file, false), Ok(false));
    let said = check_golden(&picture(b"two"), &file, false).unwrap_err();
    assert!(said.contains("image.bytes.fnv1a"), "{said}");
}

#[test]
fn a_document_is_compared_by_what_it_says() {
    let folder = Folder::new("document");
    let file = folder.file("day.json");
    check_golden(&View::Document(r#"{"a":1,"b":[2]}"#.into()), &file, true).unwrap();
    assert_eq!(
        check_golden(&View::Document(r#"{ "b": [2], "a": 1 }"#.into()), &file, false),
        Ok(false)
    );
    let said = check_golden(&View::Document(r#"{"a":1,"b":[3]}"#.into()), &file, false).unwrap_err();
    assert!(said.contains("document.b[0]: was 2, is 3"), "{said}");
}
