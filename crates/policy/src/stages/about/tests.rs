mod conditions;
mod ownership;
mod step_up;

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
