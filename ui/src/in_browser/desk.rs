//! Accounts and their administration. The host is played by the page: each address has the answer that the test gives it.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{address, attribute, click, close, fill, has, named, open, text, texts, until};
use crate::pages;

#[wasm_bindgen(inline_js = r#"
const answers = new Map();
export function answer(path, status, body) {
  answers.set(`/api/v1${path}`, [status, body]);
  // Not before a test wants it: the tests themselves are fetched, too.
  window.fetch = async (address) => {
    const [status, body] = answers.get(String(address)) ?? [404, "{}"];
    return new Response(body, { status });
  };
}
"#)]
extern "C" {
    fn answer(path: &str, status: u16, body: &str);
}

const AT: &str = "2026-01-05T00:00:00Z";

fn account(id: &str, email: &str, name: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{id}","email":"{email}","full_name":"{name}","is_admin":false,"has_password":true,"disabled":false,
        "created_at":"{AT}","last_login_at":null,"tenants":[{{"id":"alpha","name":"Alpha","role":"viewer"}}],"by_group":[],
        "is_admin_by_group":false,"is_from_provider":false,"dormant":[]{more}}}"#
    )
}

fn session(id: &str, email: &str, address: &str) -> String {
    format!(
        r#"{{"id":"{id}","email":"{email}","address":"{address}","created_at":"{AT}","last_used_at":"{AT}",
        "expires_at":"2099-01-01T00:00:00Z","current":false}}"#
    )
}

fn sessions(next: &str) -> String {
    format!(
        r#"{{"sessions":[{},{}],"next":{next}}}"#,
        session("s1", "ada@example.com", "10.0.0.7"),
        session("s2", "ghost@example.com", "10.0.0.8")
    )
}

fn people() {
    let ada = account("7", "ada@example.com", "Ada Byron", "");
    let grace = account("8", "grace@example.com", "Grace Hopper", "");
    answer("/admin/users", 200, &format!(r#"{{"users":[{ada},{grace}]}}"#));
}

#[wasm_bindgen_test]
async fn whose_session_it_is_leads_to_the_account_and_is_searched_by_name_too() {
    people();
    answer("/admin/sessions?limit=100", 200, &sessions("null"));
    open("/admin/sessions", |_| pages::all_sessions());
    until("the links", || has("tbody a")).await;
    assert_eq!(texts("th")[0], "Account");
    assert_eq!(texts("tbody .who .cut")[..2], ["ada@example.com", "Ada Byron"]);
    assert_eq!(attribute("tbody a", "href").as_deref(), Some("/admin/users/7"));
    assert!(
        html_of("tbody").contains("ghost@example.com"),
        "an account that is gone has no link"
    );
    named("tbody button", "End the session of ada@example.com from 10.0.0.7");

    fill("[aria-label^='Search sessions']", "byron");
    assert_eq!(texts("tbody tr").len(), 1);
    assert!(!has("[data-testid=elsewhere]"), "all there is was searched");
    fill("[aria-label^='Search sessions']", "nobody");
    assert!(has("[data-testid=no-sessions]") && !has("tbody"));
}

#[wasm_bindgen_test]
async fn a_search_in_one_of_many_pages_says_so_and_leads_to_who_is_meant() {
    people();
    answer("/admin/sessions?limit=100", 200, &sessions("\"s2\""));
    open("/admin/sessions", |_| pages::all_sessions());
    until("the links", || has("tbody a")).await;
    assert!(!has("[data-testid=elsewhere]"), "nothing is searched for yet");
    fill("[aria-label^='Search sessions']", "grace");
    assert!(has("[data-testid=no-sessions]"));
    let said = text("[data-testid=elsewhere]");
    assert!(
        said.starts_with("The 2 sessions of this page are searched."),
        "{said}"
    );
    assert_eq!(
        attribute("[data-testid=elsewhere] a", "href").as_deref(),
        Some("/admin/users/8")
    );
}

#[wasm_bindgen_test]
async fn an_address_that_names_no_page_of_sessions_says_so_and_leads_back() {
    people();
    answer("/admin/sessions?limit=100", 200, &sessions("null"));
    answer(
        "/admin/sessions?limit=100&before=abc",
        400,
        r#"{"type":"about:blank","title":"Bad Request","status":400,"code":"invalid_parameter","detail":"`before` is the `next` of the page before.","request_id":"01JD9X5T3M","parameter":"before"}"#,
    );
    open("/admin/sessions?before=abc", |_| pages::all_sessions());
    until("the sentence", || has("[data-testid=no-such-page]")).await;
    assert!(!has("[data-testid=trouble]"), "and nothing to try again");
    click("#newest");
    assert_eq!(address(), "/admin/sessions");
    until("the list", || has("tbody tr")).await;
    assert!(!has("[data-testid=no-such-page]"));
}

#[wasm_bindgen_test]
async fn the_dialog_for_a_token_of_somebody_else_says_whose_it_is() {
    let ada = account("7", "ada@example.com", "Ada Byron", "");
    answer("/admin/users/7", 200, &ada);
    answer("/admin/users/7/sessions", 200, r#"{"sessions":[]}"#);
    answer("/admin/users/7/tokens", 200, r#"{"tokens":[]}"#);
    open("/admin/users/7", |_| pages::user("7".to_owned()));
    until("the button", || has("#new-token")).await;
    click("#new-token");
    assert_eq!(text("#dialog-title"), "New API token for ada@example.com");
    assert!(text("[data-testid=whose-token]").contains("a token of ada@example.com, not yours"));
    close();

    own(&ada);
    open("/account", |_| pages::account());
    until("the button", || has("#new-token")).await;
    click("#new-token");
    assert_eq!(text("#dialog-title"), "New API token");
    assert!(!has("[data-testid=whose-token]"));
}

/// One's own account, and what its page asks for besides.
fn own(account: &str) {
    answer("/account", 200, account);
    answer("/auth/methods", 200, r#"{"local":true,"oidc":null}"#);
    answer(
        "/account/sessions",
        200,
        &format!(
            r#"{{"sessions":[{}]}}"#,
            session("s1", "ada@example.com", "10.0.0.7")
        ),
    );
    answer("/account/tokens", 200, r#"{"tokens":[]}"#);
    answer("/account/events", 200, r#"{"events":[]}"#);
}

#[wasm_bindgen_test]
async fn the_page_of_ones_account_says_what_one_may_do_in_each_tenant() {
    let viewer = account("7", "ada@example.com", "Ada Byron", "");
    own(&viewer);
    open("/account", |_| pages::account());
    until("the tenants", || has("[data-testid=own-tenants] tbody tr")).await;
    assert_eq!(
        texts("[data-testid=own-tenants] .who"),
        ["Viewer: sees dashboards"]
    );
    assert_eq!(
        attribute("[data-testid=own-tenants] a", "href").as_deref(),
        Some("/t/alpha")
    );
    until("the sessions", || has("[data-testid=sessions] tbody tr")).await;
    assert!(
        !texts("[data-testid=sessions] th").contains(&"Account".to_owned()),
        "they are all one's own"
    );
    close();

    // Who administers the host is more there than what stands in the grant.
    own(&viewer.replace(r#""is_admin":false"#, r#""is_admin":true"#));
    open("/account", |_| pages::account());
    until("the tenants", || has("[data-testid=own-tenants] tbody tr")).await;
    assert_eq!(
        texts("[data-testid=own-tenants] .who > span"),
        ["Admin: also manages members", "given: viewer"]
    );
    assert!(text("[data-testid=own-tenants] .hint-line").starts_with("As an administrator of the host"));
    close();

    let none = r#""tenants":[{"id":"alpha","name":"Alpha","role":"viewer"}]"#;
    own(&viewer.replace(none, r#""tenants":[]"#));
    open("/account", |_| pages::account());
    until("the word", || has("[data-testid=no-tenants]")).await;
}

fn html_of(selector: &str) -> String {
    super::one(selector).inner_html()
}
