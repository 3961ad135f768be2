use super::super::about::{Shown, is_coding, spaced, without_rest};
use super::super::send::Incoming;
use super::opa::shown;
use super::wire::{Garbled, Message, Read, Reader};
use super::{challenge, location, may_be_set, said, set};
use crate::redact::Redactor;
use postern_model::entity::{DeciderProtocol, ExternalRule, OnFailure, Target};
use postern_policy::fields::Fields;
use postern_policy::head::Head;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::Duration;

fn fields(lines: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in lines {
        fields.push(name.as_bytes(), value.as_bytes());
    }
    fields
}

fn answer(kind: &str, body: &str) -> Incoming {
    Incoming {
        status: 403,
        fields: fields(&[("Content-Type", kind)]),
        body: body.as_bytes().to_vec(),
        ..Incoming::default()
    }
}

fn rule(answer_headers: &[&str]) -> ExternalRule {
    ExternalRule {
        protocol: DeciderProtocol::ForwardAuth,
        url: "http://127.0.0.1:9000".into(),
        target: Target {
            host: "127.0.0.1".into(),
            port: 9000,
            weight: 1,
        },
        path: "".into(),
        tls: None,
        timeout: Duration::from_millis(500),
        on_failure: OnFailure::Refuse,
        max_answer: 65_536,
        headers: vec![],
        credentials: false,
        identity: true,
        body: None,
        answer_headers: answer_headers.iter().map(|name| (*name).into()).collect(),
    }
}

#[test]
fn a_reason_is_what_is_called_one() {
    for (kind, body, reason) in [
        ("application/json", r#"{"reason": "late"}"#, Some("late")),
        (
            "application/problem+json; charset=utf-8",
            r#"{"detail": "late", "title": "No"}"#,
            Some("late"),
        ),
        (
            "application/json",
            r#"{"error": "a", "reason": "b"}"#,
            Some("b"),
        ),
        ("application/json", r#"{"reason": 7}"#, None),
        ("application/json", "late", None),
        ("text/plain", "\n late \nmore", Some("late")),
        ("TEXT/PLAIN;charset=utf-8", "late", Some("late")),
        ("text/html", "<p>late", None),
        ("", "late", None),
    ] {
        assert_eq!(
            said(&answer(kind, body)).as_deref(),
            reason,
            "{kind}: {body}"
        );
    }
}

#[test]
fn only_addresses_lead_browsers_elsewhere() {
    for (value, leads) in [
        ("https://sso.example.com/?to=%2F", true),
        ("http://sso.example.com", true),
        ("/login", true),
        ("//evil.example", false),
        ("/\\evil.example", false),
        ("javascript:alert(1)", false),
        ("login", false),
        ("https://sso.example.com/a b", false),
        ("", false),
    ] {
        let found = location(&fields(&[("Location", value)]));
        assert_eq!(found.as_deref(), leads.then_some(value), "{value}");
    }
    let twice = fields(&[("location", "/a"), ("location", "/b")]);
    assert_eq!(location(&twice), None);
    let long = format!("/{}", "a".repeat(3000));
    assert_eq!(location(&fields(&[("location", &long)])), None);
}

#[test]
fn challenges_are_joined_and_plain() {
    let two = fields(&[
        ("WWW-Authenticate", "Basic"),
        ("www-authenticate", "Bearer"),
    ]);
    assert_eq!(challenge(&two).as_deref(), Some("Basic, Bearer"));
    assert_eq!(challenge(&fields(&[("WWW-Authenticate", "B\u{e9}")])), None);
    assert_eq!(challenge(&fields(&[])), None);
    let long = "a".repeat(2000);
    assert_eq!(challenge(&fields(&[("WWW-Authenticate", &long)])), None);
}

#[test]
fn of_an_address_origin_and_path_are_kept() {
    for (location, kept) in [
        (
            "https://sso.example.com/in",
            ("https://sso.example.com/in", ""),
        ),
        (
            "https://sso/?rd=https%3A%2F%2Fapp%2F%3Femail%3Djane",
            ("https://sso/", "?…"),
        ),
        ("https://sso?rd=1#at", ("https://sso", "?…")),
        ("/in#access=1?no=query", ("/in", "#…")),
        ("/in?", ("/in", "?…")),
        ("/?…", ("/", "?…")),
    ] {
        assert_eq!(without_rest(location), kept, "{location}");
    }
}

#[test]
fn of_a_challenge_what_is_secret_is_not_kept() {
    let mut head = Head::default();
    head.fields.push(b"X-API-Key", b"Canary7Canary7");
    let redactor = Redactor::new(&head, None);
    let kept = |challenge: &str| {
        let told = redactor.header(b"", spaced(challenge).as_bytes(), 256);
        told.replace("  ", " ")
    };
    for plain in [
        "Bearer realm=\"sso\", error=\"invalid_value\"",
        "Basic realm=\"sso\", Bearer realm=\"other realm\"",
        "Negotiate",
    ] {
        assert_eq!(kept(plain), plain);
    }
    for secret in [
        "Bearer realm=\"it was Canary7Canary7\"",
        "Bearer Canary7Canary7",
        "Basic Q2FuYXJ5N0NhbmFyeTc=",
        "Basic Q2FuYXJ5N0NhbmFyeTc==, Bearer realm=\"a\"",
        "Bearer authorization_uri=\"https://sso/?rd=Canary8Canary8\"",
    ] {
        let kept = kept(secret);
        let hides = ["Canary", "Q2Fu"].iter().all(|part| !kept.contains(part));
        assert!(hides && kept.contains("[redacted]"), "{secret}: {kept}");
    }
}

#[test]
fn an_answer_sets_what_the_policy_lists() {
    let rule = rule(&["x-user", "x-groups"]);
    let said = fields(&[
        ("X-Groups", "a"),
        ("X-User", "jane"),
        ("x-groups", "b"),
        ("X-Evil", "1"),
    ]);
    let found = set(&rule, &said);
    let found: Vec<(&str, &[u8])> = found.iter().map(|one| (&*one.name, &*one.value)).collect();
    let expected: [(&str, &[u8]); 3] =
        [("x-user", b"jane"), ("x-groups", b"a"), ("x-groups", b"b")];
    assert_eq!(found, expected);
    assert!(may_be_set(b"a\tb") && may_be_set(b"") && may_be_set("é".as_bytes()));
    assert!(!may_be_set(b"a\r\nb") && !may_be_set(b"a\0") && !may_be_set(&[b'a'; 9000]));
}

#[test]
fn a_body_is_shown_as_json_only_where_everybody_reads_the_same() {
    let of = |text: &str, whole, is_coded| {
        let bytes = text.as_bytes();
        shown(Shown { bytes, whole }, is_coded)
    };
    for (text, read) in [
        (
            r#"{"amount": 5, "list": [1.5, null]}"#,
            json!({"amount": 5, "list": [1.5, null]}),
        ),
        (" true\n", json!(true)),
        (
            r#"{"a": {"b": 1}, "b": {"a": 1}}"#,
            json!({"a": {"b": 1}, "b": {"a": 1}}),
        ),
    ] {
        assert_eq!(of(text, true, false), read, "{text}");
        // Of a part nobody knows what the rest would say, and of a coding what the bytes stand for.
        assert_eq!(of(text, false, false), Value::from(text), "{text}");
        assert_eq!(of(text, true, true), Value::from(text), "{text}");
    }
    for text in [
        r#"{"amount":1000000,"amount":1}"#,
        r#"{"a\u006dount":1000000,"amount":1}"#,
        r#"[{"deep": {"a": 1, "b": 2, "a": 1}}]"#,
        "\u{feff}{}",
        "{} {}",
        "{'a': 1}",
        "1e999",
        "",
    ] {
        assert_eq!(of(text, true, false), Value::from(text), "{text}");
    }
}

#[test]
fn a_coding_is_what_is_not_identity() {
    for (values, expected) in [
        (&["identity"][..], false),
        (&[], false),
        (&[""], false),
        (&["Identity, identity", "identity"], false),
        (&["gzip"], true),
        (&["identity", "gzip"], true),
        (&["identity, br"], true),
        (&["whatever"], true),
    ] {
        let found = is_coding(values.iter().map(|value| value.as_bytes()));
        assert_eq!(found, expected, "{values:?}");
    }
}

#[test]
fn messages_are_written_as_the_format_says() {
    let mut inner = Message::default();
    inner.bytes(1, "a");
    inner.number(2, 300);
    inner.number(3, 0);
    inner.bytes(4, "");
    let mut outer = Message::default();
    outer.message(1, &inner);
    outer.entry(16, "k", "v");
    assert_eq!(
        outer.into_bytes(),
        [
            0x0a, 0x06, 0x0a, 0x01, b'a', 0x10, 0xac, 0x02, // 1: {1: "a", 2: 300}
            0x82, 0x01, 0x06, 0x0a, 0x01, b'k', 0x12, 0x01, b'v', // 16: {1: "k", 2: "v"}
        ]
    );
}

#[test]
fn what_is_no_message_is_said_to_be_none() {
    for bytes in [
        &[0x08][..],
        &[0x08, 0x80],
        &[
            0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
        ],
        &[0x0a, 0x05, 1],
        &[0x0b],
        &[0x0d, 1, 2, 3],
        &[0x09, 1],
        &[0x00],
        &[0x0f],
    ] {
        assert_eq!(Reader::new(bytes).next(), Err(Garbled), "{bytes:?}");
    }
    let mut reader = Reader::new(&[0x0d, 1, 2, 3, 4, 0x08, 7]);
    assert_eq!(reader.next(), Ok(Some((1, Read::Fixed))));
    assert_eq!(reader.next(), Ok(Some((1, Read::Number(7)))));
    assert_eq!(reader.next(), Ok(None));
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        numbers in prop::collection::vec((1u32..5000, 1u64..), 0..8),
        texts in prop::collection::vec((1u32..5000, "[^\\x00]{1,40}"), 0..8),
    ) {
        let mut message = Message::default();
        for (field, value) in &numbers {
            message.number(*field, *value);
        }
        for (field, value) in &texts {
            message.bytes(*field, value);
        }
        let bytes = message.into_bytes();
        let mut reader = Reader::new(&bytes);
        for (field, value) in &numbers {
            prop_assert_eq!(reader.next(), Ok(Some((*field, Read::Number(*value)))));
        }
        for (field, value) in &texts {
            prop_assert_eq!(reader.next(), Ok(Some((*field, Read::Bytes(value.as_bytes())))));
        }
        prop_assert_eq!(reader.next(), Ok(None));
    }

    /// Bytes of anybody, read as far as they go.
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut reader = Reader::new(&bytes);
        let mut fields = 0;
        while let Ok(Some(_)) = reader.next() {
            fields += 1;
        }
        prop_assert!(fields <= bytes.len());
        let _ = super::grpc::fuzz(&bytes);
    }
}
