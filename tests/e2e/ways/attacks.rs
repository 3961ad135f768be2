//! Tokens that must not be believed, each sent to a gateway: told by a code, at once, without a
//! byte of the token, and those that are not genuine all in the same words.

use super::{Way, World, told};
use crate::harness::problem::bare;
use crate::harness::raw::find;
use crate::harness::{Raw, SOON};
use postern_model::entity::Algorithm;
use postern_proof::testing::attacks::Is;
use postern_proof::testing::{Signer, hmac_sha256, set};
use serde_json::json;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// What the wire itself has against a token.
const OTHERWISE: [(&str, &str, &str); 2] = [
    // A line that is not a header field.
    ("wrapped", "400", "connection.malformed"),
    ("100 kB", "431", "connection.header_too_large"),
];

/// What came, to the byte, and how long it took.
fn sent(world: &World, token: &str) -> (Vec<u8>, Duration) {
    let host = Way::Jwt.host();
    let begun = Instant::now();
    let mut raw = Raw::connect(world.at());
    let lines = [format!("Authorization: Bearer {token}")];
    let answer = raw.send(super::head(&host, &lines)).rest(SOON).0;
    (answer, begun.elapsed())
}

/// The parts of a token that would give away something of it.
fn parts(token: &str) -> impl Iterator<Item = &str> {
    token.split(['.', ',', '\n']).filter(|part| part.len() > 24)
}

#[test]
fn none_of_these_tokens_opens_anything_or_comes_back() {
    let world = World::new();
    let cases = world.issuer.cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    let mut wrong = String::new();
    let mut invalid: Option<(&str, String)> = None;
    for (name, token, expected) in &cases {
        let (answer, took) = sent(&world, token);
        let otherwise = OTHERWISE.iter().find(|(other, ..)| other == name);
        let due = match (otherwise, expected) {
            (Some((_, status, code)), _) => (*status, *code),
            (_, Is::Malformed(_)) => ("401", "token.malformed"),
            _ => ("401", "token.invalid"),
        };
        let (status, code) = told(&answer);
        if (&*status, &*code) != due {
            let _ = writeln!(wrong, "{name}: {status} {code}, not {due:?}");
        }
        if took > Duration::from_secs(1) {
            let _ = writeln!(wrong, "{name}: it took {took:?}");
        }
        if let Some(part) = parts(token).find(|part| find(&answer, part.as_bytes()).is_some()) {
            let _ = writeln!(wrong, "{name}: {part} came back");
        }
        if due.1 != "token.invalid" {
            continue;
        }
        let bare = bare(&answer);
        match &invalid {
            Some((first, other)) if *other != bare => {
                let _ = writeln!(wrong, "{name} is not told as {first}:\n{bare}\n{other}");
            }
            Some(_) => {}
            None => invalid = Some((name, bare)),
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(world.upstream.seen().len(), 0);
    // Nothing of them is written down, either.
    let kept = world.kept();
    for (name, token, _) in &cases {
        let part = parts(token).find(|part| kept.contains(*part));
        assert_eq!(part, None, "{name}");
    }
    let good = world.issuer.ec.token(&world.issuer.claims());
    assert_eq!(told(&sent(&world, &good).0).0, "200");
}

#[test]
fn times_at_the_ends_of_all_numbers_are_times() {
    let world = World::new();
    for (name, at, code) in [
        ("exp", json!(-1), "token.expired"),
        ("exp", json!(0), "token.expired"),
        ("exp", json!(-0.5), "token.expired"),
        ("exp", json!(i64::MIN), "token.expired"),
        ("nbf", json!(i64::MAX), "token.not_yet_valid"),
        ("exp", json!(i64::MAX), ""),
        ("nbf", json!(i64::MIN), ""),
        ("iat", json!(i64::MIN), ""),
        ("exp", json!(2_000_000_000.75), ""),
    ] {
        let token = world.issuer.with_claim(name, at.clone());
        let (answer, took) = sent(&world, &token);
        let due = if code.is_empty() { "200" } else { "401" };
        assert_eq!(
            told(&answer),
            (due.to_owned(), code.to_owned()),
            "{name}: {at}"
        );
        assert!(took < Duration::from_secs(1), "{name}: {at}: {took:?}");
        if !code.is_empty() {
            let answer = String::from_utf8_lossy(&answer).into_owned();
            let id = answer.to_lowercase();
            let id = id.split_once("x-request-id: ").expect("an id").1;
            let id = id.lines().next().expect("a line").to_uppercase();
            let data = world.gateway.file().with_file_name("data");
            let data = data.to_str().expect("a path of ours");
            // What cannot be written as a date does not keep anybody from reading why.
            crate::harness::eventually("a record", || {
                let ran = crate::harness::gateway::cli(&["why", &id, "--data", data]);
                (ran.status.success() && ran.stdout.contains(code)).then_some(())
            });
        }
    }
}

#[test]
fn of_two_keys_of_one_name_either_may_sign_and_no_third() {
    let twins = [(); 2].map(|()| Signer::new(Algorithm::ES256, "twin"));
    let folder = crate::harness::files::scratch("twins");
    let keys = folder.write("keys.json", set(&[&twins[0], &twins[1]]));
    let world = World::with(|all| all["issuers"]["corp"]["keys_file"] = json!(keys));
    let claims = world.issuer.claims();
    for twin in &twins {
        let (answer, _) = sent(&world, &twin.token(&claims));
        assert_eq!(told(&answer).0, "200");
    }
    let third = Signer::new(Algorithm::ES256, "twin");
    let (answer, _) = sent(&world, &third.token(&claims));
    assert_eq!(told(&answer).1, "token.invalid");
    // Nor does the text of a public key become a secret where issuers have secrets of that name.
    let header = json!({"alg": "HS256", "kid": "twin"}).to_string();
    let coded = |text: &str| postern_proof::testing::base64url(text);
    let signed = format!("{}.{}", coded(&header), coded(&claims.to_string()));
    let mac = hmac_sha256(twins[0].public_pem().as_bytes(), signed.as_bytes());
    let confused = format!("{signed}.{}", postern_proof::testing::base64url(mac));
    let (answer, _) = sent(&world, &confused);
    assert_eq!(told(&answer).1, "token.invalid");
}
