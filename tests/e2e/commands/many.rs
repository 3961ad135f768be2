//! A database with more keys than are read at once.

use super::super::harness::eventually;
use super::super::harness::raw::once;
use super::{SOON, Stored, cli, code, id_of};
use serde_json::{Map, Value, json};
use std::ops::Range;

/// Keys: with those that the test makes, more than a process reads together when it starts.
const KEYS: u32 = 20_000;
/// Those that are applied together.
const TOGETHER: u32 = 10_000;

/// Credentials of an app whose keys nobody has.
fn keys(numbers: Range<u32>) -> Map<String, Value> {
    let credential = |number: u32| {
        let digest = format!("{number:08x}").repeat(8);
        let document = json!({"app": "fieldforce", "sha256": digest});
        (format!("key_{number:016}"), document)
    };
    numbers.map(credential).collect()
}

/// Changes the operation that only an office may call; the status and code of the answer.
fn set_config(postern: &Stored, key: &str) -> (u16, String) {
    let request = format!(
        "PUT /partners/config HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
         X-API-Key: {key}\r\nContent-Length: 0\r\n\r\n"
    );
    let response = once(postern.gateway, &request);
    (response.status, code(&response))
}

#[test]
fn keys_are_found_revoked_and_kept_among_twenty_thousand() {
    let postern = Stored::start();
    let before = postern.key("fieldforce");
    let printed = cli(&[
        "keys",
        "create",
        "--app",
        "fieldforce",
        "--offline",
        "--json",
    ]);
    let printed: Value = serde_json::from_str(&printed.stdout).expect("JSON");
    let (among, id) = (printed["key"].as_str().unwrap(), printed["id"].as_str());
    for part in 0..KEYS / TOGETHER {
        let mut credentials = keys(part * TOGETHER..(part + 1) * TOGETHER);
        if part == 0 {
            credentials.insert(id.unwrap().to_owned(), printed["document"].clone());
        }
        let file = json!({
            "tenants": {"partner-x": {}},
            "apps": {"fieldforce": {"tenant": "partner-x"}},
            "credentials": credentials,
        });
        let applied = postern.apply(&file.to_string());
        assert!(applied.status.success(), "{}", applied.stderr);
        let said = "documents are changed, and served";
        assert!(applied.stdout.contains(said), "{}", last(&applied.stdout));
    }
    for key in [&*before, among] {
        assert_eq!(postern.customers(key).status, 200, "{key}");
    }

    postern.ok(&["keys", "revoke", &id_of(among), "--reason", "x", "--yes"]);
    eventually("the refusal", || {
        let response = postern.customers(among);
        (code(&response) == "credential.revoked").then_some(())
    });
    assert_eq!(postern.customers(&before).status, 200, "nobody else is");

    let refused = (403, "network.address_not_allowed".to_owned());
    assert_eq!(set_config(&postern, &before), refused);
    postern.ok(&["lists", "add", "office", "127.0.0.1"]);
    eventually("the new list", || {
        (set_config(&postern, &before).0 == 200).then_some(())
    });

    let mut postern = postern;
    postern.program.signal("TERM");
    assert!(postern.program.wait(SOON).is_some(), "it ends");
    let Stored { scratch, .. } = postern;
    let again = Stored::on(scratch);
    assert_eq!(again.customers(&before).status, 200);
    assert_eq!(code(&again.customers(among)), "credential.revoked");
    assert_eq!(set_config(&again, &before).0, 200);
    let listed = again.json(&["keys", "list", "--limit", "10000"]);
    assert_eq!(listed["keys"].as_array().map(Vec::len), Some(10_000));
    assert_eq!(listed["more"], true);
    let other = again.json(&["keys", "list", "--environment", "staging"]);
    assert_eq!(other["keys"].as_array().map(Vec::len), Some(0));
}

/// The end of what was printed: there is a line for each key.
fn last(text: &str) -> &str {
    text.trim_end().lines().last().unwrap_or_default()
}
