//! What one process changes, all others know within the time that is promised: on SQLite and on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use std::time::Duration;

use chrono::Utc;
use porthole_identity::{
    AuditEntry, Identity, NewApiToken, Options, Role, TenantRecord, TokenScope, TokensOf,
};
use secrecy::ExposeSecret;
use support::people::{self, HERE, secret};
use support::{Database, options};
use uuid::Uuid;

fn tenants() -> [TenantRecord; 2] {
    ["alpha", "beta"].map(|id| TenantRecord {
        id: id.to_owned(),
        name: id.to_uppercase(),
        database_name: id.to_owned(),
        database_host: "localhost".to_owned(),
        database_port: None,
    })
}

/// Ada, an editor of alpha, where there is another tenant, too.
async fn ada(identity: &Identity) -> Uuid {
    let ada = people::ada(identity).await;
    identity.sync_tenants(&tenants()).await.unwrap();
    ada
}

/// Answers are kept for as long as they may be, so that only the number can end them.
fn patient() -> Options {
    Options {
        session_cache: Duration::from_secs(5),
        ..options()
    }
}

/// As long as it may take until others know.
async fn promised() {
    tokio::time::sleep(Options::default().access_check).await;
}

on_both! {
    async fn what_another_process_took_away_is_gone_within_the_promised_time(database: &Database) {
        let (here, there) = (database.connect(patient()).await, database.connect(patient()).await);
        let user = ada(&there).await;
        let nobody = AuditEntry::default;
        let now = Utc::now();
        let (who, session) = there.login("ada@example.com", &secret("open the sesame"), HERE, now).await.unwrap();
        let wish = NewApiToken {
            user,
            tenant: "alpha".to_owned(),
            name: "deploy".to_owned(),
            scope: TokenScope::Read,
            days: 1,
        };
        let (token, text) = there.create_api_token(wish, nobody()).await.unwrap();
        // As the tenants of whoever asks: none without a session.
        let person = async || here.authenticate(session.expose(), Utc::now()).await.unwrap().map(|who| who.tenants.len());
        let program = async || {
            let who = here.authenticate_api_token(text.expose_secret(), Utc::now()).await.unwrap();
            who.map(|who| who.tenants.len())
        };
        let both = async || (person().await, program().await);
        let all = (Some(1), Some(1));
        assert_eq!(both().await, all);

        there.set_tenant_disabled("alpha", true, nobody()).await.unwrap();
        promised().await;
        assert_eq!(both().await, (Some(0), None));
        there.set_tenant_disabled("alpha", false, nobody()).await.unwrap();
        promised().await;
        assert_eq!(both().await, all);

        there.revoke(user, "alpha", nobody()).await.unwrap();
        promised().await;
        assert_eq!(both().await, (Some(0), None));
        there.grant(user, "alpha", Role::Viewer, nobody()).await.unwrap();
        promised().await;
        assert_eq!(both().await, all);

        // What that process has no configuration of is its own matter.
        there.sync_tenants(&tenants()[1..]).await.unwrap();
        promised().await;
        assert_eq!(both().await, all);
        there.sync_tenants(&tenants()).await.unwrap();

        there.select_tenant(&who, "alpha").await.unwrap();
        promised().await;
        let selected = here.authenticate(session.expose(), Utc::now()).await.unwrap().unwrap();
        assert_eq!(selected.session.tenant.as_deref(), Some("alpha"));

        there.revoke_api_token(token.id, TokensOf::Everybody, nobody()).await.unwrap();
        promised().await;
        assert_eq!(both().await, (Some(1), None));
        there.end_session(who.session.id, None, nobody()).await.unwrap();
        promised().await;
        assert_eq!(both().await, (None, None));

        let (_, session) = there.login("ada@example.com", &secret("open the sesame"), HERE, now).await.unwrap();
        let person = async || here.authenticate(session.expose(), Utc::now()).await.unwrap().is_some();
        assert!(person().await);
        there.set_user_disabled(user, true, nobody()).await.unwrap();
        promised().await;
        assert!(!person().await);
    }

    async fn the_number_stays_where_nobodys_rights_have_changed(database: &Database) {
        let identity = database.connect(patient()).await;
        let user = ada(&identity).await;
        let now = Utc::now();
        let before = identity.access_generation().await.unwrap();
        assert!(before > 0);
        identity.sync_tenants(&tenants()).await.unwrap();
        identity.login("ada@example.com", &secret("open the sesame"), HERE, now).await.unwrap();
        identity.grant(user, "alpha", Role::Editor, AuditEntry::default()).await.unwrap();
        identity.audit(AuditEntry::default()).await.unwrap();
        assert_eq!(identity.access_generation().await.unwrap(), before);
    }

    async fn what_is_changed_at_once_from_all_sides_does_not_stand_in_its_own_way(database: &Database) {
        let identity = std::sync::Arc::new(database.connect(patient()).await);
        let user = ada(&identity).await;
        let changes = (0..24).map(|number| {
            let identity = std::sync::Arc::clone(&identity);
            tokio::spawn(async move {
                let nobody = AuditEntry::default;
                for round in 0..4 {
                    match (number + round) % 4 {
                        0 => identity.set_user_disabled(user, false, nobody()).await.map(drop),
                        1 => identity.set_password(user, &secret("open the sesame"), false, nobody()).await,
                        2 => match identity.login("ada@example.com", &secret("open the sesame"), HERE, Utc::now()).await {
                            Ok((who, _)) => identity.logout(&who, HERE).await,
                            Err(_) => Ok(()),
                        },
                        _ => identity.sync_tenants(&tenants()[round % 2..]).await.map(drop),
                    }
                    .unwrap();
                }
            })
        });
        for change in changes.collect::<Vec<_>>() {
            change.await.unwrap();
        }
    }
}
