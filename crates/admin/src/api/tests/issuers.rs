//! Whose tokens are believed, and who may say which clients are apps.

use super::world::World;
use serde_json::{Value, json};

/// An issuer of the platform, and one of `commerce`.
async fn issuers(world: &World) {
    for (id, tenant) in [("login", None), ("own", Some("commerce"))] {
        let mut issuer = json!({
            "id": id, "issuer": format!("https://{id}.example"), "audiences": ["api"],
        });
        if let Some(tenant) = tenant {
            issuer["tenant"] = tenant.into();
        }
        let made = world.ask("owner", "POST", "/issuers", issuer).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
}

fn client(n: u8, app: &str, issuer: &str) -> Value {
    json!({
        "id": format!("key_{n:0>16}"), "app": app, "client": {"issuer": issuer, "id": format!("c{n}")},
    })
}

#[tokio::test]
async fn a_client_of_somebody_else_s_issuer_is_not_made_an_app() {
    let world = World::new().await;
    issuers(&world).await;
    let put =
        async |who: &str, document: Value| world.ask(who, "POST", "/credentials", document).await;
    // A tenant's developers say which clients of their own issuer are apps.
    let own = put("developer@commerce", client(1, "till", "own")).await;
    assert_eq!(own.status, 201, "{own:?}");
    // Those of the platform's are others' perhaps.
    let foreign = put("developer@commerce", client(2, "till", "login")).await;
    assert_eq!(foreign.status, 403, "{foreign:?}");
    let said = foreign.body["detail"].as_str().unwrap();
    assert!(said.contains("`c2` of the issuer `login`"), "{said}");
    assert!(
        foreign.body["fix"]
            .as_str()
            .unwrap()
            .contains("issuers.write")
    );
    let set_up = put("owner", client(2, "till", "login")).await;
    assert_eq!(set_up.status, 201, "{set_up:?}");
    // Nor is it taken from whom it is.
    let twice = json!({
        "id": "key_0000000000000003", "app": "till", "client": {"issuer": "login", "id": "c2"},
    });
    let twice = put("owner", twice).await;
    assert_eq!(twice.status, 422, "{twice:?}");
}

#[tokio::test]
async fn what_tokens_prove_has_no_key_to_rotate() {
    let world = World::new().await;
    issuers(&world).await;
    let made = world
        .ask("owner", "POST", "/credentials", client(1, "till", "own"))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = "/credentials/key_0000000000000001";
    let refused = world
        .ask("owner", "POST", &format!("{path}/rotate"), json!({}))
        .await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(refused.body["detail"].as_str().unwrap().contains("no key"));
    let revoked = json!({"reason": "The till was stolen"});
    let revoked = world
        .ask("owner", "POST", &format!("{path}/revoke"), revoked)
        .await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    assert!(revoked.body["revoked_at"].is_string());
}

#[tokio::test]
async fn an_issuer_that_is_used_stays() {
    let world = World::new().await;
    issuers(&world).await;
    let made = world
        .ask("owner", "POST", "/credentials", client(1, "till", "own"))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let removed = world
        .ask("owner", "DELETE", "/issuers/own", Value::Null)
        .await;
    assert_eq!(removed.status, 409, "{removed:?}");
    let removed = world
        .ask("owner", "DELETE", "/issuers/login", Value::Null)
        .await;
    assert_eq!(removed.status, 204, "{removed:?}");
}
