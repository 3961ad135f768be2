//! What policies hide reaches neither callers nor records.

use crate::harness::gateway::{Launch, cli};
use crate::harness::problem::assert_refused;
use crate::harness::raw::once;
use crate::harness::setup::{self, Setup};
use crate::harness::{Gateway, Response, eventually, h2};
use crate::upstream::Upstream;
use http::{HeaderMap, Request};
use serde_json::{Value, json};

const BODY: &str = r#"{"customer":{"name":"Ada Canary1","email":"canary2@mail.example","born":"1984-03-07"},
    "items":[{"card":"4111 1111 1111 1111"},{"card":4111111111111111}],"iban":"DE44CANARY3","n":7}"#;
const CANARIES: [&str; 6] = [
    "Canary1",
    "canary2",
    "1984",
    "1111 1111",
    "11111111",
    "CANARY3",
];

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is written where it is called"
)]
fn masked(upstream: &Upstream, rule: Value) -> Setup {
    let mut policy = json!({"kind": "mask", "on": {"service": "everything"}});
    let members = rule.as_object().expect("a mapping").clone();
    policy.as_object_mut().expect("a mapping").extend(members);
    setup::open(upstream.address).with("policies.hidden", policy)
}

fn everything() -> Value {
    json!({"hide": [
        {"at": "/customer/name", "keep_first": 1},
        {"value": "email"},
        {"value": "date", "replace": "[date]"},
        {"value": "card", "keep_last": 4},
        {"matching": "DE[0-9]{2}[A-Z0-9]+", "truncate": 4},
    ]})
}

fn post(gateway: &Gateway, lines: &str, body: &str) -> Response {
    let length = body.len();
    once(
        gateway.address,
        format!(
            "POST /do/mirror HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n{lines}Content-Length: {length}\r\n\r\n{body}"
        ),
    )
}

fn why(gateway: &Gateway, id: &str, more: &[&str]) -> String {
    let data = gateway.file().with_file_name("data");
    let data = data.to_str().expect("a path of ours");
    let all: Vec<&str> = [&["why", id, "--data", data], more].concat();
    eventually("a record", || {
        let ran = cli(&all);
        ran.status.success().then_some(ran.stdout)
    })
}

#[test]
fn callers_and_records_are_without_what_is_hidden() {
    let upstream = Upstream::start();
    let setup = masked(&upstream, everything())
        .service("capture", json!({"outcomes": "all", "body": "16KiB"}));
    let gateway = Launch::new(setup).logging_all_requests().start();
    let came = post(&gateway, "", BODY);
    assert_eq!(
        came.json(),
        json!({
            "customer": {"name": "A**********", "email": "***", "born": "[date]"},
            "items": [{"card": "***************1111"}, {"card": "************1111"}],
            "iban": "DE44",
            "n": 7,
        })
    );
    assert_eq!(came.header("etag"), None);
    let id = came.header("x-request-id").expect("an id");
    let said = why(&gateway, &id, &["--json"]);
    let text = why(&gateway, &id, &[]);
    for canary in CANARIES {
        assert!(!came.text().contains(canary), "{canary}");
        assert!(!said.contains(canary), "{canary}: {said}");
        assert!(!text.contains(canary), "{canary}: {text}");
    }
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let masked = &said["found"]["wire"]["changes"]["masked"];
    let counts: Vec<String> = masked
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            format!(
                "{} {}",
                one["rule"].as_str().unwrap_or_default(),
                one["count"]
            )
        })
        .collect();
    let expected = [
        "/customer/name 1",
        "email 1",
        "date 1",
        "card 2",
        "matching 5 1",
    ];
    assert_eq!(counts, expected, "{said:#}");
    let metrics = gateway.metrics();
    let line = "postern_masked_values_total{policy=\"hidden\",rule=\"card\"} 2";
    assert!(metrics.contains(line), "{metrics}");
    assert!(text.contains("card") && text.contains("2 values"), "{text}");
}

#[test]
fn both_protocols_are_without_it() {
    let upstream = Upstream::start();
    let setup = masked(&upstream, everything()).upstream("protocol", "http2");
    let gateway = Gateway::start(setup);
    let request = Request::post("http://test/do/mirror")
        .header("content-type", "application/json")
        .body(BODY.as_bytes().to_vec())
        .expect("a request");
    let answer = h2::exchange(gateway.address, request, HeaderMap::new());
    assert_eq!(answer.status, 200);
    let text = String::from_utf8_lossy(&answer.body);
    assert!(
        CANARIES.iter().all(|canary| !text.contains(canary)),
        "{text}"
    );
    assert!(text.contains("\"n\":7"), "{text}");
}

#[test]
fn what_cannot_be_looked_through_is_refused_unless_it_may_pass() {
    let upstream = Upstream::start();
    let mut rule = everything();
    rule["max_body"] = json!("1KiB");
    let gateway = Gateway::start(masked(&upstream, rule.clone()));
    let long = format!("[\"{}\"]", "x".repeat(2000));
    for (lines, body) in [
        ("X-Media: text/html\r\n", "<p>canary2@mail.example</p>"),
        ("X-Coding: gzip\r\n", "{}"),
        ("", "{\"a\":1,\"a\":2}"),
        ("", "no JSON"),
        ("", &*long),
    ] {
        let refused = post(&gateway, lines, body);
        assert_refused(&refused, "transform.failed");
        assert!(!refused.text().contains("canary2"));
    }
    // Without a body there is nothing to hide.
    assert_eq!(post(&gateway, "X-Media: text/html\r\n", "").status, 200);
    rule["unreadable"] = json!("pass");
    let gateway = Gateway::start(masked(&upstream, rule));
    let page = post(&gateway, "X-Media: text/html\r\n", "<p>x</p>");
    assert_eq!((page.status, page.text()), (200, "<p>x</p>".to_owned()));
    // JSON that is none is not let through as something else.
    assert_refused(&post(&gateway, "", "no JSON"), "transform.failed");
}

#[test]
fn what_only_records_are_without_callers_get_and_it_streams() {
    let upstream = Upstream::start();
    let rule = json!({"hide": [{"value": "email", "only_records": true}]});
    let setup =
        masked(&upstream, rule).service("capture", json!({"outcomes": "all", "body": "16KiB"}));
    let gateway = Launch::new(setup).logging_all_requests().start();
    let came = post(&gateway, "", BODY);
    assert_eq!(came.text(), BODY);
    let id = came.header("x-request-id").expect("an id");
    let said = why(&gateway, &id, &["--json"]);
    assert!(!said.contains("canary2"), "{said}");
    assert!(said.contains("\\\"n\\\":7"), "{said}");
    // A text of which nobody knows what it holds is not kept.
    let plain = post(
        &gateway,
        "X-Media: text/plain\r\n",
        "write to canary2@mail.example",
    );
    assert_eq!(plain.status, 200);
    let id = plain.header("x-request-id").expect("an id");
    let said = why(&gateway, &id, &["--json"]);
    assert!(
        !said.contains("canary2") && said.contains("left_out"),
        "{said}"
    );
}

#[test]
fn a_narrower_policy_shows_nothing_that_a_wider_one_hides() {
    let upstream = Upstream::start();
    let narrow = json!({
        "kind": "mask", "on": {"service": "everything", "operation": "any"},
        "hide": [{"at": "/n"}],
    });
    let undone = json!({
        "kind": "transform", "on": {"service": "everything"},
        "response": {"body": [{"set": "/copy", "json": "{{ body.customer }}"}]},
    });
    let setup = masked(&upstream, everything())
        .with("policies.narrow", narrow)
        .with("policies.undone", undone);
    let gateway = Gateway::start(setup);
    let came = post(&gateway, "", BODY);
    // Masks come after everything else: what was copied by value is found by its looks.
    let all = came.json();
    assert_eq!(all["n"], "***");
    assert_eq!(all["copy"]["email"], "***");
    assert_eq!(all["customer"]["name"], "A**********");
}
