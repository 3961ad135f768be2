//! What is asked of headers and bodies.

use super::*;

#[test]
fn heads_that_miss_something_and_their_look_alikes() {
    let rule = HeadersRule {
        methods: vec![Method::Post],
        required: vec!["x-tenant".into(), "accept".into()],
        values: vec![HeaderValues {
            header: "x-mode".into(),
            allowed: vec!["fast".into(), "slow-*".into()],
        }],
        content_types: vec!["application/json".into(), "text/*".into()],
        sniff: false,
        length_required: true,
    };
    let rules = rules(vec![policy(
        "h",
        Level::Platform,
        PolicyRule::Headers(rule),
    )]);
    let fine = [
        "X-Tenant: a",
        "Accept: */*",
        "Content-Length: 2",
        "Content-Type: Application/JSON; charset=utf-8",
    ];
    let without = |name: &str| -> Vec<&str> {
        fine.iter()
            .copied()
            .filter(|f| !f.starts_with(name))
            .collect()
    };
    let with = |more: &'static str, instead: &str| {
        let mut fields = without(instead);
        fields.push(more);
        fields
    };
    let cases: [(Vec<&str>, Option<&str>); 9] = [
        (fine.to_vec(), None),
        (without("X-Tenant"), Some("headers.required_missing")),
        (without("Accept"), Some("headers.required_missing")),
        (without("Content-Length"), Some("headers.length_required")),
        (
            without("Content-Type"),
            Some("headers.content_type_missing"),
        ),
        (with("Content-Type: text/plain", "Content-Type"), None),
        (
            with("Content-Type: image/png", "Content-Type"),
            Some("headers.content_type_unsupported"),
        ),
        (with("X-Mode: slow-7", "-"), None),
        (with("X-Mode: FAST", "-"), Some("headers.value_not_allowed")),
    ];
    for (fields, expected) in cases {
        assert_eq!(
            code(refusal(&rules, &post(&fields), "192.0.2.1")),
            expected,
            "{fields:?}"
        );
    }
    assert_eq!(code(get("192.0.2.1", &rules)), None, "another method");
}

#[test]
fn a_body_has_to_look_like_what_it_says() {
    let rule = HeadersRule {
        sniff: true,
        ..HeadersRule::default()
    };
    let rules = rules(vec![policy(
        "h",
        Level::Platform,
        PolicyRule::Headers(rule),
    )]);
    let cases: [(&str, &[u8], bool); 12] = [
        ("application/json", b" {\"a\":1}", true),
        ("application/json", b"<a/>", false),
        ("application/vnd.api+json", b"[1]", true),
        ("application/json", b"a=b", false),
        ("application/xml", b"<?xml version='1.0'?>", true),
        ("text/xml", b"{}", false),
        ("application/x-www-form-urlencoded", b"a=b", true),
        ("application/x-www-form-urlencoded", b"{\"a\":1}", false),
        ("image/png", b"\x89PNG\r\n\x1a\n0000", true),
        ("image/png", b"GIF89a", false),
        ("text/plain", b"\x7fELF\x02", false),
        ("application/octet-stream", b"\x7fELF\x02", true),
    ];
    let connection = connection("192.0.2.1");
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    for (said, start, fits) in cases {
        let head = post(&[&format!("Content-Type: {said}"), "Content-Length: 9"]);
        let facts = Live::new(&head, &connection, NOW);
        let mut walk = Walk::new(Depth::FirstDenial);
        let step = walk.step(&snapshot, &facts);
        assert_eq!(
            step,
            Step::Need(crate::FactRequest::BodyStart { bytes: SNIFFED })
        );
        facts.provide_body_start(start.to_vec());
        let step = walk.step(&snapshot, &facts);
        assert_eq!(
            matches!(step, Step::Done(Decision::Allow)),
            fits,
            "{said} {start:?}"
        );
    }
}

#[test]
fn the_least_body_limit_holds() {
    let at_most =
        |name, level, max_size| policy(name, level, PolicyRule::Body(BodyRule { max_size }));
    let rules = rules(vec![
        at_most("a", Level::Platform, 1000),
        at_most("b", Level::Service("orders".into()), 100),
    ]);
    let sized = |length: u64| post(&[&format!("Content-Length: {length}")]);
    assert_eq!(code(refusal(&rules, &sized(100), "192.0.2.1")), None);
    let denial = refusal(&rules, &sized(101), "192.0.2.1").unwrap();
    assert_eq!(
        (denial.code, denial.policy.as_deref()),
        (Code::BodyTooLarge, Some("b"))
    );
    let request = post(&["Transfer-Encoding: chunked"]);
    let (walked, _) = walk(&rules, &request, "192.0.2.1", Depth::FirstDenial);
    let allowed = walked.allowed(&rules, &request).unwrap();
    assert_eq!(allowed.body_limit, Some(100));
}

#[test]
fn a_limit_in_shadow_mode_cuts_off_no_body() {
    let mut small = policy(
        "a",
        Level::Platform,
        PolicyRule::Body(BodyRule { max_size: 9 }),
    );
    small.mode = Mode::Shadow { until: None };
    let rules = rules(vec![small]);
    let request = post(&["Transfer-Encoding: chunked"]);
    let (walked, _) = walk(&rules, &request, "192.0.2.1", Depth::FirstDenial);
    let allowed = walked.allowed(&rules, &request).unwrap();
    assert_eq!(allowed.body_limit, None);
}
