//! Tokens that their issuer is asked about: a real provider whose tokens are opaque, and endpoints
//! that hang, lie, lead elsewhere and come back.

pub(crate) mod endpoint;
mod provider;

use crate::commands::Stored;
use crate::harness::files::scratch;
use crate::harness::raw::get;
use crate::harness::{Gateway, Response, SOON, eventually, within};
use endpoint::{Endpoint, Says};
use jiff::Timestamp;
use postern_model::entity::Algorithm;
use postern_proof::testing::{Signer, set};
use provider::Provider;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What nobody may read of us.
const SECRET: &str = "CanarySecretOfTheGateway";

/// A gateway's configuration, with an issuer that differs so from the usual one.
fn configuration(url: &str, more: &Value) -> Value {
    let mut issuer = json!({
        "issuer": "https://login.test",
        "audiences": ["orders"],
        "introspection": {
            "url": url, "client_id": "gateway", "client_secret": "env:INTROSPECTION_SECRET",
            "jwt": "introspection", "timeout": "500ms", "cache": "2s",
        },
    });
    merge(&mut issuer, more);
    json!({
        "tenants": {"partner": {}},
        "egress": {"allow": ["127.0.0.0/8"]},
        "apps": {"shop": {"tenant": "partner"}},
        "issuers": {"login": issuer},
        "credentials": {"key_00000000000000aa": {"app": "shop", "client": {"issuer": "login", "id": "till-7"}}},
        "upstreams": {"behind": {"targets": ["builtin:echo"]}},
        "services": {"orders": {
            "scopes": {"orders:read": "To read", "orders:write": "To write"},
            "authentication": {"jwt": {"issuers": ["login"]}, "subscription": false},
            "versions": {"v1": {"upstream": "behind", "operations": {
                "list": {"methods": ["GET"], "path": "/orders", "scopes": ["orders:read"]},
                "place": {"methods": ["POST"], "path": "/orders", "scopes": ["orders:write"]},
            }}},
        }},
    })
}

fn merge(into: &mut Value, patch: &Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (name, value) in patch {
                if value.is_null() {
                    into.remove(name);
                } else {
                    merge(into.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (into, patch) => *into = patch.clone(),
    }
}

/// A gateway that is run by its database, so that refusals can be explained.
fn stored(configuration: &Value) -> Stored {
    let stored = Stored::with_variable("INTROSPECTION_SECRET", SECRET);
    let applied = stored.apply(&configuration.to_string());
    assert!(applied.status.success(), "{applied:?}");
    stored
}

fn ask(gateway: SocketAddr, token: &str) -> Response {
    get(
        gateway,
        "/orders",
        &format!("Authorization: Bearer {token}\r\n"),
    )
}

fn code(response: &Response) -> String {
    response.denial().unwrap_or_default()
}

/// Good for ten minutes.
fn good() -> Value {
    json!({
        "active": true, "client_id": "till-7", "sub": "lin", "scope": "orders:read", "aud": "orders",
        "iss": "https://login.test", "exp": Timestamp::now().as_second() + 600, "token_type": "Bearer",
    })
}

/// What `postern why` says of a refusal.
fn why(stored: &Stored, refused: &Response) -> String {
    let id = refused.header("x-request-id").expect("an id");
    eventually("the record", || {
        let ran = stored.run(&["why", &id]);
        ran.status.success().then_some(ran.stdout)
    })
}

#[test]
fn a_real_provider_is_asked_and_believed() {
    let Some(mut provider) = Provider::start() else {
        return;
    };
    let issuer = provider.issuer();
    let more = json!({
        "issuer": issuer,
        "introspection": {"client_secret": "env:INTROSPECTION_SECRET", "cache": "1s"},
    });
    let url = format!("{issuer}/token/introspection");
    let stored = stored(&configuration(&url, &more));
    let gateway = stored.gateway;
    let (one, two) = (provider.token("orders:read"), provider.token("orders:read"));
    assert_eq!(ask(gateway, &one).status, 200);
    // It carries what it was given and no more.
    let lines = format!("Authorization: Bearer {two}\r\nContent-Length: 0\r\n");
    let mut raw = crate::harness::Raw::connect(gateway);
    let place = raw.exchange(format!(
        "POST /orders HTTP/1.1\r\nHost: test\r\n{lines}\r\n"
    ));
    assert_eq!(code(&place), "authorization.scope_missing");
    assert_eq!(code(&ask(gateway, "made-up")), "token.inactive");

    // Revoked there, it is refused here once what was heard is over.
    provider.revoke(&one);
    let refused = within(Duration::from_secs(3), "the revocation", || {
        let response = ask(gateway, &one);
        (response.status != 200).then_some(response)
    });
    assert_eq!((refused.status, &*code(&refused)), (401, "token.inactive"));

    // It dies. Who was just let in still is; others are told that it is not their fault.
    let three = provider.token("orders:read");
    assert_eq!(ask(gateway, &three).status, 200);
    provider.die();
    assert_eq!(ask(gateway, &three).status, 200);
    let refused = ask(gateway, "another");
    assert_eq!(
        (refused.status, &*code(&refused)),
        (503, "identity_provider.unreachable")
    );
    let told = why(&stored, &refused);
    assert!(
        told.contains("identity provider") && told.contains("login"),
        "{told}"
    );

    // And comes back, as empty as it was.
    provider.come_back();
    let four = provider.token("orders:read");
    eventually("it is asked again", || {
        (ask(gateway, &four).status == 200).then_some(())
    });
    let refused = within(Duration::from_secs(3), "what was heard is over", || {
        let response = ask(gateway, &three);
        (response.status != 200).then_some(response)
    });
    assert_eq!(code(&refused), "token.inactive");
}

#[test]
fn what_is_no_answer_is_never_the_callers_fault() {
    let endpoint = Endpoint::start();
    let stored = stored(&configuration(&endpoint.url(), &json!({})));
    let internal = Endpoint::start();
    internal.says(Says::json(&good()));
    let megabyte = format!(r#"{{"active":true,"x":"{}"}}"#, "x".repeat(1 << 20));
    let cases = [
        (
            "hangs",
            Says::Nothing,
            "did not answer in 500 ms",
            "identity provider",
        ),
        ("closes", Says::Close, "", "identity provider"),
        (
            "garbage",
            Says::answer(200, "", "<html>"),
            "is not JSON",
            "identity provider",
        ),
        (
            "no word",
            Says::answer(200, "", "{}"),
            "`active`",
            "identity provider",
        ),
        (
            "long",
            Says::answer(200, "", &megabyte),
            "",
            "identity provider",
        ),
        (
            "error",
            Says::answer(503, "", ""),
            "answered 503",
            "identity provider",
        ),
        (
            "elsewhere",
            Says::answer(307, &format!("Location: {}\r\n", internal.url()), ""),
            "leads elsewhere (307)",
            "identity provider",
        ),
        (
            "who are you",
            Says::answer(401, "", ""),
            "client and secret (401)",
            "operator",
        ),
    ];
    for (number, (name, says, expected, fault)) in cases.into_iter().enumerate() {
        endpoint.says(says);
        let begun = Instant::now();
        let refused = ask(stored.gateway, &format!("opaque-{number}"));
        assert!(
            begun.elapsed() < Duration::from_secs(3),
            "{name}: {:?}",
            begun.elapsed()
        );
        assert_eq!(
            (refused.status, &*code(&refused)),
            (503, "identity_provider.unreachable"),
            "{name}: {}",
            refused.text()
        );
        assert!(
            !refused.text().contains("login.test"),
            "{name}: {}",
            refused.text()
        );
        let told = why(&stored, &refused);
        assert!(told.contains(expected), "{name}: {told}");
        assert!(told.contains(&format!("fault: {fault}")), "{name}: {told}");
        // What is right again passes again.
        endpoint.says(Says::json(&good()));
        let next = format!("opaque-{number}-again");
        eventually("it passes", || {
            (ask(stored.gateway, &next).status == 200).then_some(())
        });
    }
    assert_eq!(internal.asked(), 0, "no token is sent elsewhere");
    assert!(!stored.output().contains(SECRET) && !stored.output().contains("opaque-"));
}

#[test]
fn the_gateway_is_a_client_there_and_sends_the_token_in_the_body() {
    let endpoint = Endpoint::start();
    endpoint.says(Says::json(&good()));
    let stored = stored(&configuration(&endpoint.url(), &json!({})));
    assert_eq!(ask(stored.gateway, "a+b/c~d==").status, 200);
    let question = endpoint.last();
    let basic = "Authorization: Basic Z2F0ZXdheTpDYW5hcnlTZWNyZXRPZlRoZUdhdGV3YXk=";
    assert!(
        question.to_lowercase().contains(&basic.to_lowercase()),
        "{question}"
    );
    assert!(question.starts_with("POST /introspect "), "{question}");
    assert!(
        question.ends_with("token=a%2Bb%2Fc%7Ed%3D%3D&token_type_hint=access_token"),
        "{question}"
    );
    // What no token can be is nobody's to ask about.
    let asked = endpoint.asked();
    assert_eq!(code(&ask(stored.gateway, "a,b")), "token.malformed");
    assert_eq!(
        code(&ask(stored.gateway, "eyJhbGciOiJub25lIn0.e30.%")),
        "token.malformed"
    );
    assert_eq!(endpoint.asked(), asked);
}

#[test]
fn what_it_says_of_a_token_is_judged_as_a_tokens_own_words() {
    let endpoint = Endpoint::start();
    let stored = stored(&configuration(&endpoint.url(), &json!({})));
    let now = Timestamp::now().as_second();
    for (number, (more, expected)) in [
        (json!({}), ""),
        (json!({"aud": null, "exp": null}), ""),
        (json!({"aud": ["billing", "orders"]}), ""),
        (json!({"aud": "billing"}), "token.audience_mismatch"),
        (json!({"exp": now - 60}), "token.expired"),
        (json!({"nbf": now + 600}), "token.not_yet_valid"),
        (json!({"client_id": "kiosk"}), "token.claim_missing"),
        (json!({"iss": "https://evil.test"}), "token.invalid"),
        (json!({"token_type": "refresh_token"}), "token.inactive"),
        (json!({"active": false}), "token.inactive"),
        (
            json!({"scope": "orders:write"}),
            "authorization.scope_missing",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut said = good();
        merge(&mut said, &more);
        endpoint.says(Says::json(&said));
        let response = ask(stored.gateway, &format!("opaque-{number}"));
        assert_eq!(code(&response), expected, "{more}: {}", response.text());
    }
}

#[test]
fn one_question_serves_many_and_none_is_asked_while_the_answer_counts() {
    let endpoint = Endpoint::start();
    endpoint.says(Says::json(&good()));
    let more = json!({"introspection": {"cache": "10s"}});
    let stored = stored(&configuration(&endpoint.url(), &more));
    let gateway = stored.gateway;
    let load = |until: Instant| {
        std::thread::scope(|scope| {
            let ask_on = || {
                let mut count = 0;
                while Instant::now() < until {
                    let response = ask(gateway, "opaque");
                    assert_eq!(response.status, 200, "{}", response.text());
                    count += 1;
                }
                count
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask_on)).collect();
            threads
                .into_iter()
                .map(|one| one.join().expect("it passes"))
                .sum::<u32>()
        })
    };
    assert!(load(Instant::now() + Duration::from_secs(1)) > 20);
    assert_eq!(endpoint.asked(), 1);
    // It is away under load, and nobody notices who was let in.
    endpoint.says(Says::Close);
    assert!(load(Instant::now() + Duration::from_secs(1)) > 20);
    assert_eq!(endpoint.asked(), 1);
}

#[test]
fn a_signed_token_needs_its_keys_and_the_issuers_word_where_both_are_asked_for() {
    let endpoint = Endpoint::start();
    endpoint.says(Says::json(&good()));
    let (signer, thief) = (
        Signer::new(Algorithm::EdDSA, "a"),
        Signer::new(Algorithm::EdDSA, "a"),
    );
    let keys = scratch("introspection-keys");
    let file = keys.write("keys.json", set(&[&signer]));
    let more = json!({"keys_file": file, "introspection": {"jwt": "both", "cache": "1s"}});
    let stored = stored(&configuration(&endpoint.url(), &more));
    let claims = json!({
        "iss": "https://login.test", "aud": "orders", "client_id": "till-7", "sub": "lin",
        "scope": "orders:read", "exp": Timestamp::now().as_second() + 600,
    });
    let token = signer.token(&claims);
    assert_eq!(
        code(&ask(stored.gateway, &thief.token(&claims))),
        "token.invalid"
    );
    assert_eq!(endpoint.asked(), 0, "nobody is asked about a forged one");
    assert_eq!(ask(stored.gateway, &token).status, 200);
    // The gateway's own pages ask as operations do.
    let own = |page: &str| {
        let lines = format!("Authorization: Bearer {token}\r\n");
        get(
            stored.gateway,
            &format!("/.well-known/postern/{page}"),
            &lines,
        )
    };
    assert_eq!(own("whoami").json()["credential"]["state"], "active");
    endpoint.says(Says::json(&json!({"active": false})));
    let refused = within(SOON, "the word", || {
        let response = ask(stored.gateway, &token);
        (response.status != 200).then_some(response)
    });
    assert_eq!((refused.status, &*code(&refused)), (401, "token.inactive"));
    let credential = &own("whoami").json()["credential"];
    assert_eq!(credential["state"], "inactive", "{credential}");
    assert_eq!(credential["token"]["user"], "lin");
    let told = why(&stored, &refused);
    assert!(
        told.contains("by app `shop`") && told.contains("token of `lin`"),
        "{told}"
    );
    // It opens no record any more, not even that of its own refusal.
    let id = refused.header("x-request-id").expect("an id");
    assert_eq!(own(&format!("requests/{id}")).status, 404);
}

#[test]
fn a_tenants_issuer_is_asked_only_where_the_egress_rule_allows() {
    let endpoint = Endpoint::start();
    endpoint.says(Says::json(&good()));
    let mut configuration = configuration(&endpoint.url(), &json!({"tenant": "partner"}));
    configuration["services"]["orders"]["tenant"] = json!("partner");
    let gateway = |configuration: &Value| {
        let mut inline = configuration.clone();
        let folder = scratch("introspection-secret");
        let file = folder.write("secret", SECRET);
        inline["issuers"]["login"]["introspection"]["client_secret"] =
            json!(format!("file:{}", file.display()));
        (Gateway::start(inline.to_string()), folder)
    };
    let (open, _folder) = gateway(&configuration);
    assert_eq!(ask(open.address, "opaque").status, 200);
    let asked = endpoint.asked();
    configuration
        .as_object_mut()
        .expect("a mapping")
        .remove("egress");
    let (closed, _folder) = gateway(&configuration);
    let refused = ask(closed.address, "opaque");
    assert_eq!(
        (refused.status, &*code(&refused)),
        (503, "identity_provider.unreachable")
    );
    assert_eq!(endpoint.asked(), asked);
}
