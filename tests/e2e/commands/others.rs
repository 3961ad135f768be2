//! Subscriptions, lists, blocks and policies.

use super::{CONFIG, Stored, code};
use crate::harness::raw::once;
use serde_json::json;

#[test]
fn a_subscription_waits_is_approved_and_ends() {
    let postern = Stored::start();
    let key = postern.key("crm");
    assert_eq!(code(&postern.customers(&key)), "subscription.pending");
    let pending = postern.json(&["subscriptions", "list", "--state", "pending"]);
    assert_eq!(pending["subscriptions"].as_array().unwrap().len(), 1);
    postern.ok(&["subscriptions", "approve", "sub_crm", "--comment", "Agreed"]);
    assert_eq!(postern.customers(&key).status, 200);
    let approved = postern.json(&["subscriptions", "list", "--app", "crm"]);
    let one = &approved["subscriptions"][0];
    assert_eq!(one["comment"], "Agreed");
    assert!(!one["decided_by"].as_str().unwrap().is_empty());
    let again = postern.fails(&["subscriptions", "approve", "sub_crm", "--comment", "x"]);
    assert!(again.contains("sub_crm is approved already by"), "{again}");
    let unasked = postern.fails(&["subscriptions", "reject", "sub_crm", "--comment", "x"]);
    assert!(unasked.contains("--yes"), "{unasked}");
    postern.ok(&[
        "subscriptions",
        "reject",
        "sub_crm",
        "--comment",
        "Over",
        "--yes",
    ]);
    assert_eq!(code(&postern.customers(&key)), "subscription.rejected");
    postern.ok(&["subscriptions", "approve", "sub_crm"]);
    assert_eq!(postern.customers(&key).status, 200);
    let again = postern.json(&["subscriptions", "list", "--app", "crm"]);
    assert_eq!(again["subscriptions"][0].get("comment"), None);
    let unknown = postern.fails(&["subscriptions", "approve", "sub_x", "--comment", "x"]);
    assert!(
        unknown.contains("there is no subscription `sub_x`"),
        "{unknown}"
    );
}

#[test]
fn an_address_is_let_in_and_shut_out_again() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    let put = || {
        let head = "PUT /partners/config HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
        let rest = format!("X-API-Key: {key}\r\nContent-Length: 0\r\n\r\n");
        once(postern.gateway, format!("{head}{rest}"))
    };
    assert_eq!(code(&put()), "network.address_not_allowed");
    let add = [
        "lists",
        "add",
        "office",
        "127.0.0.1",
        "--comment",
        "This machine",
    ];
    postern.ok(&add);
    assert_eq!(put().status, 200);
    let twice = postern.fails(&add);
    assert!(twice.contains("on the list `office` already"), "{twice}");
    let all = postern.json(&["lists", "list", "office"]);
    assert_eq!(
        all["entries"][0],
        json!({"list": "office", "range": "203.0.113.0/24"})
    );
    assert_eq!(all["entries"][1]["comment"], "This machine");
    let one = postern.ok(&["lists", "list", "--address", "127.0.0.1"]);
    let rows: Vec<_> = one.lines().collect();
    assert!(
        rows.len() == 2 && rows[1].starts_with("office  127.0.0.1/32  20"),
        "{one}"
    );
    let first = postern.json(&["lists", "list", "--limit", "1"]);
    assert_eq!(
        (&first["entries"][0]["range"], &first["more"]),
        (&json!("203.0.113.0/24"), &json!(true))
    );
    let unknown = postern.fails(&["lists", "list", "ofice"]);
    assert!(unknown.contains("there is office"), "{unknown}");
    let remove = [
        "lists",
        "remove",
        "office",
        "127.0.0.1",
        "--comment",
        "x",
        "--yes",
    ];
    postern.ok(&remove);
    assert_eq!(code(&put()), "network.address_not_allowed");
    let covered = [
        "lists",
        "remove",
        "office",
        "203.0.113.7",
        "--comment",
        "x",
        "--yes",
    ];
    let covered = postern.fails(&covered);
    assert!(
        covered.contains("203.0.113.0/24 is, which covers it"),
        "{covered}"
    );
    let unknown = postern.fails(&["lists", "add", "home", "::1", "--comment", "x"]);
    assert!(unknown.contains("there is no list `home`"), "{unknown}");
    let usage = postern.run(&["lists", "add", "office", "here", "--comment", "x"]);
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn a_blocked_address_is_listed_and_lifted() {
    let postern = Stored::empty();
    let strict = format!(
        "{}edge: {{ refusals: {{ rate: 3, per: 1m }}, block_for: 5m }}\n",
        super::CONFIG
    );
    let applied = postern.apply(&strict);
    assert!(applied.status.success(), "{applied:?}");
    assert_eq!(
        postern.json(&["blocks", "list"])["blocks"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    super::eventually("the block", || {
        let refused = postern.customers("wrong");
        code(&refused).starts_with("edge.").then_some(())
    });
    let blocks = postern.json(&["blocks", "list", "--address", "127.0.0.1"]);
    assert_eq!(blocks["blocks"][0]["source"], "127.0.0.1");
    assert!(
        blocks["blocks"][0]["trigger"]
            .as_str()
            .unwrap()
            .starts_with("credential.")
    );
    let other = postern.json(&["blocks", "list", "--address", "127.0.0.2"]);
    assert_eq!(other["blocks"].as_array().unwrap().len(), 0);
    postern.ok(&["blocks", "lift", "127.0.0.1"]);
    assert!(code(&postern.customers("wrong")).starts_with("credential."));
    let nobody = postern.fails(&["blocks", "lift", "192.0.2.1"]);
    assert!(nobody.contains("192.0.2.1 is not blocked"), "{nobody}");
}

#[test]
fn the_policies_of_an_operation_are_shown_with_their_origins() {
    let postern = Stored::start();
    let answer = postern.json(&["policies", "effective", "partners", "v1", "set-config"]);
    let origins: Vec<_> = answer["policies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["policy"].as_str().unwrap(),
                one["origin"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        origins,
        [
            ("small", "platform"),
            ("office-only", "operation partners/v1/set-config")
        ]
    );
    assert_eq!(answer["result"]["max_body_size"], 1 << 20);
    let limits = "limits: { per-app: { rate: 100, per: 1s, burst: 50, by: app } }";
    let plan = r#"["partners:read", "partners:write"] }
apps"#;
    let limited = plan.replace(" }", &format!(", {limits} }}"));
    assert!(
        postern
            .apply(&CONFIG.replace(plan, &limited))
            .status
            .success()
    );
    let shown = postern.ok(&["policies", "effective", "partners", "v1", "set-config"]);
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "small body platform enforce mandatory a body of at most 1 MiB",
        "office-only network operation partners/v1/set-config enforce mandatory only from office",
        "per-app rate plan standard enforce with the plan 100 a second, at most 50 at once, for each app",
        "together, enforced: address: on office body: at most 1 MiB limits with plan `standard`: per-app",
    ] {
        assert!(words.contains(part), "{part}: {shown}");
    }
    let unknown = postern.fails(&["policies", "effective", "partners", "v1", "set-confg"]);
    assert!(
        unknown.contains("there are: list-customers, set-config"),
        "{unknown}"
    );
}
