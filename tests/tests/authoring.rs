//! What a panel's author does: new crates, their components, their tests, fixtures, the preview; and the mistakes that
//! newcomers make. Everything is run for real, outside the checkout and without a network.
//!
//! Crates share one target folder, which stays between runs: what they stand on is compiled once.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use porthole_tests::{Client, Host, Outcome, Site, places, porthole};
use serde_json::Value;

const KINDS: [&str; 6] = ["chart", "metric", "table", "statuses", "image", "document"];

/// A save is seen, built and shown within this, on a machine that is busy with other tests.
const SHOWN_WITHIN: Duration = Duration::from_secs(180);

/// Somebody's folder of panels.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("porthole-desk-")
            .tempdir()
            .unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `porthole plugin …`, run in the folder.
    fn plugin(&self, arguments: &[&str]) -> Outcome {
        let mut command = porthole();
        command
            .arg("plugin")
            .args(arguments)
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", target())
            // What is not on this machine already is not fetched.
            .env("CARGO_NET_OFFLINE", "true");
        Outcome::of(&mut command, "")
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.path(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{file} has no {from}");
        std::fs::write(path, changed).unwrap();
    }
}

/// The crates' target folder: beside the program under test, so that what they stand on is compiled once.
fn target() -> PathBuf {
    places::porthole().with_file_name("authoring")
}

fn component(name: &str) -> PathBuf {
    target().join("porthole").join(format!("{name}.wasm"))
}

#[test]
fn every_kind_of_new_panel_builds_and_passes_its_own_tests_at_once() {
    let desk = Desk::new();
    for kind in KINDS {
        let name = format!("first-{kind}");
        let snake = name.replace('-', "_");
        let started = Instant::now();
        let said = desk.plugin(&["new", &name, "--kind", kind]).ok();
        assert!(said.contains("porthole plugin dev"), "{said}");
        let made = started.elapsed();
        let said = desk.plugin(&["build", &name]).ok();
        assert!(
            said.contains(&format!("{snake}.wasm")) && said.contains("sha256"),
            "{said}"
        );
        let built = started.elapsed();
        let said = desk.plugin(&["test", &name]).ok();
        assert!(said.contains("ok      fixtures/example.json"), "{said}");
        assert!(
            said.contains(" of 500 ms · ") && said.contains(" of 64 MiB"),
            "{said}"
        );
        println!(
            "{kind}: new {:.1} s, build {:.1} s, test {:.1} s",
            made.as_secs_f64(),
            (built - made).as_secs_f64(),
            (started.elapsed() - built).as_secs_f64()
        );

        let file = component(&snake);
        let said = desk.plugin(&["inspect", "--json", file.to_str().unwrap()]).ok();
        let seen: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(seen["name"], snake.as_str());
        assert_eq!(seen["contract"], "0.1.0");
        assert_eq!(seen["wasi"], serde_json::json!([]));
        assert_eq!(seen["sources"][0]["name"], "main");
        assert_eq!(seen["allowed"]["memory"], "64 MiB");
        let endpoint = ["image", "document"].contains(&kind).then(|| name.clone());
        assert_eq!(seen["endpoint"].as_str().map(str::to_owned), endpoint);
        let size = std::fs::metadata(&file).unwrap().len();
        assert_eq!(seen["size_bytes"], size);
        // Small before fast: a new panel is no burden to upload or to keep.
        assert!(size < 300 * 1024, "{kind}: {size} bytes");
        // Nothing is left that a version control would show beside what was made.
        assert!(!desk.path(&name).join("target").exists());
    }
}

#[test]
fn a_view_that_is_no_longer_golden_fails_with_the_difference_until_it_is_accepted() {
    let desk = Desk::new();
    desk.plugin(&["new", "golden-metric", "--kind", "metric"]).ok();
    let golden = "golden-metric/golden/example.json";
    desk.change(golden, "\"decimals\": 1", "\"decimals\": 3");
    // The crate's own tests say so first, and say it as tests do.
    let outcome = desk.plugin(&["test", "golden-metric"]);
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.code, Some(1), "{said}");
    assert!(said.contains("metric.decimals: was 3, is 1"), "{said}");
    assert!(said.contains("porthole plugin test --update"), "{said}");
    desk.plugin(&["test", "golden-metric", "--update"]).ok();
    desk.plugin(&["test", "golden-metric"]).ok();

    // A fixture that no native test knows is shown to the component all the same.
    let fixtures = desk.path("golden-metric/fixtures");
    std::fs::copy(fixtures.join("example.json"), fixtures.join("second.json")).unwrap();
    let said = desk.plugin(&["test", "golden-metric"]).failed();
    assert!(said.contains("FAILED  fixtures/second.json"), "{said}");
    assert!(said.contains("second.json is not there yet"), "{said}");
    desk.plugin(&["test", "golden-metric", "--update"]).ok();
    assert!(desk.path("golden-metric/golden/second.json").is_file());

    // One that is malformed is told by its place.
    desk.change(
        "golden-metric/fixtures/second.json",
        "\"fixture\": 1,",
        "\"fixture\": 1,,",
    );
    let said = desk.plugin(&["test", "golden-metric"]).failed();
    assert!(said.contains("fixtures/second.json:3:"), "{said}");
}

#[test]
fn what_newcomers_do_wrong_is_told_with_what_to_do() {
    let desk = Desk::new();
    for (arguments, words) in [
        (&["build"][..], "porthole plugin new NAME"),
        (&["test", "nowhere"], "there is no folder"),
        (&["new", "DiskUsage"], "how about `disk-usage`?"),
        (&["new", "kpi"], "choose another"),
        (&["new", "../disk"], "how about `disk`?"),
        (&["new", "disk", "--kind", "hologram"], "chart"),
        (&["inspect", "nowhere.wasm"], "nowhere.wasm cannot be read"),
    ] {
        let said = desk.plugin(arguments).failed();
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read_dir(desk.folder.path()).unwrap().count(), 0);

    desk.plugin(&["new", "disk"]).ok();
    let said = desk.plugin(&["new", "disk"]).failed();
    assert!(said.contains("is not empty"), "{said}");

    desk.change("disk/Cargo.toml", "crate-type", "# crate-type");
    let said = desk.plugin(&["build", "disk"]).failed();
    assert!(said.contains("crate-type = [\"cdylib\", \"rlib\"]"), "{said}");
    desk.change("disk/Cargo.toml", "# crate-type", "crate-type");

    desk.change("disk/src/lib.rs", "porthole_sdk::export!(Disk);", "");
    let said = desk.plugin(&["build", "disk"]).failed();
    assert!(
        said.contains("cannot be made a component") || said.contains("porthole_sdk::export!"),
        "{said}"
    );
}

#[test]
fn what_is_no_panel_is_told_what_it_is() {
    let desk = Desk::new();
    let files: [(&str, Vec<u8>, &str); 5] = [
        ("empty.wasm", Vec::new(), "0 bytes are too few"),
        (
            "text.wasm",
            b"hello, world".to_vec(),
            "does not begin like WebAssembly",
        ),
        (
            "module.wasm",
            wat::parse_str("(module)").unwrap(),
            "porthole plugin build",
        ),
        (
            "preview1.wasm",
            wat::parse_str(r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32))))"#)
                .unwrap(),
            "wasm32-unknown-unknown",
        ),
        (
            "other.wasm",
            wat::parse_str("(component)").unwrap(),
            "does not export porthole:panel/panel",
        ),
    ];
    for (name, bytes, words) in files {
        std::fs::write(desk.path(name), bytes).unwrap();
        let said = desk.plugin(&["inspect", name]).failed();
        assert!(said.contains(words) && said.contains(name), "{name}: {said}");
    }
}

#[test]
fn what_a_panels_sources_answer_becomes_a_fixture() {
    let site = Site::new();
    site.tenant_like("acme", "examples/servers", "sqlite:acme.sqlite");
    let mut csv = "timestamp,value,series\n".to_owned();
    for minute in 0..120 {
        csv.push_str(&format!(
            "2026-01-01 {:02}:{:02}:00,{minute}.5,web\n",
            minute / 60,
            minute % 60
        ));
    }
    let file = site.data().join("readings.csv");
    std::fs::write(&file, csv).unwrap();
    site.import(&file, "acme", "readings", &[]).ok();

    let output = site.data().join("real.json");
    let record = |more: &[&str]| {
        let mut arguments = vec!["plugin", "record", "--tenant", "acme", "--panel", "usage", "-o"];
        arguments.push(output.to_str().unwrap());
        arguments.extend(["--from", "2026-01-01T01:00:00Z", "--to", "2026-01-01T02:00:00Z"]);
        arguments.extend(more);
        let outcome = site.run(&arguments);
        let said = outcome.ok();
        (said, read(&output))
    };
    let (said, fixture) = record(&[]);
    assert!(said.contains("main: 120 rows, 3 columns"), "{said}");
    assert_eq!(fixture["fixture"], 1);
    assert_eq!(fixture["display"]["unit"], "%");
    assert_eq!(fixture["range"]["start"], 1_767_229_200_000_i64);
    let columns = &fixture["sources"]["main"]["columns"];
    assert_eq!(columns[0]["name"], "timestamp");
    assert_eq!(columns[0]["instants"].as_array().unwrap().len(), 120);
    // In the panel's own order, which is the newest first.
    assert_eq!(columns[1]["numbers"][7], 112.5);
    assert_eq!(columns[2]["texts"][0], "web");

    // Where there are too many rows, the newest are kept, and the range says so.
    let (said, fixture) = record(&["--most", "30"]);
    assert!(
        said.contains(" of 120 rows") && said.contains("the range begins at"),
        "{said}"
    );
    let main = &fixture["sources"]["main"];
    let numbers = main["columns"][1]["numbers"].as_array().unwrap();
    assert!((20..=30).contains(&numbers.len()), "{}", numbers.len());
    assert_eq!(numbers[0], 119.5);
    assert_eq!(main["cut"]["of"], 120);
    assert!(fixture["range"]["start"].as_i64().unwrap() > 1_767_229_200_000);

    for (panel, tenant, words) in [
        ("usage", "nobody", "there is no tenant"),
        ("nothing", "acme", "it has "),
    ] {
        let said = site.run(&[
            "plugin", "record", "--tenant", tenant, "--panel", panel, "-o", "x.json",
        ]);
        let said = said.failed();
        assert!(said.contains(words), "{said}");
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[tokio::test]
async fn the_preview_shows_the_panel_and_each_new_build_of_it() {
    let desk = Desk::new();
    desk.plugin(&["new", "live-chart"]).ok();
    let (host, line) = Host::dev(&desk.path("live-chart"), &target()).await;
    assert!(line["url"].as_str().unwrap().ends_with("/?receipt=1"), "{line}");
    let (email, password) = (
        line["email"].as_str().unwrap(),
        line["password"].as_str().unwrap(),
    );
    let client = Client::login(host.url(), email, password).await.of("dev");
    let labels = async || {
        let started = Instant::now();
        let mut answer = client.get("/panels/live_chart/data").await;
        // It is being compiled.
        while answer.body["code"] == "busy" && started.elapsed() < SHOWN_WITHIN {
            tokio::time::sleep(Duration::from_millis(200)).await;
            answer = client.get("/panels/live_chart/data").await;
        }
        let answer = answer.ok();
        let series = answer["view"]["series"].as_array().unwrap().clone();
        let label = |plot: &Value| plot["label"].as_str().unwrap().to_owned();
        series.iter().map(label).collect::<Vec<_>>()
    };
    let shown = labels().await;
    assert!(shown.contains(&"edge-1 (mean)".to_owned()), "{shown:?}");
    wait(|| host.log().contains("live_chart  cpu "), &host).await;

    // A mistake is told in the terminal, and the panel stays as it was.
    desk.change(
        "live-chart/src/lib.rs",
        "moving_mean(&series",
        "moving_means(&series",
    );
    wait(|| host.log().contains("save again to try again"), &host).await;
    assert_eq!(labels().await, shown);

    desk.change("live-chart/src/lib.rs", "{} (mean)", "{} (smooth)");
    desk.change(
        "live-chart/src/lib.rs",
        "moving_means(&series",
        "moving_mean(&series",
    );
    let started = Instant::now();
    while !labels().await.contains(&"edge-1 (smooth)".to_owned()) {
        assert!(started.elapsed() < SHOWN_WITHIN, "{}", host.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn wait(until: impl Fn() -> bool, host: &Host) {
    let started = Instant::now();
    while !until() {
        assert!(started.elapsed() < SHOWN_WITHIN, "{}", host.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
