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

#[tokio::test]
async fn how_keys_stand_is_told_to_whom_may_see_the_issuer() {
    let world = World::new().await;
    issuers(&world).await;
    let keys = async |who: &str, path: &str| {
        let told = world.ask(who, "GET", path, Value::Null).await;
        assert_eq!(told.status, 200, "{told:?}");
        told.body["items"].clone()
    };
    let all = keys("owner", "/issuer-keys").await;
    let names = all.as_array().unwrap().iter().map(|one| &one["issuer"]);
    assert_eq!(names.collect::<Vec<_>>(), ["login", "own"]);
    assert_eq!(all[0]["kind"], "discovery");
    let one = keys("owner", "/issuer-keys?id=own").await;
    assert!(one[0]["error"].as_str().unwrap().contains("10.0.0.7"));
    // A tenant sees its own, and not where a name leads that leads where it must not.
    let own = keys("viewer@commerce", "/issuer-keys").await;
    assert_eq!(own.as_array().unwrap().len(), 1, "{own}");
    let error = own[0]["error"].as_str().unwrap();
    assert_eq!(error, "forbidden is a private address");
    assert_eq!(keys("viewer@partner", "/issuer-keys").await, json!([]));

    let refresh = async |who: &str, id: &str| {
        let path = format!("/issuers/{id}/refresh");
        world.ask(who, "POST", &path, Value::Null).await
    };
    assert_eq!(refresh("owner", "login").await.body["issuer"], "login");
    assert_eq!(refresh("admin@commerce", "own").await.status, 200);
    assert_eq!(refresh("viewer@commerce", "own").await.status, 403);
    assert_eq!(refresh("admin@commerce", "login").await.status, 404);
    assert_eq!(refresh("owner", "nobody").await.status, 404);
}

#[tokio::test]
async fn what_relies_on_an_issuer_is_told() {
    let world = World::new().await;
    issuers(&world).await;
    let accepts = json!({"authentication": {"jwt": {"issuers": ["own"]}}});
    let patched = world
        .ask("owner", "PATCH", "/services/orders", accepts)
        .await;
    assert_eq!(patched.status, 200, "{patched:?}");
    let made = world
        .ask("owner", "POST", "/credentials", client(1, "till", "own"))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let uses = async |who: &str, id: &str| {
        let path = format!("/issuers/{id}/uses");
        world.ask(who, "GET", &path, Value::Null).await
    };
    let all = uses("owner", "own").await.body;
    let client = json!({"client": "c1", "app": "till", "credential": "key_0000000000000001"});
    let told = json!({"services": ["orders"], "clients": [client], "more": false});
    assert_eq!(all, told);
    assert_eq!(uses("owner", "login").await.body["services"], json!([]));
    assert_eq!(uses("viewer@partner", "own").await.status, 404);
}

#[tokio::test]
async fn how_lists_stand_is_told_to_whom_may_see_them() {
    let world = World::new().await;
    let source = json!({"url": "https://lists.example/ranges"});
    for list in [
        json!({"id": "theirs", "tenant": "commerce", "source": source}),
        json!({"id": "ours", "source": source}),
    ] {
        let made = world.ask("owner", "POST", "/lists", list).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let lists = async |who: &str| {
        let told = world.ask(who, "GET", "/list-sources", Value::Null).await;
        assert_eq!(told.status, 200, "{told:?}");
        told.body["lists"].clone()
    };
    assert_eq!(lists("owner").await.as_array().unwrap().len(), 2);
    let own = lists("viewer@commerce").await;
    assert_eq!(own.as_array().unwrap().len(), 1, "{own}");
    assert_eq!(own[0]["error"], "forbidden is a private address");
    assert_eq!(lists("viewer@partner").await, json!([]));
}
