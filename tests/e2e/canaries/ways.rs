//! Secrets that prove who somebody is: those that callers sign by, and those by which the gateway
//! shows itself to issuers.

use super::{asked, configuration, no_file_holds, none_of, whole};
use crate::commands::Stored;
use crate::harness::files::scratch;
use crate::harness::raw::once;
use crate::harness::{Response, eventually};
use crate::introspection::endpoint::{Endpoint, Says};
use crate::signed::by_hand::{base64, date, older, signed};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the gateway shows itself to an issuer with.
const CLIENT: &str = "CanarySecretOfTheClient-0123456789";
/// What a caller signs by, as a file has it.
const SIGNED_BY: &str = "CanarySecretOfTheCaller-0123456789";
/// What somebody has who guesses.
const GUESS: &str = "CanarySecretOfAGuess-0123456789abcd";
/// A token that its issuer is asked about.
const TOKEN: &str = "CanaryOpaqueToken";

/// Services that accept signatures, and tokens that somebody else is asked about.
fn with_ways(endpoint: &Endpoint, file: &std::path::Path) -> Value {
    let mut all = configuration();
    let service = |host: &str, accepted: Value| {
        json!({
            "tenant": "owner", "hosts": [host], "disclosure": "verbose",
            "disclosure_until": "2099-01-01", "authentication": accepted,
            "versions": {"v1": {"upstream": "echo", "environments": ["staging"], "operations": {
                "list": {"methods": ["GET"], "path": "/orders"},
            }}},
        })
    };
    all["environments"]["staging"]["hosts"] = json!(["canaries.test", "signed.test", "asked.test"]);
    let signed = json!({"signature": {}, "hmac": {}, "subscription": false});
    all["services"]["signed"] = service("signed.test", signed);
    let far = json!({"jwt": {"issuers": ["far"]}, "subscription": false});
    all["services"]["asked"] = service("asked.test", far);
    all["issuers"]["far"] = json!({
        "issuer": "https://far.test", "audiences": ["things"],
        "introspection": {
            "url": endpoint.url(), "client_id": "gateway", "client_secret": "env:CANARY_CLIENT",
            "jwt": "introspection", "cache": "1s",
        },
    });
    let place = format!("file:{}", file.display());
    all["credentials"]["key_0000000000000001"] = json!({
        "app": "my-app", "environment": "staging",
        "signing_key": {"secret": place, "key_id": "till-7"},
    });
    all["credentials"]["key_0000000000000002"] = json!({
        "app": "my-app", "environment": "staging", "client": {"issuer": "far", "id": "till-7"},
    });
    all
}

fn send(postern: &Stored, host: &str, lines: &[String]) -> Response {
    let lines = lines.join("\r\n");
    once(
        postern.gateway,
        format!("GET /orders HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{lines}\r\n\r\n"),
    )
}

/// Requests that are signed in both ways, by this secret.
fn sign(postern: &Stored, keyid: &str, secret: &str) -> [Response; 2] {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let (host, nonce) = ("signed.test", NEXT.fetch_add(1, Ordering::Relaxed));
    let created = Timestamp::now().as_second();
    let parameters = format!(";created={created};keyid=\"{keyid}\";nonce=\"n{nonce}\"");
    let new = signed(host, secret, "sig1", &parameters);
    let date = date(0);
    let lines = [
        "(request-target): get /orders".to_owned(),
        format!("host: {host}"),
        format!("date: {date}"),
    ];
    let names = "(request-target) host date";
    let old = older("Signature", keyid, secret, names, &lines);
    let old = [format!("Date: {date}"), old];
    [&new, &old].map(|lines| send(postern, host, lines))
}

/// What is asked about a token, whatever its issuer says.
fn introspected(postern: &Stored, endpoint: &Endpoint) -> Vec<Response> {
    let echoed = format!("Location: http://127.0.0.1:1/?secret={CLIENT}\r\n");
    let active = json!({
        "active": true, "client_id": "till-7", "aud": "things", "iss": "https://far.test",
        "note": CLIENT,
    });
    let answers = [
        Says::json(&active),
        Says::json(&json!({"active": false, "note": CLIENT})),
        Says::answer(401, "", CLIENT),
        Says::answer(302, &echoed, CLIENT),
        Says::answer(200, "", &format!("{{\"active\": \"{CLIENT}")),
        Says::answer(200, "", &format!("{{\"active\": \"{CLIENT}\"}}")),
        Says::Close,
    ];
    let ask = |(nth, says)| {
        endpoint.says(says);
        let line = format!("Authorization: Bearer {TOKEN}{nth}");
        send(postern, "asked.test", &[line])
    };
    answers.into_iter().enumerate().map(ask).collect()
}

/// Files with secrets where none may stand.
fn refused(postern: &Stored, all: &Value, secrets: &[&str]) {
    let session =
        json!({"session": {"issuer": "far", "client_id": "web", "client_secret": CLIENT}});
    let faults: [(&str, Value); 4] = [
        ("/issuers/far/introspection/client_secret", json!(CLIENT)),
        (
            "/credentials/key_0000000000000001/signing_key/secret",
            json!(SIGNED_BY),
        ),
        (
            "/credentials/key_0000000000000001/signing_key/secret",
            json!(format!("env:{SIGNED_BY}")),
        ),
        ("/services/asked/authentication", session),
    ];
    for (place, fault) in faults {
        let mut wrong = all.clone();
        *wrong.pointer_mut(place).expect("a place") = fault;
        let ran = postern.apply(&wrong.to_string());
        assert_eq!(ran.status.code(), Some(1), "{place}: {ran:?}");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        none_of(place, &said, secrets.iter().copied());
    }
}

#[test]
fn secrets_to_sign_by_and_of_the_gateway_itself_show_up_nowhere() {
    let endpoint = Endpoint::start();
    let files = scratch("canaries-ways");
    let file = files.write("till", SIGNED_BY);
    let mut postern = Stored::with_variable("CANARY_CLIENT", CLIENT);
    let all = with_ways(&endpoint, &file);
    let applied = postern.apply(&all.to_string());
    assert!(applied.status.success(), "{applied:?}");
    let create = [
        "keys",
        "create",
        "--app",
        "my-app",
        "--hmac",
        "--environment",
        "staging",
    ];
    let made = postern.json(&create);
    let (id, own) = (made["id"].as_str(), made["key"].as_str());
    let (id, own) = (id.expect("an id"), own.expect("a secret"));

    let mut answers = Vec::new();
    for (keyid, secret) in [("till-7", SIGNED_BY), (id, own)] {
        let passed = sign(&postern, keyid, secret);
        assert!(passed.iter().all(|one| one.status == 200), "{passed:?}");
        answers.extend(sign(&postern, keyid, GUESS));
    }
    answers.extend(introspected(&postern, &endpoint));
    assert_eq!(endpoint.asked(), 7);
    assert_eq!(answers.iter().filter(|one| one.status == 200).count(), 1);

    let as_client = base64(format!("gateway:{CLIENT}").as_bytes());
    let asked_with = endpoint.last();
    assert!(asked_with.contains(&as_client), "it is used: {asked_with}");
    let secrets = [CLIENT, &as_client, SIGNED_BY, own, GUESS, TOKEN];
    let refusals: Vec<&Response> = answers.iter().filter(|one| one.status != 200).collect();
    for answer in &refusals {
        none_of("a response", &whole(answer), secrets);
    }
    let ids = refusals.iter().map(|one| one.header("x-request-id"));
    let ids: Vec<String> = ids.map(|id| id.expect("an id")).collect();
    for id in &ids {
        eventually("the record", || {
            postern.run(&["why", id]).status.success().then_some(())
        });
    }
    asked(|arguments| postern.ok(arguments), &ids, &secrets);
    for arguments in [
        &["export"][..],
        &["audit", "export"],
        &["issuers", "show", "far", "--json"],
    ] {
        none_of(&format!("{arguments:?}"), &postern.ok(arguments), secrets);
    }
    refused(&postern, &all, &secrets);
    none_of("the process log", &postern.output(), secrets);
    postern.stop();
    no_file_holds(&postern.data(), &secrets);
}
