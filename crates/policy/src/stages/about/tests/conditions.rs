//! Conditions: each holds or says what was seen.

use super::*;

/// The kind of condition that does not hold, and what was seen.
fn unmet(require: Conditions, sent: &Sent) -> Option<(String, String)> {
    let denial = refused(&world(require), sent)?;
    assert_eq!(denial.code, Code::ConditionUnmet);
    assert_eq!(denial.policy.as_deref(), Some("some"));
    let text = |name| {
        denial
            .evidence(name)
            .map_or_else(String::new, Value::to_string)
    };
    Some((text("condition"), text("seen")))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it is compared with what may be none"
)]
fn some(condition: &str, seen: &str) -> Option<(String, String)> {
    Some((condition.to_owned(), seen.to_owned()))
}

fn values(name: &str, allowed: &[&str]) -> Vec<Values> {
    vec![Values {
        name: name.into(),
        allowed: allowed.iter().map(|one| (*one).into()).collect(),
    }]
}

#[test]
fn each_condition_holds_or_says_what_was_seen() {
    let none = Conditions::default;
    let methods = |methods: &[Method]| Conditions {
        methods: methods.to_vec(),
        ..none()
    };
    assert_eq!(unmet(methods(&[Method::Post]), &post()), None);
    assert_eq!(
        unmet(methods(&[Method::Get]), &post()),
        some("method", "POST")
    );
    let environments = |name: &str| Conditions {
        environments: vec![name.into()],
        ..none()
    };
    assert_eq!(unmet(environments("production"), &post()), None);
    assert_eq!(
        unmet(environments("staging"), &post()),
        some("environment", "production")
    );
    let header = |sent: &Sent| {
        let require = Conditions {
            headers: vec![HeaderValues {
                header: "x-reason".into(),
                allowed: vec!["audit*".into()],
            }],
            ..none()
        };
        unmet(require, sent)
    };
    let with = |fields: &[&'static str]| Sent {
        fields: fields.to_vec(),
        ..post()
    };
    assert_eq!(header(&with(&["X-Reason: audit 7"])), None);
    assert_eq!(header(&post()), some("header", "none"));
    let twice = with(&["X-Reason: audit 7", "X-Reason: canary"]);
    assert_eq!(header(&twice), some("header", "another value"));
    let lists = |at: usize| Conditions {
        lists: vec![at],
        ..none()
    };
    assert_eq!(unmet(lists(0), &post()), None);
    assert_eq!(unmet(lists(1), &post()), some("network", "198.51.100.7"));
    let countries = |code: &str| Conditions {
        countries: vec![Country::parse(code).unwrap()],
        ..none()
    };
    assert_eq!(unmet(countries("FR"), &post()), None);
    assert_eq!(unmet(countries("DE"), &post()), some("country", "FR"));
    let callers = |app: &str, group: &str, role: &str| Conditions {
        apps: vec![app.into()],
        groups: vec![group.into()],
        access_roles: vec![role.into()],
        ..none()
    };
    assert_eq!(
        unmet(callers("shop", "partners", "order-writer"), &post()),
        None
    );
    assert_eq!(
        unmet(callers("till", "partners", "order-writer"), &post()),
        some("app", "shop")
    );
    assert_eq!(
        unmet(callers("shop", "staff", "order-writer"), &post()),
        some("group", "")
    );
    assert_eq!(
        unmet(callers("shop", "partners", "order-reader"), &post()),
        some("access_role", "")
    );
}

#[test]
fn bodies_are_judged_by_what_is_said_of_them_and_by_what_they_are() {
    let none = Conditions::default;
    let sent = |body: &'static [u8], fields: &[&'static str]| Sent {
        body: Some(body),
        fields: fields.to_vec(),
        ..post()
    };
    let of = |most| Conditions {
        max_size: Some(most),
        media_types: vec!["application/*".into()],
        ..none()
    };
    let json = ["Content-Type: application/json", "Content-Length: 14"];
    let small = sent(b"{\"a\": \"canary\"}", &json);
    assert_eq!(unmet(of(14), &small), None);
    assert_eq!(unmet(of(13), &small), some("size", "14"));
    let text = sent(b"x", &["Content-Type: text/plain", "Content-Length: 1"]);
    assert_eq!(unmet(of(13), &text), some("media_type", "text/plain"));
    let unsaid = sent(b"x", &["Content-Type: application/json"]);
    assert_eq!(unmet(of(13), &unsaid).unwrap().0, "size");
    // No body has no type.
    assert_eq!(unmet(of(13), &post()), some("media_type", "none"));

    let currency = |allowed: &[&str]| Conditions {
        body: values("/price/currency", allowed),
        ..none()
    };
    let body = |body| sent(body, &[]);
    let euro = body(b"{\"price\": {\"currency\": \"EUR\"}}");
    assert_eq!(unmet(currency(&["EUR", "USD"]), &euro), None);
    assert_eq!(
        unmet(currency(&["USD"]), &euro),
        some("body", "another value")
    );
    let number = body(b"{\"price\": {\"currency\": 978}}");
    assert_eq!(unmet(currency(&["978"]), &number), None);
    for odd in [&b"{}"[..], b"[]", b"{\"price\": {\"currency\": [\"EUR\"]}}"] {
        assert_eq!(unmet(currency(&["EUR"]), &body(odd)), some("body", "none"));
    }
    assert_eq!(unmet(currency(&["EUR"]), &post()), some("body", "none"));
    // Two readers may read it differently.
    for odd in [
        &b"nonsense"[..],
        b"{\"price\": 1, \"price\": {\"currency\": \"EUR\"}}",
    ] {
        let (condition, seen) = unmet(currency(&["EUR"]), &body(odd)).unwrap();
        assert_eq!(condition, "body");
        assert!(seen.contains("no JSON"), "{seen}");
    }
}

#[test]
fn claims_are_those_of_the_token() {
    let department = |allowed: &str| Conditions {
        claims: values("department", &[allowed]),
        ..Conditions::default()
    };
    let said = |texts: &[&str]| Sent {
        token: Some(Token {
            claims: [Claim {
                name: "department".into(),
                texts: texts.iter().map(|text| Arc::from(*text)).collect(),
            }]
            .into(),
            ..token()
        }),
        ..post()
    };
    assert_eq!(unmet(department("sales"), &said(&["hr", "sales"])), None);
    assert_eq!(
        unmet(department("sales"), &said(&["canary"])),
        some("claim", "another value")
    );
    // A key says nothing.
    assert_eq!(unmet(department("sales"), &post()), some("claim", "none"));
    let denial = refused(&world(department("sales")), &post()).unwrap();
    let expected = denial
        .evidence
        .iter()
        .find(|one| one.name == "expected")
        .unwrap();
    assert_eq!(expected.audience, Audience::Publisher);
}

#[test]
fn who_comes_too_early_is_told_when_it_opens() {
    // NOW is 2026-11-20 09:12 UTC, a Friday.
    let require = |from, to| Conditions {
        hours: Some(Hours {
            between: Some((from, to)),
            days: [true, true, true, true, true, false, false],
            zone: "Europe/Berlin".into(),
        }),
        ..Conditions::default()
    };
    assert_eq!(unmet(require(8 * 60, 18 * 60), &post()), None);
    let denial = refused(&world(require(12 * 60, 18 * 60)), &post()).unwrap();
    assert_eq!(denial.evidence("seen"), Some(&"Friday, 10:32".into()));
    assert_eq!(denial.evidence("opens"), Some(&"Friday, 12:00".into()));
    assert_eq!(denial.retry, Retry::After(88 * 60));
    assert_eq!(
        denial.fix().unwrap(),
        "Send it again when it opens: Friday, 12:00."
    );
}

#[test]
fn a_rule_is_about_those_it_names_but_not_about_its_exceptions() {
    let only_lab = |when: Conditions, except: entity::Exceptions| ConditionsRule {
        when,
        except,
        require: Conditions {
            lists: vec![1],
            ..Conditions::default()
        },
    };
    let group = |name: &str| Conditions {
        groups: vec![name.into()],
        ..Conditions::default()
    };
    let nobody = entity::Exceptions::default;
    let refuses = |rule: ConditionsRule| refused(&world(rule), &post()).is_some();
    assert!(refuses(only_lab(group("partners"), nobody())));
    assert!(!refuses(only_lab(group("staff"), nobody())));
    let everything = Conditions::default;
    for except in [
        entity::Exceptions {
            apps: vec!["shop".into()],
            ..nobody()
        },
        entity::Exceptions {
            groups: vec!["partners".into()],
            ..nobody()
        },
        entity::Exceptions {
            access_roles: vec!["order-writer".into()],
            ..nobody()
        },
    ] {
        assert!(!refuses(only_lab(everything(), except)));
    }
    let other = entity::Exceptions {
        apps: vec!["till".into()],
        groups: vec!["staff".into()],
        access_roles: vec!["order-reader".into()],
    };
    assert!(refuses(only_lab(everything(), other)));
    // Nobody in particular is in no group.
    let mut world = world(only_lab(everything(), nobody()));
    world.configuration.policies[0].mode = Mode::Shadow { until: None };
    let (decision, walk) = decide_at(&world, &post(), Depth::FirstDenial);
    assert_eq!((decision, walk.shadow().len()), (Decision::Allow, 1));
}

#[test]
fn head_is_a_get_that_answers_less() {
    let world = world(ConditionsRule {
        when: Conditions {
            methods: vec![Method::Get],
            ..Conditions::default()
        },
        require: Conditions {
            lists: vec![1],
            ..Conditions::default()
        },
        ..ConditionsRule::default()
    });
    for (method, is_refused) in [("GET", true), ("HEAD", true), ("POST", false)] {
        let target = if method == "POST" {
            "/orders"
        } else {
            "/orders/17"
        };
        let sent = Sent {
            method,
            ..get(target)
        };
        assert_eq!(refused(&world, &sent).is_some(), is_refused, "{method}");
    }
}

#[test]
fn another_value_beside_the_one_that_is_meant_gets_nobody_past_a_rule() {
    let only_lab = |when: Conditions| {
        world(ConditionsRule {
            when,
            require: Conditions {
                lists: vec![1],
                ..Conditions::default()
            },
            ..ConditionsRule::default()
        })
    };
    let by_header = only_lab(Conditions {
        headers: vec![HeaderValues {
            header: "x-operation".into(),
            allowed: vec!["admin".into()],
        }],
        ..Conditions::default()
    });
    let by_type = only_lab(Conditions {
        media_types: vec!["application/xml".into()],
        ..Conditions::default()
    });
    let is_about = |world: &World, fields: &[&'static str]| {
        let sent = Sent {
            fields: fields.to_vec(),
            body: Some(b"x"),
            ..post()
        };
        refused(world, &sent).is_some()
    };
    let (admin, other) = ("X-Operation: admin", "X-Operation: x");
    assert!(is_about(&by_header, &[admin]));
    assert!(!is_about(&by_header, &[other]));
    assert!(is_about(&by_header, &[other, admin]));
    let (xml, json) = ("Content-Type: text/xml", "Content-Type: application/json");
    assert!(!is_about(&by_type, &[json]));
    assert!(is_about(&by_type, &["Content-Type: application/xml"]));
    assert!(is_about(&by_type, &[xml, json]));
}

#[test]
fn what_is_asked_again_is_noted_once() {
    let mut world = world(Conditions {
        apps: vec!["nobody".into()],
        ..Conditions::default()
    });
    world.configuration.policies[0].mode = Mode::Shadow { until: None };
    world.configuration.policies.push(Policy {
        name: "french".into(),
        ..policy(
            Rule::from(Conditions {
                countries: vec![Country::parse("FR").unwrap()],
                ..Conditions::default()
            })
            .0,
        )
    });
    let (decision, walk) = decide_at(&world, &post(), Depth::FirstDenial);
    assert_eq!((decision, walk.shadow().len()), (Decision::Allow, 1));
}

#[test]
fn a_body_that_cannot_be_read_is_one_that_a_rule_is_about() {
    let rule = || ConditionsRule {
        when: Conditions {
            body: values("/express", &["true"]),
            ..Conditions::default()
        },
        require: Conditions {
            lists: vec![1],
            ..Conditions::default()
        },
        ..ConditionsRule::default()
    };
    let sent = |body| Sent { body, ..post() };
    let refuses = |body| refused(&world(rule()), &sent(body)).is_some();
    assert!(refuses(Some(b"{\"express\": true}")));
    assert!(!refuses(Some(b"{\"express\": false}")));
    assert!(refuses(Some(b"{\"express\": false, \"express\": true}")));
    assert!(!refuses(None));
}

#[test]
fn every_condition_that_does_not_hold_is_told() {
    let require = Conditions {
        methods: vec![Method::Get],
        lists: vec![1],
        claims: values("department", &["sales"]),
        body: values("/a", &["1"]),
        ..Conditions::default()
    };
    let sent = Sent {
        body: Some(b"{}"),
        ..post()
    };
    let (_, walk) = decide_at(&world(require), &sent, Depth::Everything);
    let conditions = walk.denials().iter();
    let conditions = conditions.filter_map(|denial| denial.evidence("condition"));
    let conditions: Vec<String> = conditions.map(Value::to_string).collect();
    // Of the body the record knows nothing: nobody had read it.
    assert_eq!(conditions, ["method", "claim", "network"]);
}
