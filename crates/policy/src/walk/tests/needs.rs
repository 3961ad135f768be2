//! What is asked for, and when: a request that is refused at a stage has caused nobody to obtain
//! what only a later stage looks at.

use super::*;
use crate::facts::{
    AutonomousSystem, Blocked, Body, CredentialVerdict, DeciderAnswer, EdgeReading, Label,
    LocatedCountry, LocatedSystem, Nothing, Reading, Refusal,
};
use crate::listing::Listed;
use crate::testing::callers::{NOW, World, verifier, written};
use crate::testing::decider;
use postern_model::Stage;
use postern_model::entity::{
    AddressList, AsNumber, BodyRule, CorsRule, Country, CsrfRule, EdgeRate, HeadersRule, Level,
    Limit, LimitKey, ListEntry, ListPlace, ListSource, Measure, Mode, NetworkRule, OriginPattern,
    Policy, PolicyRule, SubscriptionState, Suspension,
};
use proptest::prelude::*;
use std::time::Duration;

/// The country and the autonomous system of every address, unless a test says otherwise.
fn located(country: &str, number: u32) -> (Option<Country>, Option<AutonomousSystem>) {
    let system = AutonomousSystem {
        number: AsNumber(number),
        name: Label::new("Example Net"),
    };
    (Country::parse(country), Some(system))
}

/// A world whose every stage asks for what it can ask for.
pub(super) fn demanding() -> World {
    let mut world = World::new();
    let configuration = &mut world.configuration;
    configuration.services[0].client_certificate = Some(ClientCertificate {
        required: true,
        authorities: std::path::Path::new("ca.pem").into(),
        revocations: None,
    });
    configuration.edge.requests = Some(EdgeRate {
        count: 10,
        per: Duration::from_secs(1),
    });
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
    configuration.lists = vec![
        list("known", "198.51.100.0/24"),
        list("scanners", "198.51.100.66/32"),
        AddressList {
            source: Some(ListSource::usual(ListPlace::Url(
                "https://example.com".into(),
            ))),
            entries: vec![],
            ..list("elsewhere", "192.0.2.0/24")
        },
    ];
    configuration.edge.deny = vec![1];
    let rules = [
        PolicyRule::Network(NetworkRule {
            allow: vec![0],
            deny: vec![2],
            deny_countries: vec![Country::parse("FR").unwrap()],
            deny_asns: vec![AsNumber(64_500)],
            ..NetworkRule::default()
        }),
        PolicyRule::Headers(HeadersRule {
            required: vec!["x-reason".into()],
            sniff: true,
            ..HeadersRule::default()
        }),
        PolicyRule::Limit(Limit {
            name: "per-app".into(),
            measure: Measure::Concurrency { most: 1 },
            by: vec![LimitKey::App],
        }),
        PolicyRule::Body(BodyRule { max_size: 10 }),
        PolicyRule::Csrf(CsrfRule::default()),
        PolicyRule::Cors(CorsRule {
            origins: vec![OriginPattern::Exact("https://app.example".into())],
            enforce_origin: true,
            ..CorsRule::default()
        }),
        PolicyRule::External(Box::new(decider(None))),
    ];
    let policies = rules.into_iter().enumerate().map(|(number, rule)| Policy {
        name: format!("p{number}").into(),
        level: Level::Platform,
        mode: Mode::Enforce,
        is_default: false,
        rule,
    });
    configuration.policies = policies.collect();
    world
}

/// A request to it, and what those find who obtain facts.
struct Trial {
    world: World,
    method: &'static str,
    target: &'static str,
    /// Besides the host and the key.
    fields: Vec<&'static str>,
    key: bool,
    peer: &'static str,
    certificate: CertificateVerdict,
    edge: EdgeReading,
    /// Whether the address is on the list from elsewhere.
    listed: bool,
    /// What the other service says.
    decided: DeciderAnswer,
    located: (Option<Country>, Option<AutonomousSystem>),
    limit_passes: bool,
    body: &'static [u8],
}

impl Trial {
    fn new() -> Self {
        Self {
            world: demanding(),
            method: "POST",
            target: "/orders",
            fields: vec![
                "X-Reason: a test",
                "Content-Type: application/json",
                "Content-Length: 2",
            ],
            key: true,
            peer: "198.51.100.1",
            certificate: CertificateVerdict::Trusted {
                subject: "CN=shop".into(),
                names: [].into(),
            },
            edge: EdgeReading::default(),
            listed: false,
            decided: DeciderAnswer::Passes { set: vec![] },
            located: located("DE", 64_496),
            limit_passes: true,
            body: b"{}",
        }
    }

    fn without(mut self, field: &str) -> Self {
        self.fields.retain(|line| !line.starts_with(field));
        self
    }

    /// Walks it to the end: the decision, and what was asked for.
    fn walk(&self) -> (Decision, Vec<FactRequest>) {
        let (rules, directory) = (self.world.rules(), self.world.directory());
        let snapshot = Snapshot {
            rules: &rules,
            directory: &directory,
        };
        let key = format!("X-API-Key: {}", written(&self.world.key));
        let mut lines = vec![HOST];
        lines.extend(self.key.then_some(&*key));
        lines.extend(&self.fields);
        let mut head = head(self.method, self.target, &lines);
        head.has_body = true;
        let connection = Connection {
            peer: (self.peer.parse::<std::net::IpAddr>().unwrap(), 50_000).into(),
            ..tls(Some("api.example.com"))
        };
        let mut facts = Live::new(&head, &connection, NOW * 1000);
        let mut walk = Walk::new(Depth::FirstDenial);
        let mut asked = Vec::new();
        loop {
            let fact = match walk.step(&snapshot, &facts) {
                Step::Done(decision) => return (decision, asked),
                Step::Need(fact) => fact,
            };
            asked.push(fact);
            match fact {
                FactRequest::ClientCertificate { .. } => {
                    facts.provide_certificate(self.certificate.clone());
                }
                FactRequest::Edge => facts.provide_edge(self.edge.clone()),
                FactRequest::Listed { list, address } => facts.provide_listed(Listed {
                    list: self.world.configuration.lists[list].name.clone(),
                    address,
                    range: self.listed.then(|| "198.51.100.0/24".parse().unwrap()),
                    nearest: None,
                    since: Some(NOW),
                    stale: false,
                }),
                FactRequest::Country => facts.provide_country(LocatedCountry {
                    address: walk.client().unwrap().address,
                    country: self.located.0,
                    built: NOW,
                }),
                FactRequest::AutonomousSystem => facts.provide_autonomous_system(LocatedSystem {
                    address: walk.client().unwrap().address,
                    system: self.located.1,
                    built: NOW,
                }),
                FactRequest::Credential => {
                    let route = walk.route().unwrap();
                    let found = crate::credential::verify(&facts, &snapshot, route, verifier());
                    facts.provide_credential(found);
                }
                FactRequest::External { policy, .. } => {
                    let question = rules.question(policy).unwrap();
                    facts.provide_decision(question.key, self.decided.clone());
                }
                FactRequest::CallerBlocks => facts.provide_caller_blocks(Vec::new()),
                FactRequest::Counters => {
                    let reading = Reading {
                        passes: self.limit_passes,
                        ..Reading::CLOSED
                    };
                    facts.provide_readings(walk.limits().iter().map(|_| reading).collect());
                }
                FactRequest::CsrfToken { .. } | FactRequest::CsrfField { .. } => {
                    panic!("no policy asks for a token")
                }
                FactRequest::BodyStart { .. } => facts.provide_body_start(self.body.to_vec()),
                FactRequest::Body { limit } => facts.provide_body(Body::read(self.body, limit)),
                FactRequest::Content { limit } => {
                    let found = crate::credential::content(&facts, self.body, limit);
                    facts.provide_content(found);
                }
            }
        }
    }
}

/// The only stage that looks at a fact.
fn stage_of(fact: FactRequest) -> Stage {
    match fact {
        FactRequest::Edge => Stage::Edge,
        FactRequest::ClientCertificate { .. } => Stage::Route,
        FactRequest::Country | FactRequest::AutonomousSystem | FactRequest::Listed { .. } => {
            Stage::Network
        }
        FactRequest::Credential => Stage::Authenticate,
        FactRequest::CsrfToken { .. } => Stage::Csrf,
        FactRequest::External { body: None, .. } => Stage::Authorize,
        FactRequest::CallerBlocks => Stage::Account,
        FactRequest::Counters => Stage::Limits,
        // Rules of `content` may ask for it, too: then it is there.
        FactRequest::Body { .. } => Stage::Body,
        FactRequest::BodyStart { .. }
        | FactRequest::CsrfField { .. }
        | FactRequest::External { body: Some(_), .. }
        | FactRequest::Content { .. } => Stage::Content,
    }
}

/// One request for each stage that can refuse: where it is refused, and why.
fn refused() -> Vec<(Stage, Code, Trial)> {
    let trial = Trial::new;
    let broken = |break_it: fn(&mut World)| {
        let mut trial = Trial::new();
        break_it(&mut trial.world);
        trial
    };
    let blocked = EdgeReading {
        blocked: Some(Blocked {
            until: NOW * 1000 + 1,
            trigger: Code::CredentialUnknown,
        }),
        exceeded: None,
    };
    let far = |w: &mut World| {
        w.configuration.client.trusted_proxies = vec!["198.51.100.1/32".parse().unwrap()];
    };
    let behind_proxy = |header: &'static str| {
        let mut trial = broken(far);
        trial.fields.push(header);
        trial
    };
    #[rustfmt::skip]
    let all = vec![
        (Stage::Connection, Code::MethodUnsupported, Trial { method: "BREW", ..trial() }),
        (Stage::Client, Code::AddressUnparseable, behind_proxy("X-Forwarded-For: nobody")),
        (Stage::Edge, Code::EdgeAddressDenied, Trial { peer: "198.51.100.66", ..trial() }),
        (Stage::Edge, Code::EdgeAddressBlocked, Trial { edge: blocked, ..trial() }),
        (Stage::Route, Code::NotFound, Trial { target: "/nothing", ..trial() }),
        (Stage::Route, Code::MethodNotAllowed, Trial { method: "PUT", ..trial() }),
        (Stage::Route, Code::CertificateMissing, Trial { certificate: CertificateVerdict::Missing, ..trial() }),
        (Stage::Network, Code::AddressNotAllowed, behind_proxy("X-Forwarded-For: 192.0.2.1")),
        (Stage::Network, Code::AddressDenied, Trial { listed: true, ..trial() }),
        (Stage::Network, Code::CountryNotAllowed, Trial { located: located("FR", 64_496), ..trial() }),
        (Stage::Network, Code::AddressDenied, Trial { located: located("DE", 64_500), ..trial() }),
        (Stage::Cors, Code::OriginNotAllowed, { let mut page = trial(); page.fields.push("Origin: https://evil.example"); page }),
        (Stage::Headers, Code::HeaderMissing, trial().without("X-Reason")),
        (Stage::Authenticate, Code::CredentialMissing, Trial { key: false, ..trial() }),
        (Stage::Authenticate, Code::CredentialExpired, broken(|w| w.credential().expires_at = Some(1))),
        (Stage::Csrf, Code::CsrfCrossSite, {
            let mut page = broken(|w| w.configuration.services[0].versions[0].operations[1].anonymous = true);
            page.fields.push("Sec-Fetch-Site: cross-site");
            Trial { key: false, ..page }
        }),
        (Stage::Account, Code::AppSuspended, broken(|w| w.accounts.apps[0].suspended = Some(Suspension { since: 1, reason: None }))),
        (Stage::Subscription, Code::SubscriptionPending, broken(|w| w.subscription().state = SubscriptionState::Pending)),
        (Stage::Authorize, Code::ScopeMissing, broken(|w| w.credential().scopes = Some([].into()))),
        (Stage::Authorize, Code::RoleMissing, broken(World::require_role)),
        (Stage::Authorize, Code::ExternalDenied, Trial { decided: DeciderAnswer::Refuses(Refusal::default()), ..trial() }),
        (Stage::Authorize, Code::ExternalUnavailable, Trial { decided: DeciderAnswer::Nothing(Nothing { error: "it is away".into(), since: None }), ..trial() }),
        (Stage::Limits, Code::ConcurrencyExceeded, Trial { limit_passes: false, ..trial() }),
        (Stage::Body, Code::BodyTooLarge, { let mut large = trial().without("Content-Length"); large.fields.push("Content-Length: 11"); large }),
        (Stage::Content, Code::ContentTypeUnsupported, Trial { body: b"a=b", ..trial() }),
    ];
    all
}

#[test]
fn a_request_refused_at_a_stage_caused_no_need_of_a_later_one() {
    for (stage, code, trial) in refused() {
        let (decision, asked) = trial.walk();
        let Decision::Refuse(denial) = decision else {
            panic!("{code}: {decision:?}");
        };
        assert_eq!(denial.code, code);
        let later: Vec<_> = asked.iter().filter(|f| stage_of(**f) > stage).collect();
        assert!(later.is_empty(), "{code} at {stage:?} needed {later:?}");
        let mut once = asked.clone();
        once.dedup();
        assert_eq!(asked, once, "{code}: nothing is asked for twice");
    }
}

#[test]
fn whoever_passes_every_stage_was_asked_for_everything_in_order() {
    let (decision, asked) = Trial::new().walk();
    assert!(matches!(decision, Decision::Allow), "{decision:?}");
    let stages: Vec<Stage> = asked.iter().map(|fact| stage_of(*fact)).collect();
    assert_eq!(
        stages,
        [
            Stage::Edge,
            Stage::Route,
            Stage::Network,
            Stage::Network,
            Stage::Network,
            Stage::Authenticate,
            Stage::Authorize,
            Stage::Limits,
            Stage::Content
        ]
    );
}

#[test]
fn every_stage_that_asks_anything_has_a_request_that_it_refuses() {
    for line in crate::stages::STAGES
        .iter()
        .filter(|line| !line.checks.is_empty())
    {
        let refuses = refused().iter().any(|(stage, ..)| *stage == line.stage);
        assert!(refuses, "nothing is refused at {:?}", line.stage);
    }
}

fn certificates() -> impl Strategy<Value = CertificateVerdict> {
    prop_oneof![
        Just(CertificateVerdict::Missing),
        ".{0,4}".prop_map(|subject| CertificateVerdict::Trusted {
            subject: subject.into(),
            names: [].into(),
        }),
        any::<(i64, i64, i64)>().prop_map(|(not_before, not_after, now)| {
            CertificateVerdict::Expired {
                subject: "s".into(),
                not_before,
                not_after,
                now,
            }
        }),
    ]
}

proptest! {
    /// Whatever those find who obtain facts, in whatever order and number.
    #[test]
    fn no_facts_that_are_obtained_do_harm(
        now in any::<i64>(),
        until in any::<i64>(),
        blocked in any::<bool>(),
        certificate in certificates(),
        id in ".{0,8}",
        readings in prop::collection::vec(any::<(bool, u32, u64, u64)>(), 0..4),
        body in prop::option::of(prop::collection::vec(any::<u8>(), 0..40)),
        length in "[0-9]{0,30}|-1|1, 1|[^\\r\\n]{0,4}",
        media in "[ -~]{0,20}|application/json|application/x-www-form-urlencoded",
        left_out in 0..8u8,
        country in "[A-Z]{2}",
        number in any::<u32>(),
    ) {
        let world = demanding();
        let (rules, directory) = (world.rules(), world.directory());
        let snapshot = Snapshot { rules: &rules, directory: &directory };
        let key = format!("X-API-Key: {}", written(&world.key));
        let mut head = head("POST", "/orders", &[HOST, &key, "X-Reason: a"]);
        head.has_body = true;
        head.fields.push(b"Content-Length", length.as_bytes());
        head.fields.push(b"Content-Type", media.as_bytes());
        let connection = tls(Some("api.example.com"));
        for depth in [Depth::FirstDenial, Depth::Everything] {
            let mut facts = Live::new(&head, &connection, now);
            if left_out != 0 {
                facts.provide_edge(EdgeReading {
                    blocked: blocked.then_some(Blocked { until, trigger: Code::CredentialUnknown }),
                    exceeded: None,
                });
            }
            let address = connection.peer.ip();
            let (country, system) = located(&country, number);
            if left_out != 6 {
                facts.provide_country(LocatedCountry { address, country, built: now });
            }
            if left_out != 7 {
                facts.provide_autonomous_system(LocatedSystem { address, system, built: now });
            }
            if left_out != 1 {
                facts.provide_certificate(certificate.clone());
            }
            if left_out != 2 {
                let own = format!("key_{}", world.key.id());
                let id = if id.len() < 4 { own } else { id.clone() };
                facts.provide_credential(CredentialVerdict::Verified { id: id.into() });
            }
            if left_out != 3 {
                let readings = readings.iter().map(|(passes, remaining, reset, retry_after)| Reading {
                    passes: *passes,
                    remaining: *remaining,
                    reset: *reset,
                    retry_after: *retry_after,
                });
                facts.provide_readings(readings.collect());
            }
            if let Some(body) = &body {
                facts.provide_body_start(body.clone());
            }
            let mut walk = Walk::new(depth);
            match walk.step(&snapshot, &facts) {
                Step::Done(Decision::CannotTell(unknown)) => prop_assert!(false, "{unknown:?}"),
                Step::Need(fact) => prop_assert!(depth == Depth::FirstDenial, "{fact}"),
                Step::Done(_) => {}
            }
        }
    }
}
