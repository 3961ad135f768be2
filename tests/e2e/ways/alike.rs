//! A guess and somebody of whom nobody has heard are told the same, to the byte: length, fields,
//! order, text. Only the date, the id, and what is made from the id may differ.

use super::{PLACE, WAYS, Way, Who, World, basic, key, written};
use crate::harness::problem::bare;
use crate::harness::{Raw, SOON};
use serde_json::json;

/// How services may tell their refusals.
const PROFILES: [&str; 3] = ["standard", "forbid", "conceal"];
const DISCLOSURES: [&str; 3] = ["minimal", "standard", "verbose"];

#[test]
fn nobody_can_tell_a_guess_from_somebody_unknown() {
    let tellings = PROFILES
        .iter()
        .flat_map(|profile| DISCLOSURES.map(|one| (*profile, one)));
    for (profile, disclosure) in tellings {
        let is_verbose = disclosure == "verbose";
        let world = World::with(|all| {
            for way in WAYS {
                let service = &mut all["services"][way.name()];
                service["status_profile"] = json!(profile);
                service["disclosure"] = json!(disclosure);
                if is_verbose {
                    // Nowhere near production.
                    service["versions"]["v1"]["environments"] = json!(["staging"]);
                    service["disclosure_until"] = json!("2099-01-01");
                }
            }
        });
        for way in WAYS.into_iter().filter(|way| *way != Way::Granted) {
            let host = if is_verbose {
                way.staging()
            } else {
                way.host()
            };
            let told = |who: Who| bare(&world.ask_raw(&host, &world.proof(way, &host, who, 0)));
            let (guess, nobody) = (told(Who::Guess), told(Who::Nobody));
            assert_eq!(guess, nobody, "{way:?}, {profile} and {disclosure}");
            let lower = guess.to_lowercase();
            let shown = match (profile, disclosure, way) {
                ("conceal", ..) => "route.not_found",
                (_, "minimal", Way::Jwt | Way::Dpop) => "token",
                (_, "minimal", Way::Signature | Way::Hmac) => "signature",
                (_, "minimal", _) => "credential",
                (.., Way::Jwt | Way::Dpop) => "token.invalid",
                (.., Way::Signature | Way::Hmac) => "signature.invalid",
                _ => "credential.invalid",
            };
            let due = format!("postern-denial: {shown}\r\n");
            assert!(lower.contains(&due), "{way:?}: no {due} in {guess}");
            // Twice the same guess: nothing of the first is remembered aloud.
            assert_eq!(guess, told(Who::Guess), "{way:?}");
        }
        assert_eq!(world.upstream.seen().len(), 0);
    }
}

#[test]
fn clients_of_the_token_endpoint_are_told_alike() {
    let world = World::new();
    let told = |fields: &str, form: &str| {
        let mut raw = Raw::connect(world.at());
        bare(&raw.send(World::post(fields, form)).rest(SOON).0)
    };
    let known = key(Who::Known);
    let grant = "grant_type=client_credentials";
    let in_form = |id: &str, secret: &str| {
        told(
            "",
            &format!("{grant}&client_id={id}&client_secret={secret}"),
        )
    };
    let in_field = |id: &str, secret: &str| told(&format!("{}\r\n", basic(id, secret)), grant);
    let (guess, nobody) = (written(&key(Who::Guess)), written(&key(Who::Nobody)));
    let id = |key: &postern_model::key::ApiKey| format!("key_{}", key.id());
    let unknown = id(&key(Who::Nobody));
    for (way, ask) in [
        ("form", &in_form as &dyn Fn(&str, &str) -> String),
        ("field", &in_field),
    ] {
        let guessed = ask(&id(&known), &guess);
        assert!(guessed.contains("invalid_client"), "{way}: {guessed}");
        assert!(!guessed.contains("access_token"), "{way}: {guessed}");
        // The id of one and the key of another, and neither.
        assert_eq!(guessed, ask(&id(&known), &nobody), "{way}");
        assert_eq!(guessed, ask(&unknown, &nobody), "{way}");
        assert_eq!(guessed, ask(&unknown, &guess), "{way}");
        // A key that is good, under another name.
        assert_eq!(guessed, ask(&unknown, &written(&known)), "{way}");
        let good = ask(&id(&known), &written(&known));
        assert!(good.contains("access_token"), "{way}: {good}");
    }
    // Of tokens that it is to give up, it says nothing, whoever made them.
    let revoke = |token: &str| {
        let form = format!(
            "token={token}&client_id={}&client_secret={}",
            id(&known),
            written(&known)
        );
        let post =
            World::post("", &form).replace(&format!("{PLACE}/token"), &format!("{PLACE}/revoke"));
        bare(&Raw::connect(world.at()).send(post).rest(SOON).0)
    };
    let forged = world.token(Who::Guess, 0);
    assert_eq!(revoke(&forged), revoke(&world.token(Who::Nobody, 0)));
}
