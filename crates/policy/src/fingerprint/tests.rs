mod cases;

use super::*;
use cases::CASES;
use proptest::prelude::*;

fn fields(of: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in of {
        fields.push(name.as_bytes(), value.as_bytes());
    }
    fields
}

fn likeness(status: u16, of: &[(&str, &str)], body: &str) -> Likeness {
    recognise(Answer {
        status,
        fields: &fields(of),
        body: body.as_bytes(),
    })
}

#[test]
fn answers_are_recognised_by_what_issued_them() {
    for case in CASES {
        let found = likeness(case.status, case.fields, case.body);
        let first = found.hints.first();
        let seen = first.map(|hint| (hint.who, hint.kind));
        assert_eq!(seen, case.is, "{}: {found:?}", case.body);
        if let Some(hint) = first {
            assert!(!hint.next.is_empty());
            assert!(
                !hint.evidence.is_empty()
                    || case.status == 419
                    || hint.confidence < Confidence::High,
                "{hint:?}"
            );
        }
    }
}

#[test]
fn what_stands_on_the_path_is_not_what_issued_it() {
    let found = likeness(
        403,
        &[
            ("Server", "cloudflare"),
            ("CF-RAY", "8f-FRA"),
            ("Via", "1.1 varnish"),
        ],
        "CSRF verification failed. Request aborted.",
    );
    assert_eq!(found.hints[0].who, "Django");
    assert_eq!(found.on_the_path, ["Cloudflare", "Varnish"]);
    let found = likeness(403, &[("cf-ray", "8f-FRA"), ("server", "cloudflare")], "no");
    assert_eq!(found.hints, []);
    assert_eq!(found.on_the_path, ["Cloudflare"]);
    // Who issued it is not said to stand on the path besides.
    let found = likeness(
        403,
        &[("cf-ray", "8f-FRA"), ("server", "cloudflare")],
        "error code: 1020",
    );
    assert_eq!(found.hints[0].who, "Cloudflare");
    assert_eq!(
        found.hints[0].evidence,
        [
            "header `server` says `cloudflare`",
            "body says `error code: 1020`"
        ]
    );
    assert!(found.on_the_path.is_empty());
}

#[test]
fn the_table_is_written_as_it_has_to_be() {
    for sign in TABLES.iter().copied().flatten() {
        assert!(!sign.marks.is_empty(), "{}", sign.who);
        assert!(sign.next.ends_with('.'), "{}: {}", sign.who, sign.next);
        assert_eq!(sign.next.matches('`').count() % 2, 0, "{}", sign.next);
        for mark in sign.marks {
            if let Mark::Field(name, _) | Mark::NoField(name) = mark {
                assert_eq!(*name, name.to_ascii_lowercase());
            }
        }
    }
}

#[test]
fn every_sign_is_recognised_by_its_own_marks() {
    for sign in TABLES.iter().copied().flatten() {
        let (mut status, mut of, mut body) = (403, Vec::new(), String::new());
        for mark in sign.marks {
            match mark {
                Mark::Status(any) => status = any[0],
                Mark::Field(name, part) => of.push((*name, *part)),
                Mark::Body(text) | Mark::Exactly(text) => body.push_str(text),
                Mark::NoField(_) | Mark::Empty => {}
            }
        }
        let found = likeness(status, &of, &body);
        let surer = |hint: &Hint| hint.who == sign.who || hint.confidence >= sign.confidence;
        assert!(
            found.hints.iter().any(|hint| hint.who == sign.who) || found.hints.iter().all(surer),
            "{}: {found:?}",
            sign.who
        );
    }
}

proptest! {
    #[test]
    fn whatever_comes_little_is_said_and_none_of_it_is_the_answers(
        status in 400_u16..500,
        body in proptest::collection::vec(any::<u8>(), 0..2048),
        value in "[ -~]{0,60}",
    ) {
        let of = fields(&[("server", value.as_str()), ("www-authenticate", value.as_str())]);
        let found = recognise(Answer { status, fields: &of, body: &body });
        prop_assert!(found.hints.len() <= OTHERS + 1);
        prop_assert!(found.on_the_path.len() <= ON_THE_PATH);
        let secret = likeness(status, &[("www-authenticate", "Bearer realm=\"CANARY\"")], "CANARY CSRF");
        prop_assert!(!serde_json::to_string(&secret).unwrap().contains("CANARY"));
    }
}
