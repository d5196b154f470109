//! An editor has a panel's data read anew.

use http::{Method, StatusCode};
use porthole_identity::{AuditFilter, Options, Role};

use crate::matrix::user;
use crate::site::Site;

#[tokio::test]
async fn data_that_is_read_anew_leaves_a_line_and_not_without_end() {
    let options = Options {
        invalidations: 3,
        ..Options::default()
    };
    let site = Site::with(porthole_api::ApiSettings::default(), options).await;
    for (name, tenant) in [("eve", "alpha"), ("amy", "alpha"), ("ben", "beta")] {
        user(&site, name, false, Some((tenant, Role::Editor))).await;
    }
    let invalidate = async |name: &str, tenant: &str| {
        let client = site.logged_in(name).await;
        let headers = [("x-porthole-tenant", tenant)];
        let path = "/api/v1/panels/cpu/invalidate";
        client.send(Method::POST, path, &headers, None).await
    };
    for name in ["eve", "amy", "eve"] {
        assert_eq!(invalidate(name, "alpha").await.status, StatusCode::NO_CONTENT);
    }
    // Whoever of the tenant asks; and no other tenant waits for it.
    let refused = invalidate("amy", "alpha").await;
    assert_eq!(refused.refusal(), (429, "too_many_requests".into(), None));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&wait), "{wait}");
    assert_ne!(
        invalidate("ben", "beta").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    let filter = AuditFilter {
        action: Some("data_invalidated".to_owned()),
        tenant: Some("alpha".to_owned()),
        ..AuditFilter::default()
    };
    let lines = site.identity.audit_lines(&filter, 10, None).await.unwrap();
    assert_eq!(lines.len(), 3);
    let newest = &lines[0].entry;
    assert_eq!(newest.actor_email.as_deref(), Some("eve@example.com"));
    assert_eq!(newest.target.as_deref(), Some("cpu"));
}
