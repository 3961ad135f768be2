//! Other services that are asked whether a request may pass: what they are asked, what becomes of
//! their answers, and what becomes of requests where they hang, lie or are away.

mod disguise;
mod grpc;
mod hostile;
mod nginx;
mod whole;

use crate::commands::Stored;
use crate::harness::raw::once;
use crate::harness::{Response, eventually};
use crate::introspection::endpoint::{Endpoint, Says};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// A gateway with an operation that policies of the kind `external` are about, and one that they are
/// not about; by a key of an app, in a header or in the query.
struct World {
    stored: Stored,
    key: String,
}

impl World {
    /// Each policy asks in one way.
    fn start(deciders: &[(&str, Value)]) -> Self {
        let policies = deciders.iter().map(|(name, decider)| {
            let policy = json!({
                "kind": "external", "on": {"service": "orders", "operation": "asked"},
                "decider": decider,
            });
            ((*name).to_owned(), policy)
        });
        Self::with(&json!({"policies": Value::Object(policies.collect())}))
    }

    /// The usual configuration with something else in it.
    fn with(more: &Value) -> Self {
        let mut configuration = json!({
            "tenants": {"partner": {}},
            "egress": {"allow": ["127.0.0.0/8"]},
            "apps": {"shop": {"tenant": "partner"}},
            "plans": {"free": {"covers": [{"service": "orders"}], "scopes": ["orders:read"]}},
            "subscriptions": {"sub_shop": {
                "app": "shop", "service": "orders", "plan": "free", "state": "approved",
            }},
            "upstreams": {"behind": {"targets": ["builtin:echo"]}},
            "services": {"orders": {
                "scopes": {"orders:read": "To read", "orders:write": "To write"},
                "authentication": {"api_key": {"header": "X-API-Key", "query": "api_key"}},
                "versions": {"v1": {"upstream": "behind", "operations": {
                    "asked": {"methods": ["GET", "POST"], "path": "/asked/{id}", "scopes": ["orders:read"]},
                    "write": {"methods": ["PUT"], "path": "/asked/{id}", "scopes": ["orders:write"]},
                    "other": {"methods": ["GET"], "path": "/other"},
                }}},
            }},
        });
        for (section, entries) in more.as_object().expect("sections") {
            configuration[section] = entries.clone();
        }
        let stored = Stored::empty();
        let applied = stored.apply(&configuration.to_string());
        assert!(applied.status.success(), "{applied:?}");
        let key = stored.key("shop");
        Self { stored, key }
    }

    fn gateway(&self) -> SocketAddr {
        self.stored.gateway
    }

    /// Sends a request with the key; `lines` end in CRLF.
    fn send(&self, line: &str, lines: &str, body: &str) -> Response {
        let length = match body {
            "" => String::new(),
            body => format!("Content-Length: {}\r\n", body.len()),
        };
        let key = &self.key;
        once(
            self.gateway(),
            format!(
                "{line} HTTP/1.1\r\nHost: api.test\r\nX-API-Key: {key}\r\n{lines}{length}\r\n{body}"
            ),
        )
    }

    fn metrics(&self) -> String {
        let admin = self.stored.admin;
        let request =
            format!("GET /metrics HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n");
        once(admin, request).text()
    }

    fn ask(&self) -> Response {
        self.send("GET /asked/1", "", "")
    }

    /// What `postern why` says of a refusal.
    fn why(&self, refused: &Response) -> String {
        let id = refused.header("x-request-id").expect("an id");
        eventually("the record", || {
            let ran = self.stored.run(&["why", &id]);
            ran.status.success().then_some(ran.stdout)
        })
    }
}

fn decider(protocol: &str, url: &str, more: &Value) -> Value {
    let mut decider = json!({"protocol": protocol, "url": url, "timeout": "2s"});
    for (name, value) in more.as_object().expect("fields") {
        decider[name] = value.clone();
    }
    decider
}

fn forward_auth(endpoint: &Endpoint, more: &Value) -> Value {
    let url = format!("{}/check", endpoint.origin());
    decider("forward_auth", &url, more)
}

fn code(response: &Response) -> String {
    response.denial().unwrap_or_default()
}

/// A header of what an endpoint was asked, by any case of its name.
fn said<'q>(question: &'q str, name: &str) -> Option<&'q str> {
    let (head, _) = question.split_once("\r\n\r\n").unwrap_or((question, ""));
    head.lines().find_map(|line| {
        let (of, value) = line.split_once(": ")?;
        of.eq_ignore_ascii_case(name).then_some(value)
    })
}

#[test]
fn forward_auth_is_asked_as_documented_and_writes_what_it_may() {
    let endpoint = Endpoint::start();
    let more = json!({
        "headers": ["X-Device", "Accept-Language", "X-API-Key"],
        "answer_headers": ["X-Auth-User", "X-Auth-Groups", "X-Auth-Level"],
    });
    let world = World::start(&[("sso", forward_auth(&endpoint, &more))]);
    endpoint.says(Says::answer(
        204,
        "X-Auth-User: jane\r\nX-Auth-Groups: a\r\nX-Auth-Groups: b\r\nX-Evil: 1\r\n",
        "",
    ));
    let lines = "X-Device: 7\r\nX-Secret: s\r\nX-Auth-User: root\r\nX-Auth-Level: 9\r\n\
                 X-Postern-App: forged\r\n";
    let passed = world.send("POST /asked/1?x=1&api_key=none&y=2", lines, "{}");
    // The key stands twice, which is refused before anybody is asked.
    assert_eq!(code(&passed), "credential.ambiguous", "{}", passed.text());
    assert_eq!(endpoint.asked(), 0);

    let passed = world.send("POST /asked/1?x=1&y=2", lines, "{}");
    assert_eq!(passed.status, 200, "{}", passed.text());
    let question = endpoint.last();
    assert!(
        question.starts_with("GET /check HTTP/1.1\r\n"),
        "{question}"
    );
    for (name, value) in [
        ("X-Forwarded-Method", "POST"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Host", "api.test"),
        ("X-Forwarded-Uri", "/asked/1?x=1&y=2"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Original-URI", "/asked/1?x=1&y=2"),
        ("X-Postern-App", "shop"),
        ("X-Postern-Plan", "free"),
        ("X-Postern-Scopes", "orders:read"),
        ("X-Device", "7"),
    ] {
        assert_eq!(said(&question, name), Some(value), "{question}");
    }
    let id = passed.header("x-request-id");
    assert_eq!(said(&question, "X-Request-Id"), id.as_deref());
    // Neither what was not asked for, nor the key, although it was.
    assert!(!question.contains("X-Secret") && !question.contains("{}"));
    assert!(!question.contains(&world.key), "{question}");
    let reached = passed.json()["headers"].take();
    assert_eq!(reached["x-auth-user"], "jane");
    assert!(reached.get("x-auth-level").is_none() && reached.get("x-evil").is_none());
    assert!(reached.get("x-auth-groups").is_some(), "{reached}");

    // A key in the query is nobody else's business, either.
    let key = &world.key;
    let by_query = format!("GET /asked/1?api_key={key}&z=3 HTTP/1.1\r\nHost: api.test\r\n\r\n");
    assert_eq!(once(world.gateway(), by_query).status, 200);
    assert_eq!(
        said(&endpoint.last(), "X-Forwarded-Uri"),
        Some("/asked/1?z=3")
    );

    // Nobody is asked about a request that is refused without it, or about another operation.
    let asked = endpoint.asked();
    let refused = world.send("PUT /asked/1", "", "{}");
    assert_eq!(code(&refused), "authorization.scope_missing");
    assert_eq!(world.send("GET /other", "", "").status, 200);
    assert_eq!(endpoint.asked(), asked);
}

#[test]
fn what_it_refuses_is_explained_to_whom_it_concerns() {
    let endpoint = Endpoint::start();
    let world = World::start(&[("sso", forward_auth(&endpoint, &json!({})))]);
    let reason = r#"{"message": "the order is too large", "note": "internal"}"#;
    endpoint.says(Says::answer(
        403,
        "Content-Type: application/json\r\n",
        reason,
    ));
    let refused = world.ask();
    assert_eq!(
        (refused.status, &*code(&refused)),
        (403, "authorization.external_denied")
    );
    let problem = refused.json();
    assert_eq!(problem["fault"], "consumer");
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("`sso`"))
    );
    assert!(!refused.text().contains("too large"), "{}", refused.text());
    let told = world.why(&refused);
    assert!(told.contains("the order is too large"), "{told}");
    assert!(
        told.contains("policy `sso`") && told.contains("403"),
        "{told}"
    );
    assert!(!told.contains("internal"), "{told}");

    // What it wants to see from callers reaches them.
    let challenge = "WWW-Authenticate: Bearer realm=\"sso\", error=\"invalid_token\"\r\n";
    endpoint.says(Says::answer(401, challenge, ""));
    let refused = world.ask();
    assert_eq!(
        (
            refused.status,
            refused.header("www-authenticate").as_deref()
        ),
        (401, Some("Bearer realm=\"sso\", error=\"invalid_token\""))
    );
    // Without a challenge of its own, a 401 would say nothing that helps.
    endpoint.says(Says::answer(401, "", ""));
    assert_eq!(world.ask().status, 403);

    // Somebody who opens a page is sent on; everybody else is refused.
    endpoint.says(Says::answer(
        302,
        "Location: https://sso.test/login?to=1\r\n",
        "",
    ));
    let sent_on = world.send("GET /asked/1", "Sec-Fetch-Mode: navigate\r\n", "");
    assert_eq!(
        (sent_on.status, sent_on.header("location").as_deref()),
        (302, Some("https://sso.test/login?to=1"))
    );
    let refused = world.ask();
    assert_eq!((refused.status, refused.header("location")), (403, None));
    for elsewhere in ["javascript:alert(1)", "//evil.test/", "sso"] {
        endpoint.says(Says::answer(302, &format!("Location: {elsewhere}\r\n"), ""));
        let refused = world.send("GET /asked/1", "Sec-Fetch-Mode: navigate\r\n", "");
        assert_eq!((refused.status, refused.header("location")), (403, None));
    }
    // A decider that repeats the caller's key does not give it away.
    let key = world.key.clone();
    endpoint.says(Says::answer(
        403,
        "Content-Type: text/plain\r\n",
        &format!("no: {key}"),
    ));
    let told = world.why(&world.ask());
    assert!(told.contains("no: ") && !told.contains(&key), "{told}");
}

#[test]
fn envoys_protocol_over_http_repeats_the_request() {
    let endpoint = Endpoint::start();
    let url = format!("{}/authz", endpoint.origin());
    let more = json!({"headers": "X-Device", "body": "8B", "answer_headers": "X-User"});
    let world = World::start(&[("authz", decider("ext_authz_http", &url, &more))]);
    endpoint.says(Says::answer(200, "X-User: jane\r\n", ""));
    let passed = world.send("POST /asked/1?x=1", "X-Device: 7\r\n", "0123456789");
    assert_eq!(passed.status, 200, "{}", passed.text());
    assert_eq!(passed.json()["headers"]["x-user"], "jane");
    assert_eq!(passed.json()["body"], "0123456789", "all of it goes on");
    let question = endpoint.last();
    assert!(
        question.starts_with("POST /authz/asked/1?x=1 HTTP/1.1\r\n"),
        "{question}"
    );
    assert!(question.ends_with("\r\n\r\n01234567"), "{question}");
    for (name, value) in [
        ("Host", "api.test"),
        ("X-Device", "7"),
        ("X-Envoy-Auth-Partial-Body", "true"),
        ("Content-Length", "8"),
    ] {
        assert_eq!(said(&question, name), Some(value), "{question}");
    }
    // Anything but 200 is no permission.
    for status in [201, 204, 404, 429] {
        endpoint.says(Says::answer(status, "", ""));
        let refused = world.ask();
        assert_eq!(code(&refused), "authorization.external_denied", "{status}");
    }
}

#[test]
fn opa_is_told_everything_and_its_result_decides() {
    let endpoint = Endpoint::start();
    let url = format!("{}/v1/data/orders/allow", endpoint.origin());
    let more = json!({"headers": ["X-Device"], "body": "1KiB", "answer_headers": ["X-User"]});
    let world = World::start(&[("opa", decider("opa", &url, &more))]);
    endpoint.says(Says::json(&json!({"result": true, "decision_id": "1"})));
    let passed = world.send("POST /asked/1?x=1", "X-Device: 7\r\n", r#"{"amount": 5}"#);
    assert_eq!(passed.status, 200, "{}", passed.text());
    let question = endpoint.last();
    assert!(
        question.starts_with("POST /v1/data/orders/allow HTTP/1.1\r\n"),
        "{question}"
    );
    let (_, input) = question.split_once("\r\n\r\n").expect("a body");
    let input: Value = serde_json::from_str(input).expect("JSON");
    let mut input = input["input"].clone();
    assert_eq!(
        input["request_id"].take(),
        json!(passed.header("x-request-id"))
    );
    assert_eq!(
        input,
        json!({
            "method": "POST", "path": "/asked/1", "parsed_path": ["asked", "1"], "query": "x=1",
            "host": "api.test", "scheme": "http", "headers": {"x-device": "7"},
            "client": {"address": "127.0.0.1"},
            "service": "orders", "version": "v1", "operation": "asked", "request_id": null,
            "caller": {
                "app": "shop", "tenant": "partner", "plan": "free", "scopes": ["orders:read"],
                "access_roles": [], "user": null, "groups": [], "issuer": null, "subject": null,
            },
            "body": {"amount": 5}, "truncated_body": false,
        })
    );
    let result = json!({"allow": true, "headers": {"X-User": "jane", "X-Evil": "1"}});
    endpoint.says(Says::json(&json!({"result": result})));
    let passed = world.ask();
    assert_eq!(passed.json()["headers"]["x-user"], "jane");
    assert!(passed.json()["headers"].get("x-evil").is_none());
    for (answer, told) in [
        (json!({"result": false}), ""),
        (json!({}), "undefined for this request"),
        (
            json!({"result": {"allow": false, "reason": "too late"}}),
            "too late",
        ),
        (
            json!({"result": {"allow": false, "reasons": ["a", "b"]}}),
            "a; b",
        ),
    ] {
        endpoint.says(Says::json(&answer));
        let refused = world.ask();
        assert_eq!(code(&refused), "authorization.external_denied", "{answer}");
        let why = world.why(&refused);
        assert!(why.contains(told), "{answer}: {why}");
    }
}

#[test]
fn in_shadow_it_is_asked_and_its_finding_is_noted() {
    let endpoint = Endpoint::start();
    let world = World::with(&json!({"policies": {"sso": {
        "kind": "external", "on": {"service": "orders"}, "mode": "shadow",
        "decider": forward_auth(&endpoint, &json!({"timeout": "300ms", "answer_headers": "X-User"})),
    }}}));
    for (says, result) in [
        (Says::answer(200, "X-User: jane\r\n", ""), "passed"),
        (Says::answer(403, "", ""), "refused"),
        (Says::Nothing, "failed"),
    ] {
        endpoint.says(says);
        let begun = std::time::Instant::now();
        let passed = world.ask();
        assert_eq!(passed.status, 200, "{}", passed.text());
        assert!(begun.elapsed() < std::time::Duration::from_secs(2));
        // It writes nothing.
        assert!(passed.json()["headers"].get("x-user").is_none());
        let metrics = world.metrics();
        let counted =
            format!(r#"postern_external_decisions_total{{policy="sso",result="{result}"}} 1"#);
        assert!(metrics.contains(&counted), "{metrics}");
        // Of what it had against it, a record of a request that passed tells that it is not kept.
        let told = world.why(&passed);
        let untold = told.contains("not looked at: authorize");
        assert!(!untold, "{told}");
    }
}

#[test]
fn records_tell_what_changes_of_the_policy_would_have_done() {
    let endpoint = Endpoint::start();
    let world = World::start(&[("sso", forward_auth(&endpoint, &json!({"timeout": "200ms"})))]);
    endpoint.says(Says::answer(403, "", ""));
    let refused = world.ask();
    let told = world.why(&refused);
    assert!(told.contains("only note whom it would refuse"), "{told}");
    endpoint.says(Says::answer(500, "", ""));
    let refused = world.ask();
    assert_eq!(
        (
            refused.status,
            &*code(&refused),
            refused.header("retry-after").as_deref()
        ),
        (503, "authorization.external_unavailable", Some("1"))
    );
    let told = world.why(&refused);
    assert!(told.contains("fault: operator"), "{told}");
    assert!(
        told.contains("let requests pass while policy `sso` has no answer"),
        "{told}"
    );
    let id = refused.header("x-request-id").expect("an id");
    world.stored.ok(&["fix", &id, "1", "--yes"]);
    eventually("the change", || (world.ask().status == 200).then_some(()));
    let failed = r#"postern_external_decisions_total{policy="sso",result="failed"}"#;
    assert!(world.metrics().contains(failed));
}
