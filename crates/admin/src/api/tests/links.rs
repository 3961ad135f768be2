//! Links, and what has changed when they are used.

use super::people::{browse, code, owner, world};
use serde_json::{Value, json};

#[tokio::test]
async fn a_tenant_with_open_invitations_stays() {
    let world = world().await;
    let owner = owner(&world).await;
    let tenant = json!({"id": "acme"});
    let made = browse(&world, &owner, "POST", "/tenants", tenant).await;
    assert_eq!(made.status, 201, "{made:?}");
    let invite = json!({"email": "x@example.com", "tenant": "acme", "roles": ["admin"]});
    let invited = browse(&world, &owner, "POST", "/invitations", invite).await;
    let id = invited.body["id"].as_str().unwrap();
    let refused = browse(&world, &owner, "DELETE", "/tenants/acme", Value::Null).await;
    assert_eq!(
        code(&refused),
        (409, "resource.in_use"),
        "{refused:?}"
    );
    assert!(refused.body.to_string().contains(id), "{refused:?}");
    let path = format!("/invitations/{id}");
    let withdrawn = browse(&world, &owner, "DELETE", &path, Value::Null).await;
    assert_eq!(withdrawn.status, 204, "{withdrawn:?}");
    let gone = browse(&world, &owner, "DELETE", "/tenants/acme", Value::Null).await;
    assert_eq!(gone.status, 204, "{gone:?}");
}
