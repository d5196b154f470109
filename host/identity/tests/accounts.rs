//! One account, as administrators change it, on SQLite and on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use chrono::Utc;
use porthole_identity::{AuditEntry, AuditFilter, TokenScope};
use secrecy::ExposeSecret;
use support::people::{HERE, ada, secret, wish};
use support::{Database, options};
use uuid::Uuid;

on_both! {
    async fn another_name_and_rights_count_at_once_and_are_told_once(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let (_, token) = identity.login("ada@example.com", &secret("open the sesame"), HERE, Utc::now()).await.unwrap();
        let known = identity.user(user).await.unwrap().unwrap();
        assert!(known.last_login_at.is_some());
        for _ in 0..2 {
            assert!(identity.change_user(user, Some(" Ada\n"), true, AuditEntry::default()).await.unwrap());
        }
        let who = identity.authenticate(token.expose(), Utc::now()).await.unwrap().unwrap();
        assert!(who.is_admin);
        assert_eq!(who.full_name.as_deref(), Some("Ada"));
        let of = AuditFilter { action: Some("user_changed".to_owned()), ..AuditFilter::default() };
        let lines = identity.audit_lines(&of, 10, None).await.unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].entry.detail.as_deref(), Some("name was none, now Ada; now administrator"));
        assert!(!identity.change_user(Uuid::now_v7(), None, true, AuditEntry::default()).await.unwrap());
    }

    async fn a_removed_account_takes_all_that_is_its_along(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let (_, session) = identity.login("ada@example.com", &secret("open the sesame"), HERE, Utc::now()).await.unwrap();
        let (_, token) = identity.create_api_token(wish(user, TokenScope::Read), AuditEntry::default()).await.unwrap();
        assert_eq!(identity.tenant_states().await.unwrap()[0].members, 1);
        assert!(identity.delete_user(user, AuditEntry::default()).await.unwrap());
        assert!(!identity.delete_user(user, AuditEntry::default()).await.unwrap());
        assert!(identity.authenticate(session.expose(), Utc::now()).await.unwrap().is_none());
        assert!(identity.authenticate_api_token(token.expose_secret(), Utc::now()).await.unwrap().is_none());
        assert!(identity.user(user).await.unwrap().is_none());
        assert_eq!(identity.tenant_states().await.unwrap()[0].members, 0);
        let lines = identity.audit_log(10, None).await.unwrap();
        assert_eq!(lines[0].entry.action, "user_deleted");
        assert!(lines.iter().any(|line| line.entry.action == "login"));
    }

    async fn all_sessions_but_the_kept_one_end_at_once(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let login = async || identity.login("ada@example.com", &secret("open the sesame"), HERE, Utc::now()).await.unwrap();
        let ((kept, kept_token), (_, other)) = (login().await, login().await);
        let end = async || identity.end_sessions_of(user, Some(kept.session.id), AuditEntry::default()).await.unwrap();
        assert_eq!(end().await, 1);
        assert_eq!(end().await, 0);
        assert!(identity.authenticate(other.expose(), Utc::now()).await.unwrap().is_none());
        assert!(identity.authenticate(kept_token.expose(), Utc::now()).await.unwrap().is_some());
        let of = AuditFilter { action: Some("sessions_ended".to_owned()), ..AuditFilter::default() };
        assert_eq!(identity.audit_lines(&of, 10, None).await.unwrap().len(), 1);
        assert_eq!(identity.end_sessions_of(user, None, AuditEntry::default()).await.unwrap(), 1);
    }

    async fn a_wrong_current_password_leaves_a_line(database: &Database) {
        let identity = database.connect(options()).await;
        ada(&identity).await;
        let (who, _) = identity.login("ada@example.com", &secret("open the sesame"), HERE, Utc::now()).await.unwrap();
        let refused = identity.change_password(&who, &secret("open barley"), &secret("green badgers mend 7 clocks"), HERE, Utc::now()).await;
        assert!(refused.is_err());
        let line = &identity.audit_log(1, None).await.unwrap()[0];
        assert_eq!(line.entry.action, "password_change_failed");
        assert_eq!((line.entry.actor_email.as_deref(), line.entry.address.clone()), (Some("ada@example.com"), Some(HERE.into())));
    }
}
