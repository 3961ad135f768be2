//! Tokens that are less than their owners, and stay so.

use super::people::{browse, code, member, owner, with_token, world};
use super::world::{Answered, World};
use serde_json::{Value, json};

/// A token of whoever has this session.
async fn token(world: &World, session: &str, new: Value) -> (String, String) {
    let made = browse(world, session, "POST", "/me/tokens", new).await;
    assert_eq!(made.status, 201, "{made:?}");
    let text = |member: &str| made.body[member].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

async fn change(world: &World, token: &str, changes: Value) -> Answered {
    let body = json!({ "changes": changes });
    with_token(world, token, "POST", "/commands/change", body).await
}

#[tokio::test]
async fn a_token_does_not_lift_its_own_restrictions() {
    let world = world().await;
    let owner = owner(&world).await;
    let scopes = json!(["service_accounts.read", "service_accounts.write"]);
    let new = json!({"title": "CI", "scopes": scopes, "expires_at": "2099-01-01T00:00:00Z"});
    let (id, secret) = token(&world, &owner, new).await;
    for patch in [
        json!({"scopes": null, "expires_at": null}),
        json!({"title": "Not CI"}),
    ] {
        let changes = json!([{"kind": "token", "id": id, "patch": patch}]);
        let refused = change(&world, &secret, changes).await;
        assert!(
            refused.body.to_string().contains("a token does not change"),
            "{refused:?}"
        );
    }
    let me = with_token(&world, &secret, "GET", "/me", Value::Null).await;
    assert_eq!(me.body["platform"], scopes, "{me:?}");
    let ended = json!([{"kind": "token", "id": id, "delete": true}]);
    let ended = change(&world, &secret, ended).await;
    assert!(ended.body.to_string().contains("sequence"), "{ended:?}");
}

#[tokio::test]
async fn a_restricted_token_makes_nothing_that_outlives_it() {
    let world = world().await;
    let owner = owner(&world).await;
    let lin = member(&world, &owner, "lin@example.com", json!(["admin"])).await;
    let me = browse(&world, &lin, "GET", "/me", Value::Null).await;
    let lin = me.body["id"].as_str().unwrap().to_owned();
    let account = json!({"tenant": "commerce", "title": "Deployer", "roles": ["viewer"]});
    let account = browse(&world, &owner, "POST", "/service-accounts", account).await;
    let account = account.body["id"].as_str().unwrap().to_owned();
    let invite = json!({"email": "x@example.com", "tenant": "commerce", "roles": ["viewer"]});
    let makes = [
        (
            format!("/service-accounts/{account}/tokens"),
            json!({"title": "x"}),
        ),
        (format!("/users/{lin}/password-link"), Value::Null),
        ("/invitations".to_owned(), invite),
    ];
    let end = json!({"title": "CI", "expires_at": "2099-01-01T00:00:00Z"});
    let (_, ends) = token(&world, &owner, end).await;
    let (_, whole) = token(&world, &owner, json!({"title": "CI"})).await;
    for (path, body) in makes {
        let refused = with_token(&world, &ends, "POST", &path, body.clone()).await;
        assert_eq!(code(&refused), (403, "permission.missing"), "{path}");
        let made = with_token(&world, &whole, "POST", &path, body).await;
        assert_eq!(made.status, 201, "{path}: {made:?}");
    }
}
