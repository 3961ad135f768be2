use crate::csrf::{FORM, TokenVerdict};
use crate::decision::{Decision, Depth, FactRequest, Step};
use crate::directory::Directory;
use crate::facts::{CredentialVerdict, Live, LocatedCountry};
use crate::head::Head;
use crate::recorded::Recorded;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::testing::{compile, configuration, connection, head, service};
use crate::walk::Walk;
use postern_model::denial::{Code, Value};
use postern_model::entity::{
    AddressList, Authentication, Configuration, Country, CredentialKind, CsrfRule, CsrfToken,
    Level, ListEntry, Mode, NetworkRule, OriginPattern, Policy, PolicyRule,
};

fn policy(name: &str, mode: Mode, rule: PolicyRule) -> Policy {
    Policy {
        name: name.into(),
        level: Level::Platform,
        mode,
        is_default: false,
        rule,
    }
}

fn trusting() -> CsrfRule {
    CsrfRule {
        trusted_origins: vec![OriginPattern::Exact("https://tools.example".into())],
        ..CsrfRule::default()
    }
}

/// `GET POST /config`, for everybody in the office.
fn configured(rule: CsrfRule, mode: Mode) -> Configuration {
    let mut configuration = configuration(vec![service(&[], "", &["GET POST /config"])]);
    let everybody = ListEntry {
        range: "192.0.2.0/24".parse().unwrap(),
        comment: None,
        added_at: None,
        expires_at: None,
    };
    configuration.lists = vec![AddressList {
        name: "office".into(),
        tenant: None,
        source: None,
        expires_at: None,
        entries: vec![everybody],
    }];
    let office = NetworkRule {
        allow: vec![0],
        ..NetworkRule::default()
    };
    configuration.policies = vec![
        policy("office-only", Mode::Enforce, PolicyRule::Network(office)),
        policy("own-pages", mode, PolicyRule::Csrf(rule)),
    ];
    configuration
}

fn rules(rule: CsrfRule) -> Rules {
    compile(configured(rule, Mode::Enforce))
}

fn walked(rules: &Rules, head: &Head, verdict: Option<CredentialVerdict>) -> (Walk, Decision) {
    let connection = connection("192.0.2.7");
    let facts = Live::new(head, &connection, 1_000);
    facts.provide_country(LocatedCountry {
        address: "192.0.2.7".parse().unwrap(),
        country: None,
        built: 0,
    });
    if let Some(verdict) = verdict {
        facts.provide_credential(verdict);
    }
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    let mut walk = Walk::new(Depth::FirstDenial);
    match walk.step(&snapshot, &facts) {
        Step::Done(decision) => (walk, decision),
        need @ Step::Need(_) => panic!("{need:?}"),
    }
}

fn code(rules: &Rules, head: &Head) -> Option<Code> {
    match walked(rules, head, None).1 {
        Decision::Refuse(denial) => Some(denial.code),
        Decision::Allow => None,
        other => panic!("{other:?}"),
    }
}

fn post(fields: &[&str]) -> Head {
    let mut all = vec!["Host: api.example:8080"];
    all.extend(fields);
    head("POST", "/config", &all)
}

#[test]
fn a_page_of_another_site_changes_nothing() {
    let rules = rules(trusting());
    let own = "Origin: https://api.example:8080";
    let evil = "Origin: https://evil.example";
    let cases = [
        // Browsers that say how the page stands to the host.
        (post(&["Sec-Fetch-Site: same-origin", own]), None),
        (post(&["Sec-Fetch-Site: none"]), None),
        (
            post(&["Sec-Fetch-Site: cross-site", evil]),
            Some(Code::CsrfCrossSite),
        ),
        (
            post(&["Sec-Fetch-Site: same-site", evil]),
            Some(Code::CsrfCrossSite),
        ),
        (
            post(&["Sec-Fetch-Site: cross-site"]),
            Some(Code::CsrfCrossSite),
        ),
        (
            post(&["Sec-Fetch-Site: anything"]),
            Some(Code::CsrfCrossSite),
        ),
        (
            post(&[
                "Sec-Fetch-Site: cross-site",
                "Origin: https://tools.example",
            ]),
            None,
        ),
        (
            post(&["Sec-Fetch-Site: cross-site", "Origin: null"]),
            Some(Code::CsrfCrossSite),
        ),
        // Older ones.
        (post(&[own]), None),
        (post(&["Origin: http://api.example:8080"]), None),
        (post(&[evil]), Some(Code::CsrfOriginMismatch)),
        (
            post(&["Origin: https://api.example"]),
            Some(Code::CsrfOriginMismatch),
        ),
        (
            post(&["Origin: https://api.example:8080@evil.example"]),
            Some(Code::CsrfOriginMismatch),
        ),
        (post(&["Origin: null"]), Some(Code::CsrfOriginMismatch)),
        (post(&["Origin: "]), Some(Code::CsrfOriginMismatch)),
        (post(&[own, own]), Some(Code::CsrfOriginMismatch)),
        (post(&["Origin: https://tools.example"]), None),
        // Programs.
        (post(&[]), None),
        // Nobody believes it of a stranger.
        (
            post(&[evil, "X-Forwarded-Host: evil.example"]),
            Some(Code::CsrfOriginMismatch),
        ),
        (
            head("GET", "/config", &["Host: a", "Sec-Fetch-Site: cross-site"]),
            None,
        ),
    ];
    for (head, expected) in cases {
        assert_eq!(code(&rules, &head), expected, "{head:?}");
    }
}

#[test]
fn what_was_seen_is_named() {
    let rules = rules(trusting());
    let request = post(&["Sec-Fetch-Site: cross-site", "Origin: https://evil.example"]);
    let Decision::Refuse(denial) = walked(&rules, &request, None).1 else {
        panic!("it is refused");
    };
    let told = |name| denial.evidence(name).and_then(Value::as_text);
    assert_eq!(told("header"), Some("Sec-Fetch-Site: cross-site"));
    assert_eq!(told("origin"), Some("https://evil.example"));
    assert_eq!(told("host"), Some("api.example"));
    assert_eq!(denial.policy.as_deref(), Some("own-pages"));
}

#[test]
fn a_page_names_itself_where_that_is_asked() {
    let rules = rules(CsrfRule {
        referer_required: true,
        referers: vec!["tools.example".into(), "*.example.org".into()],
        ..trusting()
    });
    let cases = [
        ("Referer: https://api.example:8080/form?a=b", true),
        ("Referer: https://api.example/form", false),
        ("Referer: https://tools.example/x", true),
        ("Referer: https://a.example.org/", true),
        ("Referer: https://example.org/", false),
        ("Referer: https://tools.example@evil.example/", false),
        (
            "Referer: https://evil.example/https://tools.example/",
            false,
        ),
        ("Referer: ", false),
        ("X-Other: a", false),
    ];
    for (field, passes) in cases {
        let expected = (!passes).then_some(Code::CsrfRefererNotAllowed);
        assert_eq!(code(&rules, &post(&[field])), expected, "{field}");
    }
    let twice = post(&[
        "Referer: https://tools.example/",
        "Referer: https://tools.example/",
    ]);
    assert_eq!(code(&rules, &twice), Some(Code::CsrfRefererNotAllowed));
}

#[test]
fn it_is_asked_only_of_what_browsers_send_on_their_own() {
    let evil = post(&["Sec-Fetch-Site: cross-site"]);
    // Everybody may call from everywhere: a page gains nothing by the browser that it runs in.
    let mut open = configured(trusting(), Mode::Enforce);
    open.policies.remove(0);
    assert_eq!(code(&compile(open), &evil), None);
    // A policy that only watches lets everybody in.
    let mut watched = configured(trusting(), Mode::Enforce);
    watched.policies[0].mode = Mode::Shadow { until: None };
    assert_eq!(code(&compile(watched), &evil), None);
    // Being in a country lets in as being on a list does.
    let mut market = configured(trusting(), Mode::Enforce);
    market.policies[0].rule = PolicyRule::Network(NetworkRule {
        allow_countries: vec![Country::UNKNOWN],
        ..NetworkRule::default()
    });
    assert_eq!(code(&compile(market), &evil), Some(Code::CsrfCrossSite));
    // Where keys are asked for, but nobody has to have one.
    let mut anonymous = configured(trusting(), Mode::Enforce);
    anonymous.services[0].authentication = Some(Authentication {
        kinds: vec![CredentialKind::ApiKey],
        headers: vec!["x-api-key".into()],
        query: vec![],
        issuers: vec![],
        opaque: None,
        session: None,
        signature: None,
        hmac: None,
        dpop: None,
        resource_metadata: None,
        forward_credential: false,
        subscription: false,
    });
    anonymous.services[0].versions[0].operations[0].anonymous = true;
    let rules = compile(anonymous);
    let (_, decision) = walked(&rules, &evil, Some(CredentialVerdict::Missing));
    assert!(matches!(decision, Decision::Refuse(denial) if denial.code == Code::CsrfCrossSite));
}

#[test]
fn in_shadow_mode_it_is_noted() {
    let rules = compile(configured(trusting(), Mode::Shadow { until: None }));
    let (walk, decision) = walked(&rules, &post(&["Sec-Fetch-Site: cross-site"]), None);
    assert!(matches!(decision, Decision::Allow));
    let noted: Vec<Code> = walk.shadow().iter().map(|denial| denial.code).collect();
    assert_eq!(noted, [Code::CsrfCrossSite]);
}

#[test]
fn behind_a_trusted_proxy_its_host_is_ours() {
    let mut configuration = configured(trusting(), Mode::Enforce);
    configuration.client.trusted_proxies = vec!["192.0.2.7/32".parse().unwrap()];
    let rules = compile(configuration);
    let forwarded = |origin: &str| {
        post(&[
            origin,
            "X-Forwarded-Host: www.example",
            "X-Forwarded-For: 192.0.2.9",
        ])
    };
    assert_eq!(
        code(&rules, &forwarded("Origin: https://www.example")),
        None
    );
    let other = forwarded("Origin: https://evil.example");
    assert_eq!(code(&rules, &other), Some(Code::CsrfOriginMismatch));
}

#[test]
fn a_token_is_asked_for_of_pages_that_are_not_trusted() {
    let token = CsrfToken {
        cookie: "c".into(),
        header: "x-t".into(),
        field: None,
        valid: std::time::Duration::from_mins(1),
    };
    let rules = rules(CsrfRule {
        token: Some(token.clone()),
        ..trusting()
    });
    let connection = connection("192.0.2.7");
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let own = post(&["Sec-Fetch-Site: same-origin"]);
    for (verdict, expected) in [
        (TokenVerdict::Good, None),
        (TokenVerdict::NoHeader, Some(Code::CsrfTokenMissing)),
        (TokenVerdict::NoCookie, Some(Code::CsrfTokenMissing)),
        (TokenVerdict::Different, Some(Code::CsrfTokenInvalid)),
        (TokenVerdict::Foreign, Some(Code::CsrfTokenInvalid)),
        (
            TokenVerdict::Expired { until: 5 },
            Some(Code::CsrfTokenExpired),
        ),
    ] {
        let mut facts = Live::new(&own, &connection, 10_000);
        let mut walk = Walk::new(Depth::FirstDenial);
        let step = walk.step(&snapshot, &facts);
        assert_eq!(step, Step::Need(FactRequest::CsrfToken { policy: 1 }));
        facts.provide_token(rules.csrf_token(1).unwrap(), verdict);
        let Step::Done(decision) = walk.step(&snapshot, &facts) else {
            panic!("it is decided");
        };
        let found = match decision {
            Decision::Refuse(denial) => Some(denial.code),
            _ => None,
        };
        assert_eq!(found, expected, "{verdict:?}");
        // A record tells the same, and nothing of another token.
        let recorded = Recorded::of(&facts, &walk, &snapshot);
        let mut again = Walk::new(Depth::FirstDenial);
        let again = again.step(&snapshot, &recorded);
        let expected = match expected {
            Some(code) => {
                matches!(again, Step::Done(Decision::Refuse(denial)) if denial.code == code)
            }
            None => again == Step::Done(Decision::Allow),
        };
        assert!(expected, "{verdict:?}");
        let longer = self::rules(CsrfRule {
            token: Some(CsrfToken {
                valid: std::time::Duration::from_secs(90),
                ..token.clone()
            }),
            ..trusting()
        });
        let snapshot = Snapshot {
            rules: &longer,
            directory: &directory,
        };
        let mut walk = Walk::new(Depth::FirstDenial);
        let step = walk.step(&snapshot, &recorded);
        assert!(
            matches!(step, Step::Done(Decision::CannotTell(what)) if what.what == "csrf_token")
        );
    }
    let trusted = post(&[
        "Sec-Fetch-Site: cross-site",
        "Origin: https://tools.example",
    ]);
    assert_eq!(code(&rules, &trusted), None);
}

#[test]
fn a_form_without_the_header_is_looked_into_last() {
    let rules = rules(CsrfRule {
        token: Some(CsrfToken {
            cookie: "c".into(),
            header: "x-t".into(),
            field: Some("t".into()),
            valid: std::time::Duration::from_mins(1),
        }),
        ..CsrfRule::default()
    });
    let connection = connection("192.0.2.7");
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let sent = |kind: &str, has_body| {
        let kind = format!("Content-Type: {kind}");
        let mut head = post(&["Sec-Fetch-Site: same-origin", &kind]);
        head.has_body = has_body;
        head
    };
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    // What is no form has to have it in the header.
    for head in [sent("application/json", true), sent(form, false)] {
        let mut facts = Live::new(&head, &connection, 10_000);
        facts.provide_token(rules.csrf_token(1).unwrap(), TokenVerdict::NoHeader);
        let step = Walk::new(Depth::FirstDenial).step(&snapshot, &facts);
        let Step::Done(Decision::Refuse(denial)) = step else {
            panic!("{step:?}");
        };
        assert_eq!(denial.code, Code::CsrfTokenMissing);
        assert_eq!(
            denial.evidence("missing").and_then(Value::as_text),
            Some("header")
        );
    }
    let head = sent(form, true);
    for (verdict, expected) in [
        (TokenVerdict::Good, None),
        (TokenVerdict::NoField, Some(Code::CsrfTokenMissing)),
        (TokenVerdict::NoCookie, Some(Code::CsrfTokenMissing)),
        (TokenVerdict::Different, Some(Code::CsrfTokenInvalid)),
    ] {
        let token = rules.csrf_token(1).unwrap();
        let mut facts = Live::new(&head, &connection, 10_000);
        facts.provide_token(token, TokenVerdict::NoHeader);
        let mut walk = Walk::new(Depth::FirstDenial);
        let step = walk.step(&snapshot, &facts);
        assert_eq!(step, Step::Need(FactRequest::BodyStart { bytes: FORM }));
        facts.provide_body_start(b"t=1".to_vec());
        let step = walk.step(&snapshot, &facts);
        assert_eq!(step, Step::Need(FactRequest::CsrfField { policy: 1 }));
        facts.provide_field_token(token, verdict);
        let found = match walk.step(&snapshot, &facts) {
            Step::Done(Decision::Refuse(denial)) => Some(denial.code),
            other => {
                assert_eq!(other, Step::Done(Decision::Allow));
                None
            }
        };
        assert_eq!(found, expected, "{verdict:?}");
        let recorded = Recorded::of(&facts, &walk, &snapshot);
        let again = Walk::new(Depth::FirstDenial).step(&snapshot, &recorded);
        let found = match again {
            Step::Done(Decision::Refuse(denial)) => Some(denial.code),
            other => {
                assert_eq!(other, Step::Done(Decision::Allow));
                None
            }
        };
        assert_eq!(found, expected, "{verdict:?}, recorded");
    }
}

#[test]
fn a_websocket_is_opened_by_pages_too_and_brings_no_token() {
    let token = CsrfToken {
        cookie: "c".into(),
        header: "x-t".into(),
        field: None,
        valid: std::time::Duration::from_mins(1),
    };
    let rule = CsrfRule {
        token: Some(token),
        ..trusting()
    };
    let mut configuration = configured(rule, Mode::Enforce);
    configuration.services[0].versions[0].operations[0].websocket = true;
    let rules = compile(configuration);
    let opened = |origin: &str| {
        let fields = [
            "Host: api.example:8080",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            origin,
        ];
        code(&rules, &head("GET", "/config", &fields))
    };
    assert_eq!(
        opened("Origin: https://evil.example"),
        Some(Code::CsrfOriginMismatch)
    );
    assert_eq!(
        opened("Sec-Fetch-Site: cross-site"),
        Some(Code::CsrfCrossSite)
    );
    assert_eq!(opened("Origin: https://api.example:8080"), None);
    assert_eq!(opened("Origin: https://tools.example"), None);
    // What is no browser says nothing of pages.
    assert_eq!(opened("Accept: */*"), None);
}
