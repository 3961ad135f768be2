//! A hundred kilobytes wherever a caller says who they are.

use super::{Way, Who, World, told};
use crate::harness::raw::find;
use crate::harness::{Raw, SOON};
use serde_json::json;
use std::time::{Duration, Instant};

const HUGE: usize = 100_000;
/// What is sent a hundred thousand times, and must not come back at any length.
const PIECE: &str = "QUFB";

/// Where it is put, for which way, and what is said of it where so much is let in.
fn places(world: &World) -> Vec<(&'static str, Way, Vec<String>, &'static str)> {
    let huge = PIECE.repeat(HUGE / PIECE.len());
    let known = |way: Way| world.proof(way, &way.host(), Who::Known, 0);
    let [dpop, _] = <[String; 2]>::try_from(known(Way::Dpop)).expect("two lines");
    let [input, signature] = <[String; 2]>::try_from(known(Way::Signature)).expect("two lines");
    let bearer = format!("Authorization: Bearer {huge}");
    vec![
        (
            "a key",
            Way::ApiKey,
            vec![format!("X-API-Key: {huge}")],
            "credential.malformed",
        ),
        (
            "a password",
            Way::Basic,
            vec![format!("Authorization: Basic {huge}")],
            "credential.malformed",
        ),
        ("a token", Way::Jwt, vec![bearer.clone()], "token.malformed"),
        (
            "a token of ours",
            Way::Granted,
            vec![bearer],
            "token.malformed",
        ),
        (
            "a bound token",
            Way::Dpop,
            vec![
                format!("Authorization: DPoP {huge}"),
                "DPoP: a.b.c".to_owned(),
            ],
            "token.malformed",
        ),
        (
            "a proof",
            Way::Dpop,
            vec![dpop, format!("DPoP: {huge}")],
            "dpop.proof_invalid",
        ),
        (
            "a signature",
            Way::Signature,
            vec![input.clone(), format!("Signature: sig1=:{huge}:")],
            "signature.invalid",
        ),
        (
            "what was signed",
            Way::Signature,
            vec![format!("{input};x=\"{huge}\""), signature],
            "signature.invalid",
        ),
        (
            "an older signature",
            Way::Hmac,
            vec![format!(
                "Authorization: Signature keyId=\"till-7\",signature=\"{huge}\""
            )],
            "signature.invalid",
        ),
        (
            "a cookie",
            Way::Jwt,
            vec![format!("Cookie: postern_session={huge}")],
            "credential.missing",
        ),
    ]
}

/// What comes of a request, within a second, and without what was sent.
fn answered(world: &World, name: &str, request: String) -> (String, String) {
    let begun = Instant::now();
    let mut raw = Raw::connect(world.at());
    let answer = raw.send(request).rest(SOON).0;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(1), "{name}: {took:?}");
    let echoed = find(&answer, PIECE.repeat(4).as_bytes());
    assert_eq!(echoed, None, "{name}: {}", String::from_utf8_lossy(&answer));
    told(&answer)
}

#[test]
fn a_hundred_kilobytes_are_refused_at_once_wherever_they_stand() {
    let mut world = World::new();
    let big = ("431".to_owned(), "connection.header_too_large".to_owned());
    for (name, way, lines, _) in places(&world) {
        let told = answered(&world, name, super::head(&way.host(), &lines));
        assert_eq!(told, big, "{name}");
    }
    let grant = "grant_type=client_credentials";
    let huge = PIECE.repeat(HUGE / PIECE.len());
    let field = format!("Authorization: Basic {huge}\r\n");
    let told = answered(&world, "a client", World::post(&field, grant));
    assert_eq!(told, big);
    for form in [
        format!("{grant}&client_id=a&client_secret={huge}"),
        format!("{grant}&client_id={huge}&client_secret=a"),
        format!("{grant}&scope={huge}"),
        format!("{huge}=a"),
        format!("{grant}&{}", "a=b&".repeat(HUGE / 4)),
    ] {
        let told = answered(&world, "a form", World::post("", &form));
        assert_eq!(told, ("400".to_owned(), "grant.invalid".to_owned()));
    }
    assert_eq!(world.upstream.seen().len(), 0);
    let kept = world.kept();
    assert!(!kept.contains(&PIECE.repeat(20)), "it is in the log");
    world.gateway.assert_alive();
    for way in super::WAYS {
        let passed = world.ask(&way.host(), &world.proof(way, &way.host(), Who::Known, 0));
        assert_eq!(passed.status, 200, "{way:?}: {}", passed.text());
    }
}

#[test]
fn where_headers_may_be_that_long_each_way_bounds_its_own() {
    let mut world = World::with(|all| {
        all["limits"] = json!({"header": "200KiB", "headers": "256KiB"});
    });
    for (name, way, lines, due) in places(&world) {
        let (status, code) = answered(&world, name, super::head(&way.host(), &lines));
        assert_eq!((&*status, &*code), ("401", due), "{name}");
    }
    assert_eq!(world.upstream.seen().len(), 0);
    let kept = world.kept();
    assert!(!kept.contains(&PIECE.repeat(20)), "it is in the log");
    world.gateway.assert_alive();
}
