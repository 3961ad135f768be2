mod tokens;
mod worlds;

use super::*;
use crate::csrf::{TokenVerdict, is_form};
use crate::decision::{Decision, Depth, FactRequest, Step};
use crate::directory::{Change, Directory};
use crate::facts::{
    AutonomousSystem, Body, Connection, CredentialVerdict, DeciderAnswer, EdgeReading, Facts as _,
    Label, Live, LocatedCountry, LocatedSystem, Reading, Tls,
};
use crate::head::{Head, Version};
use crate::recorded::Recorded;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::testing::callers::{NOW, World, key, verifier, written};
use crate::testing::{connection, head, service};
use crate::walk::Walk;
use postern_model::entity::{
    self, AddressList, AsNumber, Country, HeaderValues, HeadersRule, Level, Limit, LimitKey,
    ListEntry, Measure, Mode, NetworkRule, Operation, Policy, PolicyRule, Restriction, TlsVersion,
    Visibility,
};
use postern_proof::Token;
use proptest::prelude::*;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use worlds::{change, policy, world};

/// What the limits say that a request touches.
const READING: Reading = Reading {
    passes: true,
    remaining: 41,
    reset: 1_200,
    retry_after: 0,
};

/// Where an address is: of those that end with an even number nothing is known.
fn country_of(address: IpAddr) -> LocatedCountry {
    LocatedCountry {
        address,
        country: is_known(address).then(|| Country::parse("DE").unwrap()),
        built: 1_795_000_000,
    }
}

fn system_of(address: IpAddr) -> LocatedSystem {
    LocatedSystem {
        address,
        system: is_known(address).then(|| AutonomousSystem {
            number: AsNumber(4_200_000_000),
            name: Label::new("Example Net"),
        }),
        built: 1_795_000_000,
    }
}

fn is_known(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[3] % 2 == 1,
        IpAddr::V6(address) => address.octets()[15] % 2 == 1,
    }
}

fn network(rule: NetworkRule) -> Policy {
    policy(PolicyRule::Network(rule))
}

/// Decides a live request, whatever it asks for.
fn decide(
    rules: &Rules,
    directory: &Directory,
    live: &mut Live<'_>,
    body: &[u8],
) -> (Decision, Walk) {
    let snapshot = Snapshot { rules, directory };
    let mut walk = Walk::new(Depth::FirstDenial);
    loop {
        match walk.step(&snapshot, live) {
            Step::Done(decision) => return (decision, walk),
            Step::Need(FactRequest::Credential) => {
                let route = walk.route().unwrap();
                let verdict = crate::credential::verify(live, &snapshot, route, verifier());
                live.provide_credential(verdict);
            }
            Step::Need(FactRequest::CallerBlocks) => live.provide_caller_blocks(Vec::new()),
            Step::Need(FactRequest::Counters) => {
                live.provide_readings(walk.limits().iter().map(|_| READING).collect());
            }
            Step::Need(FactRequest::Edge) => live.provide_edge(EdgeReading::default()),
            Step::Need(FactRequest::Country) => {
                live.provide_country(country_of(walk.client().unwrap().address));
            }
            Step::Need(FactRequest::AutonomousSystem) => {
                live.provide_autonomous_system(system_of(walk.client().unwrap().address));
            }
            Step::Need(FactRequest::Body { limit }) => live.provide_body(Body::read(body, limit)),
            Step::Need(FactRequest::BodyStart { .. }) => live.provide_body_start(body.to_vec()),
            Step::Need(FactRequest::Content { limit }) => {
                live.provide_content(crate::credential::content(live, body, limit));
            }
            Step::Need(FactRequest::External { policy, .. }) => {
                let question = rules.question(policy).unwrap();
                let passes = DeciderAnswer::Passes { set: vec![] };
                live.provide_decision(question.key, passes);
            }
            Step::Need(FactRequest::CsrfToken { policy }) => {
                let token = rules.csrf_token(policy).unwrap();
                // Forms have it in their field.
                let verdict = if is_form(live) {
                    TokenVerdict::NoHeader
                } else {
                    TokenVerdict::Good
                };
                live.provide_token(token, verdict);
            }
            Step::Need(FactRequest::CsrfField { policy }) => {
                let token = rules.csrf_token(policy).unwrap();
                live.provide_field_token(token, TokenVerdict::Good);
            }
            Step::Need(
                fact @ (FactRequest::ClientCertificate { .. } | FactRequest::Listed { .. }),
            ) => panic!("{fact}"),
        }
    }
}

/// A row of the call log, made as the data plane makes it.
struct Row {
    path: String,
    host: Option<String>,
    walk: Walk,
    method: &'static str,
    version: Version,
    peer: IpAddr,
    bytes: Vec<u8>,
}

impl Row {
    fn new(rules: &Rules, live: &Live<'_>, walk: Walk, has_host: bool) -> Self {
        let (head, connection) = (live.head(), live.connection());
        let allowed = walk.allowed(rules, head).unwrap();
        let kept = &rules.operation(&allowed.route).recorded_parameters;
        let plan = rules.plan(&allowed.route);
        let path = plan.recorded_path(allowed.path, allowed.params, kept);
        let mut bytes = [0xaa; MOST];
        let passed = Passed {
            head,
            connection,
            allowed,
            readings: live.readings().unwrap_or_default(),
            seen: Seen::of(live),
            rules,
            path: &path,
            has_host,
        };
        let length = passed.write(&mut bytes);
        let host = std::str::from_utf8(allowed.host).unwrap().to_owned();
        Self {
            path: path.to_string(),
            host: (has_host && !host.is_empty()).then_some(host),
            version: head.version,
            peer: connection.peer.ip(),
            bytes: bytes[..length].to_vec(),
            method: allowed.method.as_str(),
            walk,
        }
    }

    fn read(&self, rules: &Rules, bytes: &[u8]) -> Option<Recorded> {
        let route = self.walk.route().unwrap();
        let who = self.walk.identity();
        let columns = Columns {
            at: NOW * 1000,
            peer: self.peer,
            version: self.version,
            method: self.method,
            host: self.host.as_deref(),
            path: &self.path,
            operation: [
                &rules.service(route).name,
                &rules.version(route).name,
                &rules.operation(route).name,
            ],
            environment: self.walk.environment(rules).unwrap(),
            app: who.map(|who| &*who.app.name),
            credential: who.map(|who| &*who.credential.id),
            subscription: who.and_then(|who| who.subscription.as_ref().map(|s| &*s.id)),
            directory: 1,
        };
        Recorded::compact(&columns, bytes, rules)
    }
}

fn again(rules: &Rules, recorded: &Recorded, changes: &[Change]) -> Decision {
    let directory = recorded.directory().with_all(changes.to_vec(), 2);
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    match Walk::new(Depth::FirstDenial).step(&snapshot, recorded) {
        Step::Done(decision) => decision,
        Step::Need(fact) => panic!("a record is asked for {fact}"),
    }
}

/// In a word: `allowed`, a code, or what was not kept.
fn word(decision: &Decision) -> String {
    match decision {
        Decision::Allow => "allowed".to_owned(),
        Decision::Own(_) => "own".to_owned(),
        Decision::Preflight => "preflight".to_owned(),
        Decision::Refuse(denial) => denial.code.name().to_owned(),
        Decision::CannotTell(unknown) => format!("cannot tell: {}", unknown.what),
    }
}

/// A request, with what it comes over.
#[derive(Debug, Clone)]
struct Sent {
    method: &'static str,
    target: String,
    fields: Vec<String>,
    body: Option<&'static [u8]>,
    /// What was found where credentials are looked for, if it was a token.
    token: Option<Arc<Token>>,
    connection: Connection,
    version: Version,
}

impl Sent {
    fn new(world: &World, method: &'static str, target: &str, fields: &[&str]) -> Self {
        let mut all = vec![
            "Host: api.example.com".to_owned(),
            format!("X-API-Key: {}", written(&world.key)),
        ];
        all.extend(fields.iter().map(ToString::to_string));
        Self {
            method,
            target: target.to_owned(),
            fields: all,
            body: None,
            token: None,
            connection: connection("198.51.100.1"),
            version: Version::Http11,
        }
    }

    fn head(&self) -> Head {
        let fields: Vec<&str> = self.fields.iter().map(String::as_str).collect();
        let mut head = head(self.method, &self.target, &fields);
        head.version = self.version;
        head.has_body = self.body.is_some();
        head
    }

    fn live<'a>(&'a self, head: &'a Head) -> Live<'a> {
        let live = Live::new(head, &self.connection, NOW * 1000);
        if let Some(token) = &self.token {
            live.provide_credential(CredentialVerdict::Token(token.clone()));
        }
        live
    }
}

/// Decides a request by `world`, keeps it, and decides it by `then` and with `changes`, live and
/// from what was kept. `None` unless it passes at first.
fn both(
    world: &World,
    sent: &Sent,
    then: &World,
    changes: &[Change],
    has_host: bool,
) -> Option<(Recorded, String, String)> {
    let (rules, directory) = (world.rules(), world.directory());
    let head = sent.head();
    let body = sent.body.unwrap_or_default();
    let mut live = sent.live(&head);
    let (Decision::Allow, walk) = decide(&rules, &directory, &mut live, body) else {
        return None;
    };
    let row = Row::new(&rules, &live, walk, has_host);
    assert!(row.bytes.len() <= MOST);
    let recorded = row.read(&rules, &row.bytes).unwrap();
    let same = again(&rules, &recorded, &[]);
    assert!(
        matches!(same, Decision::Allow | Decision::CannotTell(_)),
        "{}",
        word(&same)
    );
    let later = Rules::compile(then.configuration.clone().into(), "2".into()).unwrap();
    let rows = directory.with_all(changes.to_vec(), 2);
    let mut live = sent.live(&head);
    let (first, _) = decide(&later, &rows, &mut live, body);
    let second = again(&later, &recorded, changes);
    Some((recorded, word(&first), word(&second)))
}

/// What is told of a request after each change, and not only that it cannot be told.
#[test]
fn it_is_told_what_other_rules_would_have_said() {
    let full = |world: &World| {
        let mut sent = Sent::new(
            world,
            "POST",
            "/orders?x=1",
            &[
                "Content-Type: application/json; charset=utf-8",
                "Content-Length: 2",
                "Connection: keep-alive",
                "X-Region: eu",
                "X-Forwarded-For: 192.0.2.1",
                "Origin: https://evil.example",
                "User-Agent: curl/8",
                "Accept: */*",
            ],
        );
        sent.body = Some(b"{}");
        sent
    };
    for (before, after, expected) in [
        (&[][..], &[][..], "allowed"),
        (&[1, 2, 5, 16], &[], "allowed"),
        (&[1, 2], &[3], "allowed"),
        (&[2], &[3, 4], "network.address_not_allowed"),
        (&[], &[14], "allowed"),
        (&[3], &[14], "network.address_not_allowed"),
        (&[], &[18], "edge.address_denied"),
        (&[1], &[6], "authorization.scope_missing"),
        (&[], &[7], "subscription.not_covered"),
        (&[], &[8], "tenant.isolated"),
        (&[], &[9], "connection.tls_required"),
        (&[], &[10], "cannot tell: credential"),
        (&[], &[17], "authorization.scope_missing"),
        (&[], &[0], "cannot tell: header"),
        (&[], &[1], "cannot tell: header"),
        (&[], &[5], "cannot tell: counters"),
        (&[22], &[3], "cannot tell: credential"),
        (&[23, 11], &[3], "cannot tell: credential"),
        (&[11], &[], "allowed"),
        (&[], &[25], "authorization.role_missing"),
        (&[26], &[25], "allowed"),
        (&[25, 27], &[], "allowed"),
        (&[27, 28], &[25], "allowed"),
        (&[28], &[25], "authorization.role_missing"),
        (&[29], &[25], "cannot tell: access_roles"),
        (&[], &[30], "cors.origin_not_allowed"),
        (&[33], &[], "allowed"),
        (&[33], &[33], "allowed"),
        (&[35], &[35], "allowed"),
        (&[35], &[33], "cannot tell: country"),
        (&[33], &[34], "cannot tell: autonomous_system"),
        (&[], &[33], "cannot tell: country"),
        (&[36], &[], "allowed"),
        (&[36], &[36], "allowed"),
        (&[], &[36], "cannot tell: external_decision"),
        (&[38], &[], "allowed"),
        (&[38], &[3], "allowed"),
        (&[], &[38], "cannot tell: header"),
        // Another address counts, of which nothing is known.
        (&[33], &[14], "cannot tell: country"),
    ] {
        let mut world = world();
        for which in before {
            change(&mut world, *which);
        }
        let mut then = world.clone();
        for which in after {
            change(&mut then, *which);
        }
        if before.contains(&23) {
            let operation = &mut then.configuration.services[0].versions[0].operations[1];
            operation.scopes.clear();
            world.configuration = then.configuration.clone();
        }
        let sent = full(&world);
        let found = both(&world, &sent, &then, &[], true);
        let (recorded, _, kept) = found.unwrap();
        let same = word(&again(&world.rules(), &recorded, &[]));
        if before.contains(&22) || before.contains(&23) {
            assert_eq!(same, "cannot tell: credential");
        } else {
            assert_eq!(same, "allowed", "{before:?}");
        }
        let told = if after.is_empty() { same } else { kept };
        assert_eq!(told, expected, "{before:?} {after:?}");
    }
}

#[test]
fn what_a_usual_request_takes_is_far_below_the_bound() {
    let world = world();
    let sent = Sent::new(
        &world,
        "POST",
        "/orders",
        &[
            "Content-Type: application/json",
            "Content-Length: 2",
            "Connection: keep-alive",
            "User-Agent: curl/8.5.0",
            "Accept: */*",
        ],
    );
    let (rules, directory) = (world.rules(), world.directory());
    let head = sent.head();
    let mut live = Live::new(&head, &sent.connection, NOW * 1000);
    let (Decision::Allow, walk) = decide(&rules, &directory, &mut live, b"") else {
        panic!("refused");
    };
    let row = Row::new(&rules, &live, walk, true);
    assert!(row.bytes.len() <= 96, "{}", row.bytes.len());
    // As much as there is room for, and not a byte more.
    let long: Vec<String> = (0..40)
        .map(|n| format!("X-Forwarded-For: 203.0.113.{n}, 198.51.100.{n}"))
        .collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let sent = Sent::new(&world, "POST", "/orders", &long);
    let head = sent.head();
    let mut live = Live::new(&head, &sent.connection, NOW * 1000);
    let (Decision::Allow, walk) = decide(&rules, &directory, &mut live, b"") else {
        panic!("refused");
    };
    let row = Row::new(&rules, &live, walk, false);
    assert!(row.bytes.len() > 150 && row.bytes.len() <= MOST);
    let recorded = row.read(&rules, &row.bytes).unwrap();
    let kept = (0..)
        .map_while(|nth| recorded.header(Known::XForwardedFor, nth))
        .filter(|value| !value.is_empty());
    assert!((2..8).contains(&kept.count()));
    assert_eq!(recorded.not_kept(), Some("header"));
}

#[test]
fn no_secret_is_in_it() {
    let mut world = world();
    let accepted = world.configuration.services[0].authentication.as_mut();
    accepted.unwrap().headers = vec!["x-api-key".into(), "x-forwarded-proto".into()];
    change(&mut world, 1);
    let sent = Sent::new(
        &world,
        "GET",
        "/orders/1/canary?a=canary",
        &[
            "Cookie: canary",
            "Referer: https://canary.example/",
            "User-Agent: canary",
            "X-Region: us-canary",
        ],
    );
    let (rules, directory) = (world.rules(), world.directory());
    let head = sent.head();
    let mut live = Live::new(&head, &sent.connection, NOW * 1000);
    let (Decision::Allow, walk) = decide(&rules, &directory, &mut live, b"") else {
        panic!("refused");
    };
    let row = Row::new(&rules, &live, walk, true);
    let text = String::from_utf8_lossy(&row.bytes).into_owned();
    assert!(!text.contains("canary"), "{text}");
    assert!(!text.contains(written(&world.key).get(21..50).unwrap()));
    assert!(rules.carries_credentials(Known::XForwardedProto));
    assert!(!rules.carries_credentials(Known::ContentType));
}

#[test]
fn a_record_of_other_rules_is_not_read_by_these() {
    let world = world();
    let sent = Sent::new(&world, "GET", "/status", &[]);
    let found = both(&world, &sent, &world, &[], true);
    assert_eq!(found.map(|(_, _, kept)| kept), Some("allowed".to_owned()));
    let (rules, directory) = (world.rules(), world.directory());
    let head = sent.head();
    let mut live = Live::new(&head, &sent.connection, NOW * 1000);
    let (Decision::Allow, walk) = decide(&rules, &directory, &mut live, b"") else {
        panic!("refused");
    };
    let row = Row::new(&rules, &live, walk, true);
    let other = Rules::compile(world.configuration.clone().into(), "1 (9f3ac2)".into()).unwrap();
    assert!(row.read(&rules, &row.bytes).is_some());
    assert!(row.read(&other, &row.bytes).is_none());
    assert!(rules.route_named(["orders", "v1", "status"]).is_some());
    for other in [
        ["other", "v1", "status"],
        ["orders", "v2", "status"],
        ["orders", "v1", "x"],
    ] {
        assert!(rules.route_named(other).is_none());
    }
    let plans = |name| rules.route_named(["orders", "v1", name]).unwrap().plan;
    assert_eq!(
        ["list", "create", "status", "chat"].map(plans),
        [0, 1, 2, 3]
    );
}
