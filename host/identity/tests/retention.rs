//! What is kept no longer, on SQLite and on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use porthole_identity::{AuditEntry, Identity, NewApiToken, TokenScope, TokensOf};
use support::people::{HERE, ada, secret, wish};
use support::{Database, options};

/// Runs a statement as somebody who has the database itself in their hands.
async fn by_hand(
    database: &Database,
    statement: &'static str,
    at: Option<DateTime<Utc>>,
) -> Result<u64, sqlx::Error> {
    if database.url.starts_with("sqlite") {
        let pool = sqlx::SqlitePool::connect(&database.url).await?;
        let query = sqlx::query(statement);
        let query = if let Some(at) = at { query.bind(at) } else { query };
        let done = query.execute(&pool).await.map(|done| done.rows_affected());
        pool.close().await;
        done
    } else {
        let pool = sqlx::PgPool::connect(&database.url).await?;
        let query = sqlx::query(statement);
        let query = if let Some(at) = at { query.bind(at) } else { query };
        let done = query.execute(&pool).await.map(|done| done.rows_affected());
        pool.close().await;
        done
    }
}

const LINE: &str = "INSERT INTO audit_log (happened_at, action, target) VALUES ($1, 'once', 'something')";

/// What the lines say happened, oldest first.
async fn actions(identity: &Identity) -> Vec<String> {
    let mut lines = identity.audit_log(500, None).await.unwrap();
    lines.reverse();
    lines.into_iter().map(|line| line.entry.action).collect()
}

on_both! {
    async fn old_lines_of_the_audit_log_go_and_a_line_says_how_many(database: &Database) {
        let identity = database.connect(options()).await;
        let now = Utc::now().trunc_subsecs(3);
        for days in [500, 401, 399, 29, 0] {
            by_hand(database, LINE, Some(now - TimeDelta::days(days))).await.unwrap();
        }
        let keep = Some(TimeDelta::days(400));
        assert_eq!(identity.remove_what_is_old(None, now).await.unwrap().audit_lines, 0);
        assert_eq!(identity.remove_what_is_old(keep, now).await.unwrap().audit_lines, 2);
        assert_eq!(actions(&identity).await, ["once", "once", "once", "audit_trimmed"]);
        let said = identity.audit_log(1, None).await.unwrap().remove(0);
        let detail = said.entry.detail.unwrap();
        let until = (now - TimeDelta::days(400)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
        assert_eq!(detail, format!("2 lines from before {until}"));
        assert!(now - said.at < TimeDelta::minutes(1));
        // Nothing more to do, and so nothing more to say.
        assert_eq!(identity.remove_what_is_old(keep, now).await.unwrap().audit_lines, 0);
        assert_eq!(actions(&identity).await.len(), 4);
        // Less than the least counts as the least.
        assert_eq!(identity.remove_what_is_old(Some(TimeDelta::zero()), now).await.unwrap().audit_lines, 1);
        assert_eq!(actions(&identity).await, ["once", "once", "audit_trimmed", "audit_trimmed"]);
    }

    async fn nobody_else_removes_a_line_and_nobody_at_all_a_young_one(database: &Database) {
        let identity = database.connect(options()).await;
        let now = Utc::now();
        by_hand(database, LINE, Some(now - TimeDelta::days(500))).await.unwrap();
        by_hand(database, LINE, Some(now - TimeDelta::days(20))).await.unwrap();
        let refused = async |statement: &'static str| {
            let refused = by_hand(database, statement, None).await.unwrap_err().to_string();
            assert!(refused.contains("audit log"), "{statement}: {refused}");
        };
        refused("DELETE FROM audit_log").await;
        refused("DELETE FROM audit_log WHERE target = 'something'").await;
        refused("UPDATE audit_log SET target = 'nothing'").await;
        // Also who opens the step by hand, and asks for more than it allows.
        let open = "UPDATE audit_retention SET before = $1";
        by_hand(database, open, Some(now)).await.unwrap();
        refused("DELETE FROM audit_log").await;
        by_hand(database, open, Some(now - TimeDelta::days(40))).await.unwrap();
        refused("DELETE FROM audit_log").await;
        if !database.url.starts_with("sqlite") {
            refused("TRUNCATE audit_log").await;
        }
        assert_eq!(actions(&identity).await.len(), 2);
    }

    async fn what_has_ended_by_itself_is_removed(database: &Database) {
        let identity = database.connect(options()).await;
        let nobody = AuditEntry::default;
        let ada = ada(&identity).await;
        let now = Utc::now();
        identity.login("ada@example.com", &secret("open the sesame"), HERE, now).await.unwrap();
        identity.make_password_link(ada, nobody(), now).await.unwrap();
        for name in ["short", "long"] {
            let wish = NewApiToken {
                name: name.to_owned(),
                days: if name == "short" { 1 } else { 300 },
                ..wish(ada, TokenScope::Read)
            };
            identity.create_api_token(wish, nobody()).await.unwrap();
        }
        let old = async |at| {
            let removed = identity.remove_what_is_old(None, at).await.unwrap();
            (removed.sessions, removed.links, removed.tokens)
        };
        assert_eq!(old(now).await, (0, 0, 0));
        assert_eq!(old(now + TimeDelta::days(30)).await, (1, 1, 0));
        assert_eq!(identity.api_tokens(TokensOf::Everybody).await.unwrap().len(), 2);
        assert_eq!(old(now + TimeDelta::days(92)).await, (0, 0, 1));
        assert_eq!(identity.api_tokens(TokensOf::Everybody).await.unwrap()[0].name, "long");
    }
}
