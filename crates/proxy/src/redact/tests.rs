use super::*;
use postern_model::entity::{Authentication, Capture, CredentialKind, Redact};

const CANARY: &str = "Canary7Canary7";

fn body_of(media: &str, body: &str, service: Option<&Service>) -> Body {
    let mut fields = Fields::default();
    if !media.is_empty() {
        fields.push(b"Content-Type", media.as_bytes());
    }
    Redactor::new(&Head::default(), service).body(&fields, body.as_bytes(), false)
}

fn shown(media: &str, body: &str) -> String {
    match body_of(media, body, None) {
        Body::Text(text) => text,
        Body::LeftOut(why) => format!("left out: {why}"),
    }
}

fn service(redact: Redact) -> Service {
    Service {
        authentication: Some(Authentication {
            kinds: vec![CredentialKind::ApiKey],
            issuers: vec![],
            opaque: None,
            session: None,
            dpop: None,
            resource_metadata: None,
            headers: vec!["x-partner-id".into()],
            query: vec!["partner".into()],
            signature: None,
            hmac: None,
            forward_credential: false,
            subscription: true,
        }),
        capture: Some(Capture {
            redact,
            ..Capture::default()
        }),
        ..Service::default()
    }
}

#[test]
fn members_named_like_secrets_are_hidden_in_json() {
    let json = "application/json; charset=utf-8";
    for (body, kept) in [
        (
            r#"{"user":"ann","password":"Canary7Canary7","n":1}"#,
            r#"{"user":"ann","password":"[redacted]","n":1}"#,
        ),
        (
            r#"[ {"a": {"apiKey": ["Canary7Canary7", {"x": 1}]}}, true ]"#,
            r#"[ {"a": {"apiKey": "[redacted]"}}, true ]"#,
        ),
        (
            r#"{"p\u0061ssword":"Canary7Canary7"}"#,
            r#"{"p\u0061ssword":"[redacted]"}"#,
        ),
        (
            r#"{"echo":"it was Canary7Canary7","token":"Canary7Canary7"}"#,
            r#"{"echo":"it was [redacted]","token":"[redacted]"}"#,
        ),
        (
            r#"{"note":"password=Canary7Canary7; ok"}"#,
            r#"{"note":"password=[redacted]; ok"}"#,
        ),
        (
            r#"{"note":"{\"password\":\"Canary7Canary7\",\"a\":1}"}"#,
            r#"{"note":"{\"password\":\"[redacted]\",\"a\":1}"}"#,
        ),
        (
            r#"{"token":"Canary7Canary7","e":"C\u0061nary7Canary7","f":"\u00e9"}"#,
            r#"{"token":"[redacted]","e":"[redacted]","f":"\u00e9"}"#,
        ),
        (
            r#"{"max_tokens":100,"otp":123456}"#,
            r#"{"max_tokens":100,"otp":"[redacted]"}"#,
        ),
        ("{}\n[1,-2.5e3,null]\n\"x\"", "{}\n[1,-2.5e3,null]\n\"x\""),
    ] {
        assert_eq!(shown(json, body), kept);
        assert_eq!(shown("application/problem+json", body), kept);
        assert_eq!(shown("", body), kept, "without a media type");
    }
}

#[test]
fn json_that_is_none_is_left_out_from_there_on() {
    for body in [
        r#"{"a":1, Canary7Canary7}"#,
        r#"{"a":1 "Canary7Canary7"}"#,
        r#"{"a":1}} Canary7Canary7"#,
        r#"{"a":'Canary7Canary7'}"#,
    ] {
        let kept = shown("application/json", body);
        assert!(
            kept.starts_with(r#"{"a":"#) && !kept.contains(CANARY),
            "{kept}"
        );
        assert!(kept.ends_with("… (the rest is no JSON)"), "{kept}");
    }
    let deep = "[".repeat(1000) + CANARY;
    assert!(!shown("application/json", &deep).contains(CANARY));
}

#[test]
fn json_that_was_cut_off_is_kept_up_to_there() {
    let body = r#"{"a":"b","password":"Canary7Canary7","c":["d",12.5,true,"e\"f"]}"#;
    let mut fields = Fields::default();
    fields.push(b"content-type", b"application/json");
    for end in 0..body.len() {
        let mut redactor = Redactor::new(&Head::default(), None);
        let kept = redactor.body(&fields, &body.as_bytes()[..end], true);
        let Body::Text(kept) = kept else {
            panic!("{kept:?}");
        };
        assert!(!kept.contains("Canary"), "{kept}");
        assert!(!kept.contains("no JSON"), "{kept}");
        assert_eq!(kept.len() >= 8, end >= 8, "{kept}");
    }
}

#[test]
fn forms_lose_their_secrets() {
    let form = "application/x-www-form-urlencoded";
    for (body, kept) in [
        (
            "user=ann&password=Canary7Canary7&x",
            "user=ann&password=[redacted]&x",
        ),
        ("p%61ssword=Canary7Canary7", "p%61ssword=[redacted]"),
        ("user%5Bpwd%5D=Canary7", "user%5Bpwd%5D=[redacted]"),
        ("note=token%3DCanary7Canary7", "note=[redacted]"),
        ("key=Canary7Canary7&keys=2", "key=[redacted]&keys=2"),
    ] {
        assert_eq!(shown(form, body), kept);
    }
    let parts = "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nann\r\n\
                 --b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nCanary7Canary7\r\n\
                 --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nCanary7\r\n\
                 --b--\r\n";
    let kept = shown("multipart/form-data; boundary=b", parts);
    assert!(
        kept.contains("ann") && kept.contains("[a file, left out]"),
        "{kept}"
    );
    assert!(!kept.contains("Canary7"), "{kept}");
    assert!(shown("multipart/form-data", parts).starts_with("left out"));
}

#[test]
fn texts_lose_what_follows_a_secrets_name() {
    for (body, kept) in [
        (
            "<login type='x'><password hint=\"h\">Canary7</password><user>ann</user></login>",
            "<login type='x'><password hint=\"h\">[redacted]</password><user>ann</user></login>",
        ),
        (
            "password: Canary7\nuser: ann",
            "password: [redacted]\nuser: ann",
        ),
        (
            "Authorization: Bearer abc def\nX: y",
            "Authorization: [redacted]\nX: y",
        ),
        ("he sent bearer abcdefgh.", "he sent bearer [redacted]"),
        ("a pst_7q_Secret1, b", "a [redacted], b"),
        ("pst_7q_S pst_8r_T", "[redacted] [redacted]"),
        (
            "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln end",
            "jwt [redacted] end",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIE\nabc=\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----[redacted]-----END PRIVATE KEY-----",
        ),
        ("nothing at all = true", "nothing at all = true"),
        ("bell \u{7} here", "bell \u{fffd} here"),
    ] {
        assert_eq!(shown("text/plain", body), kept);
    }
    let events = "event: x\ndata: {\"password\":\"Canary7\",\"a\":1}\ndata: token=Canary7 b\n\n";
    let kept = shown("text/event-stream", events);
    assert!(
        !kept.contains("Canary7") && kept.contains("\"a\":1}"),
        "{kept}"
    );
}

#[test]
fn what_cannot_be_read_is_left_out() {
    for (media, body) in [
        ("application/octet-stream", "Canary7"),
        ("image/png", "Canary7"),
        ("application/json; charset=UTF-16LE", "Canary7"),
        ("text/plain", "a\0b"),
    ] {
        assert!(shown(media, body).starts_with("left out"), "{media}");
    }
    let mut fields = Fields::default();
    fields.push(b"Content-Type", b"application/json");
    fields.push(b"Content-Encoding", b"gzip");
    let mut redactor = Redactor::new(&Head::default(), None);
    let left_out = Body::LeftOut("it is compressed (gzip)".to_owned());
    assert_eq!(redactor.body(&fields, b"{}", false), left_out);
}

#[test]
fn a_service_names_more() {
    let service = service(Redact {
        headers: vec!["x-patient".into()],
        members: vec!["iban".into()],
        places: vec![
            vec!["items".into(), "*".into(), "price".into()],
            vec!["items".into(), "1".into()],
        ],
        fields: vec!["born".into()],
    });
    let redactor = Redactor::new(&Head::default(), Some(&service));
    for name in ["X-Patient", "X-Partner-Id", "Cookie", "X-My-Token"] {
        assert_eq!(
            redactor.header(name.as_bytes(), b"x", 10),
            REDACTED,
            "{name}"
        );
    }
    let body = r#"{"a":{"IBAN":"DE1"},"price":1,"items":[{"price":2,"n":3},{"x":4},{"price":5}]}"#;
    let kept = r#"{"a":{"IBAN":"[redacted]"},"price":1,"items":[{"price":"[redacted]","n":3},"[redacted]",{"price":"[redacted]"}]}"#;
    assert_eq!(
        body_of("application/json", body, Some(&service)),
        Body::Text(kept.to_owned())
    );
    let form = body_of(
        "application/x-www-form-urlencoded",
        "born=1970&partner=a&n=1",
        Some(&service),
    );
    let kept = "born=[redacted]&partner=[redacted]&n=1";
    assert_eq!(form, Body::Text(kept.to_owned()));
    // Of a text nobody knows what it is, so every rule holds.
    let text = body_of("text/plain", "price=7 born: 1970 n=1", Some(&service));
    let kept = "price=[redacted] born: [redacted] n=1";
    assert_eq!(text, Body::Text(kept.to_owned()));
}

#[test]
fn what_the_caller_sent_is_taken_out_of_what_it_got() {
    let mut head = Head::default();
    for (name, value) in [
        ("X-API-Key", "Canary7Canary7"),
        ("Authorization", "Basic YW5uOmh1bnRlcjIy"),
        ("Cookie", "a=cookie-canary; b=\"other-canary\""),
    ] {
        head.fields.push(name.as_bytes(), value.as_bytes());
    }
    let mut redactor = Redactor::new(&head, None);
    let mut fields = Fields::default();
    fields.push(b"content-type", b"text/html");
    let page = b"no Canary7Canary7, hunter22, cookie-canary or other-canary here, nor Canary7";
    let Body::Text(kept) = redactor.body(&fields, page, true) else {
        panic!("left out");
    };
    assert_eq!(
        kept,
        "no [redacted], [redacted], [redacted] or [redacted] here, nor "
    );
    let value = redactor.header(b"X-Note", b"got Canary7Canary7", 100);
    assert_eq!(value, "got [redacted]");
}

#[test]
fn headers_lose_queries_and_who_signs_in() {
    let redactor = Redactor::new(&Head::default(), None);
    for (value, kept) in [
        (
            "https://a.example/x?q=1#f",
            "https://a.example/x?[redacted]#f",
        ),
        (
            "https://ann:pw@a.example/x",
            "https://[redacted]@a.example/x",
        ),
        ("/x?q=1", "/x?[redacted]"),
        (
            "<https://a.example/?p=2>; rel=\"next\"",
            "<https://a.example/?[redacted]>; rel=\"next\"",
        ),
        ("what? no", "what? no"),
        ("a\u{1}b", "a\\x01b"),
        (
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890",
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ012345678…",
        ),
    ] {
        assert_eq!(redactor.header(b"X-A", value.as_bytes(), 45), kept);
    }
}

#[test]
fn the_fuzz_target_holds_for_what_was_tried() {
    for kind in 0..6_u8 {
        for body in [
            "",
            "{\"a\":\"Canary7Canary7\"}",
            "a=Canary7Canary7",
            "--b\r\n\r\nCanary7Canary7",
            "data: Canary7Canary7",
            "\u{fffd}\u{7f}Canary7Canary",
        ] {
            let mut data = vec![kind];
            data.extend_from_slice(body.as_bytes());
            assert_eq!(fuzz(&data), Ok(()));
        }
    }
}

#[test]
fn texts_that_are_made_to_be_slow_are_not() {
    let mut head = Head::default();
    for number in 0..40 {
        let value = format!("{}{number}", "a".repeat(1_000));
        head.fields.push(b"X-Auth-Token", value.as_bytes());
    }
    let bodies = [
        "a=".repeat(32 << 10),
        "a:".repeat(32 << 10),
        "<a>".to_owned() + &">".repeat(64 << 10),
        "a".to_owned() + &"eyJ".repeat(21 << 10),
        "a".repeat(64 << 10) + "b",
        "tokens=1=".repeat(7 << 10),
        "x".repeat(40) + &" ".repeat(60 << 10) + "=",
        format!("[{}\"\"]", "\"\\u0041aaaaa\",".repeat(4 << 10)),
        "[".repeat(64 << 10),
        "?://a@".repeat(10 << 10),
        "=\\\"".repeat(20 << 10),
    ];
    let begun = std::time::Instant::now();
    for body in &bodies {
        for media in [
            &b"text/plain"[..],
            b"application/json",
            b"text/event-stream",
        ] {
            let mut fields = Fields::default();
            fields.push(b"content-type", media);
            let mut redactor = Redactor::new(&head, None);
            redactor.body(&fields, body.as_bytes(), true);
            redactor.header(b"X-A", body.as_bytes(), 512);
        }
    }
    // Without optimization, on a busy machine; a quadratic way takes minutes.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
