//! Which time is shown: the store behind it, which is the address, and the popover.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{address, all, click, fill, has, named, one, open, text, texts, until};
use crate::{browser, frame, prelude::*, stores::Board};

const HOUR: i64 = 3_600_000;

/// The bar over a dashboard, and the store that it works with.
fn bar(address: &str) -> Board {
    let kept: Rc<RefCell<Option<Board>>> = Rc::default();
    let board = kept.clone();
    open(address, move |found| {
        *board.borrow_mut() = Some(found.clone());
        frame::top_bar(found, "default", *create_signal(Some("Servers".to_owned())))
    });
    kept.borrow().clone().unwrap()
}

fn length(board: &Board) -> i64 {
    let window = board.window();
    window.end - window.start
}

#[wasm_bindgen_test]
fn without_a_range_in_the_address_it_is_the_dashboards_own() {
    let board = bar("/t/gallery/d/default");
    assert_eq!(length(&board), 12 * HOUR);
    assert!((board.window().end - browser::now()).abs() < 5_000);
}

#[wasm_bindgen_test]
fn the_address_says_what_is_shown() {
    let board = bar("/t/gallery/d/default?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z");
    assert_eq!(length(&board), 4 * HOUR);
    assert!(
        text("[data-testid=range-button]").contains("Jan"),
        "{}",
        text("[data-testid=range-button]")
    );
}

#[wasm_bindgen_test]
fn what_the_address_says_wrongly_is_the_usual_range() {
    assert_eq!(
        length(&bar("/t/gallery/d/default?from=yesterdayish&to=now")),
        12 * HOUR
    );
}

#[wasm_bindgen_test]
async fn another_range_is_a_step_in_the_history_and_back_returns() {
    let board = bar("/t/gallery/d/default?from=now-1h&to=now");
    board.zoom_out();
    assert_eq!(address(), "/t/gallery/d/default?from=now-2h&to=now");
    assert_eq!(length(&board), 2 * HOUR);
    web_sys::window().unwrap().history().unwrap().back().unwrap();
    until("the range before", || address().contains("now-1h")).await;
    until("the store follows", || length(&board) == HOUR).await;
}

#[wasm_bindgen_test]
fn what_is_dragged_over_becomes_whole_seconds() {
    let board = bar("/t/gallery/d/default");
    board.zoom_to(1_767_571_200_400.0, 1_767_574_800_200.0);
    assert_eq!(length(&board), HOUR);
    assert_eq!(
        address(),
        "/t/gallery/d/default?from=2026-01-05T00:00:00Z&to=2026-01-05T01:00:00Z"
    );
}

#[wasm_bindgen_test]
fn a_link_holds_the_range_as_it_is_or_the_instants_of_now() {
    let board = bar("/t/gallery/d/default?from=now-1h&to=now&refresh=5s");
    let live = board.link(false);
    assert!(
        live.starts_with("http") && live.ends_with("?refresh=5s&from=now-1h&to=now"),
        "{live}"
    );
    let fixed = board.link(true);
    assert!(!fixed.contains("now") && fixed.contains("Z&to=20"), "{fixed}");
    assert_eq!(address(), "/t/gallery/d/default?from=now-1h&to=now&refresh=5s");
}

#[wasm_bindgen_test]
fn a_report_is_of_the_range_that_is_shown_even_where_it_is_the_dashboards_own() {
    let board = bar("/t/gallery/d/default?tz=UTC");
    assert_eq!(
        board.report_address("cpu"),
        "/t/gallery/r/cpu?tz=UTC&from=now-12h&to=now"
    );
    super::close();
    let board = bar("/t/gallery/d/default/p/cpu?from=now-1h&raw=1&sort.cpu=time&sort.other=time");
    assert_eq!(
        board.report_address("cpu"),
        "/t/gallery/r/cpu?from=now-1h&raw=1&sort.cpu=time"
    );
}

#[wasm_bindgen_test]
async fn a_typed_range_is_shown_and_remembered() {
    bar("/t/gallery/d/default");
    click("[data-testid=range-button]");
    until("the field has the focus", || {
        super::document()
            .active_element()
            .is_some_and(|element| element.id() == "range-from")
    })
    .await;
    let field: web_sys::HtmlInputElement = one("#range-from").unchecked_into();
    let selection = (field.selection_start().unwrap(), field.selection_end().unwrap());
    assert_eq!(selection, (Some(0), Some("now-12h".len() as u32)), "all of it");
    fill("#range-from", "now-3d");
    fill("#range-to", "now-1d");
    named(".range-pop button", "Apply").click();
    assert_eq!(address(), "/t/gallery/d/default?from=now-3d&to=now-1d");
    assert!(!has(".range-pop"), "it closes");
    click("[data-testid=range-button]");
    assert_eq!(texts(".range-pop .recent").len(), 1);
}

#[wasm_bindgen_test]
fn a_wrong_range_says_what_is_wrong_beside_the_field() {
    bar("/t/gallery/d/default");
    click("[data-testid=range-button]");
    fill("#range-from", "now-1h");
    fill("#range-to", "now-2h");
    named(".range-pop button", "Apply").click();
    assert_eq!(text("#range-to-fault"), "The end must be after the start");
    assert_eq!(text("#range-from-fault"), "");
    assert_eq!(
        one("#range-to").get_attribute("aria-invalid").as_deref(),
        Some("true")
    );
    fill("#range-to", "now");
    assert_eq!(text("#range-to-fault"), "", "typing takes it away");
}

#[wasm_bindgen_test]
fn the_usual_ranges_are_searched_and_one_click_away() {
    bar("/t/gallery/d/default?from=now-1h&to=now");
    click("[data-testid=range-button]");
    assert_eq!(texts(".quick [aria-current=true]"), ["Last hour"]);
    fill("[aria-label='Search ranges']", "10 h");
    assert_eq!(texts(".quick button"), ["Last 10 hours"]);
    fill("[aria-label='Search ranges']", "banana");
    assert!(!has(".quick button"));
    assert!(text(".quick").contains("A length is understood"));
    fill("[aria-label='Search ranges']", "WEEK");
    assert_eq!(texts(".quick button"), ["This week so far", "Last week"]);
    named(".quick button", "Last week").click();
    assert_eq!(address(), "/t/gallery/d/default?from=now-1w/w&to=now-1w/w");
}

/// What stands in the field.
fn from() -> String {
    one("#range-from")
        .unchecked_into::<web_sys::HtmlInputElement>()
        .value()
}

#[wasm_bindgen_test]
fn another_zone_changes_the_walls_and_not_the_instants_and_is_in_the_address() {
    let board = bar("/t/gallery/d/default?from=2026-07-05T00:00:00Z&to=2026-07-05T04:00:00Z");
    let before = board.window();
    click("[data-testid=range-button]");
    // The tests' browser lives in Berlin.
    assert_eq!(from(), "2026-07-05 02:00");
    assert_eq!(text(".foot span"), "Browser time, Europe/Berlin, UTC+2");
    for (wanted, title, wall, parameter) in [
        (
            "utc",
            "Coordinated universal time",
            "2026-07-05 00:00",
            Some("tz=UTC"),
        ),
        ("kolkata", "Asia/", "2026-07-05 05:30", Some("tz=Asia/")),
        (
            "new york",
            "America/New York",
            "2026-07-04 20:00",
            Some("tz=America/New_York"),
        ),
        ("browser", "Browser time, Europe/Berlin", "2026-07-05 02:00", None),
    ] {
        click("[data-testid=change-zone]");
        fill("#zone-search", wanted);
        all("[data-testid=zones] button")[0].click();
        assert!(!has("[data-testid=zones]"), "it closes");
        assert_eq!((from().as_str(), board.window()), (wall, before), "{wanted}");
        assert!(text(".foot span").starts_with(title), "{}", text(".foot span"));
        match parameter {
            Some(parameter) => assert!(address().contains(parameter), "{}", address()),
            None => assert!(!address().contains("tz="), "{}", address()),
        }
    }
}

#[wasm_bindgen_test]
fn a_zone_that_there_is_not_is_said_to_be_none() {
    bar("/t/gallery/d/default");
    click("[data-testid=range-button]");
    click("[data-testid=change-zone]");
    fill("#zone-search", " Atlantis ");
    assert!(!has("[data-testid=zones] button"));
    assert!(text("[data-testid=zones] .quick").starts_with("No zone is called “Atlantis”."));
    fill("#zone-search", "berlin");
    assert!(has("[data-testid=zones] button"));
    assert!(!text("[data-testid=zones] .quick").contains("No zone"));
}

#[wasm_bindgen_test]
fn a_link_shows_the_zone_of_whoever_passed_it_on_and_keeps_none() {
    let board =
        bar("/t/gallery/d/default?from=2026-07-05T00:00:00Z&to=2026-07-05T04:00:00Z&tz=america/new_york");
    // As browsers write it.
    assert!(address().ends_with("tz=America/New_York"), "{}", address());
    assert!(board.link(true).contains("tz=America/New_York"));
    assert_eq!(browser::stored("zone"), None);
    click("[data-testid=range-button]");
    assert_eq!(from(), "2026-07-04 20:00");
    super::close();

    browser::store("zone", "Asia/Tokyo");
    bar("/t/gallery/d/default?tz=Nowhere/Land");
    assert!(address().ends_with("?tz=Asia/Tokyo"), "{}", address());
}

#[wasm_bindgen_test]
async fn a_day_is_picked_from_a_calendar_by_keys_or_clicks() {
    bar("/t/gallery/d/default?from=2026-07-05T12:30:00Z&to=now");
    click("[data-testid=range-button]");
    click("[aria-label='Pick From']");
    assert_eq!(text("[data-testid=calendar] b"), "Jul 2026");
    assert_eq!(texts(".days [aria-pressed=true]"), ["5"]);
    // Weeks begin on Mondays; the first of July was a Wednesday.
    assert_eq!(texts(".calendar .days button")[..4], ["29", "30", "1", "2"]);
    let focused = || {
        super::document()
            .active_element()
            .and_then(|day| day.text_content())
    };
    until("the day has the focus", || focused().as_deref() == Some("5")).await;
    super::press(&one(".days[role=group]"), "ArrowUp", false);
    assert_eq!(text("[data-testid=calendar] b"), "Jun 2026");
    assert_eq!(focused().as_deref(), Some("28"));
    click("[aria-label='Month after']");
    named(".days button", "Tue 7 Jul 2026").click();
    assert!(!has("[data-testid=calendar]"));
    assert_eq!(from(), "2026-07-07 14:30");
    let field: web_sys::HtmlInputElement = one("#range-from").unchecked_into();
    assert_eq!(
        field.selection_start().unwrap(),
        Some(16),
        "behind it, not all of it"
    );
    click("[aria-label='Pick To']");
    click(".days [aria-pressed=true]");
    let to = one("#range-to")
        .unchecked_into::<web_sys::HtmlInputElement>()
        .value();
    assert!(to.ends_with(" 23:59:59"), "{to}");
}
