use super::*;
use crate::decision::{Decision, FactRequest, Step};
use crate::facts::{Body, CredentialVerdict, EdgeReading, Live, LocatedCountry};
use crate::recorded::Recorded;
use crate::testing::callers::{NOW, World, verifier};
use crate::testing::connection;
use crate::walk::Walk;
use postern_model::denial::{Audience, Code, Retry, Value};
use postern_model::entity::{
    self, AddressList, ClaimNames, ClientId, Conditions, ConditionsRule, Country, CredentialKind,
    HeaderValues, Hours, Issuer, IssuerKeys, Level, ListEntry, Method, Mode, Owner, OwnershipRule,
    Policy, PolicyRule, Proof, Resource, StepUpRule, Values,
};
use postern_proof::{Claim, Token};
use std::sync::Arc;
use std::time::Duration;

/// A request, and what is found of it.
#[derive(Default)]
struct Sent {
    method: &'static str,
    target: &'static str,
    fields: Vec<&'static str>,
    body: Option<&'static [u8]>,
    token: Option<Token>,
    at: i64,
}

fn post() -> Sent {
    Sent {
        method: "POST",
        target: "/orders",
        at: NOW,
        ..Sent::default()
    }
}

fn get(target: &'static str) -> Sent {
    Sent {
        method: "GET",
        target,
        ..post()
    }
}

/// A world in which the app is in the group `partners` and a token of `corp` is the app's, too.
fn world(rule: impl Into<Rule>) -> World {
    let mut world = World::new();
    world.require_role();
    world.join(None, "order-writer");
    let list = |name: &str, range: &str| AddressList {
        name: name.into(),
        tenant: None,
        source: None,
        expires_at: None,
        entries: vec![ListEntry {
            range: range.parse().unwrap(),
            comment: None,
            added_at: None,
            expires_at: None,
        }],
    };
    let configuration = &mut world.configuration;
    configuration.lists = vec![
        list("office", "198.51.100.0/24"),
        list("lab", "192.0.2.0/24"),
    ];
    configuration.issuers = vec![Issuer {
        name: "corp".into(),
        tenant: None,
        iss: "https://login.example.com".into(),
        keys: IssuerKeys::File(std::path::Path::new("keys.json").into()),
        introspection: None,
        algorithms: vec![],
        audiences: vec!["orders".into()],
        leeway: Duration::from_secs(30),
        claims: ClaimNames::default(),
    }];
    let service = &mut configuration.services[0];
    service.versions[0].operations[0].path = "/orders/{customer}".into();
    let accepted = service.authentication.as_mut().unwrap();
    accepted.kinds = vec![CredentialKind::ApiKey, CredentialKind::Jwt];
    accepted.issuers = vec![0];
    configuration.policies = vec![policy(rule.into().0)];
    let mut client = world.credential().clone();
    client.id = "cl_1".into();
    client.proof = Proof::Client(Box::new(ClientId {
        issuer: "corp".into(),
        id: "till".into(),
    }));
    world.accounts.credentials.push(client);
    world
}

struct Rule(PolicyRule);

impl From<Conditions> for Rule {
    fn from(require: Conditions) -> Self {
        ConditionsRule {
            require,
            ..ConditionsRule::default()
        }
        .into()
    }
}

impl From<ConditionsRule> for Rule {
    fn from(rule: ConditionsRule) -> Self {
        Self(PolicyRule::Conditions(Box::new(rule)))
    }
}

impl From<OwnershipRule> for Rule {
    fn from(rule: OwnershipRule) -> Self {
        Self(PolicyRule::Ownership(Box::new(rule)))
    }
}

impl From<StepUpRule> for Rule {
    fn from(rule: StepUpRule) -> Self {
        Self(PolicyRule::StepUp(Box::new(rule)))
    }
}

fn policy(rule: PolicyRule) -> Policy {
    Policy {
        name: "some".into(),
        level: Level::Service("orders".into()),
        mode: Mode::Enforce,
        is_default: false,
        rule,
    }
}

fn token() -> Token {
    Token {
        client: Some("till".into()),
        audience: ["orders".into()].into(),
        expires_at: Some(NOW * 2),
        user: Some("lin".into()),
        scopes: Some(["orders:read".into(), "orders:write".into()].into()),
        ..crate::testing::token()
    }
}

/// Decides, and once more from the record: the same, or it cannot be told.
fn decide_at(world: &World, sent: &Sent, depth: Depth) -> (Decision, Walk) {
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let key = sent.token.is_none();
    let mut head = if key {
        world.request(sent.method, sent.target, &sent.fields)
    } else {
        let mut fields = vec!["Host: api.example.com"];
        fields.extend(&sent.fields);
        crate::testing::head(sent.method, sent.target, &fields)
    };
    head.has_body = sent.body.is_some();
    let peer = connection("198.51.100.7");
    let mut live = Live::new(&head, &peer, sent.at * 1000);
    if let Some(token) = &sent.token {
        live.provide_credential(CredentialVerdict::Token(Arc::new(token.clone())));
    }
    let mut walk = Walk::new(Depth::FirstDenial);
    let decision = loop {
        match walk.step(&snapshot, &live) {
            Step::Done(decision) => break decision,
            Step::Need(FactRequest::Credential) => {
                let route = walk.route().unwrap();
                let verdict = crate::credential::verify(&live, &snapshot, route, verifier());
                live.provide_credential(verdict);
            }
            Step::Need(FactRequest::Edge) => live.provide_edge(EdgeReading::default()),
            Step::Need(FactRequest::Country) => live.provide_country(LocatedCountry {
                address: walk.client().unwrap().address,
                country: Country::parse("FR"),
                built: 0,
            }),
            Step::Need(FactRequest::Body { limit }) => {
                live.provide_body(Body::read(sent.body.unwrap(), limit));
            }
            Step::Need(other) => panic!("{other}"),
        }
    };
    let recorded = Recorded::of(&live, &walk, &snapshot);
    let written = serde_json::to_string(&recorded).unwrap();
    assert!(!written.contains("canary"), "{written}");
    let recorded: Recorded = serde_json::from_str(&written).unwrap();
    let rows = recorded.directory();
    let again = Snapshot {
        rules: &rules,
        directory: &rows,
    };
    let word = |decision: &Decision| match decision {
        Decision::Refuse(denial) => denial.code.name(),
        _ => "allowed",
    };
    match Walk::new(Depth::FirstDenial).step(&again, &recorded) {
        Step::Done(second) => assert_eq!(word(&second), word(&decision), "{second:?}"),
        Step::Need(fact) => panic!("a record is asked for {fact}"),
    }
    if depth == Depth::Everything {
        let mut walk = Walk::new(depth);
        let _ = walk.step(&again, &recorded);
        return (decision, walk);
    }
    (decision, walk)
}

fn refused(world: &World, sent: &Sent) -> Option<Denial> {
    match decide_at(world, sent, Depth::FirstDenial).0 {
        Decision::Allow => None,
        Decision::Refuse(denial) => Some(denial),
        other => panic!("{other:?}"),
    }
}

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

fn own(resource: Resource, owner: Owner, separator: Option<&str>) -> OwnershipRule {
    OwnershipRule {
        when: Conditions::default(),
        except: entity::Exceptions::default(),
        resource,
        owner,
        separator: separator.map(Into::into),
        status: None,
    }
}

#[test]
fn what_a_request_names_has_to_be_the_callers_own() {
    let path = || Resource::Path("customer".into());
    let query = || Resource::Query("owner".into());
    let refuses = |rule: OwnershipRule, sent: &Sent| {
        let denial = refused(&world(rule), sent);
        denial
            .inspect(|denial| assert_eq!(denial.code, Code::NotOwner))
            .is_some()
    };
    assert!(!refuses(
        own(path(), Owner::App, None),
        &get("/orders/shop")
    ));
    assert!(!refuses(
        own(path(), Owner::App, None),
        &get("/orders/%73hop")
    ));
    assert!(refuses(own(path(), Owner::App, None), &get("/orders/till")));
    assert!(!refuses(
        own(path(), Owner::Tenant, Some(":")),
        &get("/orders/partner:7")
    ));
    assert!(refuses(
        own(path(), Owner::Tenant, Some(":")),
        &get("/orders/partner7")
    ));
    // It is about operations that have the parameter.
    assert!(!refuses(own(path(), Owner::App, None), &post()));
    let ask = |target| Sent { target, ..post() };
    assert!(!refuses(
        own(query(), Owner::App, None),
        &ask("/orders?owner=shop")
    ));
    for odd in [
        "/orders",
        "/orders?owner=",
        "/orders?owner=till",
        "/orders?owner=shop&owner=till",
        "/orders?owner=shop&%6fwner=till",
    ] {
        assert!(refuses(own(query(), Owner::App, None), &ask(odd)), "{odd}");
    }
    let body = || Resource::Body("/customer/id".into());
    let sent = |body: &'static [u8]| Sent {
        body: Some(body),
        ..post()
    };
    let good = sent(b"{\"customer\": {\"id\": \"shop\"}}");
    assert!(!refuses(own(body(), Owner::App, None), &good));
    for odd in [&b"{}"[..], b"shop", b"{\"customer\": {\"id\": [\"shop\"]}}"] {
        assert!(refuses(own(body(), Owner::App, None), &sent(odd)));
    }
}

#[test]
fn tokens_own_what_their_user_and_their_claims_name() {
    let path = || Resource::Path("customer".into());
    let with = |texts: &[&str]| Sent {
        token: Some(Token {
            claims: [Claim {
                name: "customers".into(),
                texts: texts.iter().map(|text| Arc::from(*text)).collect(),
            }]
            .into(),
            ..token()
        }),
        ..get("/orders/lin")
    };
    let refuses = |owner, sent: &Sent| refused(&world(own(path(), owner, None)), sent).is_some();
    let claim = || Owner::Claim("customers".into());
    assert!(!refuses(Owner::User, &with(&[])));
    assert!(!refuses(claim(), &with(&["canary", "lin"])));
    assert!(refuses(claim(), &with(&["canary"])));
    assert!(refuses(claim(), &with(&[])));
    // A key has neither.
    assert!(refuses(Owner::User, &get("/orders/lin")));
    assert!(refuses(claim(), &get("/orders/lin")));
}

#[test]
fn the_name_of_a_thing_is_told_only_where_records_may_have_it() {
    let rule = || own(Resource::Path("customer".into()), Owner::App, None);
    let mut world = world(rule());
    let sent = get("/orders/canary");
    let denial = refused(&world, &sent).unwrap();
    assert_eq!(denial.evidence("resource"), None);
    assert_eq!(denial.evidence("owner"), Some(&"app `shop`".into()));
    let operations = &mut world.configuration.services[0].versions[0].operations;
    operations[0].recorded_parameters = vec!["customer".into()];
    let denial = refused(&world, &get("/orders/till")).unwrap();
    assert_eq!(denial.evidence("resource"), Some(&"till".into()));
    let PolicyRule::Ownership(rule) = &mut world.configuration.policies[0].rule else {
        panic!("another rule");
    };
    rule.status = Some(404);
    assert_eq!(refused(&world, &get("/orders/till")).unwrap().status, 404);
}

#[test]
fn a_sign_in_has_to_be_of_a_class_and_of_late() {
    let rule = |acr: &[&str], minutes: Option<u64>| StepUpRule {
        acr: acr.iter().map(|one| (*one).into()).collect(),
        max_age: minutes.map(Duration::from_mins),
        ..StepUpRule::default()
    };
    let signed = |acr: Option<&str>, ago: Option<i64>| Sent {
        token: Some(Token {
            acr: acr.map(Into::into),
            auth_time: ago.map(|ago| NOW - ago),
            ..token()
        }),
        ..post()
    };
    let refuses = |rule: StepUpRule, sent: &Sent| {
        let denial = refused(&world(rule), sent);
        denial
            .inspect(|denial| assert_eq!(denial.code, Code::StepUpRequired))
            .is_some()
    };
    assert!(!refuses(
        rule(&["mfa", "hw"], None),
        &signed(Some("hw"), None)
    ));
    assert!(refuses(rule(&["mfa"], None), &signed(Some("pwd"), None)));
    assert!(refuses(rule(&["mfa"], None), &signed(None, Some(1))));
    assert!(!refuses(rule(&[], Some(5)), &signed(None, Some(300))));
    assert!(refuses(rule(&[], Some(5)), &signed(None, Some(301))));
    assert!(refuses(rule(&[], Some(5)), &signed(Some("mfa"), None)));
    assert!(refuses(
        rule(&["mfa"], Some(5)),
        &signed(Some("mfa"), Some(301))
    ));
    // Nobody signed in for a key.
    assert!(refuses(rule(&[], Some(5)), &post()));
}
