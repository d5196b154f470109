//! Somebody to tell stories about.

use std::net::IpAddr;

use porthole_identity::{AuditEntry, Identity, NewApiToken, NewUser, Role, TenantRecord, TokenScope};
use secrecy::SecretString;
use uuid::Uuid;

pub const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

pub fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

/// Ada, an editor of alpha.
pub async fn ada(identity: &Identity) -> Uuid {
    let alpha = TenantRecord {
        id: "alpha".to_owned(),
        name: "Alpha".to_owned(),
        database_name: "alpha".to_owned(),
        database_host: "localhost".to_owned(),
        database_port: None,
    };
    identity.sync_tenants(&[alpha]).await.unwrap();
    let new = NewUser {
        email: "ada@example.com".to_owned(),
        full_name: None,
        is_admin: false,
        password: Some(secret("open the sesame")),
    };
    let ada = identity.create_user(new, AuditEntry::default()).await.unwrap().id;
    identity
        .grant(ada, "alpha", Role::Editor, AuditEntry::default())
        .await
        .unwrap();
    ada
}

pub fn wish(user: Uuid, scope: TokenScope) -> NewApiToken {
    NewApiToken {
        user,
        tenant: "alpha".to_owned(),
        name: "deploy".to_owned(),
        scope,
        days: 2,
    }
}
