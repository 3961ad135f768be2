//! Access roles and groups: what an operation asks for, who may call it, and what mends a refusal.

use super::{CONFIG, Stored, code};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;

/// Customers are for those with an access role; the app is in a group without one.
fn started() -> Stored {
    let config = CONFIG
        .replace(
            "    authentication: {",
            "    access_roles: [customer-reader]\n    authentication: {",
        )
        .replace(
            "path: /config, scopes: [\"partners:write\"]",
            "path: /config, scopes: [\"partners:write\"], access_roles: []",
        )
        .replace(
            "fieldforce: { tenant: partner-x }",
            "fieldforce: { tenant: partner-x, groups: [staff] }",
        );
    let roles = "access_roles:\n  customer-reader: { tenant: commerce, allows: [{ service: partners, methods: [GET] }] }\ngroups: { staff: { tenant: partner-x } }\n";
    let stored = Stored::empty();
    let applied = stored.apply(&format!("{config}{roles}"));
    assert!(applied.status.success(), "{applied:?}");
    stored
}

/// Makes one change through the socket.
fn change(postern: &Stored, change: &Value) -> Value {
    let mut stream = UnixStream::connect(postern.data().join("postern.sock")).unwrap();
    let request = json!({"method": "change", "params": {"changes": [change], "comment": "a test"}});
    writeln!(stream, "{request}").unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

fn group(roles: &[&str]) -> Value {
    json!({"kind": "group", "id": "staff", "patch": {"access_roles": roles}})
}

#[test]
fn a_change_of_a_group_reaches_its_apps_at_once() {
    let postern = started();
    let key = postern.key("fieldforce");
    let refused = postern.customers(&key);
    assert_eq!(
        (refused.status, &*code(&refused)),
        (403, "authorization.role_missing")
    );
    // The answer comes when the change is served: nothing is waited for.
    for _ in 0..3 {
        let made = change(&postern, &group(&["customer-reader"]));
        assert!(made.get("ok").is_some(), "{made}");
        assert_eq!(postern.customers(&key).status, 200);
        change(&postern, &group(&[]));
        assert_eq!(postern.customers(&key).status, 403);
    }
    let wrong = change(&postern, &group(&["customer-writer"]));
    let message = wrong["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("customer-reader"), "{wrong}");
    let gone = json!({"kind": "access_role", "id": "customer-reader", "delete": true});
    assert!(change(&postern, &gone).get("error").is_some());
}

#[test]
fn a_missing_access_role_is_explained_and_mended() {
    let postern = started();
    let key = postern.key("fieldforce");
    let refused = postern.customers(&key);
    let id = refused.header("x-request-id").expect("an id");
    let found = postern.json(&["why", &id]);
    let explanation = &found["found"];
    let fixes: Vec<&str> = explanation["fixes"]
        .as_array()
        .unwrap_or_else(|| panic!("{found}"))
        .iter()
        .filter_map(|fix| fix["sentence"].as_str())
        .collect();
    assert!(
        fixes[0].contains("give app `fieldforce` the access role `customer-reader`"),
        "{fixes:?}"
    );
    assert!(
        fixes.iter().any(|fix| fix.contains("give group `staff`")),
        "{fixes:?}"
    );
    postern.ok(&["fix", &id, "--yes"]);
    assert_eq!(postern.customers(&key).status, 200);
}

#[test]
fn requirements_callers_and_access_are_told() {
    let postern = started();
    let key = postern.key("fieldforce");
    let made = postern.json(&["requirements", "GET", "/partners/customers"]);
    assert_eq!(made["operation"], "list-customers");
    assert_eq!(made["access_roles"][0]["name"], "customer-reader");
    assert_eq!(made["credentials"]["headers"][0], "x-api-key");
    let codes: Vec<&str> = made["refusals"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|refusal| refusal["code"].as_str())
        .collect();
    assert!(codes.contains(&"authorization.role_missing"), "{codes:?}");
    let inside = postern.ok(&["requirements", "partners/v1/set-config"]);
    assert!(
        inside.contains("some networks or countries only"),
        "{inside}"
    );
    assert!(
        !inside.contains("203.0.113") && !inside.contains("office"),
        "{inside}"
    );

    let who = |postern: &Stored| postern.json(&["who-can", "GET", "/partners/customers"]);
    assert_eq!(who(&postern)["apps"], json!([]));
    change(&postern, &group(&["customer-reader"]));
    let callers = who(&postern);
    assert_eq!(callers["apps"][0]["app"], "fieldforce");
    assert_eq!(callers["apps"][0]["credentials"][0], super::id_of(&key));
    assert_eq!(callers["apps"][1], Value::Null);
    let access = postern.json(&["access", "fieldforce"]);
    assert_eq!(access["groups"]["staff"][0], "customer-reader");
    let operations = access["operations"].as_array().unwrap();
    assert_eq!(operations.len(), 2);
    let one = postern.json(&["access", "fieldforce", "--limit", "1"]);
    assert_eq!(one["more"], true);
    // The subscription of the other app is not decided.
    assert_eq!(postern.json(&["access", "crm"])["operations"], json!([]));

    let nowhere = postern.fails(&["requirements", "GET", "/partners/nothing"]);
    assert!(nowhere.contains("no operation answers that"), "{nowhere}");
    let nobody = postern.fails(&["access", "nobody"]);
    assert!(nobody.contains("there is no app `nobody`"), "{nobody}");
}
