//! Tables: sorted, filtered and paged as the reader wishes.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen_test::wasm_bindgen_test;

use super::{all, attribute, click, click_with, fill, has, named, open, text, texts, until};
use crate::{gallery::answers, panel::Loader, sorting::parameter};

/// Two pages of a log; what the reader wishes of it.
fn show() -> Rc<Cell<Option<Loader>>> {
    let kept: Rc<Cell<Option<Loader>>> = Rc::default();
    let loader = kept.clone();
    open("/t/gallery/d/default", move |_| {
        let answer = answers::answer("Log", "table", answers::log(answers::lines(), 12));
        let still = Loader::still(Some(answer), None);
        loader.set(Some(still));
        crate::views::table(still)
    });
    kept
}

fn sort(loader: &Rc<Cell<Option<Loader>>>) -> String {
    let wishes = loader.get().unwrap().wishes.get_clone_untracked();
    wishes.sort.as_deref().map(parameter).unwrap_or_default()
}

#[wasm_bindgen_test]
fn cells_are_written_by_their_format() {
    show();
    assert_eq!(all("tbody tr").len(), 7);
    let first = &texts("tbody tr:first-child td");
    // `2026-11-28 10:20:00`
    assert_eq!(
        (first[0].len(), &first[0][4..5], &first[0][13..14]),
        (19, "-", ":")
    );
    assert_eq!(first[1], "payments-api");
    assert_eq!(first[3], "12.5");
    assert_eq!(
        attribute("tbody tr:first-child td:nth-child(4)", "class").as_deref(),
        Some("right")
    );
    assert!(
        attribute("tbody tr:first-child .mark-cell", "style")
            .unwrap()
            .starts_with("color: rgb(")
    );
}

#[wasm_bindgen_test]
fn a_click_on_a_heading_sorts_by_it_alone() {
    let loader = show();
    let directions = || -> Vec<String> {
        all("thead th")
            .iter()
            .map(|head| head.get_attribute("aria-sort").unwrap())
            .collect()
    };
    assert_eq!(directions(), ["descending", "none", "none", "none", "none"]);
    named("th button", "Service").click();
    assert_eq!(sort(&loader), "service");
    named("th button", "Time").click();
    assert_eq!(sort(&loader), "time");
}

#[wasm_bindgen_test]
fn with_shift_a_click_sorts_by_one_more_column() {
    let loader = show();
    click_with(&named("th button", "Service"), "shiftKey");
    assert_eq!(sort(&loader), "-time,service");
}

#[wasm_bindgen_test]
async fn what_is_typed_into_a_filter_is_asked_for_once_the_reader_pauses() {
    let loader = show();
    let filters = || loader.get().unwrap().wishes.get_clone_untracked().filters;
    click("[aria-label='Filter columns']");
    fill("[aria-label='Filter Service']", "pa");
    fill("[aria-label='Filter Service']", "pay");
    assert!(filters().is_empty(), "not before the pause");
    until("the filter", || {
        filters() == [("service".to_owned(), "pay".to_owned())]
    })
    .await;
    // Closing the filters takes them away: what is filtered must be seen.
    click("[aria-label='Filter columns']");
    assert!(filters().is_empty());
    assert!(!has("tr.filters"));
}

#[wasm_bindgen_test]
fn pages_are_counted_and_chosen() {
    let loader = show();
    assert_eq!(text(".pager [aria-live]"), "1–7 of 12");
    assert_eq!(
        attribute(".pager [aria-current=page]", "aria-label").as_deref(),
        Some("Page 1")
    );
    assert!(has(".pager [aria-label='Previous page'][disabled]"));
    click(".pager [aria-label='Next page']");
    assert_eq!(loader.get().unwrap().wishes.get_clone_untracked().page, Some(2));
}
