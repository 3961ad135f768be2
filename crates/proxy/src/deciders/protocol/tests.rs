use super::super::send::Incoming;
use super::wire::{Garbled, Message, Read, Reader};
use super::{challenge, location, may_be_set, said, set};
use postern_model::entity::{DeciderProtocol, ExternalRule, OnFailure, Target};
use postern_policy::fields::Fields;
use proptest::prelude::*;
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
