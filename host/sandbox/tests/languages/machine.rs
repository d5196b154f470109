//! What an interpreter sees of the machine it runs on: nothing, though it has all of WASI.

use porthole_sandbox::bindings::View;
use serde_json::{Value, json};

use crate::readings::Readings;
use crate::{load, render};

/// The host's clock in [`world::call`](crate::world::call), milliseconds.
const NOW: u64 = 3_600_000;
/// The monotonic clock's step, milliseconds.
const STEP: f64 = 10.0;

/// What two calls see.
async fn look(name: &str) -> Option<[Value; 2]> {
    let probe = load(name).await?;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let sources = Readings::of(Vec::new());
        let rendered = render(&probe, r#"{"do": "look"}"#, sources).await.unwrap();
        let View::Document(text) = rendered.view else {
            panic!("{:?}", rendered.view)
        };
        seen.push(serde_json::from_str(&text).unwrap());
    }
    seen.try_into().ok()
}

/// Asserts that the readings, in this many units per millisecond, are whole steps apart.
fn assert_coarse(readings: &Value, per_millisecond: f64) {
    let readings: Vec<f64> = readings
        .as_array()
        .unwrap()
        .iter()
        .map(|reading| reading.as_f64().unwrap() / per_millisecond)
        .collect();
    assert_eq!(readings.len(), 3, "the clock goes on: {readings:?}");
    for pair in readings.windows(2) {
        let steps = (pair[1] - pair[0]) / STEP;
        assert!(
            steps >= 1.0 && (steps - steps.round()).abs() < 1e-6,
            "{readings:?} are {steps} steps apart"
        );
    }
}

#[tokio::test]
async fn python_sees_no_files_environment_arguments_or_network() {
    let Some([seen, again]) = look("probe_python").await else {
        return;
    };
    assert_eq!(seen["environment"], json!({}));
    assert_eq!(seen["arguments"], json!([]));
    for deed in ["root", "read", "write", "connect", "resolve", "process"] {
        assert!(seen[deed]["refused"].is_string(), "{deed}: {}", seen[deed]);
    }
    assert_eq!(seen["wall_clock"], json!([NOW as f64 / 1_000.0, NOW * 1_000_000]));
    assert_coarse(&seen["monotonic"], 1_000_000.0);
    // Nothing that is random is, not even the order of a set: equal data, equal answers.
    assert_eq!(seen["random"], again["random"]);
    assert_eq!(seen["hash"], again["hash"]);
    println!("refused: {}, {}", seen["connect"], seen["resolve"]);
}

#[tokio::test]
async fn javascript_has_no_way_out_and_no_clock_but_the_calls() {
    let Some([seen, again]) = look("probe_javascript").await else {
        return;
    };
    let globals: Vec<&str> = seen["globals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    for name in [
        "process",
        "require",
        "fetch",
        "std",
        "os",
        "WebSocket",
        "XMLHttpRequest",
        "Deno",
    ] {
        assert!(!globals.contains(&name), "there is a {name}");
    }
    assert_eq!(seen["wall_clock"], json!(NOW));
    assert_eq!(seen["zone"], json!(0));
    assert_coarse(&seen["monotonic"], 1.0);
    assert_eq!(seen["random"], again["random"]);
}
