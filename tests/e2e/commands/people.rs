//! People, as they come in: by the link that is printed, by invitations, with tokens.

use super::super::harness::management::{Management, PASSWORD, printed};
use super::super::harness::within;
use super::Stored;
use serde_json::{Value, json};
use std::time::Duration;

fn printed_link(postern: &Stored) -> String {
    printed(postern, |line| line.contains("/accept?token="))
}

#[test]
fn the_first_administrator_comes_by_a_link_and_lets_others_in() {
    let postern = Stored::start();
    let management = Management::of(&postern);
    let link = printed_link(&postern);
    let owner = management.accept(
        &link,
        json!({"email": "owner@example.com", "password": PASSWORD}),
    );
    let again = json!({"token": link.split_once("token=").unwrap().1, "email": "x@example.com", "password": PASSWORD});
    let again = management.ask("", "POST", "/api/v1/invitations/accept", &again);
    assert_eq!(again.status, 404, "{}", again.text());

    // By the command line, and with a tenant's role.
    let invited = postern.json(&[
        "invite",
        "lin@example.com",
        "--tenant",
        "partner-x",
        "--role",
        "developer",
    ]);
    let lin = management.accept(
        invited["link"].as_str().unwrap(),
        json!({"password": PASSWORD}),
    );
    let apps = management
        .ask(&lin, "GET", "/api/v1/apps", &Value::Null)
        .json();
    assert_eq!(apps["items"].as_array().unwrap().len(), 2, "{apps}");
    let services = management.ask(&lin, "GET", "/api/v1/upstreams", &Value::Null);
    assert_eq!(services.status, 403, "{}", services.text());

    let token = json!({"title": "CI", "scopes": ["apps.read"]});
    let token = management
        .ask(&lin, "POST", "/api/v1/me/tokens", &token)
        .json();
    let secret = token["token"].as_str().unwrap().to_owned();
    let bearer = format!("Authorization: Bearer {secret}\r\n");
    let with_token = || {
        management
            .ask(&bearer, "GET", "/api/v1/apps", &Value::Null)
            .status
    };
    assert_eq!(with_token(), 200);

    // Removed: nothing opens anything within a second.
    let members = postern.json(&["members", "list", "--tenant", "partner-x"]);
    let id = members["items"][0]["id"].as_str().unwrap();
    let removed = management.ask(
        &owner,
        "DELETE",
        &format!("/api/v1/members/{id}"),
        &Value::Null,
    );
    assert_eq!(removed.status, 204, "{}", removed.text());
    within(
        Duration::from_secs(1),
        "the end of the token's rights",
        || (with_token() == 403).then_some(()),
    );
    let session = management
        .ask(&lin, "GET", "/api/v1/apps", &Value::Null)
        .status;
    assert_eq!(session, 403);

    // No secret is on the disk or in the log.
    let password = PASSWORD.as_bytes();
    for file in std::fs::read_dir(postern.data()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        for needle in [password, &secret.as_bytes()[21..]] {
            let found = bytes.windows(needle.len()).any(|part| part == needle);
            assert!(!found, "{}", path.display());
        }
    }
    assert!(!postern.output().contains(&secret));
}

#[test]
fn a_database_with_an_owner_prints_no_link_and_makes_one_when_asked() {
    let mut postern = Stored::empty();
    let management = Management::of(&postern);
    let link = printed_link(&postern);
    management.accept(
        &link,
        json!({"email": "owner@example.com", "password": PASSWORD}),
    );
    postern.stop();
    let postern = postern.again();
    assert!(
        !postern.output().contains("/accept?token="),
        "{}",
        postern.output()
    );
    let management = Management::of(&postern);
    let link = postern.json(&["admin-link"]);
    let link = link["link"].as_str().unwrap();
    let second = management.accept(
        link,
        json!({"email": "second@example.com", "password": PASSWORD}),
    );
    let users = management
        .ask(&second, "GET", "/api/v1/users", &Value::Null)
        .json();
    assert_eq!(users["items"].as_array().unwrap().len(), 2, "{users}");
    // Whoever forgot theirs.
    let id = users["items"][0]["id"].as_str().unwrap();
    let link = postern.json(&["users", "password-link", id]);
    management.accept(
        link["link"].as_str().unwrap(),
        json!({"password": "quite another sentence"}),
    );
}

#[test]
fn behind_a_proxy_links_lead_to_it_and_people_are_who_it_says() {
    let mut postern = Stored::start();
    let link = printed_link(&postern);
    let owner = json!({"email": "owner@example.com", "password": PASSWORD});
    Management::of(&postern).accept(&link, owner.clone());
    let admin =
        "admin: {url: https://manage.example.com, client: {trusted_proxies: [127.0.0.0/8]}}\n";
    let applied = postern.apply(admin);
    assert!(applied.status.success(), "{}", applied.stderr);
    postern.stop();
    let postern = postern.again();
    let management = Management::of(&postern);
    let link = postern.json(&["admin-link"]);
    let link = link["link"].as_str().unwrap();
    assert!(
        link.starts_with("https://manage.example.com/accept?token="),
        "{link}"
    );
    let through = "X-Forwarded-For: 198.51.100.9, 203.0.113.7\r\n";
    let signed_in = management.ask(through, "POST", "/api/v1/sign-in", &owner);
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    let cookie = signed_in.header("set-cookie").unwrap();
    let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    let sessions = management
        .ask(&cookie, "GET", "/api/v1/me/sessions", &Value::Null)
        .json();
    let from = |session: &Value| session["from"].as_str().map(str::to_owned);
    let from: Vec<_> = sessions["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(from)
        .collect();
    assert!(from.contains(&"203.0.113.7".to_owned()), "{from:?}");
    let bad = management.ask("X-Forwarded-For: me\r\n", "GET", "/api/v1/me", &Value::Null);
    assert_eq!(bad.status, 400, "{}", bad.text());
    assert!(bad.text().contains("not an address"), "{}", bad.text());
}
