//! Pictures and documents: bytes of their own, for the same people as the panel they belong to.

use std::sync::Arc;

use bytes::Bytes;
use porthole_panel::Picture;

use crate::site::{Site, Telling, rendered};

fn picture() -> Arc<Picture> {
    Arc::new(Picture {
        media_type: "image/png",
        bytes: vec![1, 2, 3],
        width: 1,
        height: 1,
    })
}

#[tokio::test]
async fn a_picture_is_found_by_the_tenant_in_its_address() {
    let site = Site::new().await;
    let answer = rendered("Map", "tag").with(Some(picture()), None);
    site.panels.tell("alpha", "cpu", Telling::Answer(answer));
    let cleo = site.logged_in("cleo").await;
    let found = cleo.get("/api/v1/panels/cpu/image?tenant=alpha&v=0").await;
    assert_eq!(found.status, 200);
    assert_eq!(found.header("content-type"), "image/png");
    assert_eq!(found.header("x-content-type-options"), "nosniff");
    assert_eq!(
        found.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    assert_eq!(found.body.as_ref(), [1, 2, 3]);
    // Cleo may see beta, which has no such panel; and must say which of her two she means.
    let of_beta = cleo.get("/api/v1/panels/cpu/image?tenant=beta").await;
    assert_eq!(of_beta.refusal(), (404, "not_found".into(), None));
    assert_eq!(
        cleo.get("/api/v1/panels/cpu/image").await.refusal().1,
        "no_tenant"
    );
    let bob = site.logged_in("bob").await;
    let of_alpha = bob.get("/api/v1/panels/cpu/image?tenant=alpha").await;
    assert_eq!(of_alpha.refusal(), (404, "not_found".into(), None));
    // Everywhere else the address names no tenant.
    let unknown = cleo.get("/api/v1/panels/cpu/data?tenant=alpha").await;
    assert_ne!(unknown.status, 200);
}

#[tokio::test]
async fn a_panel_without_a_picture_has_none() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let answer = ada.get("/api/v1/panels/cpu/image").await;
    assert_eq!(answer.refusal(), (404, "not_found".into(), None));
}

#[tokio::test]
async fn a_custom_endpoint_answers_with_bytes_with_json_or_with_the_panels_answer() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let plain = ada.get("/api/v1/custom/topology").await;
    assert_eq!(plain.status, 200);
    assert_eq!(plain.header("content-type"), "application/json");

    let answer = rendered("Map", "tag").with(Some(picture()), None);
    site.panels.tell("alpha", "cpu", Telling::Answer(answer));
    let drawn = ada.get("/api/v1/custom/topology?panel=cpu").await;
    assert_eq!(drawn.header("content-type"), "image/png");
    assert_eq!(drawn.body.as_ref(), [1, 2, 3]);

    let document = Bytes::from_static(b"{\"date\":\"today\"}");
    let answer = rendered("Summary", "tag").with(None, Some(document.clone()));
    site.panels.tell("alpha", "cpu", Telling::Answer(answer));
    let said = ada.get("/api/v1/custom/topology").await;
    assert_eq!(said.header("content-type"), "application/json");
    assert_eq!(said.body, document);

    for path in ["/api/v1/custom/topology?panel=memory", "/api/v1/custom/other"] {
        assert_eq!(
            ada.get(path).await.refusal(),
            (404, "not_found".into(), None),
            "{path}"
        );
    }
    assert_eq!(
        ada.get("/api/v1/custom/topology?pannel=cpu").await.refusal().0,
        400
    );
}
