//! Clocks that are a day slow or fast.

use super::{Way, Who, World};
use serde_json::Value;

const DAY: i64 = 86_400;
/// How long the gateway may take to read a request, s.
const READING: i64 = 20;

/// A number that operators are told of.
fn evidence(world: &World, refused: &crate::harness::Response, name: &str) -> i64 {
    let said = world.why(refused, &["--json"]);
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let all = said["found"]["refusal"]["evidence"].as_array();
    let all = all.unwrap_or_else(|| panic!("no evidence: {said:#}"));
    let found = all.iter().find(|one| one["name"] == name);
    let value = found.and_then(|one| one["value"].as_i64());
    value.unwrap_or_else(|| panic!("no number `{name}`: {all:#?}"))
}

#[test]
fn a_clock_that_is_off_by_a_day_is_told_by_how_much() {
    let world = World::new();
    let table = [
        (Way::Jwt, -DAY, "token.expired", ["exp", "now"]),
        (Way::Jwt, DAY, "token.not_yet_valid", ["nbf", "now"]),
        (Way::Dpop, -DAY, "dpop.proof_invalid", ["seen", "now"]),
        (Way::Dpop, DAY, "dpop.proof_invalid", ["seen", "now"]),
        (Way::Signature, -DAY, "signature.stale", ["created", "now"]),
        (Way::Signature, DAY, "signature.stale", ["created", "now"]),
        (Way::Hmac, -DAY, "signature.stale", ["created", "now"]),
        (Way::Hmac, DAY, "signature.stale", ["created", "now"]),
    ];
    for (way, fast, code, [seen, here]) in table {
        let host = way.host();
        let refused = world.ask(&host, &world.proof(way, &host, Who::Known, fast));
        assert_eq!(
            (refused.status, refused.denial().as_deref()),
            (401, Some(code)),
            "{way:?} {fast}: {}",
            refused.text()
        );
        let (seen, here) = (
            evidence(&world, &refused, seen),
            evidence(&world, &refused, here),
        );
        let off = seen - here;
        assert!(
            (fast - READING..=fast).contains(&off),
            "{way:?}: {off}, not {fast}"
        );
        if matches!(way, Way::Signature | Way::Hmac) {
            assert_eq!(evidence(&world, &refused, "skew"), off.abs());
        }
        // It is said in words, in which a day is 24 hours.
        let detail = refused.json()["detail"].to_string();
        let apart = ["24 hours", "23 hours"]
            .iter()
            .any(|apart| detail.contains(apart));
        assert!(apart, "{way:?} {fast}: {detail}");
        // Whoever has not proved anything is told nothing of clocks.
        for who in [Who::Guess, Who::Nobody] {
            let guess = world.ask(&host, &world.proof(way, &host, who, fast));
            let told = guess.denial().unwrap_or_default();
            let due = match way {
                // The proof is the guess's own: only the token is another's.
                Way::Jwt | Way::Dpop => "token.invalid",
                _ => "signature.invalid",
            };
            assert_eq!(told, due, "{way:?} {who:?}");
        }
    }
    assert_eq!(world.upstream.seen().len(), 0);
    // A little off is nothing.
    for way in [Way::Jwt, Way::Dpop, Way::Signature, Way::Hmac] {
        let host = way.host();
        let passed = world.ask(&host, &world.proof(way, &host, Who::Known, 2));
        assert_eq!(passed.status, 200, "{way:?}: {}", passed.text());
    }
}
