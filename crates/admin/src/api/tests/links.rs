//! Links, and what has changed when they are used.

use super::people::{PASSWORD, browse, code, member, owner, world};
use postern_control::Actor;
use postern_control::people::{Accepting, Comer, NotSignedIn, Visitor};
use serde_json::{Value, json};
use std::net::IpAddr;

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
    assert_eq!(code(&refused), (409, "resource.in_use"), "{refused:?}");
    assert!(refused.body.to_string().contains(id), "{refused:?}");
    let path = format!("/invitations/{id}");
    let withdrawn = browse(&world, &owner, "DELETE", &path, Value::Null).await;
    assert_eq!(withdrawn.status, 204, "{withdrawn:?}");
    let gone = browse(&world, &owner, "DELETE", "/tenants/acme", Value::Null).await;
    assert_eq!(gone.status, 204, "{gone:?}");
}

#[tokio::test]
async fn a_password_link_is_made_by_whoever_has_what_its_user_has_or_will_have() {
    let world = world().await;
    let owner = owner(&world).await;
    let role = json!({"id": "helpdesk", "permissions": ["users.read", "users.write"]});
    let made = browse(&world, &owner, "POST", "/roles", role).await;
    assert_eq!(made.status, 201, "{made:?}");
    let user = async |email: &str, roles: Value| {
        let new = json!({"email": email, "platform_roles": roles});
        let made = browse(&world, &owner, "POST", "/users", new).await;
        made.body["id"].as_str().unwrap().to_owned()
    };
    let open = async |who: &str, id: &str| {
        let path = format!("/users/{id}/password-link");
        let made = browse(&world, who, "POST", &path, Value::Null).await;
        let link = made.body["link"].as_str().unwrap_or_default().to_owned();
        (made.status, link)
    };
    let accept = async |link: &str| {
        let (_, token) = link.split_once("token=").unwrap();
        let accept = json!({"token": token, "password": PASSWORD});
        world.ask("", "POST", "/invitations/accept", accept).await
    };
    let patch = async |id: &str, patch: Value| {
        let path = format!("/users/{id}");
        let done = browse(&world, &owner, "PATCH", &path, patch).await;
        assert_eq!(done.status, 200, "{done:?}");
    };
    let helper = user("helper@example.com", json!(["helpdesk"])).await;
    let (_, link) = open(&owner, &helper).await;
    let helper = super::people::session(&accept(&link).await);

    // An owner who does not get in is an owner.
    let boss = user("boss@example.com", json!(["owner"])).await;
    patch(&boss, json!({"state": "deactivated"})).await;
    assert_eq!(open(&helper, &boss).await.0, 403);
    let (status, link) = open(&owner, &boss).await;
    assert_eq!(status, 201);
    // Nor does a link give a password to whoever does not get in.
    let refused = accept(&link).await;
    assert_eq!(code(&refused), (403, "permission.missing"));

    // Who has become more is not had by a link of before.
    let lin = user("lin@example.com", json!([])).await;
    let (status, link) = open(&helper, &lin).await;
    assert_eq!(status, 201);
    patch(&lin, json!({"platform_roles": ["operator"]})).await;
    let refused = accept(&link).await;
    assert_eq!(code(&refused), (404, "resource.not_found"));
}

#[tokio::test]
async fn of_two_invitations_that_are_accepted_at_once_neither_is_lost() {
    let world = world().await;
    let owner = owner(&world).await;
    let lin = member(&world, &owner, "lin@example.com", json!(["viewer"])).await;
    let mut tokens = Vec::new();
    for role in ["developer", "publisher"] {
        let invite = json!({"email": "lin@example.com", "tenant": "commerce", "roles": [role]});
        let invited = browse(&world, &owner, "POST", "/invitations", invite).await;
        let link = invited.body["link"].as_str().unwrap();
        tokens.push(link.split_once("token=").unwrap().1.to_owned());
    }
    let accept = async |token: &str| {
        let accept = json!({"token": token, "password": PASSWORD});
        let headers = [("cookie", lin.as_str()), ("sec-fetch-site", "same-origin")];
        let path = "/invitations/accept";
        world.ask_with("", "POST", path, accept, &headers).await
    };
    let (one, other) = tokio::join!(accept(&tokens[0]), accept(&tokens[1]));
    for (answer, token) in [(one, &tokens[0]), (other, &tokens[1])] {
        if answer.status != 200 {
            assert_eq!(answer.status, 409, "{answer:?}");
            // Its link is still good.
            let again = accept(token).await;
            assert_eq!(again.status, 200, "{again:?}");
        }
        let again = accept(token).await;
        assert_eq!(again.status, 404, "{again:?}");
    }
    let path = "/members?tenant=commerce";
    let members = browse(&world, &owner, "GET", path, Value::Null).await;
    let roles = json!(["developer", "publisher", "viewer"]);
    assert_eq!(members.body["items"][0]["roles"], roles, "{members:?}");
}

#[tokio::test]
async fn one_address_keeps_nobody_out_who_comes_from_another() {
    let world = world().await;
    owner(&world).await;
    let people = world.service.people(postern_control::now()).unwrap();
    let visitor = |from: &str| Visitor {
        from: from.parse::<IpAddr>().unwrap(),
        agent: String::new(),
    };
    let (bad, good) = (visitor("192.0.2.1"), visitor("198.51.100.1"));
    let name = "owner@example.com";
    // Whoever tries passwords is slowed, and whoever has the right one is not.
    let mut slowed = false;
    for _ in 0..20 {
        let tried = people.sign_in(&bad, name, "wrong wrong wrong").await;
        slowed |= matches!(tried, Err(NotSignedIn::Slowed(_)));
    }
    assert!(slowed);
    assert!(people.sign_in(&good, name, PASSWORD).await.is_ok());

    // Links have no bucket in common.
    let root = Actor::local("root");
    let link = people.first_administrator(&root).await.unwrap();
    let accept = async |visitor: &Visitor, token: &str| {
        let comer = Comer {
            visitor,
            signed_in: None,
        };
        let accepting = Accepting {
            token: token.to_owned(),
            email: Some("second@example.com".to_owned()),
            name: None,
            password: Some(PASSWORD.to_owned()),
        };
        people.accept(comer, accepting).await
    };
    for n in 0..60 {
        let from = visitor(&format!("203.0.113.{n}"));
        assert!(matches!(
            accept(&from, "junk").await,
            Err(NotSignedIn::Refused(_))
        ));
    }
    assert!(accept(&good, link.secret.expose()).await.is_ok());
}
