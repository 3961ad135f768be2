mod callers;
mod needs;
mod ways;

use super::*;
use crate::directory::Directory;
use crate::facts::{CertificateVerdict, Connection, Live};
use crate::head::Head;
use crate::rules::Rules;
use crate::testing::{compile, configuration, connection, head, rules, service, tls, version};
use postern_model::denial::Value;
use postern_model::entity::{ClientCertificate, Lifecycle};
use std::sync::LazyLock;

fn decide(rules: &Rules, head: &Head, connection: &Connection) -> (Decision, Walk) {
    let mut walk = Walk::new(Depth::FirstDenial);
    match walk.step(&by(rules), &Live::new(head, connection, 0)) {
        Step::Done(decision) => (decision, walk),
        Step::Need(fact) => panic!("needs {fact}"),
    }
}

fn refused(rules: &Rules, head: &Head, connection: &Connection) -> Denial {
    match decide(rules, head, connection) {
        (Decision::Refuse(denial), walk) => {
            assert!(walk.allowed(rules, head).is_none());
            denial
        }
        (other, _) => panic!("{other:?}"),
    }
}

/// The walk of a request that is allowed.
fn passed(rules: &Rules, head: &Head, connection: &Connection) -> Walk {
    match decide(rules, head, connection) {
        (Decision::Allow, walk) => walk,
        (other, _) => panic!("{other:?}"),
    }
}

fn orders() -> Rules {
    rules(vec![service(
        &["api.example.com"],
        "/v1",
        &["GET POST /orders", "GET /orders/{id}", "GET /items/{*rest}"],
    )])
}

/// These rules and nobody.
fn by(rules: &Rules) -> Snapshot<'_> {
    static NOBODY: LazyLock<Directory> = LazyLock::new(Directory::default);
    Snapshot {
        rules,
        directory: &NOBODY,
    }
}

const HOST: &str = "Host: api.example.com";

#[test]
fn a_request_is_allowed_with_everything_it_needs() {
    let rules = orders();
    let head = head("GET", "/v1/orders/%37?x=%zz", &["Host: API.example.com."]);
    let walk = passed(&rules, &head, &connection("198.51.100.1"));
    let allowed = walk.allowed(&rules, &head).unwrap();
    assert_eq!(allowed.path, b"/v1/orders/7");
    assert_eq!(allowed.host, b"api.example.com");
    assert_eq!(allowed.params.get(0, allowed.path), Some(&b"7"[..]));
    assert_eq!(&*rules.plan(&allowed.route).template, "/v1/orders/{id}");
    assert_eq!(allowed.client.address.to_string(), "198.51.100.1");
    let mut target = Vec::new();
    allowed.write_target(&rules, head.query(), |b| {
        target.extend_from_slice(b);
    });
    assert_eq!(target, b"/v1/orders/7?x=%zz");
}

#[test]
fn records_keep_no_parameter_that_is_not_to_be_kept() {
    let mut service = service(&[], "", &["GET /orders/{id}/{secret}"]);
    service.tls_required = true;
    service.versions[0].operations[0].recorded_parameters = vec!["id".into()];
    let rules = rules(vec![service]);
    let (head, peer) = (head("GET", "/orders/7/canary", &[HOST]), connection("::1"));
    let facts = Live::new(&head, &peer, 0);
    let (decision, walk) = decide(&rules, &head, &peer);
    assert!(matches!(decision, Decision::Refuse(_)), "{decision:?}");
    let recorded = walk.recorded_path(&rules, &facts).unwrap();
    assert_eq!(&*recorded, "/orders/7/{secret}");
}

/// Method, target, fields; code and one piece of its evidence.
type Refused = (
    &'static str,
    &'static str,
    &'static [&'static str],
    Code,
    (&'static str, &'static str),
);

const REFUSED: &[Refused] = &[
    (
        "get",
        "/v1/orders",
        &[HOST],
        Code::MethodUnsupported,
        ("method", "get"),
    ),
    (
        "CONNECT",
        "a:80",
        &[HOST],
        Code::UpgradeNotAllowed,
        ("token", "CONNECT"),
    ),
    (
        "GET",
        "/v1/orders",
        &[HOST, "Upgrade: h2c", "Connection: upgrade"],
        Code::UpgradeNotAllowed,
        ("token", "h2c"),
    ),
    (
        "GET",
        "/v1/orders",
        &["Host: a b"],
        Code::Malformed,
        ("section", "RFC 9110 §7.2"),
    ),
    (
        "GET",
        "/v1/../x",
        &[HOST],
        Code::PathRejected,
        ("segment", ".."),
    ),
    (
        "GET",
        "/v1/a%2fb",
        &[HOST],
        Code::PathRejected,
        ("segment", "a%2fb"),
    ),
    (
        "GET",
        "/v1/orders;a",
        &[HOST],
        Code::PathRejected,
        ("segment", "orders;a"),
    ),
    (
        "GET",
        "/v1/orders/a%2Fb",
        &[HOST],
        Code::PathRejected,
        ("segment", "a%2Fb"),
    ),
    (
        "GET",
        "/v1/orders?\u{1}",
        &[HOST],
        Code::PathRejected,
        ("part", "query"),
    ),
    ("GET", "*", &[HOST], Code::PathRejected, ("segment", "*")),
    ("OPTIONS", "*", &[HOST], Code::NotFound, ("path", "*")),
    (
        "GET",
        "/v1/orders/",
        &[HOST],
        Code::NotFound,
        ("path", "/v1/orders/"),
    ),
    (
        "GET",
        "/v1/orders",
        &["Host: other.example.com"],
        Code::NotFound,
        ("host", "other.example.com"),
    ),
    ("GET", "/v1/orders", &[], Code::NotFound, ("host", "")),
    (
        "DELETE",
        "/v1/orders",
        &[HOST],
        Code::MethodNotAllowed,
        ("method", "DELETE"),
    ),
    (
        "POST",
        "/v1/orders",
        &[HOST, "Expect: magic"],
        Code::ExpectationUnsupported,
        ("value", "magic"),
    ),
];

#[test]
fn refusals_name_what_was_wrong() {
    let rules = orders();
    for (method, target, fields, code, evidence) in REFUSED {
        let head = head(method, target, fields);
        let denial = refused(&rules, &head, &connection("198.51.100.1"));
        assert_eq!(denial.code, *code, "{method} {target}");
        assert_eq!(
            denial.evidence(evidence.0),
            Some(&Value::from(evidence.1.to_owned())),
            "{method} {target}"
        );
    }
}

#[test]
fn a_mistyped_path_is_told_what_it_may_have_meant() {
    let rules = orders();
    for (path, nearest) in [
        ("/v1/order", "/v1/orders"),
        ("/orders", "/v1/orders"),
        ("/v1/oders/17", "/v1/orders/{id}"),
        ("/v1/orders/", "/v1/orders"),
    ] {
        let denial = refused(&rules, &head("GET", path, &[HOST]), &connection("::1"));
        let Some(Value::List(list)) = denial.evidence("nearest") else {
            panic!("{path}: {denial:?}");
        };
        assert_eq!(list.first().unwrap(), nearest, "{path}");
        assert!(list.len() <= 3);
    }
    let denial = refused(
        &rules,
        &head("GET", "/wp-admin", &[HOST]),
        &connection("::1"),
    );
    assert_eq!(denial.evidence("nearest"), None);
}

#[test]
fn another_method_is_told_the_allowed_ones() {
    let denial = refused(
        &orders(),
        &head("DELETE", "/v1/orders", &[HOST]),
        &connection("::1"),
    );
    assert_eq!(
        denial.evidence("allowed"),
        Some(&Value::List(vec![
            "GET".into(),
            "HEAD".into(),
            "POST".into()
        ]))
    );
}

#[test]
fn the_states_of_a_version() {
    let with = |state| {
        let mut service = service(&[], "/v1", &["GET /orders"]);
        service.versions[0].state = state;
        let mut two = version(&["GET /orders/{id}"]);
        two.name = "v2".into();
        service.versions.push(two);
        rules(vec![service])
    };
    let request = head("GET", "/v1/orders", &[HOST]);
    let peer = connection("::1");
    let draft = refused(&with(Lifecycle::Draft), &request, &peer);
    assert_eq!(draft.code, Code::NotPublished);
    assert_eq!(draft.status, 404);
    assert!(draft.evidence("nearest").is_none() && draft.evidence("path").is_some());
    let retired = refused(
        &with(Lifecycle::Retired {
            at: 0,
            successor: Some("v2".into()),
        }),
        &request,
        &peer,
    );
    assert_eq!((retired.code, retired.status), (Code::VersionRetired, 410));
    assert_eq!(
        retired.evidence("successor"),
        Some(&Value::from("v2".to_owned()))
    );
    let rules = with(Lifecycle::Deprecated {
        since: 1_688_169_599,
        sunset: Some(784_111_777),
    });
    let walk = passed(&rules, &request, &peer);
    let plan = rules.plan(walk.route().unwrap());
    assert_eq!(plan.deprecation.as_deref(), Some("@1688169599"));
    assert_eq!(
        plan.sunset.as_deref(),
        Some("Sun, 06 Nov 1994 08:49:37 GMT")
    );
}

#[test]
fn a_draft_never_shadows_what_is_published() {
    let mut service = service(&[], "", &["GET /orders/{id}"]);
    let mut draft = version(&["GET /orders/new"]);
    draft.state = Lifecycle::Draft;
    service.versions.push(draft);
    let rules = rules(vec![service]);
    let walk = passed(
        &rules,
        &head("GET", "/orders/new", &[HOST]),
        &connection("::1"),
    );
    assert_eq!(walk.route().unwrap().version, 0);
}

#[test]
fn an_unknown_host_over_tls_is_misdirected() {
    let rules = orders();
    let request = head("GET", "/v1/orders", &["Host: other.example.com"]);
    let denial = refused(&rules, &request, &tls(Some("api.example.com")));
    assert_eq!((denial.code, denial.status), (Code::Misdirected, 421));
    assert_eq!(
        denial.evidence("sni"),
        Some(&Value::from("api.example.com".to_owned()))
    );
    let known = head("GET", "/nothing", &[HOST]);
    assert_eq!(refused(&rules, &known, &tls(None)).code, Code::NotFound);
    let fine = head("GET", "/v1/orders", &[HOST]);
    let session = tls(None);
    let facts = Live::new(&fine, &session, 0).misdirected(true);
    let Step::Done(Decision::Refuse(denial)) = Walk::default().step(&by(&rules), &facts) else {
        panic!("was not refused");
    };
    assert_eq!(denial.code, Code::Misdirected);
}

#[test]
fn plain_http_is_redirected_where_that_is_safe() {
    let mut service = service(&["api.example.com"], "", &["/{*rest}"]);
    service.tls_required = true;
    let rules = rules(vec![service]);
    let get = refused(
        &rules,
        &head("GET", "/a?b=c", &["Host: api.example.com:8080"]),
        &connection("::1"),
    );
    assert_eq!((get.code, get.status), (Code::TlsRequired, 308));
    let post = refused(&rules, &head("POST", "/a", &[HOST]), &connection("::1"));
    assert_eq!((post.code, post.status), (Code::TlsRequired, 403));
    passed(&rules, &head("POST", "/a", &[HOST]), &tls(None));
}

#[test]
fn a_trusted_proxy_may_say_that_it_spoke_tls() {
    let mut service = service(&[], "", &["/{*rest}"]);
    service.tls_required = true;
    let mut configuration = configuration(vec![service]);
    configuration.client.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let rules = compile(configuration);
    let request = head(
        "POST",
        "/a",
        &[
            HOST,
            "X-Forwarded-For: 192.0.2.7",
            "X-Forwarded-Proto: https",
        ],
    );
    let walk = passed(&rules, &request, &connection("10.1.1.1"));
    let found = walk.allowed(&rules, &request).unwrap();
    assert_eq!(found.scheme, Scheme::Https);
    assert_eq!(found.client.address.to_string(), "192.0.2.7");
    assert_eq!(
        refused(&rules, &request, &connection("192.0.2.1")).code,
        Code::TlsRequired
    );
}

#[test]
fn a_client_certificate_is_asked_for_only_when_everything_before_has_passed() {
    let mut service = service(&[], "", &["GET /a"]);
    service.client_certificate = Some(ClientCertificate {
        required: true,
        authorities: std::path::Path::new("ca.pem").into(),
        revocations: None,
    });
    let rules = rules(vec![service]);
    let request = head("GET", "/a", &[HOST]);
    assert_eq!(
        refused(&rules, &request, &connection("::1")).code,
        Code::CertificateMissing
    );
    let session = tls(None);
    assert_eq!(
        refused(&rules, &head("GET", "/b", &[HOST]), &session).code,
        Code::NotFound
    );
    for (verdict, code) in [
        (CertificateVerdict::Missing, Some(Code::CertificateMissing)),
        (
            CertificateVerdict::Trusted {
                subject: "a".into(),
                names: [].into(),
            },
            None,
        ),
        (
            CertificateVerdict::Untrusted {
                subject: "a".into(),
                issuer: "b".into(),
                error: "self-signed".into(),
            },
            Some(Code::CertificateUntrusted),
        ),
        (
            CertificateVerdict::Expired {
                subject: "a".into(),
                not_before: 0,
                not_after: 1,
                now: 2,
            },
            Some(Code::CertificateExpired),
        ),
    ] {
        let facts = Live::new(&request, &session, 0);
        let mut walk = Walk::new(Depth::FirstDenial);
        assert_eq!(
            walk.step(&by(&rules), &facts),
            Step::Need(FactRequest::ClientCertificate { service: 0 })
        );
        facts.provide_certificate(verdict);
        match (walk.step(&by(&rules), &facts), code) {
            (Step::Done(Decision::Allow), None) => {}
            (Step::Done(Decision::Refuse(denial)), Some(code)) => assert_eq!(denial.code, code),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn explaining_goes_on_past_refusals_and_missing_facts() {
    let mut service = service(&[], "", &["POST /a"]);
    service.client_certificate = Some(ClientCertificate {
        required: true,
        authorities: std::path::Path::new("ca.pem").into(),
        revocations: None,
    });
    let rules = rules(vec![service]);
    let request = head(
        "POST",
        "/a",
        &[
            HOST,
            "Upgrade: h2c",
            "Expect: magic",
            "Via: 1.1 postern, 1.1 postern",
        ],
    );
    let session = tls(None);
    let facts = Live::new(&request, &session, 0);
    let mut walk = Walk::new(Depth::Everything);
    let Step::Done(Decision::Refuse(first)) = walk.step(&by(&rules), &facts) else {
        panic!("was not refused");
    };
    assert_eq!(first.code, Code::UpgradeNotAllowed);
    let codes: Vec<_> = walk.denials().iter().map(|d| d.code).collect();
    assert_eq!(
        codes,
        [
            Code::UpgradeNotAllowed,
            Code::LoopDetected,
            Code::ExpectationUnsupported
        ]
    );
    assert_eq!(walk.unknown().len(), 1);
}

const SOCKET: [&str; 5] = [
    HOST,
    "Upgrade: websocket",
    "Connection: keep-alive, Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

#[test]
fn a_websocket_opens_only_where_it_is_declared_and_well_formed() {
    let mut service = service(&[], "", &["GET /socket", "GET POST /plain"]);
    service.versions[0].operations[0].websocket = true;
    let rules = rules(vec![service]);
    let peer = connection("::1");
    let opens = |target: &str, fields: &[&str]| {
        let request = head("GET", target, fields);
        let walk = passed(&rules, &request, &peer);
        walk.allowed(&rules, &request).unwrap().websocket
    };
    assert!(opens("/socket", &SOCKET));
    assert!(!opens("/socket", &[HOST]));
    assert_eq!(
        refused(&rules, &head("GET", "/plain", &SOCKET), &peer).code,
        Code::UpgradeNotAllowed
    );
    for (at, instead) in [
        (3, "Sec-WebSocket-Version: 8"),
        (4, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ="),
        (4, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR=="),
        (0, "Content-Length: 3"),
    ] {
        let mut fields = SOCKET;
        fields[at] = instead;
        let denial = refused(&rules, &head("GET", "/socket", &fields), &peer);
        assert_eq!(denial.code, Code::Malformed, "{instead}");
    }
    let mut twice = SOCKET.to_vec();
    twice.push(SOCKET[4]);
    assert_eq!(
        refused(&rules, &head("GET", "/socket", &twice), &peer).code,
        Code::Malformed
    );
    let mut not_asked = SOCKET;
    not_asked[2] = "Connection: keep-alive";
    assert!(!opens("/plain", &not_asked));
}

#[test]
fn a_websocket_over_http2_is_an_extended_connect() {
    let mut service = service(&[], "", &["GET /socket"]);
    service.versions[0].operations[0].websocket = true;
    let rules = rules(vec![service]);
    let mut request = head("CONNECT", "/socket", &[HOST]);
    request.version = crate::head::Version::Http2;
    request.protocol = Some(request.fields.append(b"websocket"));
    let peer = connection("::1");
    let walk = passed(&rules, &request, &peer);
    let open = walk.allowed(&rules, &request).unwrap();
    assert!(open.websocket);
    assert_eq!(open.method, Method::Get);
    request.fields.push(b"sec-websocket-version", b"8");
    assert_eq!(refused(&rules, &request, &peer).code, Code::Malformed);
    request.protocol = Some(request.fields.append(b"connect-udp"));
    let denial = refused(&rules, &request, &peer);
    assert_eq!(denial.code, Code::UpgradeNotAllowed);
}
