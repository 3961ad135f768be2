//! The way of an allowed request allocates nothing.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

use postern_model::entity::{
    AccessRole, Accounts, App, Authentication, Balance, Configuration, CorsRule, Coverage,
    Credential, CredentialKind, Dns, Edge, Group, HostMode, Level, Method, Mode, Operation,
    OriginPattern, Outlier, PathRewrite, Plan, Policy, PolicyRule, Pool, Proof, Requested, Retry,
    RoleGrant, Service, Subscription, SubscriptionState, Target, Tenant, Upstream,
    UpstreamProtocol, UpstreamTimeouts, Version,
};
use postern_model::key::{ApiKey, CREDENTIAL_PREFIX, Keyer};
use postern_policy::credential::{Verifier, verify};
use postern_policy::fields::{Known, Span};
use postern_policy::forward::trace::Trace;
use postern_policy::forward::{self, RequestContext};
use postern_policy::head::Head;
use postern_policy::recorded::compact::{MOST, Passed, Seen};
use postern_policy::{
    Allowed, Connection, Decision, Depth, Directory, FactRequest, Live, Rules, Snapshot, Step, Walk,
};
use postern_proof::Keyring;
use std::sync::{Arc, LazyLock};

fn keyer() -> Keyer {
    Keyer::new(&[9; 32])
}

fn key() -> ApiKey {
    ApiKey::generate(&[1; ApiKey::RANDOM])
}

/// One app with one key and one subscription.
fn directory() -> Directory {
    let accounts = Accounts {
        tenants: vec![Tenant {
            name: "partner".into(),
            title: None,
            call_log_days: None,
            suspended: None,
        }],
        groups: vec![Group {
            name: "partners".into(),
            tenant: None,
            title: None,
            access_roles: vec!["reader".into()],
        }],
        apps: vec![App {
            name: "shop".into(),
            tenant: "partner".into(),
            title: None,
            access_roles: Box::default(),
            groups: ["partners".into()].into(),
            suspended: None,
        }],
        credentials: vec![Credential {
            id: format!("{CREDENTIAL_PREFIX}{}", key().id()).into(),
            app: "shop".into(),
            proof: Proof::Key(keyer().keyed(&key().digest())),
            environment: "production".into(),
            scopes: Some(["orders:read".into()].into()),
            not_before: None,
            expires_at: Some(1),
            revoked: None,
            restriction: None,
        }],
        token_revocations: Vec::new(),
        subscriptions: vec![Subscription {
            id: "sub_1".into(),
            app: "shop".into(),
            service: "orders".into(),
            plan: "standard".into(),
            state: SubscriptionState::Approved,
            since: None,
            scopes: None,
            requested: Requested::default(),
            decided: None,
            expires_at: None,
        }],
    };
    Directory::new(accounts, 1)
}

/// Rules that let everybody pass, or those with a key.
fn rules(authentication: Option<Authentication>) -> Rules {
    let closed = authentication.is_some();
    let operation = |method, path: &str| Operation {
        name: path.into(),
        methods: vec![method],
        path: path.into(),
        scopes: vec!["orders:read".into()],
        access_roles: if closed {
            vec!["reader".into()]
        } else {
            vec![]
        },
        ..Operation::default()
    };
    let upstream = Upstream {
        name: "backend".into(),
        targets: vec![Target {
            host: "127.0.0.1".into(),
            port: 9000,
            weight: 1,
        }],
        protocol: UpstreamProtocol::Http1,
        tls: None,
        balance: Balance::RoundRobin,
        active_health: None,
        outlier: Outlier::default(),
        breaker: None,
        retry: Retry::default(),
        timeouts: UpstreamTimeouts::default(),
        pool: Pool::default(),
        host: HostMode::Pass,
        path: PathRewrite::Keep,
        dns: Dns::default(),
    };
    let service = Service {
        name: "orders".into(),
        hosts: vec!["api.example.com".into(), "*.example.org".into()],
        base_path: "/v1".into(),
        versions: vec![Version {
            name: "v1".into(),
            operations: vec![
                operation(Method::Get, "/orders/new"),
                operation(Method::Get, "/orders/{id}/lines/{line}"),
                operation(Method::Post, "/{*rest}"),
            ],
            ..Version::default()
        }],
        authentication,
        ..Service::default()
    };
    let plan = Plan {
        name: "standard".into(),
        covers: vec![Coverage {
            service: "orders".into(),
            versions: vec![],
            operations: vec![],
        }],
        scopes: vec!["orders:read".into(), "orders:write".into()],
        limits: vec![],
    };
    let configuration = Configuration {
        services: vec![service],
        upstreams: vec![upstream],
        plans: vec![plan],
        access_roles: vec![AccessRole {
            name: "reader".into(),
            tenant: None,
            title: None,
            inherits: Vec::new(),
            denies: Vec::new(),
            allows: vec![RoleGrant {
                service: "orders".into(),
                versions: vec![],
                operations: vec![],
                methods: vec![],
            }],
        }],
        policies: vec![Policy {
            name: "pages".into(),
            level: Level::Platform,
            mode: Mode::Enforce,
            is_default: false,
            rule: PolicyRule::Cors(CorsRule {
                origins: vec![OriginPattern::Exact("https://app.example".into())],
                enforce_origin: true,
                ..CorsRule::default()
            }),
        }],
        edge: Edge {
            refusals: None,
            ..Edge::default()
        },
        ..Configuration::default()
    };
    Rules::compile(Arc::new(configuration), "1".into()).unwrap()
}

fn request() -> Head {
    let mut head = Head::default();
    head.method = head.fields.append(b"GET");
    head.target = head.fields.append(b"/v1/orders/17/lines/3?expand=all");
    head.split_path(Span::new(head.target.start(), head.target.end()));
    head.authority = Some(head.fields.append(b"shop.example.org:8080"));
    for (name, value) in [
        ("Host", "shop.example.org:8080"),
        ("User-Agent", "test"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "gzip"),
        ("Connection", "keep-alive"),
    ] {
        head.fields.push(name.as_bytes(), value.as_bytes());
    }
    let key = key();
    let key = key.reveal();
    head.fields.push(b"X-API-Key", key.expose().as_bytes());
    head
}

fn with_keys() -> Authentication {
    Authentication {
        kinds: vec![CredentialKind::ApiKey],
        issuers: vec![],
        opaque: None,
        session: None,
        dpop: None,
        resource_metadata: None,
        headers: vec!["x-api-key".into()],
        query: vec!["api_key".into()],
        signature: None,
        hmac: None,
        forward_credential: false,
        subscription: true,
    }
}

fn connection() -> Connection {
    Connection {
        peer: "192.0.2.1:50000".parse().unwrap(),
        local: "127.0.0.1:8080".parse().unwrap(),
        proxied_source: None,
        tls: None,
    }
}

/// Decides, verifying a key where that is asked for.
fn decide(snapshot: &Snapshot<'_>, keyer: &Keyer, facts: &Live<'_>) -> Walk {
    static KEYRING: LazyLock<Keyring> = LazyLock::new(Keyring::default);
    let keyring = &*KEYRING;
    let mut walk = Walk::new(Depth::FirstDenial);
    loop {
        match walk.step(snapshot, facts) {
            Step::Done(Decision::Allow) => return walk,
            Step::Done(other) => panic!("was not allowed: {other:?}"),
            Step::Need(FactRequest::Credential) => {
                let route = walk.route().unwrap();
                let by = Verifier {
                    keyer,
                    keyring,
                    client: None,
                    remembered: None,
                    answers: None,
                    heard: None,
                    sessions: None,
                    secure: true,
                    passwords: None,
                };
                facts.provide_credential(verify(facts, snapshot, route, by));
            }
            Step::Need(other) => panic!("asks for {other}"),
        }
    }
}

/// Writes what the row of an allowed request keeps; gives how many bytes that are.
fn keep(live: &Live<'_>, allowed: Allowed<'_>, rules: &Rules, room: &mut [u8; MOST]) -> usize {
    let passed = Passed {
        head: live.head(),
        connection: live.connection(),
        allowed,
        readings: &[],
        seen: Seen::of(live),
        rules,
        path: "/v1/orders/{id}/lines/{line}",
        has_host: false,
    };
    passed.write(room)
}

/// Decides, forwards and records once; gives how many bytes were emitted.
fn pass(
    snapshot: &Snapshot<'_>,
    keyer: &Keyer,
    head: &Head,
    connection: &Connection,
    scratch: &mut Vec<u8>,
) -> usize {
    let facts = Live::new(head, connection, 0);
    let rules = snapshot.rules;
    let walk = decide(snapshot, keyer, &facts);
    let allowed = walk.allowed(rules, head).unwrap();
    let mut bytes = 0;
    allowed.write_target(rules, head.query(), |piece| {
        bytes += piece.len();
    });
    let trace = Trace::new(head.fields.all(Known::Traceparent), 1, 2, false);
    let context = RequestContext {
        forwarding: &rules.configuration().forwarding,
        trusted_header: rules.configuration().client.header,
        client: &allowed.client,
        peer: connection.peer.ip(),
        scheme: allowed.scheme,
        request_id: b"01JDB7Z3K8Q4M2T9V6X1C5N0RW",
        trace: &trace,
        to: UpstreamProtocol::Http1,
        withheld: allowed.withheld(rules).0,
        session: None,
        consumer: allowed.consumer(rules),
        written: allowed.written,
    };
    forward::request(head, &context, scratch, |name, value| {
        bytes += name.len() + value.len();
    });
    let grant = rules.grant(&allowed.route, head, 0).unwrap();
    grant.fields(|name, value| bytes += name.len() + value.len());
    bytes + keep(&facts, allowed, rules, &mut [0; MOST])
}

#[test]
fn an_allowed_request_allocates_nothing() {
    let mut of_a_page = request();
    of_a_page.fields.push(b"Origin", b"https://app.example");
    for head in [request(), of_a_page] {
        passes_for_free(&head);
    }
}

fn passes_for_free(head: &Head) {
    let (connection, directory, keyer) = (connection(), directory(), keyer());
    let mut scratch = Vec::with_capacity(1024);
    for authentication in [None, Some(with_keys())] {
        let rules = rules(authentication);
        let snapshot = Snapshot {
            rules: &rules,
            directory: &directory,
        };
        let mut bytes = 0;
        let counted = allocation_counter::measure(|| {
            bytes = pass(&snapshot, &keyer, head, &connection, &mut scratch);
        });
        assert!(bytes > 100);
        assert_eq!(counted.count_total, 0);
    }
}

/// Not a benchmark: prints what the decision alone, what is kept of it, and the whole pass cost.
/// `cargo test --release -p postern-policy --test allocations -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn cost_of_a_pass() {
    let (head, connection, directory, keyer) = (request(), connection(), directory(), keyer());
    let mut scratch = Vec::with_capacity(1024);
    let rounds = 500_000u32;
    for (who, authentication) in [("open", None), ("with keys", Some(with_keys()))] {
        let rules = rules(authentication);
        let snapshot = Snapshot {
            rules: &rules,
            directory: &directory,
        };
        let start = std::time::Instant::now();
        for _ in 0..rounds {
            let facts = Live::new(std::hint::black_box(&head), &connection, 0);
            std::hint::black_box(decide(&snapshot, &keyer, &facts));
        }
        let decided = start.elapsed() / rounds;
        let facts = Live::new(&head, &connection, 0);
        let walk = decide(&snapshot, &keyer, &facts);
        let allowed = walk.allowed(&rules, &head).unwrap();
        let (start, mut room) = (std::time::Instant::now(), [0; MOST]);
        for _ in 0..rounds {
            let allowed = std::hint::black_box(allowed);
            std::hint::black_box(keep(&facts, allowed, &rules, &mut room));
        }
        let kept = start.elapsed() / rounds;
        let start = std::time::Instant::now();
        let mut bytes = 0;
        for _ in 0..rounds {
            let head = std::hint::black_box(&head);
            bytes += pass(&snapshot, &keyer, head, &connection, &mut scratch);
        }
        eprintln!(
            "{who}: decision {decided:?}, what its row keeps {kept:?}, all with forwarding {:?}, \
             {bytes} bytes",
            start.elapsed() / rounds
        );
    }
}
