//! Asking for a panel's data. The host is played by the page: what is asked of it is kept, and answered by the test.

use porthole_model::View as Shown;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{click, has, open, text, until};
use crate::{
    gallery::answers,
    panel::{Loader, Subject, content, kind},
    prelude::*,
};

// Every question waits until it is answered; `asked` has the addresses, `aborted` those that nobody waits for any more.
#[wasm_bindgen(inline_js = r#"
const waiting = [];
export const asked = [];
export const aborted = [];
export function playHost() {
  window.fetch = (address, { signal } = {}) =>
    new Promise((answer, fail) => {
      asked.push(String(address));
      waiting.push(answer);
      signal?.addEventListener("abort", () => {
        aborted.push(String(address));
        fail(new DOMException("aborted", "AbortError"));
      });
    });
}
export function answerNext(status, body, retryAfter) {
  const headers = retryAfter ? { "retry-after": retryAfter } : {};
  waiting.shift()(new Response(body, { status, headers }));
}
export const questions = () => asked;
export const given_up = () => aborted;
export const unanswered = () => waiting.length;
"#)]
extern "C" {
    #[wasm_bindgen(js_name = playHost)]
    fn play_host();
    #[wasm_bindgen(js_name = answerNext)]
    fn answer_next(status: u16, body: &str, retry_after: &str);
    fn questions() -> js_sys::Array;
    fn given_up() -> js_sys::Array;
    #[wasm_bindgen(js_name = unanswered)]
    fn waiting() -> u32;
}

fn asked() -> Vec<String> {
    questions()
        .iter()
        .filter_map(|address| address.as_string())
        .collect()
}

/// A number's panel that is near.
fn show(address: &str) {
    play_host();
    open(address, |board| {
        let subject = Subject {
            id: "latency".to_owned(),
            refresh_interval: 300,
            near: *create_signal(true),
            surface: *create_signal(None),
            raw: *create_signal(false),
            writes_times: false,
            page_size: None,
        };
        let loader = Loader::start(board, &subject);
        let kind = kind(loader, *create_signal(false));
        let zoom = {
            let board = board.clone();
            move |_| board.zoom_out()
        };
        let again = {
            let board = board.clone();
            move |_| board.ask_all()
        };
        let content = content(board, "kpi", loader, kind);
        let received = move || loader.received_at.get().to_string();
        let failed = move || loader.failure.with(Option::is_some).to_string();
        view! {
            span(id="received") { (received()) }
            span(id="failed") { (failed()) }
            button(id="zoom", on:click=handler(zoom))
            button(id="again", on:click=handler(again))
            (content)
        }
    });
}

fn number(value: f64) -> String {
    let view = Shown::Metric(answers::metric(value, "ms", None, 1.0));
    serde_json::to_string(&answers::answer("Latency", "kpi", view)).unwrap()
}

const PROBLEM: &str = r#"{"type":"about:blank","title":"t","status":503,"code":"database_down","detail":"connection refused","request_id":"1",
    "parameter":null,"plugin":null,"limit":null,"retry_at":null}"#;

#[wasm_bindgen_test]
async fn asks_for_the_instants_of_the_range_and_shows_the_answer() {
    show("/t/gallery/d/default?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z");
    until("the question", || asked().len() == 1).await;
    assert_eq!(
        asked()[0],
        "/api/v1/panels/latency/data?start_date=2026-01-05T00:00:00Z&end_date=2026-01-05T04:00:00Z"
    );
    assert!(has(".skeleton"));
    answer_next(200, &number(204.0), "");
    until("the number", || has("[data-testid=kpi-value]")).await;
    assert_eq!(text("[data-testid=kpi-value]"), "204");
}

#[wasm_bindgen_test]
async fn a_new_range_gives_up_the_old_question_and_keeps_the_old_answer() {
    show("/t/gallery/d/default?from=now-1h&to=now");
    until("the question", || asked().len() == 1).await;
    answer_next(200, &number(1.0), "");
    until("the number", || has("[data-testid=kpi-value]")).await;
    click("#zoom");
    until("the second question", || asked().len() == 2).await;
    assert_eq!(text("[data-testid=kpi-value]"), "1");
    until("the bar of a long question", || has(".bar")).await;
    click("#zoom");
    until("the third question", || asked().len() == 3).await;
    assert_eq!(given_up().length(), 1);
    assert_eq!(given_up().get(0).as_string(), Some(asked()[1].clone()));
}

#[wasm_bindgen_test]
async fn no_failure_leaves_the_data_of_another_range_under_the_name_of_a_new_one() {
    let timed_out = PROBLEM
        .replace("503", "504")
        .replace("database_down", "query_timed_out");
    let busy = PROBLEM.replace("database_down", "busy");
    show("/t/gallery/d/default?from=now-1h&to=now");
    until("the question", || asked().len() == 1).await;
    answer_next(200, &number(1.0), "");
    until("the number", || has("[data-testid=kpi-value]")).await;

    // Of the same range it stays, and is as old as it is.
    let received = text("#received");
    click("#again");
    until("the second question", || asked().len() == 2).await;
    answer_next(500, &timed_out.replace("504", "500"), "");
    until("the failure", || text("#failed") == "true").await;
    assert_eq!(text("[data-testid=kpi-value]"), "1");
    assert_eq!(text("#received"), received);

    click("#zoom");
    until("the third question", || asked().len() == 3).await;
    assert_eq!(
        text("[data-testid=kpi-value]"),
        "1",
        "as long as it may still come"
    );
    answer_next(504, &timed_out, "60");
    until("the failure", || has("[data-testid=panel-error]")).await;
    assert!(text("[data-testid=panel-error]").contains("The query took too long"));
    assert!(!has("[data-testid=kpi-value]"));
    super::close();

    show("/t/gallery/d/default?from=now-1h&to=now");
    until("the question", || waiting() == 1).await;
    answer_next(200, &number(1.0), "");
    until("the number", || has("[data-testid=kpi-value]")).await;
    click("#zoom");
    until("the question", || waiting() == 1).await;
    answer_next(503, &busy, "60");
    until("a busy host is waited for", || has(".skeleton")).await;
    assert!(!has("[data-testid=panel-error]"));
}

#[wasm_bindgen_test]
async fn asking_for_fresh_data_says_so_to_the_host() {
    show("/t/gallery/d/default?from=now-1h&to=now");
    until("the question", || asked().len() == 1).await;
    assert!(!asked()[0].contains("fresh"));
    answer_next(200, &number(1.0), "");
    until("the number", || has("[data-testid=kpi-value]")).await;
    click("#again");
    until("the second question", || asked().len() == 2).await;
    assert!(asked()[1].ends_with("&fresh=true"), "{}", asked()[1]);
}

#[wasm_bindgen_test]
async fn a_failure_is_told_and_asked_again_by_itself() {
    show("/t/gallery/d/default?from=now-1h&to=now");
    until("the question", || asked().len() == 1).await;
    answer_next(503, PROBLEM, "1");
    until("the failure", || has("[data-testid=panel-error]")).await;
    assert!(text("[data-testid=panel-error]").contains("Connection refused"));
    until("the second question", || asked().len() == 2).await;
    answer_next(200, &number(7.0), "");
    until("the number", || has("[data-testid=kpi-value]")).await;
    assert!(!has("[data-testid=panel-error]"));
}

#[wasm_bindgen_test]
async fn an_answer_that_cannot_be_read_says_to_reload() {
    show("/t/gallery/d/default?from=now-1h&to=now");
    until("the question", || asked().len() == 1).await;
    answer_next(200, "<html>a proxy's page</html>", "");
    until("the failure", || has("[data-testid=panel-error]")).await;
    assert!(text("[data-testid=panel-error]").contains("Reload the page"));
}
