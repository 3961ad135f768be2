//! Callers that would have a decider decide about another request than the one that goes on, or would
//! speak in its name.

use super::{World, decider, forward_auth};
use crate::harness::raw::once;
use crate::introspection::endpoint::{Endpoint, Says};
use crate::upstream::Upstream;
use serde_json::{Value, json};

#[test]
fn opa_is_shown_no_document_that_the_upstream_might_read_otherwise() {
    let endpoint = Endpoint::start();
    let url = format!("{}/v1/data/orders/allow", endpoint.origin());
    let world = World::start(&[("opa", decider("opa", &url, &json!({"body": "1KiB"})))]);
    endpoint.says(Says::json(&json!({"result": true})));
    let twice = r#"{"amount":1000000,"amount":1}"#;
    let once = r#"{"amount": 5}"#;
    for (lines, body, shown) in [
        ("", once, json!({"amount": 5})),
        ("Content-Encoding: identity\r\n", once, json!({"amount": 5})),
        ("", twice, json!(twice)),
        ("Content-Type: application/json\r\n", twice, json!(twice)),
        ("Content-Encoding: gzip\r\n", once, json!(once)),
        ("Content-Encoding: identity, br\r\n", once, json!(once)),
    ] {
        let passed = world.send("POST /asked/1", lines, body);
        assert_eq!(passed.status, 200, "{lines}{body}: {}", passed.text());
        let question = endpoint.last();
        let (_, input) = question.split_once("\r\n\r\n").expect("a body");
        let input: Value = serde_json::from_str(input).expect("JSON");
        assert_eq!(input["input"]["body"], shown, "{lines}{body}");
        assert_eq!(input["input"]["truncated_body"], false);
    }
}

#[test]
fn no_spelling_of_what_a_decider_writes_comes_from_the_caller() {
    let endpoint = Endpoint::start();
    let more = json!({"answer_headers": ["X-Auth-User", "X-Auth-Level"]});
    let world = World::start(&[("sso", forward_auth(&endpoint, &more))]);
    endpoint.says(Says::answer(204, "X-Auth-User: jane\r\n", ""));
    // To upstreams that read headers as variables they are all the same.
    let lines = "X_Auth_User: admin\r\nx-auth_user: admin\r\nX-Auth-User: admin\r\n\
                 X_AUTH_LEVEL: admin\r\nX_API_KEY: admin\r\nX_Other: kept\r\n";
    let passed = world.send("GET /asked/1", lines, "");
    assert_eq!(passed.status, 200, "{}", passed.text());
    let reached = passed.json()["headers"].take();
    assert_eq!(reached["x-auth-user"], "jane", "{reached}");
    assert_eq!(reached["x_other"], "kept", "{reached}");
    assert!(!reached.to_string().contains("admin"), "{reached}");
}

#[test]
fn no_trailer_says_what_a_decider_writes() {
    let endpoint = Endpoint::start();
    let upstream = Upstream::start();
    let more = json!({"answer_headers": ["X-Auth-User"]});
    let sso = json!({
        "kind": "external", "on": {"service": "orders", "operation": "asked"},
        "decider": forward_auth(&endpoint, &more),
    });
    let behind = json!({"targets": [upstream.address.to_string()]});
    let world = World::with(&json!({"policies": {"sso": sso}, "upstreams": {"behind": behind}}));
    endpoint.says(Says::answer(204, "X-Auth-User: jane\r\n", ""));
    let key = &world.key;
    let passed = once(
        world.gateway(),
        format!(
            "POST /asked/1 HTTP/1.1\r\nHost: api.test\r\nX-API-Key: {key}\r\n\
             Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 7\r\n\
             X-Auth-User: admin\r\nX_Auth_User: admin\r\nX_API_Key: admin\r\n\r\n"
        ),
    );
    assert_eq!(passed.status, 200, "{}", passed.text());
    let seen = upstream.seen();
    let seen = seen.last().expect("a request");
    assert_eq!(seen.header("x-auth-user").as_deref(), Some("jane"));
    assert_eq!(seen.trailers, [("X-Sum".to_owned(), "7".to_owned())]);
}
