//! Issuers of tokens, from the command line.

use super::{Stored, code};
use crate::harness::files::scratch;
use crate::harness::raw::get;
use serde_json::{Value, json};

/// The public key of RFC 7515, appendix A.3.
fn key(name: &str) -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "kid": name,
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

fn keys(names: &[&str]) -> String {
    let keys: Vec<Value> = names.iter().map(|name| key(name)).collect();
    json!({ "keys": keys }).to_string()
}

const SERVED: &str = r#"
tenants: { shop: {} }
apps: { till: { tenant: shop } }
services:
  orders:
    tenant: shop
    authentication: { subscription: false }
    versions: { v1: { upstream: echo, operations: { all: { path: "/{*rest}" } } } }
lists: { office: { tenant: shop, owner: Lin, entries: ["192.0.2.0/24"] } }
policies: { from-office: { kind: network, on: { service: orders }, deny: [office] } }
upstreams: { echo: { targets: ["builtin:echo"] } }
"#;

#[test]
fn an_issuer_is_believed_and_looked_after_from_the_command_line() {
    let files = scratch("believed-files");
    let file = files.write("keys.json", keys(&["first"]));
    let file = file.to_str().expect("a path of text");
    let postern = Stored::empty();
    assert!(postern.apply(SERVED).status.success());
    assert_eq!(postern.ok(&["issuers", "list"]), "");
    postern.ok(&[
        "issuers",
        "add",
        "login",
        "--issuer",
        "https://login.example.com",
        "--audience",
        "api,admin",
        "--keys-file",
        file,
        "--leeway",
        "1m",
        "--client-claim",
        "azp",
        "--tenant",
        "shop",
        "--service",
        "orders",
    ]);
    let listed = postern.json(&["issuers", "list"]);
    let one = &listed["items"][0];
    assert_eq!(one["audiences"], json!(["api", "admin"]));
    assert_eq!(one["claims"], json!({"client": ["azp"]}));
    assert_eq!(
        (&one["keys"]["keys"], &one["keys"]["names"]),
        (&json!(1), &json!(["first"]))
    );
    // What the service accepted before stays.
    let refused = get(postern.gateway, "/orders", "Connection: close\r\n");
    assert_eq!(code(&refused), "credential.missing");
    let challenges = refused.header("www-authenticate").expect("challenges");
    for scheme in ["Bearer realm", "ApiKey realm"] {
        assert!(challenges.contains(scheme), "{challenges}");
    }

    postern.ok(&[
        "issuers",
        "client",
        "login",
        "till-7",
        "--app",
        "till",
        "--name",
        "The tills",
    ]);
    let shown = postern.ok(&["issuers", "show", "login"]);
    for said in [
        "iss: https://login.example.com",
        "leeway: 1m",
        "keys: 1 key",
        "accepted by: orders",
        "till-7",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }

    // A file that is replaced is read when somebody says so; a broken one changes nothing.
    files.write("keys.json", "{");
    let failed = postern.run(&["issuers", "refresh", "login"]);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    let shown = postern.ok(&["issuers", "show", "login"]);
    assert!(
        shown.contains("1 key; failing since") && shown.contains("keys.json"),
        "{shown}"
    );
    files.write("keys.json", keys(&["first", "second"]));
    let refreshed = postern.ok(&["issuers", "refresh", "login"]);
    assert!(refreshed.starts_with("2 keys of "), "{refreshed}");

    let kept = postern.fails(&["issuers", "remove", "login", "--yes"]);
    assert!(kept.contains("service `orders`"), "{kept}");
    let nobody = postern.fails(&["issuers", "show", "nobody"]);
    assert!(nobody.contains("there is login"), "{nobody}");
}

#[test]
fn a_list_is_shown_with_what_uses_it() {
    let postern = Stored::empty();
    assert!(postern.apply(SERVED).status.success());
    let shown = postern.ok(&["lists", "show", "office"]);
    for said in ["tenant: shop", "owner: Lin", "ranges: 1", "from-office"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
}
