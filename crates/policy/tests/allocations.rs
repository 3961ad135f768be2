//! The way of an allowed request allocates nothing.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

use postern_model::entity::{
    Balance, Configuration, Dns, Edge, HostMode, Method, Operation, Outlier, PathRewrite, Pool,
    Retry, Service, Target, Upstream, UpstreamProtocol, UpstreamTimeouts, Version,
};
use postern_policy::fields::{Known, Span};
use postern_policy::forward::trace::Trace;
use postern_policy::forward::{self, RequestContext};
use postern_policy::head::Head;
use postern_policy::{Connection, Decision, Depth, Directory, Live, Rules, Snapshot, Step, Walk};
use std::sync::{Arc, LazyLock};

/// These rules and nobody.
fn by(rules: &Rules) -> Snapshot<'_> {
    static NOBODY: LazyLock<Directory> = LazyLock::new(Directory::default);
    Snapshot {
        rules,
        directory: &NOBODY,
    }
}

fn rules() -> Rules {
    let operation = |method, path: &str| Operation {
        name: path.into(),
        methods: vec![method],
        path: path.into(),
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
        ..Service::default()
    };
    let configuration = Configuration {
        services: vec![service],
        upstreams: vec![upstream],
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
    head
}

fn connection() -> Connection {
    Connection {
        peer: "192.0.2.1:50000".parse().unwrap(),
        local: "127.0.0.1:8080".parse().unwrap(),
        proxied_source: None,
        tls: None,
    }
}

/// Decides and forwards once; gives how many bytes were emitted.
fn pass(rules: &Rules, head: &Head, connection: &Connection, scratch: &mut Vec<u8>) -> usize {
    let facts = Live::new(head, connection, 0);
    let Step::Done(Decision::Allow(allowed)) =
        Walk::new(Depth::FirstDenial).step(&by(rules), &facts)
    else {
        panic!("was not allowed");
    };
    let mut bytes = 0;
    allowed.write_target(rules, head.path(), head.query(), |piece| {
        bytes += piece.len();
    });
    let trace = Trace::new(head.fields.all(Known::Traceparent), 1, 2, false);
    let context = RequestContext {
        forwarding: &rules.configuration().forwarding,
        trusted_header: rules.configuration().client.header,
        client: &allowed.client,
        peer: connection.peer.ip(),
        scheme: allowed.scheme,
        request_id: "01JDB7Z3K8Q4M2T9V6X1C5N0RW",
        trace: &trace,
        to: UpstreamProtocol::Http1,
    };
    forward::request(head, &context, scratch, |name, value| {
        bytes += name.len() + value.len();
    });
    bytes
}

#[test]
fn an_allowed_request_allocates_nothing() {
    let (rules, head, connection) = (rules(), request(), connection());
    let mut scratch = Vec::with_capacity(1024);
    let mut bytes = 0;
    // Made at its first use, which is not the request's.
    let _ = by(&rules);
    let counted = allocation_counter::measure(|| {
        bytes = pass(&rules, &head, &connection, &mut scratch);
    });
    assert!(bytes > 100);
    assert_eq!(counted.count_total, 0);
}

/// Not a benchmark: prints what the decision alone and the whole pass cost.
/// `cargo test --release -p postern-policy --test allocations -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn cost_of_a_pass() {
    let (rules, head, connection) = (rules(), request(), connection());
    let mut scratch = Vec::with_capacity(1024);
    let rounds = 500_000u32;
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        let facts = Live::new(std::hint::black_box(&head), &connection, 0);
        std::hint::black_box(Walk::new(Depth::FirstDenial).step(&by(&rules), &facts));
    }
    let decided = start.elapsed() / rounds;
    let start = std::time::Instant::now();
    let mut bytes = 0;
    for _ in 0..rounds {
        let head = std::hint::black_box(&head);
        bytes += pass(&rules, head, &connection, &mut scratch);
    }
    eprintln!(
        "decision {decided:?}, with forwarding {:?}, {bytes} bytes",
        start.elapsed() / rounds
    );
}
