//! What tenants publish, on SQLite and on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use porthole_identity::{
    AuditEntry, Identity, IdentityError, NewPlugin, PluginRecord, Removal, TenantRecord,
};
use support::{Database, options};

async fn with_tenants(database: &Database) -> Identity {
    let identity = database.connect(options()).await;
    let tenant = |id: &str| TenantRecord {
        id: id.to_owned(),
        name: id.to_owned(),
        database_name: "data".to_owned(),
        database_host: "localhost".to_owned(),
        database_port: None,
    };
    identity
        .sync_tenants(&[tenant("alpha"), tenant("beta")])
        .await
        .unwrap();
    identity
}

fn plugin(tenant: &str, name: &str, version: &str, bytes: &[u8]) -> NewPlugin {
    let sum: u64 = bytes.iter().map(|byte| u64::from(*byte)).sum();
    NewPlugin {
        tenant: tenant.to_owned(),
        name: name.to_owned(),
        version: version.to_owned(),
        sha256: format!("{sum:064x}"),
        bytes: bytes.to_vec(),
        title: "Heat".to_owned(),
        description: "Shows heat".to_owned(),
        endpoint: Some("heat".to_owned()),
        signature: None,
        signed_by: None,
    }
}

fn ada() -> AuditEntry {
    AuditEntry {
        actor_email: Some("ada@example.org".to_owned()),
        ..AuditEntry::default()
    }
}

async fn publish(identity: &Identity, plugin: &NewPlugin, activate: bool) {
    identity.publish_plugin(plugin, activate, ada()).await.unwrap();
}

async fn active(identity: &Identity, tenant: &str) -> Vec<(String, String)> {
    let records = identity.active_plugins().await.unwrap();
    let of_tenant = records.into_iter().filter(|record| record.tenant == tenant);
    of_tenant.map(|record| (record.name, record.version)).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, version)| ((*name).to_owned(), (*version).to_owned()))
        .collect()
}

on_both! {
    async fn one_version_of_a_plugin_answers_and_the_one_before_can_again(database: &Database) {
        let identity = with_tenants(database).await;
        publish(&identity, &plugin("alpha", "heat", "1.0.0", b"one"), true).await;
        publish(&identity, &plugin("alpha", "heat", "2.0.0", b"two"), true).await;
        publish(&identity, &plugin("alpha", "heat", "3.0.0", b"three"), false).await;
        assert_eq!(active(&identity, "alpha").await, pairs(&[("heat", "2.0.0")]));
        assert_eq!(active(&identity, "beta").await, []);
        assert_eq!(
            identity.roll_back_plugin("alpha", "heat", ada()).await.unwrap().as_deref(),
            Some("1.0.0"),
            "the third never answered"
        );
        assert_eq!(active(&identity, "alpha").await, pairs(&[("heat", "1.0.0")]));
        assert!(identity.activate_plugin("alpha", "heat", "3.0.0", ada()).await.unwrap());
        assert_eq!(active(&identity, "alpha").await, pairs(&[("heat", "3.0.0")]));
        assert!(!identity.activate_plugin("alpha", "heat", "9.0.0", ada()).await.unwrap());
        assert_eq!(active(&identity, "alpha").await, pairs(&[("heat", "3.0.0")]), "a wrong wish changes nothing");
        assert!(identity.deactivate_plugin("alpha", "heat", ada()).await.unwrap());
        assert_eq!(active(&identity, "alpha").await, []);
        assert!(!identity.deactivate_plugin("alpha", "heat", ada()).await.unwrap());
        identity.close().await;
    }

    async fn a_version_keeps_its_bytes_for_ever(database: &Database) {
        let identity = with_tenants(database).await;
        publish(&identity, &plugin("alpha", "heat", "1.0.0", b"one"), true).await;
        publish(&identity, &plugin("alpha", "heat", "1.0.0", b"one"), true).await;
        let other = plugin("alpha", "heat", "1.0.0", b"other");
        let refused = identity.publish_plugin(&other, true, ada()).await.unwrap_err();
        assert!(matches!(refused, IdentityError::PluginVersionTaken { .. }), "{refused}");
        // Another tenant's version of the same name is its own.
        publish(&identity, &plugin("beta", "heat", "1.0.0", b"other"), true).await;
        let versions: Vec<PluginRecord> = identity.plugin_versions("alpha").await.unwrap();
        assert_eq!(versions.len(), 1);
        assert_eq!(versions[0].published_by.as_deref(), Some("ada@example.org"));
        assert_eq!(versions[0].size_bytes, 3);
        assert_eq!(identity.plugin_bytes(&versions[0].sha256).await.unwrap().unwrap(), b"one");
        identity.close().await;
    }

    async fn bytes_are_kept_once_and_dropped_with_the_last_version_that_has_them(database: &Database) {
        let identity = with_tenants(database).await;
        let (ours, theirs) = (plugin("alpha", "heat", "1.0.0", b"one"), plugin("beta", "warm", "1.0.0", b"one"));
        publish(&identity, &ours, true).await;
        publish(&identity, &theirs, false).await;
        let remove = |tenant: &'static str, name: &'static str| identity.remove_plugin_version(tenant, name, "1.0.0", ada());
        assert_eq!(remove("alpha", "heat").await.unwrap(), Removal::Active);
        assert_eq!(remove("alpha", "warm").await.unwrap(), Removal::NotThere, "it is another tenant's");
        assert_eq!(remove("beta", "warm").await.unwrap(), Removal::Done);
        assert!(identity.plugin_bytes(&ours.sha256).await.unwrap().is_some());
        assert!(identity.remove_plugin("alpha", "heat", ada()).await.unwrap());
        assert!(!identity.remove_plugin("alpha", "heat", ada()).await.unwrap());
        assert_eq!(identity.plugin_bytes(&ours.sha256).await.unwrap(), None);
        identity.close().await;
    }

    async fn each_change_raises_the_generation_and_stands_in_the_audit_log(database: &Database) {
        let identity = with_tenants(database).await;
        let before = identity.plugin_generation().await.unwrap();
        publish(&identity, &plugin("alpha", "heat", "1.0.0", b"one"), true).await;
        publish(&identity, &plugin("alpha", "heat", "2.0.0", b"two"), true).await;
        identity.roll_back_plugin("alpha", "heat", ada()).await.unwrap();
        identity.remove_plugin_version("alpha", "heat", "2.0.0", ada()).await.unwrap();
        identity.remove_plugin("alpha", "heat", ada()).await.unwrap();
        assert_eq!(identity.plugin_generation().await.unwrap(), before + 5);
        let lines = identity.audit_log(5, None).await.unwrap();
        let actions: Vec<_> = lines.iter().rev().map(|line| line.entry.action.as_str()).collect();
        assert_eq!(
            actions,
            ["plugin_published", "plugin_published", "plugin_rolled_back", "plugin_version_removed", "plugin_removed"]
        );
        assert!(lines.iter().all(|line| line.entry.tenant.as_deref() == Some("alpha")));
        assert!(lines.iter().all(|line| line.entry.actor_email.as_deref() == Some("ada@example.org")));
        identity.close().await;
    }

    async fn what_is_refused_changes_nothing(database: &Database) {
        let identity = with_tenants(database).await;
        let before = identity.plugin_generation().await.unwrap();
        let nobody = plugin("nobody", "heat", "1.0.0", b"one");
        let refused = identity.publish_plugin(&nobody, true, ada()).await.unwrap_err();
        assert!(matches!(refused, IdentityError::NoSuchTenant(_)), "{refused}");
        for number in 0..50 {
            publish(&identity, &plugin("alpha", "heat", &format!("1.{number}.0"), b"one"), false).await;
        }
        let one_more = plugin("alpha", "heat", "2.0.0", b"one");
        let refused = identity.publish_plugin(&one_more, true, ada()).await.unwrap_err();
        assert!(matches!(refused, IdentityError::PluginsFull(_)), "{refused}");
        assert_eq!(identity.plugin_generation().await.unwrap(), before + 50);
        assert_eq!(identity.plugin_versions("alpha").await.unwrap().len(), 50);
        identity.close().await;
    }
}
