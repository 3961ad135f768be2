//! Requests and answers are changed as policies say, over both protocols, and stream where no step
//! looks at their bodies.

use crate::harness::gateway::{Launch, cli};
use crate::harness::problem::assert_refused;
use crate::harness::raw::{Raw, once};
use crate::harness::setup::{self, Setup};
use crate::harness::{Gateway, Response, eventually, h2};
use crate::upstream::{Seen, Upstream};
use http::{HeaderMap, Request};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Any path, and orders by their ids; a policy of that rule for all of it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is written where it is called"
)]
fn changed(upstream: &Upstream, rule: Value) -> Setup {
    let mut policy = json!({"kind": "transform", "on": {"service": "everything"}});
    let members = rule.as_object().expect("a mapping").clone();
    policy.as_object_mut().expect("a mapping").extend(members);
    setup::open(upstream.address)
        .operation("order", json!({"path": "/orders/{id}"}))
        .with("policies.changed", policy)
}

/// The same at one operation, whose parameters it may name.
fn at_orders(upstream: &Upstream, rule: Value) -> Setup {
    let on = json!({"service": "everything", "operation": "order"});
    changed(upstream, rule).with("policies.changed.on", on)
}

fn post(gateway: &Gateway, target: &str, lines: &str, body: &str) -> Response {
    let length = body.len();
    once(
        gateway.address,
        format!(
            "POST {target} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n{lines}Content-Length: {length}\r\n\r\n{body}"
        ),
    )
}

/// The one request that an upstream saw.
fn only(upstream: &Upstream, work: impl FnOnce()) -> Seen {
    let before = upstream.mark();
    work();
    let seen = upstream.since(before).requests;
    let [seen] = &*seen else {
        panic!("one request: {seen:?}");
    };
    seen.clone()
}

#[test]
fn headers_query_and_path_of_requests_are_changed() {
    let upstream = Upstream::start();
    let rule = json!({"request": {
        "headers": {
            "remove": "X-Gone",
            "rename": {"X-Old": "X-New"},
            "set": {"X-Order": "{{ request.params.id }} of {{ request.query.by|default('nobody') }}"},
            "add": {"X-New": "2"},
        },
        "query": {"remove": ["secret"], "rename": {"by": "author"}, "set": {"page": "1"}},
        "path": "/v2/{id}/lines",
    }});
    let gateway = Gateway::start(at_orders(&upstream, rule));
    let lines = "X-Gone: 1\r\nX-Old: 1\r\nX-Kept: 1\r\n";
    let target = "/orders/a%20b?x=%7E&secret=1&by=me";
    let seen = only(&upstream, || {
        assert_eq!(
            crate::harness::raw::get(gateway.address, target, lines).status,
            200
        );
    });
    assert_eq!(seen.target, "/v2/a%20b/lines?x=%7E&author=me&page=1");
    assert_eq!(seen.header("x-gone"), None);
    assert_eq!(seen.header("x-old"), None);
    assert_eq!(seen.header("x-new").as_deref(), Some("1, 2"));
    assert_eq!(seen.header("x-kept").as_deref(), Some("1"));
    assert_eq!(seen.header("x-order").as_deref(), Some("a b of me"));
    // What is at another operation stays as it is.
    let seen = only(&upstream, || {
        crate::harness::raw::get(gateway.address, "/other?secret=1", lines);
    });
    assert_eq!(seen.target, "/other?secret=1");
    assert_eq!(seen.header("x-gone").as_deref(), Some("1"));
}

#[test]
fn bodies_are_changed_both_ways_over_both_protocols() {
    let rule = || {
        json!({
            "request": {"body": [
                {"rename": "/id", "to": "number"},
                {"set": "/total", "json": "{{ body.price * body.count }}"},
                {"remove": "/note"},
            ]},
            "response": {
                "headers": {"set": {"X-Total": "{{ body.total }}"}, "remove": "X-Theirs"},
                "body": [
                    {"set": "/status", "json": "{{ response.status }}"},
                    {"move": "/number", "to": "/order/number"},
                ],
            },
        })
    };
    let body = r#"{"id": 7.50, "price": 4, "count": 3, "note": "x"}"#;
    let up = r#"{"number":7.50,"price":4,"count":3,"total":12}"#;
    let down = r#"{"price":4,"count":3,"total":12,"status":200,"order":{"number":7.50}}"#;
    for protocol in ["http1", "http2"] {
        let upstream = Upstream::start();
        let setup = changed(&upstream, rule()).upstream("protocol", protocol);
        let gateway = Gateway::start(setup);
        let target = "/do/mirror";
        let asks = "Accept-Encoding: gzip\r\nRange: bytes=0-3\r\nContent-Digest: sha-256=:x:\r\n";
        let mut came = None;
        let seen = only(&upstream, || {
            came = Some(post(&gateway, target, asks, body));
        });
        let came = came.expect("an answer");
        assert_eq!(String::from_utf8_lossy(&seen.body), up, "{protocol}");
        assert!(seen.doubts.is_empty(), "{:?}", seen.doubts);
        for gone in ["accept-encoding", "range", "content-digest"] {
            assert_eq!(seen.header(gone), None, "{gone}");
        }
        assert_eq!(came.text(), down, "{protocol}");
        assert_eq!(came.header("x-total").as_deref(), Some("12"));
        assert_eq!(came.header("content-length"), Some(down.len().to_string()));
        for gone in ["etag", "x-theirs", "content-encoding"] {
            assert_eq!(came.header(gone), None, "{gone}");
        }
        // And the same for a caller of HTTP/2.
        let request = Request::post(format!("http://test{target}"))
            .header("content-type", "application/json")
            .body(body.as_bytes().to_vec())
            .expect("a request");
        let seen = only(&upstream, || {
            let answer = h2::exchange(gateway.address, request, HeaderMap::new());
            assert_eq!(answer.status, 200);
            assert_eq!(String::from_utf8_lossy(&answer.body), down);
            assert_eq!(answer.field("x-total"), "12");
        });
        assert_eq!(String::from_utf8_lossy(&seen.body), up);
    }
}

#[test]
fn chunked_bodies_are_changed_whole_and_sent_again_where_that_is_allowed() {
    let upstream = Upstream::start();
    let rule = json!({"request": {"body": [{"set": "/a", "value": "{{ request.method }}"}]}});
    let setup =
        changed(&upstream, rule).upstream("retry", json!({"attempts": 1, "statuses": [503]}));
    let gateway = Gateway::start(setup);
    let mut caller = Raw::connect(gateway.address);
    caller.send(
        "PUT /do/fail-first/1 HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
         Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    assert_eq!(caller.head().expect("a head").status, 100);
    let before = upstream.mark();
    caller.send("3\r\n{\"b\r\n");
    std::thread::sleep(Duration::from_millis(50));
    caller.send("4\r\n\":1}\r\n0\r\n\r\n");
    assert_eq!(caller.response().status, 200);
    let seen = upstream.since(before).requests;
    assert_eq!(seen.len(), 2);
    for seen in seen {
        assert_eq!(seen.body, br#"{"b":1,"a":"PUT"}"#);
        assert_eq!(seen.header("content-length").as_deref(), Some("17"));
        assert_eq!(seen.header("transfer-encoding"), None);
    }
    // The connection goes on.
    assert_eq!(
        caller
            .exchange("GET /x HTTP/1.1\r\nHost: test\r\n\r\n")
            .status,
        200
    );
}

#[test]
fn what_changes_nothing_leaves_bytes_as_they_are() {
    let upstream = Upstream::start();
    let nothing = json!([{"remove": "/none"}, {"rename": "/none", "to": "x"}]);
    let rule = json!({"request": {"body": nothing}, "response": {"body": nothing}});
    let gateway = Gateway::start(changed(&upstream, rule));
    let body = "{ \"a\" : 1e400,\n \"b\":\"\\u00e9\" }\n";
    let mut came = None;
    let seen = only(&upstream, || {
        came = Some(post(&gateway, "/do/mirror", "", body));
    });
    let came = came.expect("an answer");
    assert_eq!(String::from_utf8_lossy(&seen.body), body);
    assert_eq!(came.text(), body);
    assert_eq!(came.header("etag").as_deref(), Some("\"1\""));
    // Messages without a body, and of another media type in answers, pass.
    for (lines, body) in [("", ""), ("X-Media: text/plain\r\n", "{}")] {
        let came = post(&gateway, "/do/mirror", lines, body);
        assert_eq!((came.status, came.text()), (200, body.to_owned()));
    }
    let head = "HEAD /do/mirror HTTP/1.1\r\nHost: test\r\n\r\n";
    let mut caller = Raw::connect(gateway.address);
    caller.send(head);
    assert_eq!(caller.response_to(true).status, 200);
}

#[test]
fn bodies_stream_where_no_step_looks_at_them() {
    let upstream = Upstream::start();
    let rule = json!({
        "request": {"headers": {"set": {"X-A": "{{ request.method }}"}}},
        "response": {"headers": {"set": {"X-B": "{{ response.status }}"}}},
    });
    let gateway = Gateway::start(changed(&upstream, rule));
    let mut caller = Raw::connect(gateway.address);
    let begun = Instant::now();
    caller.send("GET /do/events/4/400 HTTP/1.1\r\nHost: test\r\n\r\n");
    let head = caller.head().expect("a head");
    assert_eq!(head.header("x-b").as_deref(), Some("200"));
    caller.chunk().expect("the first event");
    assert!(
        begun.elapsed() < Duration::from_millis(1200),
        "it was held back"
    );
    // A body larger than any that is read.
    let large = 20 << 20;
    let response = gateway.get(&format!("/do/body/{large}"));
    assert_eq!(response.body.len(), large);
}

#[test]
fn what_cannot_be_changed_goes_nowhere() {
    let upstream = Upstream::start();
    let note = json!({"request": {"headers": {"set": {"X-Note": "{{ request.query.note }}"}}}});
    let gateway = Gateway::start(changed(&upstream, note));
    let before = upstream.mark();
    assert_refused(&gateway.get("/x"), "transform.failed");
    // Header lines cannot be made up.
    let split = gateway.get("/x?note=a%0d%0aX-Evil:%201");
    assert_refused(&split, "transform.failed");
    assert!(upstream.since(before).requests.is_empty());
    assert_eq!(gateway.get("/x?note=1").status, 200);

    let rule = json!({
        "max_body": "1KiB",
        "request": {"body": [{"set": "/a/b", "value": "x"}]},
        "response": {"body": [{"set": "/c/d", "value": "x"}]},
    });
    let gateway = Gateway::start(changed(&upstream, rule));
    let long = format!("{{\"a\":{{}},\"x\":\"{}\"}}", "y".repeat(2000));
    let coded = "Content-Encoding: gzip\r\n";
    for (lines, body, is_sent) in [
        ("", "{\"a\":{},\"a\":{}}", false),
        ("", "{", false),
        ("", "{\"a\":1}", false),
        ("", &*long, false),
        (coded, "{}", false),
        ("", "{\"c\":1}", true),
        ("X-Coding: gzip\r\n", "{}", true),
    ] {
        let before = upstream.mark();
        let refused = post(&gateway, "/do/mirror", lines, body);
        assert_refused(&refused, "transform.failed");
        let sent = upstream.since(before).requests;
        assert_eq!(sent.len(), usize::from(is_sent), "{body}");
    }
    let form = once(
        gateway.address,
        "POST /do/mirror HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
    );
    assert_refused(&form, "transform.failed");
}

#[test]
fn a_path_that_is_written_is_one_that_could_have_come() {
    let upstream = Upstream::start();
    let rule = json!({"request": {"path": "/v2/{{ request.query.to }}/{{ request.params.id }}"}});
    let gateway = Gateway::start(at_orders(&upstream, rule));
    let seen = only(&upstream, || {
        assert_eq!(gateway.get("/orders/7?to=a%3Fb%23c").status, 200);
    });
    assert_eq!(seen.target, "/v2/a%3Fb%23c/7?to=a%3Fb%23c");
    for to in ["..", "a%2Fb", "%5C", "a%00", ""] {
        let refused = gateway.get(&format!("/orders/7?to={to}"));
        assert_refused(&refused, "transform.failed");
    }
}

#[test]
fn templates_are_shown_no_credential() {
    let upstream = Upstream::start();
    let rule = json!({"request": {"headers": {"set": {
        "X-All": "{{ request.headers|tojson }} {{ request.query|tojson }}",
    }}}});
    let setup = changed(&upstream, rule).service("capture", json!({"outcomes": "all"}));
    let gateway = Gateway::start(setup);
    let lines = "Authorization: Bearer Canary1\r\nCookie: a=Canary2\r\nX-API-Key: Canary3\r\n\
                 Proxy-Authorization: Basic Canary4\r\nDPoP: Canary5\r\nX-Plain: plain\r\n";
    let target = "/x?access_token=Canary6&password=Canary7&q=quest";
    let seen = only(&upstream, || {
        crate::harness::raw::get(gateway.address, target, lines);
    });
    let all = seen.header("x-all").expect("the header");
    assert!(all.contains("plain") && all.contains("quest"), "{all}");
    assert!(!all.contains("Canary"), "{all}");
}

#[test]
fn what_would_be_changed_is_told_beforehand() {
    let upstream = Upstream::start();
    let rule = json!({"request": {
        "headers": {"set": {"X-Note": "{{ request.query.note }}"}},
        "query": {"remove": ["note"]},
        "path": "/v2/{id}",
    }});
    let gateway = Gateway::start(at_orders(&upstream, rule));
    let data = gateway.file().with_file_name("data");
    let data = data.to_str().expect("a path of ours");
    let can = |target: &str| {
        eventually("an answer", || {
            let ran = cli(&["can", "-", "GET", target, "--data", data]);
            (ran.status.code() != Some(2)).then_some(ran.stdout)
        })
    };
    let said = can("/orders/7?note=1");
    for line in [
        "path: /orders/7 -> /v2/7",
        "+ header x-note",
        "- query note",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let said = can("/orders/7");
    let why = "request.headers.set x-note: it reads something that is not there";
    assert!(said.contains(why), "{said}");
}

/// Orders, which have an SKU and nothing else.
fn documented(setup: Setup) -> Setup {
    let document = json!({"openapi": "3.1.0", "paths": {"/orders/{id}": {"post": {
        "parameters": [
            {"in": "path", "name": "id", "required": true, "schema": {"type": "string"}},
            {"in": "query", "name": "page", "schema": {"type": "integer"}},
            {"in": "header", "name": "X-Reason", "required": true, "schema": {"type": "string"}},
        ],
        "requestBody": {"content": {"application/json": {"schema": {
            "type": "object", "required": ["sku"], "additionalProperties": false,
            "properties": {"sku": {"type": "string"}},
        }}}},
    }}}});
    setup.with(
        "services.everything.versions.v1.openapi",
        document.to_string(),
    )
}

#[test]
fn what_comes_of_a_request_has_to_be_as_its_document_has_it() {
    let upstream = Upstream::start();
    let rule = json!({"validate": true, "request": {
        "headers": {"rename": {"X-Why": "X-Reason"}},
        "query": {"rename": {"p": "page"}},
        "body": [{"rename": "/item", "to": "sku"}],
    }});
    let gateway = Gateway::start(documented(at_orders(&upstream, rule)));
    let why = "X-Why: stock\r\n";
    let good = r#"{"item": "A-1"}"#;
    let seen = only(&upstream, || {
        let passed = post(&gateway, "/orders/7?p=2", why, good);
        assert_eq!(passed.status, 200, "{}", passed.text());
    });
    assert_eq!(seen.body, br#"{"sku":"A-1"}"#);
    let before = upstream.mark();
    for (target, lines, body) in [
        ("/orders/7", why, r#"{"item": 1}"#),
        ("/orders/7", why, r#"{"other": "A-1"}"#),
        ("/orders/7?p=x", why, good),
        ("/orders/7", "", good),
    ] {
        let refused = post(&gateway, target, lines, body);
        assert_refused(&refused, "transform.failed");
    }
    assert!(upstream.since(before).requests.is_empty());
    let data = gateway.file().with_file_name("data");
    let data = data.to_str().expect("a path of ours");
    let body = gateway.file().with_file_name("order.json");
    std::fs::write(&body, r#"{"item": 1}"#).expect("a file of ours");
    let said = eventually("an answer", || {
        let ask = ["can", "-", "POST", "/orders/7", "--data", data];
        let about = [
            "--header",
            "X-Why: stock",
            "--header",
            "Content-Type: application/json",
        ];
        let body = ["--body", body.to_str().expect("a path of ours")];
        let ran = cli(&[&ask[..], &about, &body].concat());
        (ran.status.code() != Some(2)).then_some(ran.stdout)
    });
    let told = "request.body: what comes of it is not as the OpenAPI document has it";
    assert!(said.contains(told), "{said}");
}

#[test]
fn all_policies_apply_the_widest_first() {
    let upstream = Upstream::start();
    let set =
        |value: &str| json!({"headers": {"set": {"X-A": value, (format!("x-{value}")): "1"}}});
    let policy = |on: Value, value| json!({"kind": "transform", "on": on, "request": set(value), "response": set(value)});
    let order = json!({"service": "everything", "operation": "order"});
    let mut replaced = policy(json!("platform"), "replaced");
    replaced["default"] = json!(true);
    replaced["name"] = json!("narrow");
    let setup = setup::open(upstream.address)
        .operation("order", json!({"path": "/orders/{id}"}))
        .with("policies.wide", policy(json!("platform"), "wide"))
        .with("policies.replaced", replaced)
        .with("policies.narrow", policy(order, "narrow"))
        .with(
            "policies.off",
            json!({"kind": "transform", "on": "platform", "mode": "off", "request": set("off")}),
        );
    let gateway = Gateway::start(setup);
    let seen = only(&upstream, || {
        let came = gateway.get("/orders/7");
        assert_eq!(came.header("x-a").as_deref(), Some("narrow"));
        assert_eq!(came.header("x-wide").as_deref(), Some("1"));
    });
    assert_eq!(seen.header("x-a").as_deref(), Some("narrow"));
    assert_eq!(seen.header("x-wide").as_deref(), Some("1"));
    assert_eq!(seen.header("x-replaced"), None);
    assert_eq!(seen.header("x-off"), None);
}

#[test]
fn a_record_says_what_was_changed_and_not_by_what() {
    let upstream = Upstream::start();
    let rule = json!({
        "request": {
            "headers": {"set": {"X-Order": "{{ request.params.id }}"}},
            "query": {"remove": "secret"},
            "path": "/v2/{id}/do/mirror",
            "body": [{"set": "/who", "value": "Canary1"}],
        },
        "response": {"body": [{"remove": "/who"}]},
    });
    let setup = at_orders(&upstream, rule);
    let gateway = Launch::new(setup).logging_all_requests().start();
    let came = post(&gateway, "/orders/Canary2?secret=Canary3", "", "{\"a\":1}");
    assert_eq!(came.text(), "{\"a\":1}");
    let id = came.header("x-request-id").expect("an id");
    let data = gateway.file().with_file_name("data");
    let data = data.to_str().expect("a path of ours");
    let ask = |more: &[&str]| {
        let all: Vec<&str> = [&["why", &id, "--data", data], more].concat();
        eventually("a record", || {
            let ran = cli(&all);
            ran.status.success().then_some(ran.stdout)
        })
    };
    let said: Value = serde_json::from_str(&ask(&["--json"])).expect("JSON");
    let changes = &said["found"]["wire"]["changes"];
    let request: Vec<String> = changes["request"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|note| {
            format!(
                "{} {}",
                note["did"].as_str().unwrap_or_default(),
                note["what"]
            )
        })
        .collect();
    let expected = [
        "header \"x-order\"",
        "query \"secret\"",
        "path \"path\"",
        "body \"/who\"",
    ];
    assert_eq!(request, expected, "{said:#}");
    assert_eq!(changes["response"][0]["before"], "text of 7");
    let text = ask(&[]);
    for shown in ["x-order", "/v2/{id}/do/mirror", "/who", "text of 7"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    for one in ["Canary1", "Canary2", "Canary3"] {
        assert!(
            !text.contains(one) && !said.to_string().contains(one),
            "{one}: {text}"
        );
    }
}
