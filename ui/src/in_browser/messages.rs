//! What the page says of itself for a moment: that a link was copied, that an export failed.

use wasm_bindgen_test::wasm_bindgen_test;

use super::{click, has, named, open, text, texts, until};
use crate::{
    frame,
    gallery::{
        answers,
        failures::{failure, problem},
        sample::{Sample, grid},
    },
    prelude::*,
};

fn bar(address: &str) {
    open(address, |board| {
        let over = frame::over();
        let bar = frame::top_bar(board, "default", *create_signal(None));
        view! { (bar) (over) }
    });
}

#[wasm_bindgen_test]
async fn copying_a_link_is_said_and_the_saying_goes_away() {
    bar("/t/gallery/d/default?from=now-1h&to=now");
    assert_eq!(text("[role=status]"), "");
    click("[data-testid=share]");
    assert_eq!(
        texts("[role=menuitem] .what > :first-child"),
        ["Copy link", "Copy link to this moment"]
    );
    named("[role=menuitem] .what > span", "Copy link").click();
    until("it is said", || has(".toast")).await;
    assert!(!has("[role=menu]"), "the menu closes");
    until("it goes away", || text("[role=status]").is_empty()).await;
}

#[wasm_bindgen_test]
fn a_range_that_is_over_has_one_link() {
    bar("/t/gallery/d/default?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z");
    click("[data-testid=share]");
    assert_eq!(
        texts("[role=menuitem] .what > :first-child"),
        ["Copy link to this moment"]
    );
}

#[wasm_bindgen_test]
fn an_export_that_failed_is_said_at_once_and_the_panel_stays() {
    let view = porthole_model::View::Metric(answers::metric(12.5, "ms", None, 12.1));
    open("/t/gallery/d/default", move |board| {
        let sample = Sample::new("Latency", "kpi", (3, 1))
            .showing(view)
            .with(|loader| {
                let why = problem(
                    502,
                    porthole_model::code::QUERY_TOO_LARGE,
                    "more than 1,000,000 rows",
                );
                loader.export_failure.set(Some(failure(why).into()));
            });
        grid(board, vec![sample])
    });
    assert!(text(".panel-head [role=alert]").starts_with("export failed"));
    assert_eq!(
        text(".panel-head [role=alert] .hint span"),
        "More than 1,000,000 rows"
    );
    assert_eq!(text("[data-testid=kpi-value]"), "12.5");
}
