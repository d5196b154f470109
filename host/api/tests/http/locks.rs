//! What the audit log says of guessed passwords.

use http::StatusCode;
use serde_json::Value;

use crate::site::{Client, Site};

const ATTEMPTS: usize = 10;

async fn lines(client: &Client<'_>, question: &str) -> Vec<Value> {
    let log = client
        .get(&format!("/api/v1/admin/audit?{question}"))
        .await
        .json();
    log["lines"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_lock_is_in_the_audit_log_and_what_it_refuses_is_counted_in_one_line() {
    let site = Site::new().await;
    let dan = site.logged_in("dan").await;
    for attempt in 0..ATTEMPTS {
        assert_eq!(lines(&dan, "action=login_locked").await.len(), 0, "{attempt}");
        let refused = site.nobody().login("Ada@example.com", "wrong").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    }
    let begun = lines(&dan, "action=login_locked").await;
    assert_eq!(begun.len(), 1);
    assert_eq!(begun[0]["target"], "ada@example.com");
    assert_eq!(begun[0]["address"], "192.0.2.1");
    let detail = begun[0]["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("10 failed attempts from here; no more until 2"),
        "{detail}"
    );

    let before = lines(&dan, "limit=500").await.len();
    for _ in 0..40 {
        let refused = site.nobody().login("ada@example.com", "wrong").await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(lines(&dan, "limit=500").await.len(), before);
    // What the host does every minute.
    assert_eq!(site.identity.note_refused_attempts().await.unwrap(), 40);
    assert_eq!(site.identity.note_refused_attempts().await.unwrap(), 0);
    let all = lines(&dan, "target=Ada@example.com").await;
    assert_eq!(all.len(), 1 + 1 + ATTEMPTS + 2, "{all:?}");
    assert_eq!(all[0]["action"], "logins_refused");
    assert_eq!(all[0]["detail"], "40 attempts");
    assert_eq!(all[0]["address"], "192.0.2.1");
}
