//! Tokens of issuers that are revoked here.

use super::super::harness::raw::get;
use super::super::harness::{Raw, Response, within};
use super::super::upstream::Upstream;
use super::{Stored, code};
use crate::harness::files::{Scratch, scratch};
use crate::harness::postgres::Server;
use jiff::Timestamp;
use postern_model::entity::Algorithm;
use postern_proof::testing::{Signer, set};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How soon a revocation counts.
const SOON: Duration = Duration::from_secs(1);

/// How long a stream may outlive what let it in.
const STREAM: Duration = Duration::from_secs(5);

struct World {
    stored: Stored,
    signer: Signer,
    _keys: Scratch,
    _upstream: Upstream,
}

impl World {
    fn new() -> Self {
        Self::on(Stored::empty())
    }

    fn on(stored: Stored) -> Self {
        let signer = Signer::new(Algorithm::EdDSA, "revocations");
        let keys = scratch("revocations-keys");
        let file = keys.write("keys.json", set(&[&signer]));
        let upstream = Upstream::start();
        let config = json!({
            "tenants": {"t": {}},
            "egress": {"allow": ["127.0.0.0/8"]},
            "apps": {"shop": {"tenant": "t"}},
            "issuers": {"corp": {
                "issuer": "https://corp.test", "audiences": ["orders"], "keys_file": file,
            }},
            "credentials": {"key_00000000000000aa": {"app": "shop", "client": {"issuer": "corp", "id": "*"}}},
            "upstreams": {"behind": {"targets": [upstream.address.to_string()]}},
            "services": {"orders": {
                "authentication": {"jwt": {"issuers": ["corp"]}, "subscription": false},
                "versions": {"v1": {"upstream": "behind", "operations": {
                    "list": {"methods": ["GET"], "path": "/orders"},
                    "events": {"methods": ["GET"], "path": "/do/events/1000/100"},
                }}},
            }},
        });
        let applied = stored.apply(&config.to_string());
        assert!(applied.status.success(), "{applied:?}");
        Self {
            stored,
            signer,
            _keys: keys,
            _upstream: upstream,
        }
    }

    /// A token with these claims besides.
    fn token(&self, more: &Value) -> String {
        let now = Timestamp::now().as_second();
        let mut claims = json!({
            "iss": "https://corp.test", "aud": "orders", "sub": "lin", "client_id": "till",
            "iat": now - 60, "exp": now + 600,
        });
        for (name, value) in more.as_object().expect("claims") {
            if value.is_null() {
                claims.as_object_mut().expect("claims").remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        self.signer.token(&claims)
    }

    fn ask(&self, token: &str) -> Response {
        ask(&self.stored, token)
    }

    fn passes(&self, token: &str) -> bool {
        self.ask(token).status == 200
    }

    fn refused(&self, token: &str) -> Response {
        refused(&self.stored, token)
    }

    /// Revokes tokens of `corp`; the id of the revocation.
    fn revoke(&self, which: &[&str]) -> String {
        let all = [
            &["tokens", "revoke", "--issuer", "corp", "--yes"][..],
            which,
        ];
        let made = self.stored.json(&all.concat());
        made["id"].as_str().expect("an id").to_owned()
    }
}

/// Asks a node with a token.
fn ask(node: &Stored, token: &str) -> Response {
    let line = format!("Authorization: Bearer {token}\r\n");
    get(node.gateway, "/orders", &line)
}

fn refused(node: &Stored, token: &str) -> Response {
    within(SOON, "the refusal", || {
        let response = ask(node, token);
        (code(&response) == "token.revoked").then_some(response)
    })
}

/// A stream that has begun.
fn open(node: &Stored, token: &str) -> Raw {
    let mut raw = Raw::connect(node.gateway);
    raw.send(format!(
        "GET /do/events/1000/100 HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\n\r\n"
    ));
    assert_eq!(raw.head().expect("a head").status, 200);
    assert!(raw.chunk().is_some());
    raw
}

#[test]
fn all_tokens_of_a_subject_end_and_who_signs_in_again_passes() {
    let world = World::new();
    let old = world.token(&json!({}));
    let timeless = world.token(&json!({"iat": null}));
    let other = world.token(&json!({"sub": "ann"}));
    // Seen before, so that it is remembered that they are genuine.
    assert!(
        [&old, &timeless, &other]
            .iter()
            .all(|token| world.passes(token))
    );
    let id = world.revoke(&["--subject", "lin", "--reason", "Laptop stolen"]);
    let refused = world.refused(&old);
    assert_eq!(refused.status, 401);
    let told = refused.text();
    assert!(told.contains("Laptop stolen"), "{told}");
    assert!(!told.contains("lin") && !told.contains(&id), "{told}");
    world.refused(&timeless);
    assert!(world.passes(&other));
    let now = Timestamp::now().as_second();
    let new = world.token(&json!({"iat": now + 1}));
    assert!(world.passes(&new));

    let listed = world.stored.ok(&["tokens", "revocations"]);
    assert!(
        listed.contains(&id) && listed.contains("Laptop stolen"),
        "{listed}"
    );
    let taken = world.stored.ok(&["tokens", "restore", &id]);
    assert!(taken.contains("subject `lin`"), "{taken}");
    within(SOON, "the token passes", || {
        world.passes(&old).then_some(())
    });
    let audit = world.stored.ok(&["audit", "export"]);
    assert!(audit.contains("token_revocation") && audit.contains("Laptop stolen"));
}

#[test]
fn one_token_ends_by_its_name_and_those_of_a_client_by_the_client() {
    let world = World::new();
    let one = world.token(&json!({"jti": "t-1"}));
    let two = world.token(&json!({"jti": "t-2"}));
    let till = world.token(&json!({"client_id": "till-7"}));
    assert!([&one, &two, &till].iter().all(|token| world.passes(token)));
    world.revoke(&["--jti", "t-1", "--until", "1h"]);
    world.refused(&one);
    assert!(world.passes(&two));
    let id = world.revoke(&["--client", "till-7"]);
    let refused = world.refused(&till);
    assert!(world.passes(&two));
    // The same again is the same one, up to now.
    assert_eq!(world.revoke(&["--client", "till-7"]), id);

    let request = refused.header("x-request-id").expect("an id");
    let why = within(STREAM, "the record", || {
        let ran = world.stored.run(&["why", &request]);
        ran.status.success().then_some(ran.stdout)
    });
    assert!(
        why.contains("token.revoked") && why.contains("till-7"),
        "{why}"
    );
    assert!(why.contains(&format!("tokens restore {id}")), "{why}");
    let fixed = world.stored.run(&["fix", &request, "--comment", "a test"]);
    assert!(fixed.status.success(), "{fixed:?}");
    within(SOON, "the token passes", || {
        world.passes(&till).then_some(())
    });
}

#[test]
fn streams_end_soon_after_the_token_is_revoked() {
    let world = World::new();
    let mut cut = open(&world.stored, &world.token(&json!({})));
    let mut kept = open(&world.stored, &world.token(&json!({"sub": "ann"})));
    world.revoke(&["--subject", "lin"]);
    let begun = Instant::now();
    let (_, _end) = cut.rest(Duration::from_secs(30));
    assert!(begun.elapsed() < STREAM, "{:?}", begun.elapsed());
    std::thread::sleep(STREAM.saturating_sub(begun.elapsed()));
    assert!(kept.chunk().is_some_and(|chunk| !chunk.is_empty()));
}

#[test]
fn other_nodes_refuse_a_revoked_token_within_a_second() {
    let Some(server) = Server::start() else {
        return;
    };
    let one = Stored::with(scratch("node"), &["--database", &server.url()]);
    let two = one.beside(&server);
    let world = World::on(one);
    let one = &world.stored;
    let (lin, ann) = (world.token(&json!({})), world.token(&json!({"sub": "ann"})));
    let named = world.token(&json!({"sub": "kim", "jti": "t-1"}));
    within(STREAM, "the other node's configuration", || {
        (ask(&two, &lin).status == 200).then_some(())
    });
    // Both have seen all of them, and remember that they are genuine.
    for node in [one, &two] {
        for token in [&lin, &ann, &named] {
            assert_eq!(ask(node, token).status, 200);
        }
    }
    let mut cut = open(&two, &lin);
    let id = world.revoke(&["--subject", "lin", "--reason", "Laptop stolen"]);
    let begun = Instant::now();
    let response = refused(&two, &lin);
    let took = begun.elapsed();
    assert_eq!(response.status, 401);
    assert!(
        response.text().contains("Laptop stolen"),
        "{}",
        response.text()
    );
    world.refused(&lin);
    let (_, _end) = cut.rest(Duration::from_secs(30));
    assert!(begun.elapsed() < STREAM, "{:?}", begun.elapsed());
    // The other way, of one token by its name; whoever else there is goes on at both.
    let by_name = ["--jti", "t-1", "--until", "1h", "--yes"];
    two.ok(&[&["tokens", "revoke", "--issuer", "corp"][..], &by_name].concat());
    world.refused(&named);
    refused(&two, &named);
    for node in [one, &two] {
        assert_eq!(ask(node, &ann).status, 200);
        let listed = node.json(&["tokens", "revocations"]);
        let count = listed["items"].as_array().map(Vec::len);
        assert_eq!(count, Some(2), "{listed}");
    }
    // What one node takes back, the other one lets pass.
    two.ok(&["tokens", "restore", &id]);
    within(SOON, "the token passes", || {
        (ask(one, &lin).status == 200).then_some(())
    });
    println!("refused on the other node after {took:?}");
}

#[test]
fn what_is_over_counts_no_more_and_is_removed_with_the_next() {
    let world = World::new();
    let token = world.token(&json!({}));
    world.revoke(&["--subject", "lin", "--until", "2s"]);
    world.refused(&token);
    // Who asks again and again would be blocked for so many refusals.
    std::thread::sleep(Duration::from_secs(3));
    assert!(world.passes(&token));
    let listed = world.stored.ok(&["tokens", "revocations"]);
    assert!(listed.contains(", over"), "{listed}");
    let id = world.revoke(&["--subject", "ann"]);
    let listed = world.stored.json(&["tokens", "revocations"]);
    assert_eq!(
        listed["items"].as_array().map(Vec::len),
        Some(1),
        "{listed}"
    );
    assert_eq!(listed["items"][0]["id"], json!(id));
}

#[test]
fn what_cannot_be_is_refused_with_what_would_be_right() {
    let world = World::new();
    let nobody = world
        .stored
        .fails(&["tokens", "revoke", "--issuer", "crop", "--subject", "x"]);
    assert!(nobody.contains("corp"), "{nobody}");
    let nothing = world.stored.run(&["tokens", "revoke", "--issuer", "corp"]);
    assert_eq!(nothing.status.code(), Some(2), "{nothing:?}");
    let unasked = world
        .stored
        .fails(&["tokens", "revoke", "--issuer", "corp", "--jti", "x"]);
    assert!(
        unasked.contains("--yes") && unasked.contains("`x`"),
        "{unasked}"
    );
    world.revoke(&["--subject", "lin"]);
    // A second one about the same tokens, and none of an issuer that is not there.
    let config = |issuer: &str| {
        json!({"token_revocations": {"rev_mine": {
            "issuer": issuer, "subject": "lin", "revoked_at": "2026-11-20",
        }}})
    };
    for (issuer, expected) in [
        ("corp", "about the same tokens"),
        ("crop", "does not exist"),
    ] {
        let ran = world.stored.apply(&config(issuer).to_string());
        assert!(
            !ran.status.success() && ran.stderr.contains(expected),
            "{ran:?}"
        );
    }
    // An issuer whose tokens are revoked does not go without them.
    let gone = world.stored.fails(&["delete", "issuer", "corp", "--yes"]);
    assert!(gone.contains("token_revocation"), "{gone}");
}
