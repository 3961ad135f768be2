use crate::decision::{Decision, Depth, Step};
use crate::directory::Directory;
use crate::facts::Live;
use crate::head::Head;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::testing::{compile, configuration, connection, head, service};
use crate::walk::Walk;
use postern_model::denial::{Audience, Code, Fault};
use postern_model::entity::{
    CorsRule, Level, Method, Mode, OriginPattern, Policy, PolicyRule, StatusProfile, Visibility,
};
use std::time::Duration;

/// Milliseconds.
const NOW: i64 = 1_000_000;

fn rule() -> CorsRule {
    CorsRule {
        origins: vec![OriginPattern::Exact("https://app.example".into())],
        headers: vec!["x-api-key".into()],
        exposed_headers: vec!["x-total".into()],
        max_age: Duration::from_mins(5),
        ..CorsRule::default()
    }
}

fn policy(name: &str, level: Level, mode: Mode, rule: CorsRule) -> Policy {
    Policy {
        name: name.into(),
        level,
        mode,
        is_default: false,
        rule: PolicyRule::Cors(rule),
    }
}

fn on(service: &str) -> Level {
    Level::Service(service.into())
}

fn enforced(rule: CorsRule) -> Vec<Policy> {
    vec![policy("pages", on("shop"), Mode::Enforce, rule)]
}

/// One service `shop` with `GET POST /orders`, `DELETE /orders/{id}` and `OPTIONS /own`.
fn rules(policies: Vec<Policy>) -> Rules {
    changed(policies, |_| {})
}

fn changed(
    policies: Vec<Policy>,
    change: impl FnOnce(&mut postern_model::entity::Service),
) -> Rules {
    let operations = ["GET POST /orders", "DELETE /orders/{id}", "OPTIONS /own"];
    let mut service = service(&[], "", &operations);
    service.name = "shop".into();
    service.tenant = Some("commerce".into());
    change(&mut service);
    let mut configuration = configuration(vec![service]);
    configuration.policies = policies;
    compile(configuration)
}

fn decided(rules: &Rules, head: &Head, depth: Depth) -> (Walk, Decision) {
    let connection = connection("192.0.2.1");
    let facts = Live::new(head, &connection, NOW);
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    let mut walk = Walk::new(depth);
    match walk.step(&snapshot, &facts) {
        Step::Done(decision) => (walk, decision),
        need @ Step::Need(_) => panic!("{need:?}"),
    }
}

fn code(rules: &Rules, head: &Head) -> Option<Code> {
    match decided(rules, head, Depth::FirstDenial).1 {
        Decision::Refuse(denial) => Some(denial.code),
        Decision::Allow | Decision::Preflight => None,
        other => panic!("{other:?}"),
    }
}

fn preflight(path: &str, origin: &str, method: &str, headers: &[&str]) -> Head {
    let origin = format!("Origin: {origin}");
    let method = format!("Access-Control-Request-Method: {method}");
    let mut fields = vec!["Host: api.example", &origin, &method];
    fields.extend(headers);
    head("OPTIONS", path, &fields)
}

fn answer(rules: &Rules, head: &Head) -> Vec<String> {
    let (walk, decision) = decided(rules, head, Depth::FirstDenial);
    assert_eq!(decision, Decision::Preflight);
    let mut lines = Vec::new();
    let preflight = walk.preflight(rules, head, NOW).unwrap();
    preflight.fields(|name, value| {
        lines.push(format!("{name}: {}", String::from_utf8_lossy(value)));
    });
    lines
}

fn granted(rules: &Rules, head: &Head) -> Option<Vec<String>> {
    let (walk, _) = decided(rules, head, Depth::FirstDenial);
    let grant = rules.grant(walk.told_by()?, head, NOW)?;
    let mut lines = Vec::new();
    grant.fields(|name, value| {
        lines.push(format!("{name}: {}", String::from_utf8_lossy(value)));
    });
    Some(lines)
}

const APP: &str = "https://app.example";
const HEADERS: &str = "Access-Control-Request-Headers: X-API-Key, content-type";

#[test]
fn a_preflight_is_answered_and_meets_nothing_behind() {
    let mut open = rule();
    open.headers.push("content-type".into());
    let rules = changed(enforced(open), |service| {
        // Whoever had to prove who it is would be asked for a credential.
        service.authentication = Some(postern_model::entity::Authentication {
            kinds: vec![postern_model::entity::CredentialKind::ApiKey],
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
    });
    let asked = preflight("/orders", APP, "POST", &[HEADERS]);
    assert_eq!(
        answer(&rules, &asked),
        [
            "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            "access-control-allow-origin: https://app.example",
            "access-control-allow-methods: GET, POST",
            "access-control-allow-headers: X-API-Key, content-type",
            "access-control-max-age: 300",
        ]
    );
    let (walk, decision) = decided(&rules, &asked, Depth::Everything);
    assert_eq!(decision, Decision::Preflight);
    assert!(walk.unknown().is_empty(), "{:?}", walk.unknown());
    assert_eq!(walk.preflight_method(), Some(Method::Post));
    assert!(walk.allowed(&rules, &asked).is_none());
}

#[test]
fn whether_pages_on_public_networks_may_call_is_answered_where_a_policy_says_so() {
    let asks = "Access-Control-Request-Private-Network: true";
    let allows = "access-control-allow-private-network: true".to_owned();
    let depends = "vary: access-control-request-private-network".to_owned();
    let said = |private_network, fields: &[&str], origin| {
        let rules = rules(enforced(CorsRule {
            private_network,
            ..rule()
        }));
        let asked = preflight("/orders", origin, "POST", fields);
        let (_, decision) = decided(&rules, &asked, Depth::FirstDenial);
        if decision != Decision::Preflight {
            return None;
        }
        let lines = answer(&rules, &asked);
        Some((lines.contains(&allows), lines.contains(&depends)))
    };
    assert_eq!(said(true, &[asks], APP), Some((true, true)));
    assert_eq!(said(true, &[], APP), Some((false, true)));
    assert_eq!(said(false, &[asks], APP), Some((false, false)));
    assert_eq!(said(true, &[asks], "https://evil.example"), None);
}

#[test]
fn what_a_preflight_asks_for_in_vain_is_named() {
    let rules = rules(enforced(CorsRule {
        methods: vec![Method::Get],
        ..rule()
    }));
    let wanted = preflight("/orders", APP, "POST", &[HEADERS]);
    let (walk, _) = decided(&rules, &wanted, Depth::Everything);
    let codes: Vec<Code> = walk.denials().iter().map(|denial| denial.code).collect();
    assert_eq!(
        codes,
        [Code::CorsMethodNotAllowed, Code::CorsHeaderNotAllowed]
    );
    for denial in walk.denials() {
        assert_eq!(denial.fault, Fault::Publisher);
        assert_eq!(denial.policy.as_deref(), Some("pages"));
        let list = denial
            .evidence
            .iter()
            .find(|e| e.name == "allowed")
            .unwrap();
        assert_eq!(list.audience, Audience::Publisher);
    }
    let cases = [
        (preflight("/orders", APP, "GET", &[]), None),
        (preflight("/orders", APP, "HEAD", &[]), None),
        (
            preflight("/orders", "https://evil.example", "GET", &[]),
            Some(Code::OriginNotAllowed),
        ),
        (
            preflight("/orders", "null", "GET", &[]),
            Some(Code::OriginNotAllowed),
        ),
        (
            preflight("/orders", APP, "GET", &["Origin: https://app.example"]),
            Some(Code::OriginNotAllowed),
        ),
        // As the request that would follow is refused.
        (
            preflight("/orders", APP, "PUT", &[]),
            Some(Code::MethodNotAllowed),
        ),
        (
            preflight("/orders", APP, "BREW", &[]),
            Some(Code::MethodNotAllowed),
        ),
        (preflight("/nothing", APP, "GET", &[]), Some(Code::NotFound)),
        (
            preflight("/orders/7", APP, "DELETE", &[]),
            Some(Code::CorsMethodNotAllowed),
        ),
    ];
    for (head, expected) in cases {
        assert_eq!(code(&rules, &head), expected, "{head:?}");
    }
}

#[test]
fn an_options_that_is_no_preflight_goes_on_as_usual() {
    let rules = rules(enforced(rule()));
    let plain = head(
        "OPTIONS",
        "/own",
        &["Host: a", "Origin: https://app.example"],
    );
    assert!(matches!(
        decided(&rules, &plain, Depth::FirstDenial).1,
        Decision::Allow
    ));
    let plain = head("OPTIONS", "/orders", &["Host: a"]);
    assert_eq!(code(&rules, &plain), Some(Code::MethodNotAllowed));
    // Nobody has a say about other origins: the upstream answers its own preflights.
    let silent = self::rules(Vec::new());
    let asked = preflight("/own", APP, "GET", &[]);
    assert!(matches!(
        decided(&silent, &asked, Depth::FirstDenial).1,
        Decision::Allow
    ));
}

#[test]
fn requests_are_refused_only_where_the_policy_says_so() {
    let from = |origin: &str, more: &[&str]| {
        let origin = format!("Origin: {origin}");
        let mut fields = vec!["Host: api.example", &origin];
        fields.extend(more);
        head("POST", "/orders", &fields)
    };
    let lenient = rules(enforced(rule()));
    assert_eq!(
        code(&lenient, &from("https://evil.example", &["Cookie: a=b"])),
        None
    );
    let strict = rules(enforced(CorsRule {
        enforce_origin: true,
        ..rule()
    }));
    let cases = [
        (from(APP, &[]), None),
        (
            from("https://evil.example", &[]),
            Some(Code::OriginNotAllowed),
        ),
        (from("null", &[]), Some(Code::OriginNotAllowed)),
        (
            from(APP, &["Cookie: a=b"]),
            Some(Code::CorsCredentialsNotAllowed),
        ),
        // A page of the gateway's own host.
        (from("http://api.example", &["Cookie: a=b"]), None),
        (from("http://api.example:80", &[]), None),
        (
            from("https://api.example", &[]),
            Some(Code::OriginNotAllowed),
        ),
        (
            from("https://evil.example", &["Sec-Fetch-Site: same-origin"]),
            None,
        ),
        (
            from("https://evil.example", &["Sec-Fetch-Site: cross-site"]),
            Some(Code::OriginNotAllowed),
        ),
        // Nobody believes it of a stranger.
        (
            from("http://evil.example", &["X-Forwarded-Host: evil.example"]),
            Some(Code::OriginNotAllowed),
        ),
        (head("POST", "/orders", &["Host: api.example"]), None),
    ];
    for (head, expected) in cases {
        assert_eq!(code(&strict, &head), expected, "{head:?}");
    }
}

#[test]
fn browsers_are_told_of_allowed_origins_only() {
    let rules = rules(enforced(rule()));
    let from = |origin: &str| {
        let origin = format!("Origin: {origin}");
        head("GET", "/orders", &["Host: a", &origin])
    };
    let exposed = "access-control-expose-headers: X-Request-Id, Postern-Denial, Retry-After, \
                   RateLimit, RateLimit-Policy, WWW-Authenticate, DPoP-Nonce, x-total";
    let told = [
        "vary: Origin",
        "access-control-allow-origin: https://app.example",
        exposed,
    ];
    assert_eq!(granted(&rules, &from(APP)).unwrap(), told);
    for origin in ["https://evil.example", "null", ""] {
        assert_eq!(granted(&rules, &from(origin)).unwrap(), ["vary: Origin"]);
    }
    assert_eq!(
        granted(&rules, &head("GET", "/orders", &["Host: a"])).unwrap(),
        ["vary: Origin"]
    );
    // A page may read that the path has other methods.
    let other = head(
        "PUT",
        "/orders",
        &["Host: a", "Origin: https://app.example"],
    );
    assert_eq!(code(&rules, &other), Some(Code::MethodNotAllowed));
    assert_eq!(granted(&rules, &other).unwrap(), told);
    assert_eq!(
        granted(
            &rules,
            &head("GET", "/no", &["Host: a", "Origin: https://app.example"])
        ),
        None
    );

    let everybody = self::rules(enforced(CorsRule {
        origins: vec![OriginPattern::Any],
        methods: vec![Method::Get],
        ..rule()
    }));
    let told = granted(&everybody, &from("https://anybody.example")).unwrap();
    assert_eq!(told[1], "access-control-allow-origin: *");
    let post = head(
        "POST",
        "/orders",
        &["Host: a", "Origin: https://anybody.example"],
    );
    assert_eq!(granted(&everybody, &post).unwrap(), ["vary: Origin"]);

    let with_cookies = self::rules(enforced(CorsRule {
        credentials: true,
        ..rule()
    }));
    let told = granted(&with_cookies, &from(APP)).unwrap();
    assert_eq!(told[2], "access-control-allow-credentials: true");
}

#[test]
fn the_nearest_policy_that_is_enforced_holds() {
    let other = || CorsRule {
        origins: vec![OriginPattern::Exact("https://other.example".into())],
        ..rule()
    };
    let off = |until| Mode::Off { until };
    let asked = || preflight("/orders", APP, "GET", &[]);
    let near = |mode| {
        rules(vec![
            policy("near", on("shop"), mode, other()),
            policy("wide", Level::Platform, Mode::Enforce, rule()),
        ])
    };
    assert_eq!(
        code(&near(Mode::Enforce), &asked()),
        Some(Code::OriginNotAllowed)
    );
    assert_eq!(code(&near(off(None)), &asked()), None);
    assert_eq!(
        code(&near(off(Some(1))), &asked()),
        Some(Code::OriginNotAllowed),
        "it is over"
    );
    let shadow = near(Mode::Shadow { until: None });
    let (walk, decision) = decided(&shadow, &asked(), Depth::FirstDenial);
    assert_eq!(decision, Decision::Preflight);
    let noted: Vec<Code> = walk.shadow().iter().map(|denial| denial.code).collect();
    assert_eq!(noted, [Code::OriginNotAllowed]);
    // One that only watches answers nothing.
    let alone = rules(vec![policy(
        "near",
        on("shop"),
        Mode::Shadow { until: None },
        rule(),
    )]);
    assert_eq!(code(&alone, &asked()), Some(Code::MethodNotAllowed));
    let own = preflight("/own", "https://evil.example", "OPTIONS", &[]);
    let (walk, decision) = decided(&alone, &own, Depth::FirstDenial);
    assert!(matches!(decision, Decision::Allow));
    assert_eq!(walk.shadow().len(), 1);
    assert_eq!(granted(&alone, &own), None);
}

#[test]
fn a_service_that_conceals_itself_answers_by_its_own_policy_only() {
    type Change = fn(&mut postern_model::entity::Service);
    let conceal: [Change; 2] = [
        |service| service.status_profile = StatusProfile::Conceal,
        |service| {
            service.visibility = Visibility::Private {
                shared_with: vec![],
            }
        },
    ];
    let asked = preflight("/orders", APP, "GET", &[]);
    for change in conceal {
        for wide in [Level::Platform, Level::Tenant("commerce".into())] {
            let rules = changed(vec![policy("wide", wide, Mode::Enforce, rule())], change);
            assert_eq!(code(&rules, &asked), Some(Code::MethodNotAllowed));
            let get = head(
                "GET",
                "/orders",
                &["Host: a", "Origin: https://app.example"],
            );
            assert_eq!(granted(&rules, &get), None);
        }
        let rules = changed(enforced(rule()), change);
        assert_eq!(code(&rules, &asked), None);
    }
}

#[test]
fn a_forwarded_host_counts_where_the_proxy_is_trusted() {
    let fields = [
        "Host: inside:8080",
        "Origin: https://api.example",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: api.example",
    ];
    let request = |more: &[&str]| {
        let mut all = fields.to_vec();
        all.extend(more);
        head("POST", "/orders", &all)
    };
    let mut configuration = (**rules(enforced(CorsRule {
        enforce_origin: true,
        ..rule()
    }))
    .configuration())
    .clone();
    configuration.client.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()];
    let rules = compile(configuration);
    assert_eq!(code(&rules, &request(&[])), None);
    let twice = request(&["X-Forwarded-Host: api.example"]);
    assert_eq!(
        code(&rules, &twice),
        Some(Code::OriginNotAllowed),
        "which is it?"
    );
}
