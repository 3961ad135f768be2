//! The gateway's own pages, for callers who bring tokens.

use super::{KEYS, ROOT, ask};
use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::Launch;
use crate::harness::problem::assert_refused;
use crate::harness::{Gateway, Response, eventually, setup};
use crate::upstream::Upstream;
use postern_model::entity::Algorithm;
use postern_proof::testing::{Signer, set};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the issuer says that only a service accepts which conceals itself.
const QUIET: &str = "https://canary.example.com";
const CORP: &str = "https://login.example.com";

struct World {
    gateway: Gateway,
    _upstream: Upstream,
    _keys: Scratch,
    corp: Signer,
    quiet: Signer,
}

/// Unix time in seconds.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.expect("a clock").as_secs()).expect("a time")
}

/// Of client `till`, for the service `everything`, with these claims besides.
fn token(signer: &Signer, issuer: &str, more: &Value) -> String {
    let mut claims = json!({
        "iss": issuer, "aud": "orders", "client_id": "till", "scope": "write other",
        "iat": now(), "exp": now() + 600,
    });
    for (name, value) in more.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    format!("Authorization: Bearer {}\r\n", signer.token(&claims))
}

impl World {
    /// App `shop` may be called by tokens of two issuers and by a key. Of one of the issuers only a
    /// service knows that conceals itself.
    fn new() -> Self {
        let keys = scratch("own-pages");
        let [corp, quiet] = ["a", "b"].map(|kid| Signer::new(Algorithm::ES256, kid));
        let issuer = |iss: &str, signer: &Signer| {
            let name = iss.split(['/', '.']).nth(2).expect("a host");
            let file = keys.write(name, set(&[signer]));
            json!({"issuer": iss, "audiences": ["orders"], "keys_file": file})
        };
        let client =
            |issuer: &str| json!({"app": "shop", "client": {"issuer": issuer, "id": "till"}});
        let upstream = Upstream::start();
        let (_, id, digest) = KEYS[0];
        let hidden = json!({
            "base_path": "/hidden",
            "status_profile": "conceal",
            "authentication": {"jwt": {"issuers": ["quiet"]}, "subscription": false},
            "versions": {"v1": {"upstream": "behind", "operations": {"any": {"path": "/{*rest}"}}}},
        });
        let setup = setup::open(upstream.address)
            .with("issuers.corp", issuer(CORP, &corp))
            .with("issuers.quiet", issuer(QUIET, &quiet))
            .with("tenants.mine.title", "A team")
            .with("apps.shop.tenant", "mine")
            .with("credentials.key_exampe0000000003", client("corp"))
            .with("credentials.key_exampe0000000004", client("quiet"))
            .with(
                &format!("credentials.{id}"),
                json!({"app": "shop", "sha256": digest}),
            )
            .with("services.hidden", hidden)
            .service(
                "authentication",
                json!({
                    "jwt": {"issuers": ["corp"]}, "api_key": {}, "subscription": false,
                }),
            )
            .service("scopes", json!({"read": "To read", "write": "To write"}))
            .operation(
                "read",
                json!({"methods": ["GET"], "path": "/read", "scopes": ["read"]}),
            );
        Self {
            gateway: Launch::new(setup).start(),
            _upstream: upstream,
            _keys: keys,
            corp,
            quiet,
        }
    }

    /// A token of the issuer that everybody may know.
    fn token(&self, more: &Value) -> String {
        token(&self.corp, CORP, more)
    }

    /// No page repeats what it was sent, nor tells of what conceals itself.
    fn ask(&self, path: &str, credential: &str) -> Response {
        let answer = ask(&self.gateway, "GET", path, credential);
        let whole = format!("{:?}{}", answer.headers, answer.text());
        if let Some((_, sent)) = credential.split_once(": ") {
            let sent = sent.trim().trim_start_matches("Bearer ");
            let signature = sent.rsplit('.').next().unwrap_or(sent);
            assert!(!whole.contains(signature), "{whole}");
        }
        answer
    }

    fn whoami(&self, credential: &str) -> Value {
        let answer = self.ask(&format!("{ROOT}/whoami"), credential);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The path of the record of a request to there.
    fn recorded(&self, path: &str, credential: &str) -> String {
        let answer = self.ask(path, credential);
        let id = answer.header("x-request-id").expect("an id");
        format!("{ROOT}/requests/{id}")
    }
}

#[test]
fn whoami_tells_what_a_token_says_and_why_one_would_be_refused() {
    let world = World::new();
    let told = world.whoami(&world.token(&json!({"sub": "lin"})));
    let credential = &told["credential"];
    assert_eq!(credential["kind"], "jwt");
    assert_eq!(credential["state"], "active");
    assert_eq!(credential.get("refused"), None);
    let said = &credential["token"];
    assert_eq!(said["issuer"], CORP);
    assert_eq!(
        (&said["client"], &said["user"]),
        (&json!("till"), &json!("lin"))
    );
    assert_eq!(said["scopes"], json!(["write", "other"]));
    assert!(said["expires_at"].is_string(), "{said}");
    assert_eq!(told["app"]["name"], "shop");
    for (more, code) in [
        (json!({"exp": now() - 600}), "token.expired"),
        (json!({"nbf": now() + 600}), "token.not_yet_valid"),
        (json!({"aud": "elsewhere"}), "token.audience_mismatch"),
    ] {
        let told = world.whoami(&world.token(&more));
        let (_, state) = code.split_once('.').expect("a code");
        assert_eq!(told["credential"]["state"], state);
        let refused = &told["credential"]["refused"];
        assert_eq!(refused["code"], code, "{told}");
        assert!(refused["detail"].as_str().expect("words").len() > 10);
        assert_eq!(told["app"]["name"], "shop", "it is known all the same");
        let check = world.ask(&format!("{ROOT}/check/x"), &world.token(&more));
        assert_refused(&check, code);
    }
    // Of no app here, and not genuine.
    let strange = world.whoami(&world.token(&json!({"client_id": "stranger"})));
    assert_eq!(
        strange["credential"]["refused"]["code"],
        "token.claim_missing"
    );
    assert_eq!(strange.get("app"), None);
    let forged = world.whoami(&token(&world.quiet, CORP, &json!({})));
    assert_eq!(forged["credential"]["refused"]["code"], "token.invalid");
    assert_eq!(forged["credential"].get("token"), None);
    let key = world.whoami(&format!("X-API-Key: {}\r\n", KEYS[0].0));
    assert_eq!(key["credential"]["kind"], "api_key");
    let both = format!("X-API-Key: {}\r\n{}", KEYS[0].0, world.token(&json!({})));
    let both = world.whoami(&both);
    assert_eq!(
        both["credential"]["refused"]["code"],
        "credential.ambiguous"
    );
}

#[test]
fn what_a_person_was_refused_is_told_to_that_person_alone() {
    let world = World::new();
    let [lin, kim, nobody] = [
        json!({"sub": "lin"}),
        json!({"sub": "kim"}),
        json!({"sub": "till"}),
    ]
    .map(|more| world.token(&more));
    let key = format!("X-API-Key: {}\r\n", KEYS[0].0);
    // Refused, and let through.
    for path in ["/read", "/else"] {
        let record = world.recorded(path, &lin);
        let told = eventually("the record is there", || {
            let answer = world.ask(&record, &lin);
            (answer.status == 200).then_some(answer)
        });
        assert_eq!(told.header("cache-control").as_deref(), Some("no-store"));
        // With another token, later.
        let later = world.token(&json!({"sub": "lin", "iat": now() - 1}));
        assert_eq!(world.ask(&record, &later).json(), told.json());
        let over = world.token(&json!({"sub": "lin", "exp": now() - 600}));
        for other in [&kim, &nobody, &key, &over, ""] {
            assert_refused(&world.ask(&record, other), "route.not_found");
        }
        // What the app does for itself is no person's, with whatever it proves itself.
        let record = world.recorded(path, &nobody);
        eventually("the record is there", || {
            (world.ask(&record, &key).status == 200).then_some(())
        });
        assert_eq!(world.ask(&record, &nobody).status, 200);
        assert_refused(&world.ask(&record, &lin), "route.not_found");
    }
    let log = world.gateway.log();
    for token in [&lin, &kim, &nobody] {
        let signature = token.trim().rsplit('.').next().expect("a signature");
        assert!(!log.contains(signature), "a token is in the log");
    }
}

#[test]
fn what_only_services_accept_that_conceal_themselves_is_good_and_nobody_learns_of_it() {
    let world = World::new();
    let good = world.whoami(&token(&world.quiet, QUIET, &json!({})));
    assert_eq!(good["app"]["name"], "shop");
    assert_eq!(good["credential"]["token"]["issuer"], QUIET);
    // Who proves nothing is told the same whether anybody believes that issuer or not.
    let plain = |credential: &str, iss: &str| {
        let told = |page: &str| {
            let answer = world.ask(&format!("{ROOT}/{page}"), credential);
            let id = answer.header("x-request-id").expect("an id");
            let text = answer.text().replace(&id, "ID").replace(iss, "ISS");
            let text = text
                .split("\"help\"")
                .next()
                .expect("a beginning")
                .to_owned();
            (answer.status, answer.header("www-authenticate"), text)
        };
        (told("whoami"), told("check/nowhere"))
    };
    let unknown = "https://nobody.example.com";
    let stranger = json!({"client_id": "stranger"});
    let over = json!({"client_id": "stranger", "exp": now() - 600});
    let reference = plain(&token(&world.corp, unknown, &stranger), unknown);
    assert!(reference.0.2.contains("token.invalid"), "{reference:?}");
    for (signer, more) in [
        (&world.quiet, &stranger),
        (&world.quiet, &over),
        (&world.corp, &over),
    ] {
        assert_eq!(plain(&token(signer, QUIET, more), QUIET), reference);
    }
    let nothing = world.ask(&format!("{ROOT}/check/nowhere"), "");
    assert!(!nothing.text().contains("canary"), "{}", nothing.text());
}
