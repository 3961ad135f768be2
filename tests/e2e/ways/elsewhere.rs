//! Whoever is known in one environment is known in the others, and is no one there (`verified`: a
//! guess is told nothing of that).

use super::{WAYS, Way, Who, World, now};
use crate::harness::files::scratch;
use crate::introspection::endpoint::{Endpoint, Says};
use serde_json::json;

#[test]
fn what_is_for_another_environment_is_recognised_in_every_way() {
    let world = World::new();
    for way in WAYS {
        let (here, there) = (way.host(), way.staging());
        let before = world.upstream.seen().len();
        let refused = world.ask(&there, &world.proof(way, &there, Who::Known, 0));
        assert_eq!(
            (refused.status, refused.denial().as_deref()),
            (403, Some("credential.wrong_environment")),
            "{way:?}: {}",
            refused.text()
        );
        let detail = refused.json()["detail"].to_string();
        for part in ["production", "staging"] {
            assert!(detail.contains(part), "{way:?}: no {part} in {detail}");
        }
        assert_eq!(world.upstream.seen().len(), before, "{way:?}");
        // The same, where it is for.
        let passed = world.ask(&here, &world.proof(way, &here, Who::Known, 0));
        assert_eq!(passed.status, 200, "{way:?}: {}", passed.text());
        if way == Way::Granted {
            continue;
        }
        for who in [Who::Guess, Who::Nobody] {
            let guess = world.ask(&there, &world.proof(way, &there, who, 0));
            let code = guess.denial().unwrap_or_default();
            assert!(code.ends_with(".invalid"), "{way:?} {who:?}: {code}");
        }
    }
}

#[test]
fn what_its_issuer_says_is_good_is_good_in_its_environment_alone() {
    let endpoint = Endpoint::start();
    endpoint.says(Says::json(&json!({
        "active": true, "client_id": "till", "sub": "lin", "aud": "orders", "exp": now() + 600,
        "iss": "https://asked.test", "token_type": "Bearer",
    })));
    let folder = scratch("asked");
    let secret = folder.write("secret", "a secret of the gateway");
    let world = World::with(|all| {
        all["issuers"]["asked"] = json!({
            "issuer": "https://asked.test", "audiences": ["orders"],
            "introspection": {
                "url": endpoint.url(), "client_id": "gateway",
                "client_secret": format!("file:{}", secret.display()),
            },
        });
        all["credentials"]["key_0000000000000004"] =
            json!({"app": "shop", "client": {"issuer": "asked", "id": "till"}});
        all["services"]["jwt"]["authentication"]["jwt"]["issuers"] = json!(["asked"]);
    });
    let lines = ["Authorization: Bearer an-opaque-token".to_owned()];
    let refused = world.ask(&Way::Jwt.staging(), &lines);
    assert_eq!(
        (refused.status, refused.denial().as_deref()),
        (403, Some("credential.wrong_environment")),
        "{}",
        refused.text()
    );
    let passed = world.ask(&Way::Jwt.host(), &lines);
    assert_eq!(passed.status, 200, "{}", passed.text());
}
