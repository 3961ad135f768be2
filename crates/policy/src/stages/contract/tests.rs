use crate::decision::{Decision, Depth, FactRequest, Step};
use crate::facts::{Body, Live};
use crate::recorded::Recorded;
use crate::snapshot::Snapshot;
use crate::testing::{compile, configuration, connection, head, service};
use crate::walk::Walk;
use crate::{Directory, Rules};
use postern_model::denial::{Denial, Value};
use postern_model::entity::{Accounts, ContractRule, Level, Mode, Policy, PolicyRule};
use serde_json::json;
use std::sync::Arc;

fn everything() -> ContractRule {
    ContractRule {
        parameters: true,
        refuses_unknown: false,
        body: true,
        accept: true,
        encodings: true,
        max_size: 1000,
        upload_types: Vec::new(),
        upload_names: Vec::new(),
        status: None,
    }
}

fn document() -> serde_json::Value {
    let order =
        json!({"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}});
    json!({"openapi": "3.0.3", "paths": {"/orders/{order}": {
        "parameters": [{"in": "path", "name": "order", "required": true, "schema": {"type": "integer"}}],
        "get": {
            "parameters": [{"in": "query", "name": "depth", "schema": {"type": "integer", "maximum": 3}}],
            "responses": {"200": {"content": {"application/json": {}}}},
        },
        "post": {
            "parameters": [{"in": "header", "name": "X-Reason", "required": true, "schema": {"type": "string"}}],
            "requestBody": {"required": true, "content": {
                "application/json": {"schema": order},
                "multipart/form-data": {},
                "application/octet-stream": {},
            }},
        },
    }}})
}

fn rules(rule: ContractRule, mode: Mode) -> Rules {
    let mut configuration = configuration(vec![service(
        &[],
        "",
        &["GET POST DELETE /orders/{id}", "GET /other"],
    )]);
    configuration.services[0].versions[0].openapi = Some(Arc::new(document()));
    configuration.policies.push(Policy {
        name: "as-documented".into(),
        level: Level::Platform,
        mode,
        is_default: false,
        rule: PolicyRule::Contract(rule),
    });
    compile(configuration)
}

struct Sent {
    head: crate::head::Head,
    body: Option<Vec<u8>>,
}

fn get(target: &str, fields: &[&str]) -> Sent {
    Sent {
        head: head("GET", target, fields),
        body: None,
    }
}

fn post(fields: &[&str], body: &[u8]) -> Sent {
    let reason = ["X-Reason: none", "Content-Type: application/json"];
    let fields: Vec<&str> = if fields.iter().any(|f| f.starts_with("Content-Type")) {
        reason[..1].iter().chain(fields).copied().collect()
    } else {
        reason.iter().chain(fields).copied().collect()
    };
    let mut head = head("POST", "/orders/7", &fields);
    head.has_body = true;
    Sent {
        head,
        body: Some(body.to_vec()),
    }
}

/// What is decided live and again from the record, and how often the body was asked for.
fn decide(rules: &Rules, sent: &Sent) -> (Option<Denial>, usize) {
    let directory = Directory::new(Accounts::default(), 1);
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    let connection = connection("192.0.2.1");
    let mut live = Live::new(&sent.head, &connection, 1_000);
    let mut walk = Walk::new(Depth::FirstDenial);
    let mut read = 0;
    let decision = loop {
        match walk.step(&snapshot, &live) {
            Step::Need(FactRequest::Body { limit }) => {
                read += 1;
                assert!(read < 3, "the body is asked for again and again");
                live.provide_body(Body::read(sent.body.as_deref().unwrap_or_default(), limit));
            }
            Step::Need(fact) => panic!("{fact}"),
            Step::Done(decision) => break decision,
        }
    };
    let denial = match &decision {
        Decision::Refuse(denial) => Some(denial.clone()),
        Decision::Allow => None,
        other => panic!("{other:?}"),
    };
    let recorded = Recorded::of(&live, &walk, &snapshot);
    let written = serde_json::to_string(&recorded).unwrap();
    let recorded: Recorded = serde_json::from_str(&written).unwrap();
    let again = Walk::new(Depth::FirstDenial).step(&snapshot, &recorded);
    assert_eq!(again, Step::Done(decision), "{written}");
    (denial, read)
}

fn told(denial: Option<&Denial>) -> String {
    let Some(denial) = denial else {
        return "allowed".to_owned();
    };
    let text = |name: &str| {
        denial
            .evidence(name)
            .and_then(Value::as_text)
            .unwrap_or_default()
            .to_owned()
    };
    let place = format!("{}{}", text("name"), text("pointer"));
    format!("{} {} {place}", denial.status, denial.code.name())
        .trim_end()
        .to_owned()
}

#[test]
fn requests_are_held_to_their_document() {
    let rules = rules(everything(), Mode::Enforce);
    for (sent, expected) in [
        (get("/orders/7?depth=3", &[]), "allowed"),
        (get("/orders/7?depth=4", &[]), "400 parameter.invalid depth"),
        (get("/orders/seven", &[]), "400 parameter.invalid order"),
        (get("/orders/7?other=1", &["Accept: */*"]), "allowed"),
        (
            get("/orders/7", &["Accept: text/html, application/xml"]),
            "406 headers.not_acceptable",
        ),
        (get("/other", &["Accept: text/html"]), "allowed"),
        (post(&[], br#"{"sku": "a"}"#), "allowed"),
        (post(&[], br#"{"sku": 7}"#), "400 body.schema_mismatch /sku"),
        (post(&[], br#"{"sku": "#), "400 body.unreadable"),
        (
            post(&[], br#"{"sku": "a", "sku": "b"}"#),
            "400 body.unreadable",
        ),
        (
            post(&["Content-Type: text/csv"], b"a"),
            "415 headers.content_type_unsupported",
        ),
        (
            post(&["Content-Encoding: br"], b"a"),
            "415 headers.encoding_unsupported",
        ),
        (
            post(&["Content-Encoding: gzip"], b"a"),
            "400 body.unreadable",
        ),
        (
            post(&["Content-Length: 5000"], &[b' '; 5000]),
            "413 body.too_large",
        ),
        (post(&[], &[b' '; 5000]), "413 body.too_large"),
        (
            Sent {
                head: head("POST", "/orders/7", &["X-Reason: a"]),
                body: None,
            },
            "400 body.schema_mismatch",
        ),
        (
            Sent {
                head: head("POST", "/orders/7", &[]),
                body: None,
            },
            "400 parameter.missing X-Reason",
        ),
        (
            Sent {
                head: head("DELETE", "/orders/seven", &[]),
                body: None,
            },
            "allowed",
        ),
        (
            Sent {
                head: head("HEAD", "/orders/seven", &[]),
                body: None,
            },
            "400 parameter.invalid order",
        ),
    ] {
        let (denial, _) = decide(&rules, &sent);
        assert_eq!(told(denial.as_ref()), expected);
    }
}

#[test]
fn only_what_has_to_be_read_is_read() {
    let held = rules(everything(), Mode::Enforce);
    assert_eq!(decide(&held, &post(&[], b"{\"sku\":\"a\"}")).1, 1);
    // Announced as too long, of a type that is not looked into, and where nobody asks.
    assert_eq!(
        decide(&held, &post(&["Content-Length: 1000000000"], b"")).1,
        0
    );
    assert_eq!(
        decide(
            &held,
            &post(&["Content-Type: application/octet-stream"], b"any")
        )
        .1,
        0
    );
    let only = ContractRule {
        body: false,
        ..everything()
    };
    assert_eq!(decide(&rules(only, Mode::Enforce), &post(&[], b"[]")).1, 0);
    assert_eq!(
        decide(
            &rules(everything(), Mode::Off { until: None }),
            &post(&[], b"[]")
        ),
        (None, 0)
    );
    assert_eq!(
        decide(
            &rules(everything(), Mode::Shadow { until: None }),
            &post(&[], b"[]")
        ),
        (None, 1)
    );
}

#[test]
fn policies_say_what_is_checked_and_with_which_status() {
    let unknown = ContractRule {
        refuses_unknown: true,
        status: Some(422),
        ..everything()
    };
    let rules = self::rules(unknown, Mode::Enforce);
    let told = |sent| self::told(decide(&rules, &sent).0.as_ref());
    assert_eq!(
        told(get("/orders/7?other=1", &[])),
        "422 parameter.invalid other"
    );
    assert_eq!(told(post(&[], b"{}")), "422 body.schema_mismatch /sku");
    // It has no such status.
    assert_eq!(told(post(&[], b"{")), "400 body.unreadable");
    let files = ContractRule {
        upload_types: vec!["image/png".into()],
        ..everything()
    };
    let rules = self::rules(files, Mode::Enforce);
    let told = |sent| self::told(decide(&rules, &sent).0.as_ref());
    let form = |bytes: &str| {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=f; filename=a.png\r\n\r\n{bytes}\r\n--x--"
        );
        post(
            &["Content-Type: multipart/form-data; boundary=x"],
            body.as_bytes(),
        )
    };
    assert_eq!(told(form("\u{7f}ELF")), "415 body.file_not_allowed");
    assert_eq!(
        told(post(&["Content-Type: application/octet-stream"], b"MZ")),
        "415 body.file_not_allowed"
    );
}

#[test]
fn no_value_that_was_sent_is_told() {
    let rules = rules(everything(), Mode::Enforce);
    let secret = "canary";
    for sent in [
        get(&format!("/orders/{secret}"), &[]),
        get(&format!("/orders/7?depth={secret}"), &[]),
        post(&[], format!("{{\"sku\": [\"{secret}\"]}}").as_bytes()),
        post(&[], format!("[\"{secret}").as_bytes()),
    ] {
        let (denial, _) = decide(&rules, &sent);
        let told = format!("{:?}", denial.unwrap());
        assert!(!told.contains(secret), "{told}");
    }
}

#[test]
fn a_document_that_is_elsewhere_cannot_tell() {
    let mut configuration = rules(everything(), Mode::Enforce)
        .configuration()
        .as_ref()
        .clone();
    configuration.services[0].versions[0].openapi = Some(Arc::new(serde_json::Value::Null));
    let rules = compile(configuration);
    let directory = Directory::new(Accounts::default(), 1);
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let (sent, connection) = (get("/orders/7", &[]), connection("192.0.2.1"));
    let live = Live::new(&sent.head, &connection, 1_000);
    let step = Walk::new(Depth::FirstDenial).step(&snapshot, &live);
    assert!(
        matches!(step, Step::Done(Decision::CannotTell(_))),
        "{step:?}"
    );
}
