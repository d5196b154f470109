//! Charts: what is drawn, and what the legend does.

use std::{cell::Cell, rc::Rc};

use porthole_model::{Mark, View as Shown};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{address, all, attribute, click_with, close, has, named, one, open, press, text, texts, until};
use crate::{
    gallery::{
        answers::{answer, chart, end, plot},
        sample::{Sample, grid},
    },
    panel::Loader,
    query::Query,
    stores::Drawing,
    time::format,
};

/// Three servers; drawn as soon as the library is there.
async fn show() {
    let view = Shown::Chart(chart(vec![
        plot("web-1", 55.0, Mark::Line),
        plot("web-2", 40.0, Mark::Area),
        plot("db-1", 20.0, Mark::Line),
    ]));
    open("/t/gallery/d/default", move |board| {
        grid(
            board,
            vec![Sample::new("Load", "timeseries", (12, 3)).showing(view)],
        )
    });
    until("the chart", || has(".uplot canvas")).await;
}

fn pressed() -> Vec<String> {
    all(".legend button")
        .iter()
        .map(|button| button.get_attribute("aria-pressed").unwrap())
        .collect()
}

fn swatches() -> Vec<String> {
    all(".legend i")
        .iter()
        .map(|swatch| swatch.get_attribute("style").unwrap())
        .collect()
}

#[wasm_bindgen_test]
async fn the_legend_has_each_series_with_its_last_value() {
    show().await;
    assert_eq!(texts(".legend span"), ["web-1", "web-2", "db-1"]);
    assert!(
        texts(".legend b").iter().all(|last| last.ends_with("\u{a0}%")),
        "{:?}",
        texts(".legend b")
    );
    assert_eq!(pressed(), ["true", "true", "true"]);
    let title = attribute(".legend button:first-child", "title").unwrap();
    let shape: String = title.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    assert_eq!(
        shape, "web-\nmin .\u{a0}% · mean .\u{a0}% · max .\u{a0}%",
        "{title}"
    );
}

#[wasm_bindgen_test]
async fn a_click_isolates_a_series_and_another_shows_all() {
    show().await;
    let colours = swatches();
    named(".legend span", "web-2").click();
    assert_eq!(pressed(), ["false", "true", "false"]);
    named(".legend span", "db-1").click();
    assert_eq!(pressed(), ["false", "false", "true"]);
    named(".legend span", "db-1").click();
    assert_eq!(pressed(), ["true", "true", "true"]);
    assert_eq!(swatches(), colours, "a series keeps its colour");
}

#[wasm_bindgen_test]
async fn with_the_control_key_a_click_hides_one_and_the_last_shows_all() {
    show().await;
    for (name, expected) in [
        ("web-1", ["false", "true", "true"]),
        ("web-2", ["false", "false", "true"]),
        ("db-1", ["true", "true", "true"]),
    ] {
        click_with(&named(".legend span", name), "ctrlKey");
        assert_eq!(pressed(), expected, "{name}");
    }
}

#[wasm_bindgen_test]
async fn the_chart_is_a_sentence_for_those_who_do_not_see_it() {
    show().await;
    let spoken = attribute(".plot", "aria-label").unwrap();
    assert!(spoken.starts_with("Load. Last values: web-1: "), "{spoken}");
    assert!(
        spoken.ends_with("The panel's menu shows it as a table."),
        "{spoken}"
    );
}

#[wasm_bindgen_test]
async fn arrows_move_a_cursor_whose_values_are_told_largest_first() {
    show().await;
    one(".plot").focus().unwrap();
    press(one(".plot").unchecked_ref(), "ArrowLeft", false);
    until("the tooltip", || has("[data-testid=chart-tooltip]")).await;
    let first = text(".tip .when");
    assert_eq!(texts(".tip .entry span"), ["web-1", "web-2", "db-1"]);
    press(one(".plot").unchecked_ref(), "ArrowLeft", false);
    until("the point before", || has(".tip") && text(".tip .when") != first).await;
    assert!(text(".tip .when") < first || !first.is_empty());
}

#[wasm_bindgen_test]
async fn what_is_isolated_and_what_is_seen_as_a_table_stands_in_the_address() {
    const HERE: &str = "/t/gallery/d/default?from=now-1h&to=now&show.load=web-2&as.load=table&show.other=x";
    let kept: Rc<Cell<Option<Loader>>> = Rc::default();
    let loader = kept.clone();
    open(HERE, move |board| {
        let view = Shown::Chart(chart(vec![
            plot("web-1", 55.0, Mark::Line),
            plot("web-2", 40.0, Mark::Line),
        ]));
        let mut still = Loader::still(Some(answer("Load", "timeseries", view)), None);
        still.drawing = Drawing::in_address("load");
        loader.set(Some(still));
        crate::views::chart(board, still)
    });
    let drawing = kept.get().unwrap().drawing;
    assert_eq!(pressed(), ["false", "true"]);
    assert!(drawing.as_table.get_untracked());
    named(".legend span", "web-1").click();
    drawing.show_as_table(false);
    assert_eq!(
        address(),
        "/t/gallery/d/default?from=now-1h&to=now&show.other=x&show.load=web-1"
    );
    assert_eq!(pressed(), ["true", "false"]);
    web_sys::window()
        .unwrap()
        .history()
        .unwrap()
        .go_with_delta(-2)
        .unwrap();
    until("the choice before", || pressed() == ["false", "true"]).await;
}

#[wasm_bindgen_test]
async fn a_choice_of_what_is_gone_shows_all_and_says_so_until_it_is_dropped() {
    const HERE: &str = "/t/gallery/d/default?show.load=web-9";
    fn draw() {
        open(HERE, move |board| {
            let view = Shown::Chart(chart(vec![
                plot("web-1", 55.0, Mark::Line),
                plot("web-2", 40.0, Mark::Line),
            ]));
            let mut still = Loader::still(Some(answer("Load", "timeseries", view)), None);
            still.drawing = Drawing::in_address("load");
            crate::views::chart(board, still)
        });
    }
    draw();
    assert_eq!(pressed(), ["true", "true"]);
    assert_eq!(text(".gone span"), "Not here: web-9.");
    assert_eq!(address(), HERE, "it may come again");
    named(".gone button", "Show all").click();
    assert!(!has(".gone"));
    assert_eq!(address(), "/t/gallery/d/default");
    close();

    // Who chooses from what is seen chooses among that alone.
    draw();
    named(".legend span", "web-2").click();
    assert_eq!(pressed(), ["false", "true"]);
    assert!(!has(".gone"));
    assert_eq!(address(), "/t/gallery/d/default?show.load=web-2");
}

#[wasm_bindgen_test]
async fn a_series_without_a_name_is_called_so_wherever_it_is_named() {
    let view = || {
        Shown::Chart(chart(vec![
            plot("", 55.0, Mark::Line),
            plot("web-2", 40.0, Mark::Line),
        ]))
    };
    open("/t/gallery/d/default", move |board| {
        let mut table = Sample::new("Table", "timeseries", (12, 3)).showing(view());
        table.as_table = true;
        let chart = Sample::new("Load", "timeseries", (12, 3)).showing(view());
        grid(board, vec![chart, table])
    });
    until("the chart", || has(".uplot canvas")).await;
    assert_eq!(texts(".legend span"), ["(no name)", "web-2"]);
    assert_eq!(texts(".legend .nameless"), ["(no name)"]);
    assert_eq!(texts("th .nameless"), ["(no name)"]);
    assert_eq!(texts("th")[1..], ["(no name), %", "web-2, %"]);
    assert!(
        attribute(".plot", "aria-label")
            .unwrap()
            .contains("Last values: (no name): ")
    );
    one(".plot").focus().unwrap();
    press(one(".plot").unchecked_ref(), "ArrowLeft", false);
    until("the tooltip", || has("[data-testid=chart-tooltip]")).await;
    assert_eq!(texts(".tip .nameless"), ["(no name)"]);
    named(".legend span", "(no name)").click();
    assert_eq!(pressed(), ["true", "false"]);
}

/// How long the range in the address is, and when it begins; hours since the chart's own begin.
fn range() -> (f64, f64) {
    let query = Query::parse(address().split_once('?').unwrap().1);
    let at = |name| format::parse_rfc3339(query.get(name).unwrap()).unwrap();
    let hours = |length: i64| (length as f64 / 3_600_000.0 * 10.0).round() / 10.0;
    (
        hours(at("to") - at("from")),
        hours(at("from") - (end() - 12 * 3_600_000)),
    )
}

#[wasm_bindgen_test]
async fn keys_move_the_range_of_a_chart_that_has_the_focus() {
    show().await;
    let plot = one(".plot");
    plot.focus().unwrap();
    for (key, expected) in [("]", (12.0, 6.0)), ("[", (12.0, -6.0)), ("+", (6.0, 3.0))] {
        press(plot.unchecked_ref(), key, false);
        assert_eq!(range(), expected, "{key}");
    }
    // Around the cursor, which the arrow keys moved.
    press(plot.unchecked_ref(), "Home", false);
    until("the tooltip", || has("[data-testid=chart-tooltip]")).await;
    press(plot.unchecked_ref(), "+", false);
    assert_eq!(range(), (6.0, -3.0));
    press(plot.unchecked_ref(), "-", false);
    assert_eq!(range(), (12.0, -6.0));
    let before = address();
    press(plot.unchecked_ref(), "-", true);
    assert_eq!(address(), before, "with the control key it is the browser's");
}
