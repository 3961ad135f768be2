//! People, from the first administrator's link to the removal of a member.

use super::world::{Answered, World};
use crate::api::people::Accounts;
use postern_control::Actor;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const PASSWORD: &str = "four words nobody guesses";
const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

pub(super) async fn world() -> World {
    World::with(|service| Arc::new(Accounts::new(service.clone()))).await
}

/// What a browser shows after this answer.
pub(super) fn session(answer: &Answered) -> String {
    let cookies = answer.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
    let cookie = cookies.find(|cookie| cookie.starts_with("postern_session="));
    let cookie = cookie.unwrap_or_else(|| panic!("no session: {answer:?}"));
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"),
        "{cookie}"
    );
    cookie.split(';').next().unwrap().to_owned()
}

/// A browser with a session, on one of our pages.
pub(super) async fn browse(
    world: &World,
    cookie: &str,
    method: &str,
    path: &str,
    body: Value,
) -> Answered {
    let headers = [("cookie", cookie), OURS];
    world.ask_with("", method, path, body, &headers).await
}

pub(super) async fn with_token(
    world: &World,
    token: &str,
    method: &str,
    path: &str,
    body: Value,
) -> Answered {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    world.ask_with("", method, path, body, &headers).await
}

pub(super) fn code(answer: &Answered) -> (u16, &str) {
    (
        answer.status,
        answer.body["code"].as_str().unwrap_or_default(),
    )
}

/// The first administrator, signed in.
pub(super) async fn owner(world: &World) -> String {
    let people = world.service.people(postern_control::now()).unwrap();
    let link = people
        .first_administrator(&Actor::local("root"))
        .await
        .unwrap();
    let token = link.secret.expose().clone();
    let look = format!("/invitations/accept?token={token}");
    let seen = world.ask("", "GET", &look, Value::Null).await;
    assert_eq!(seen.body["purpose"], "first_administrator");
    let accept = json!({"token": token, "email": "Owner@Example.com", "password": PASSWORD});
    let accepted = world
        .ask("", "POST", "/invitations/accept", accept.clone())
        .await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let again = world.ask("", "POST", "/invitations/accept", accept).await;
    assert_eq!(
        code(&again),
        (404, "resource.not_found"),
        "a link is good once"
    );
    session(&accepted)
}

/// Invites somebody into `commerce` and has them accept.
pub(super) async fn member(world: &World, owner: &str, email: &str, roles: Value) -> String {
    let invite = json!({"email": email, "tenant": "commerce", "roles": roles});
    let invited = browse(world, owner, "POST", "/invitations", invite).await;
    assert_eq!(invited.status, 201, "{invited:?}");
    assert_eq!(invited.body["mailed"], false);
    let link = invited.body["link"].as_str().unwrap();
    let (_, token) = link.split_once("/accept?token=").unwrap();
    let accept = json!({"token": token, "name": "Lin", "password": PASSWORD});
    let accepted = world.ask("", "POST", "/invitations/accept", accept).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    session(&accepted)
}

#[tokio::test]
async fn people_come_in_by_links_and_lose_everything_at_once() {
    let world = world().await;
    let owner = owner(&world).await;
    let me = browse(&world, &owner, "GET", "/me", Value::Null).await;
    assert_eq!(me.body["email"], "owner@example.com");
    assert!(
        me.body["platform"].as_array().unwrap().len()
            == postern_model::permission::Point::ALL.len(),
        "{me:?}"
    );

    let lin = member(&world, &owner, "lin@example.com", json!(["developer"])).await;
    let me = browse(&world, &lin, "GET", "/me", Value::Null).await;
    assert_eq!(me.body["tenants"].as_object().unwrap().len(), 1, "{me:?}");
    let apps = browse(&world, &lin, "GET", "/apps", Value::Null).await;
    assert_eq!(apps.body["items"][0]["id"], "till");
    assert_eq!(apps.body["items"].as_array().unwrap().len(), 1);

    // Roles change at once, and so does their end.
    let members = browse(
        &world,
        &owner,
        "GET",
        "/members?tenant=commerce",
        Value::Null,
    )
    .await;
    let id = members.body["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(members.body["items"][0]["email"], "lin@example.com");
    let viewer = json!({"roles": ["viewer"]});
    let changed = browse(&world, &owner, "PATCH", &format!("/members/{id}"), viewer).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let app = json!({"id": "crm", "tenant": "commerce"});
    let refused = browse(&world, &lin, "POST", "/apps", app).await;
    assert_eq!(code(&refused), (403, "permission.missing"));
    let gone = browse(
        &world,
        &owner,
        "DELETE",
        &format!("/members/{id}"),
        Value::Null,
    )
    .await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let refused = browse(&world, &lin, "GET", "/apps", Value::Null).await;
    assert_eq!(refused.status, 403, "{refused:?}");

    let user = me.body["id"].as_str().unwrap();
    let off = json!({"state": "deactivated"});
    let off = browse(&world, &owner, "PATCH", &format!("/users/{user}"), off).await;
    assert_eq!(off.status, 200, "{off:?}");
    let refused = browse(&world, &lin, "GET", "/me", Value::Null).await;
    assert_eq!(code(&refused), (401, "session.missing"));
    let sign_in = json!({"email": "lin@example.com", "password": PASSWORD});
    let refused = world.ask("", "POST", "/sign-in", sign_in).await;
    assert_eq!(code(&refused), (401, "sign_in.failed"));
}

#[tokio::test]
async fn a_session_does_nothing_for_other_sites() {
    let world = world().await;
    let owner = owner(&world).await;
    let ask = async |headers: &[(&str, &str)]| {
        let mut all = vec![("cookie", owner.as_str()), ("host", "admin.example")];
        all.extend(headers);
        let body = json!({"name": "Owner"});
        world.ask_with("", "PATCH", "/me", body, &all).await.status
    };
    assert_eq!(ask(&[]).await, 403);
    assert_eq!(ask(&[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(ask(&[("origin", "https://evil.example")]).await, 403);
    assert_eq!(ask(&[("origin", "https://admin.example")]).await, 200);
    assert_eq!(ask(&[OURS]).await, 200);
    // Nobody signs a browser in as somebody else.
    let sign_in = json!({"email": "owner@example.com", "password": PASSWORD});
    let foreign = [("sec-fetch-site", "cross-site")];
    let refused = world
        .ask_with("", "POST", "/sign-in", sign_in, &foreign)
        .await;
    assert_eq!(code(&refused), (403, "csrf.origin_mismatch"));
}

#[tokio::test]
async fn sessions_are_listed_ended_and_end_with_the_password() {
    let world = world().await;
    let first = owner(&world).await;
    let sign_in = json!({"email": "OWNER@example.com ", "password": PASSWORD});
    let second = session(&world.ask("", "POST", "/sign-in", sign_in.clone()).await);
    let third = session(&world.ask("", "POST", "/sign-in", sign_in.clone()).await);
    let listed = browse(&world, &second, "GET", "/me/sessions", Value::Null).await;
    let items = listed.body["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 3);
    assert_eq!(
        items.iter().filter(|item| item["current"] == true).count(),
        1
    );
    let out = browse(&world, &second, "POST", "/sign-out", Value::Null).await;
    assert_eq!(out.status, 204);
    let over = browse(&world, &second, "GET", "/me", Value::Null).await;
    assert_eq!(over.status, 401);

    let change = |old: &str| json!({"password": "another four words", "old_password": old});
    let wrong = browse(&world, &third, "PATCH", "/me", change("not it at all")).await;
    assert_eq!(code(&wrong), (401, "sign_in.failed"));
    let weak = json!({"password": "short", "old_password": PASSWORD});
    let weak = browse(&world, &third, "PATCH", "/me", weak).await;
    assert_eq!(code(&weak), (400, "request.invalid"));
    let done = browse(&world, &third, "PATCH", "/me", change(PASSWORD)).await;
    assert_eq!(done.status, 200, "{done:?}");
    for old in [&first, &third] {
        let over = browse(&world, old, "GET", "/me", Value::Null).await;
        assert_eq!(over.status, 401);
    }
    let new = session(&done);
    assert_eq!(
        browse(&world, &new, "GET", "/me", Value::Null).await.status,
        200
    );
    assert_eq!(world.ask("", "POST", "/sign-in", sign_in).await.status, 401);
}

#[tokio::test]
async fn a_change_of_oneself_that_is_refused_changes_nothing() {
    let world = world().await;
    let owner = owner(&world).await;
    let named = json!({"name": "Before"});
    let named = browse(&world, &owner, "PATCH", "/me", named).await;
    assert_eq!(named.body["name"], "Before", "{named:?}");
    let new = "another four words";
    for (change, status) in [
        (
            json!({"name": "After", "password": new, "old_password": "not it at all"}),
            401,
        ),
        (
            json!({"name": "After", "password": "short", "old_password": PASSWORD}),
            400,
        ),
        (json!({"name": "After", "password": new}), 400),
        (
            json!({"name": "After\n", "password": new, "old_password": PASSWORD}),
            422,
        ),
    ] {
        let refused = browse(&world, &owner, "PATCH", "/me", change.clone()).await;
        assert_eq!(refused.status, status, "{change}: {refused:?}");
        let me = browse(&world, &owner, "GET", "/me", Value::Null).await;
        assert_eq!(me.body["name"], "Before", "{change}");
        let sign_in = json!({"email": "owner@example.com", "password": PASSWORD});
        assert_eq!(
            world.ask("", "POST", "/sign-in", sign_in).await.status,
            200,
            "{change}"
        );
    }
    let both = json!({"name": "After", "password": new, "old_password": PASSWORD});
    let done = browse(&world, &owner, "PATCH", "/me", both).await;
    assert_eq!((done.status, &done.body["name"]), (200, &json!("After")));
    let sign_in = json!({"email": "owner@example.com", "password": new});
    assert_eq!(world.ask("", "POST", "/sign-in", sign_in).await.status, 200);
}

#[tokio::test]
async fn tokens_do_less_than_their_owners_and_are_shown_once() {
    let world = world().await;
    let owner = owner(&world).await;
    let lin = member(&world, &owner, "lin@example.com", json!(["admin"])).await;
    let new = json!({"title": "CI", "scopes": ["apps.read"], "expires_at": "2099-01-01T00:00:00Z"});
    let made = browse(&world, &lin, "POST", "/me/tokens", new).await;
    assert_eq!(made.status, 201, "{made:?}");
    let token = made.body["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("pmt_"));
    assert!(!made.body.to_string().contains("hmac"));
    let apps = with_token(&world, &token, "GET", "/apps", Value::Null).await;
    assert_eq!(apps.status, 200);
    let lists = with_token(&world, &token, "GET", "/lists", Value::Null).await;
    assert_eq!(code(&lists), (403, "permission.missing"));
    // A token that leaked makes no others.
    let more = with_token(&world, &token, "POST", "/me/tokens", json!({"title": "x"})).await;
    assert_eq!(more.status, 403);
    let listed = browse(&world, &lin, "GET", "/me/tokens", Value::Null).await;
    assert!(!listed.body.to_string().contains(&token));
    assert!(!listed.body.to_string().contains("hmac"));
    assert!(
        listed.body["items"][0]["last_used_at"].is_string(),
        "{listed:?}"
    );
    let id = made.body["id"].as_str().unwrap();
    let ended = browse(
        &world,
        &lin,
        "DELETE",
        &format!("/me/tokens/{id}"),
        Value::Null,
    )
    .await;
    assert_eq!(ended.status, 204, "{ended:?}");
    let over = with_token(&world, &token, "GET", "/apps", Value::Null).await;
    assert_eq!(code(&over), (401, "credential.invalid"));
    let cut = token.split_at(token.len() - 1).0;
    for bad in ["", "pmt_x", cut] {
        let refused = with_token(&world, bad, "GET", "/apps", Value::Null).await;
        assert_eq!(code(&refused), (401, "credential.invalid"), "{bad}");
    }
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_have() {
    let world = world().await;
    let owner = owner(&world).await;
    let role = json!({"id": "commerce:hr", "tenant": "commerce", "permissions": ["members.read", "members.write", "apps.read", "service_accounts.read", "service_accounts.write"]});
    let made = browse(&world, &owner, "POST", "/roles", role).await;
    assert_eq!(made.status, 201, "{made:?}");
    let hr = member(&world, &owner, "hr@example.com", json!(["commerce:hr"])).await;
    member(&world, &owner, "boss@example.com", json!(["admin"])).await;
    let invite = |tenant: Value, role: &str| json!({"email": "x@example.com", "tenant": tenant, "roles": [role]});
    let ask = async |body: Value| {
        let answer = browse(&world, &hr, "POST", "/invitations", body).await;
        answer.status
    };
    assert_eq!(ask(invite(json!("commerce"), "admin")).await, 403);
    assert_eq!(ask(invite(json!("partner"), "viewer")).await, 403);
    assert_eq!(ask(invite(Value::Null, "owner")).await, 403);
    assert_eq!(ask(invite(json!("commerce"), "commerce:hr")).await, 201);
    assert_eq!(ask(invite(json!("commerce"), "owner")).await, 422);
    // Nor can they take it from whoever has more.
    let members = browse(&world, &hr, "GET", "/members", Value::Null).await;
    let items = members.body["items"].as_array().unwrap();
    let boss = items
        .iter()
        .find(|item| item["email"] == "boss@example.com");
    let boss = boss.unwrap()["id"].as_str().unwrap();
    let path = format!("/members/{boss}");
    for (method, body) in [
        ("DELETE", Value::Null),
        ("PATCH", json!({"roles": ["viewer"]})),
    ] {
        let refused = browse(&world, &hr, method, &path, body).await;
        assert_eq!(code(&refused), (403, "permission.missing"), "{method}");
    }
    // Nor act as a program that has more.
    let account = json!({"tenant": "commerce", "title": "Deployer", "roles": ["admin"]});
    let made = browse(&world, &owner, "POST", "/service-accounts", account).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    let path = format!("/service-accounts/{id}/tokens");
    let refused = browse(&world, &hr, "POST", &path, json!({"title": "x"})).await;
    assert_eq!(code(&refused), (403, "permission.missing"));
    let made = browse(&world, &owner, "POST", &path, json!({"title": "x"})).await;
    let token = made.body["token"].as_str().unwrap();
    let me = with_token(&world, token, "GET", "/me", Value::Null).await;
    assert_eq!(me.body["kind"], "service_account");
}

#[tokio::test]
async fn the_last_owner_stays_and_what_is_wrong_is_named() {
    let world = world().await;
    let owner = owner(&world).await;
    let me = browse(&world, &owner, "GET", "/me", Value::Null).await;
    let id = me.body["id"].as_str().unwrap();
    let path = format!("/users/{id}");
    for (method, body) in [
        ("PATCH", json!({"platform_roles": []})),
        ("PATCH", json!({"state": "deactivated"})),
        ("DELETE", Value::Null),
    ] {
        let refused = browse(&world, &owner, method, &path, body).await;
        assert_eq!(
            code(&refused),
            (422, "configuration.invalid"),
            "{refused:?}"
        );
    }
    for (path, body, pointer) in [
        ("/users", json!({"email": "not one"}), "/email"),
        ("/users", json!({"email": "owner@example.com"}), "/email"),
        (
            "/users",
            json!({"email": "a@b.c", "platform_roles": ["admin"]}),
            "/platform_roles/0",
        ),
        (
            "/roles",
            json!({"id": "admin", "permissions": ["apps.read"]}),
            "",
        ),
        (
            "/roles",
            json!({"id": "x", "permissions": ["apps.eat"]}),
            "/permissions/0",
        ),
        (
            "/roles",
            json!({"id": "nowhere:x", "tenant": "nowhere", "permissions": ["apps.read"]}),
            "/tenant",
        ),
        (
            "/members",
            json!({"user": "usr_x", "tenant": "commerce", "roles": ["viewer"]}),
            "/user",
        ),
        (
            "/service-accounts",
            json!({"title": "x", "roles": ["viewer"]}),
            "/roles/0",
        ),
        (
            "/identity-providers",
            json!({"id": "x", "title": "X"}),
            "/issuer",
        ),
        (
            "/invitations",
            json!({"email": "x@example.com", "tenant": "commerce", "roles": []}),
            "/roles",
        ),
    ] {
        let refused = browse(&world, &owner, "POST", path, body).await;
        assert_eq!(
            code(&refused),
            (422, "configuration.invalid"),
            "{refused:?}"
        );
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{refused:?}");
    }
}

#[tokio::test]
async fn attempts_are_slowed_for_those_who_are_there_and_those_who_are_not() {
    let world = world().await;
    owner(&world).await;
    let attempt = async |email: &str| {
        let body = json!({"email": email, "password": "wrong wrong wrong"});
        let answer = world.ask("", "POST", "/sign-in", body).await;
        assert_eq!(
            answer.status == 429,
            answer.headers.contains_key("retry-after")
        );
        let (status, code) = code(&answer);
        (status, code.to_owned(), answer.body["detail"].clone())
    };
    let (real, other) = ("owner@example.com", "nobody@example.com");
    let answers = (attempt(real).await, attempt(other).await);
    assert_eq!(answers.0.1, "sign_in.failed");
    assert_eq!(answers.0, answers.1);
    let mut slowed = 0;
    for _ in 0..18 {
        slowed += usize::from(attempt(other).await.1 == "sign_in.rate_exceeded");
    }
    assert!(slowed >= 2, "{slowed}");
}

#[tokio::test]
async fn signing_up_waits_for_somebody() {
    let world = world().await;
    let owner = owner(&world).await;
    let asked = json!({"email": "new@example.com", "password": PASSWORD, "reason": "Orders"});
    let closed = world.ask("", "POST", "/sign-up", asked.clone()).await;
    assert_eq!(closed.status, 403, "{closed:?}");
    let local = json!({"title": "Password", "sign_up": "approval"});
    let put = browse(&world, &owner, "PUT", "/identity-providers/local", local).await;
    assert_eq!(put.status, 200, "{put:?}");
    let done = world.ask("", "POST", "/sign-up", asked.clone()).await;
    assert_eq!(done.status, 202, "{done:?}");
    // Whoever is there already gets the same answer.
    let there = json!({"email": "owner@example.com", "password": PASSWORD});
    assert_eq!(world.ask("", "POST", "/sign-up", there).await.status, 202);
    let sign_in = json!({"email": "new@example.com", "password": PASSWORD});
    let waits = world.ask("", "POST", "/sign-in", sign_in.clone()).await;
    assert_eq!(code(&waits), (403, "permission.missing"));
    let waiting = browse(&world, &owner, "GET", "/users?state=pending", Value::Null).await;
    let id = waiting.body["items"][0]["id"].as_str().unwrap();
    let active = json!({"state": "active"});
    let let_in = browse(&world, &owner, "PATCH", &format!("/users/{id}"), active).await;
    assert_eq!(let_in.status, 200, "{let_in:?}");
    assert_eq!(world.ask("", "POST", "/sign-in", sign_in).await.status, 200);
}
