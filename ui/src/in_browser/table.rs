//! Tables: sorted, filtered and paged as the reader wishes.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{address, all, attribute, click, click_with, fill, has, named, one, open, text, texts, until};
use crate::{gallery::answers, panel::Loader, sorting::parameter, stores::Wishes};

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

/// The same as a panel of a dashboard has it, at an address.
fn show_at(address: &str, large: Option<u32>) -> Rc<Cell<Option<Loader>>> {
    let kept: Rc<Cell<Option<Loader>>> = Rc::default();
    let loader = kept.clone();
    open(address, move |_| {
        let answer = answers::answer("Log", "table", answers::log(answers::lines(), 12));
        let mut still = Loader::still(Some(answer), None);
        still.wishes = Wishes::in_address("log", large);
        loader.set(Some(still));
        crate::views::table(still)
    });
    kept
}

fn page(loader: &Rc<Cell<Option<Loader>>>) -> Option<u32> {
    loader.get().unwrap().wishes.get_clone_untracked().page
}

fn back() {
    web_sys::window().unwrap().history().unwrap().back().unwrap();
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

#[wasm_bindgen_test]
async fn order_and_page_stand_in_the_address_and_back_returns_to_those_before() {
    let loader = show_at("/t/gallery/d/default?from=now-1h&sort.other=x", None);
    named("th button", "Service").click();
    assert_eq!(
        address(),
        "/t/gallery/d/default?from=now-1h&sort.other=x&sort.log=service"
    );
    click(".pager [aria-label='Next page']");
    assert!(
        address().ends_with("&sort.log=service&page.log=2"),
        "{}",
        address()
    );
    assert_eq!((sort(&loader), page(&loader)), ("service".to_owned(), Some(2)));
    back();
    until("the first page", || page(&loader).is_none()).await;
    assert_eq!(sort(&loader), "service");
    back();
    until("the panel's own order", || sort(&loader).is_empty()).await;
    assert_eq!(address(), "/t/gallery/d/default?from=now-1h&sort.other=x");
}

#[wasm_bindgen_test]
async fn a_link_shows_what_was_asked_of_the_table_and_typing_on_makes_no_steps() {
    let loader = show_at(
        "/t/gallery/d/default?sort.log=-service&page.log=2&filter.log.service=pay",
        None,
    );
    assert_eq!((sort(&loader), page(&loader)), ("-service".to_owned(), Some(2)));
    let field = || {
        one("[aria-label='Filter Service']")
            .unchecked_into::<web_sys::HtmlInputElement>()
            .value()
    };
    assert_eq!(field(), "pay", "what is filtered is seen");
    let steps = || web_sys::window().unwrap().history().unwrap().length().unwrap();
    let before = steps();
    fill("[aria-label='Filter Service']", "paym");
    until("the filter", || address().contains("filter.log.service=paym")).await;
    assert_eq!((steps(), page(&loader)), (before, None));
    click("[aria-label='Filter columns']");
    assert!(!address().contains("filter."), "{}", address());
    back();
    until("the filter again", || {
        has("[aria-label='Filter Service']") && field() == "paym"
    })
    .await;
}

#[wasm_bindgen_test]
fn shown_alone_a_table_has_its_order_and_pages_of_its_own() {
    let loader = show_at(
        "/t/gallery/d/default/p/log?sort.log=service&page.log=3",
        Some(100),
    );
    let wishes = loader.get().unwrap().wishes.get_clone_untracked();
    assert_eq!((wishes.page, wishes.page_size), (None, Some(100)));
    assert_eq!(sort(&loader), "service");
    click(".pager [aria-label='Next page']");
    assert!(
        address().ends_with("?page.log=3&sort.log=service&page=2"),
        "{}",
        address()
    );
}

#[wasm_bindgen_test]
fn a_page_that_there_is_no_more_leads_back_to_the_first() {
    open("/t/gallery/d/default?page.log=9", |_| {
        let mut view = answers::log(Vec::new(), 12);
        if let porthole_model::View::Table(table) = &mut view {
            table.page = 9;
        }
        let mut still = Loader::still(Some(answers::answer("Log", "table", view)), None);
        still.wishes = Wishes::in_address("log", None);
        crate::views::table(still)
    });
    assert!(text("[data-testid=no-rows]").contains("no page 9 any more"));
    assert_eq!(text(".pager [aria-live]"), "None of 12");
    named("button", "To the first page").click();
    assert_eq!(address(), "/t/gallery/d/default");
}

#[wasm_bindgen_test]
fn how_a_row_is_stands_at_its_first_cell_too_for_those_who_see_no_other() {
    show();
    let first = one("tbody tr:first-child td:first-child");
    let status = text("tbody tr:first-child .mark-cell");
    assert_eq!(
        first.get_attribute("data-status").as_deref(),
        Some(status.as_str())
    );
    assert!(first.get_attribute("style").unwrap().starts_with("--mark: "));
}
