use super::trace::Trace;
use super::*;
use crate::client::{ClientAddress, Provenance, Scheme};
use crate::testing;
use postern_model::entity::{ForwardedHeader, Forwarding, Name, UpstreamProtocol};
use proptest::prelude::*;
use std::net::IpAddr;

/// What is different from a plain request of an untrusted caller.
struct Case {
    trusted: bool,
    header: ForwardedHeader,
    client: &'static str,
    forwarded: bool,
    to: UpstreamProtocol,
    version: Version,
    withheld: &'static [Name],
    written: &'static [Written],
}

impl Default for Case {
    fn default() -> Self {
        Self {
            trusted: false,
            header: ForwardedHeader::XForwardedFor,
            client: "192.0.2.1",
            forwarded: false,
            to: UpstreamProtocol::Http1,
            version: Version::Http11,
            withheld: &[],
            written: &[],
        }
    }
}

fn sent(fields: &[&str], case: &Case) -> Vec<String> {
    let mut head = testing::head("GET", "/", fields);
    head.version = case.version;
    let client = ClientAddress {
        address: case.client.parse().unwrap(),
        provenance: Provenance::Peer,
        via_trusted_proxy: case.trusted,
    };
    let forwarding = Forwarding {
        forwarded: case.forwarded,
        ..Forwarding::default()
    };
    let trace = Trace::new(head.fields.all(Known::Traceparent), 0xa, 0xb, false);
    let context = RequestContext {
        forwarding: &forwarding,
        trusted_header: case.header,
        client: &client,
        peer: "192.0.2.1".parse::<IpAddr>().unwrap(),
        scheme: Scheme::Https,
        request_id: b"OURS",
        trace: &trace,
        to: case.to,
        withheld: case.withheld,
        session: None,
        consumer: None,
        written: case.written,
    };
    let mut lines = Vec::new();
    request(&head, &context, &mut vec![b'x'], |name, value| {
        lines.push(format!(
            "{}: {}",
            String::from_utf8_lossy(name),
            String::from_utf8_lossy(value)
        ));
    });
    lines
}

fn line<'a>(lines: &'a [String], name: &str) -> Vec<&'a str> {
    lines
        .iter()
        .filter_map(|l| l.split_once(": "))
        .filter(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, v)| v)
        .collect()
}

const NEW_TRACE: &str = "traceparent: 00-0000000000000000000000000000000a-000000000000000b-00";

#[test]
fn a_plain_request_keeps_its_fields_and_gets_ours() {
    assert_eq!(
        sent(
            &[
                "Host: a.b",
                "Accept: */*",
                "content-length: 3",
                "X-Thing: 1",
                "Authorization: Basic x"
            ],
            &Case::default()
        ),
        [
            "Accept: */*",
            "X-Thing: 1",
            "Authorization: Basic x",
            "X-Forwarded-For: 192.0.2.1",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: a.b",
            "Via: 1.1 postern",
            NEW_TRACE,
            "X-Request-Id: OURS",
        ]
    );
}

#[test]
fn what_is_about_one_connection_or_pretends_to_be_ours_stays_behind() {
    let lines = sent(
        &[
            "Connection: keep-alive, X-Hop, close",
            "connection: x-other",
            "X-Hop: 1",
            "X-OTHER: 1",
            "Keep-Alive: timeout=5",
            "Proxy-Connection: keep-alive",
            "Proxy-Authorization: Basic x",
            "TE: trailers",
            "Transfer-Encoding: chunked",
            "Upgrade: h2c",
            "HTTP2-Settings: x",
            "Expect: 100-continue",
            "X-Postern-App: admin",
            "X_Postern_App: admin",
            "x-postern_user: admin",
            "X_Forwarded_For: 6.6.6.6",
            "X-Forwarded-For: 6.6.6.6",
            "X-Forwarded-Host: evil",
            "X-Forwarded-Port: 1",
            "X-Real-IP: 6.6.6.6",
            "Forwarded: for=6.6.6.6",
            "X-Request-Id: theirs",
            "X-Keep_me: 1",
        ],
        &Case::default(),
    );
    assert_eq!(
        lines,
        [
            "X-Keep_me: 1",
            "X-Forwarded-For: 192.0.2.1",
            "X-Forwarded-Proto: https",
            "Via: 1.1 postern",
            NEW_TRACE,
            "X-Request-Id: OURS",
        ]
    );
}

#[test]
fn connection_cannot_name_what_a_rule_may_have_read() {
    let lines = sent(
        &[
            "Connection: Authorization, Cookie, X-Forwarded-For, Via, Content-Type",
            "Authorization: Basic x",
            "Cookie: a=b",
            "Content-Type: text/plain",
        ],
        &Case::default(),
    );
    for name in [
        "Authorization",
        "Cookie",
        "Content-Type",
        "X-Forwarded-For",
        "Via",
    ] {
        assert_eq!(line(&lines, name).len(), 1, "{name}");
    }
}

#[test]
fn a_trusted_proxy_is_appended_to() {
    let lines = sent(
        &[
            "Host: inner",
            "X-Forwarded-For: 6.6.6.6",
            "X-Forwarded-For: 203.0.113.7",
            "X-Forwarded-Host: public.example",
            "X-Forwarded-Port: 443",
            "Forwarded: for=6.6.6.6",
            "Via: 1.0 edge",
            "X-Request-Id: edge-1",
        ],
        &Case {
            trusted: true,
            client: "203.0.113.7",
            forwarded: true,
            ..Case::default()
        },
    );
    for (name, value) in [
        ("X-Forwarded-For", "203.0.113.7, 192.0.2.1"),
        ("X-Forwarded-Host", "public.example"),
        ("X-Forwarded-Port", "443"),
        (
            "Forwarded",
            "for=203.0.113.7, for=192.0.2.1;proto=https;host=\"inner\"",
        ),
        ("Via", "1.0 edge, 1.1 postern"),
        ("X-Request-Id", "OURS"),
        ("X-Postern-Client-Request-Id", "edge-1"),
    ] {
        assert_eq!(line(&lines, name), [value], "{name}");
    }
}

#[test]
fn the_header_that_is_not_trusted_is_made_from_the_one_that_is() {
    let lines = sent(
        &[
            "Forwarded: for=\"[2001:db8::7]\"",
            "X-Forwarded-For: 6.6.6.6",
        ],
        &Case {
            trusted: true,
            header: ForwardedHeader::Forwarded,
            client: "2001:db8::7",
            forwarded: true,
            ..Case::default()
        },
    );
    assert_eq!(line(&lines, "X-Forwarded-For"), ["2001:db8::7, 192.0.2.1"]);
    assert_eq!(
        line(&lines, "Forwarded"),
        ["for=\"[2001:db8::7]\", for=192.0.2.1;proto=https"]
    );
}

#[test]
fn a_request_id_is_only_taken_from_a_trusted_hop_and_if_it_is_safe() {
    let long = format!("X-Request-Id: {}", "a".repeat(129));
    for (field, trusted, kept) in [
        ("X-Request-Id: a-1", true, true),
        ("X-Request-Id: a-1", false, false),
        ("X-Request-Id: a b", true, false),
        ("X-Request-Id: <x>", true, false),
        (long.as_str(), true, false),
    ] {
        let case = Case {
            trusted,
            ..Case::default()
        };
        let lines = sent(&[field], &case);
        let id = line(&lines, "X-Postern-Client-Request-Id");
        assert_eq!(!id.is_empty(), kept, "{field}");
    }
}

#[test]
fn http2_upstreams_learn_that_trailers_are_welcome() {
    let case = |to| Case {
        to,
        ..Case::default()
    };
    let fields = ["TE: gzip, trailers"];
    let two = sent(&fields, &case(UpstreamProtocol::Http2));
    assert_eq!(line(&two, "te"), ["trailers"]);
    let one = sent(&fields, &case(UpstreamProtocol::Http1));
    assert!(line(&one, "te").is_empty());
}

#[test]
fn a_cookie_in_pieces_is_put_together_for_http1() {
    let case = |to| Case {
        to,
        version: Version::Http2,
        ..Case::default()
    };
    let fields = ["cookie: a=1", "cookie: b=2"];
    let one = sent(&fields, &case(UpstreamProtocol::Http1));
    assert_eq!(line(&one, "cookie"), ["a=1; b=2"]);
    assert_eq!(line(&one, "via"), ["2 postern"]);
    let two = sent(&fields, &case(UpstreamProtocol::Http2));
    assert_eq!(line(&two, "cookie"), ["a=1", "b=2"]);
}

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[test]
fn a_valid_trace_is_continued() {
    let field = format!("Traceparent: {PARENT}");
    let lines = sent(&[&field, "tracestate: a=1"], &Case::default());
    assert_eq!(
        line(&lines, "traceparent"),
        ["00-0af7651916cd43dd8448eb211c80319c-000000000000000b-01"]
    );
    assert_eq!(line(&lines, "tracestate"), ["a=1"]);
    let later = Trace::new(
        [&b"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff-more"[..]].into_iter(),
        1,
        2,
        false,
    );
    assert_eq!(later.parent_id, Some(0xb7ad_6b71_6920_3331));
    assert!(later.is_sampled());
    assert!(later.encode().ends_with(b"-0000000000000002-01"));
}

#[test]
fn a_trace_that_is_not_valid_begins_anew_without_its_state() {
    for value in [
        "",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
        "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
    ] {
        let field = format!("Traceparent: {value}");
        let lines = sent(&[&field, "tracestate: a=1"], &Case::default());
        assert!(lines.iter().any(|l| l == NEW_TRACE), "{value}");
        assert!(line(&lines, "tracestate").is_empty(), "{value}");
    }
    let twice = Trace::new(
        [PARENT.as_bytes(), PARENT.as_bytes()].into_iter(),
        0,
        0,
        true,
    );
    assert_eq!((twice.trace_id, twice.span_id, twice.flags), (1, 1, 1));
}

fn answered(status: u16, deprecation: Option<&str>, fields: &[&str]) -> Vec<String> {
    answered_under_limits(status, deprecation, false, fields)
}

fn answered_under_limits(
    status: u16,
    deprecation: Option<&str>,
    limited: bool,
    fields: &[&str],
) -> Vec<String> {
    answered_beside(status, deprecation, limited, false, fields)
}

fn answered_beside(
    status: u16,
    deprecation: Option<&str>,
    limited: bool,
    cors: bool,
    fields: &[&str],
) -> Vec<String> {
    let head = testing::head("GET", "/", fields);
    let forwarding = Forwarding::default();
    let context = ResponseContext {
        forwarding: &forwarding,
        deprecation,
        sunset: deprecation,
        request_id: b"OURS",
        status,
        received: Version::Http11,
        limited,
        cors,
    };
    let mut lines = Vec::new();
    response(&head.fields, &context, &mut vec![b'x'], |name, value| {
        lines.push(format!(
            "{}: {}",
            String::from_utf8_lossy(name),
            String::from_utf8_lossy(value)
        ));
    });
    lines
}

#[test]
fn no_upstream_can_forge_one_of_our_refusals() {
    let lines = answered(
        403,
        None,
        &[
            "Content-Type: text/plain",
            "Postern-Denial: x",
            "postern_denial: x",
            "X-Request-Id: theirs",
            "x_request_id: theirs",
            "Proxy-Status: edge; error=dns_error, postern; error=http_request_denied; details=\"a, b\"",
            "Proxy-Status: \"Postern\"; error=x , cdn",
            "Proxy-Status: open; details=\"x, postern",
            "Connection: close, X-Hop",
            "X-Hop: 1",
            "Keep-Alive: 1",
            "Trailer: X",
            "Via: 1.1 edge",
        ],
    );
    assert_eq!(
        lines,
        [
            "Content-Type: text/plain",
            "Trailer: X",
            "Proxy-Status: edge; error=dns_error, cdn, postern; received-status=403",
            "Via: 1.1 edge, 1.1 postern",
            "X-Request-Id: OURS",
        ]
    );
}

#[test]
fn a_good_response_is_not_labelled() {
    assert_eq!(
        answered(
            200,
            None,
            &["Deprecation: @1", "Proxy-Status: postern; error=x"]
        ),
        ["Deprecation: @1", "Via: 1.1 postern", "X-Request-Id: OURS"]
    );
    assert_eq!(
        answered(200, Some("@2"), &["deprecation: @1", "Sunset: x"]),
        [
            "Via: 1.1 postern",
            "X-Request-Id: OURS",
            "Deprecation: @2",
            "Sunset: @2"
        ]
    );
}

#[test]
fn an_upstreams_limits_pass_unless_ours_are_told() {
    let about_limits = [
        "RateLimit: \"theirs\";r=1",
        "ratelimit-policy: \"theirs\";q=1",
        "RateLimit-Remaining: 1",
        "X-RateLimit-Limit: 1",
        "x-ratelimit-reset-after: 1",
        "x_ratelimit_limit: 1",
    ];
    let others = [
        "RateLimited: no",
        "X-RateLimit: 1",
        "X-Rate-Limit-Limit: 1",
        "Retry-After: 3",
    ];
    let ours = ["Via: 1.1 postern", "X-Request-Id: OURS"];
    let all = [&about_limits[..], &others].concat();
    assert_eq!(
        answered_under_limits(200, None, false, &all),
        [&all[..], &ours].concat()
    );
    assert_eq!(
        answered_under_limits(200, None, true, &all),
        [&others[..], &ours].concat()
    );
}

#[test]
fn trailers_say_nothing_that_the_head_or_the_gateway_says() {
    for (name, may) in [
        ("grpc-status", true),
        ("content-digest", true),
        ("content-length", false),
        ("transfer-encoding", false),
        ("authorization", false),
        ("postern-denial", false),
        ("x-postern-app", false),
        ("x_postern_app", false),
        ("proxy-status", false),
        ("x-request-id", false),
    ] {
        assert_eq!(may_be_trailer(Known::of(name.as_bytes())), may, "{name}");
    }
}

proptest! {
    #[test]
    fn any_fields(text in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(fuzz(&text), Ok(()));
    }

    #[test]
    fn fields_made_of_pieces(pieces in prop::collection::vec(prop::sample::select(vec![
        "Connection:", "Proxy-Status:", "Forwarded:", "X-Forwarded-For:", "Via:", "TE:", "traceparent:",
        "X-Postern-App:", "X_Postern:", "Upgrade:", "Host:", "\n", "\n", ",", ";", "\"", "\\", "postern",
        "Postern", "x", " ", "=", "host", "\r", "\t",
    ]), 0..24)) {
        prop_assert_eq!(fuzz(pieces.concat().as_bytes()), Ok(()));
    }

    #[test]
    fn a_trace_reads_back_what_it_writes(trace: u128, span: u64, sampled: bool) {
        let first = Trace::new(std::iter::empty(), trace, span, sampled);
        let encoded = first.encode();
        let second = Trace::new([&encoded[..]].into_iter(), 1, 1, false);
        prop_assert_eq!(second.trace_id, first.trace_id);
        prop_assert_eq!(second.parent_id, Some(first.span_id));
        prop_assert_eq!(second.flags, first.flags);
    }
}

#[test]
fn what_the_upstream_says_to_browsers_is_replaced_where_a_policy_says_it() {
    let fields = [
        "Access-Control-Allow-Origin: *",
        "access_control_allow_credentials: true",
        "Access-Control-Expose-Headers: X-A",
        "Vary: Accept",
        "X-A: 1",
    ];
    let kept = |cors| {
        let lines = answered_beside(200, None, false, cors, &fields);
        fields.map(|field| lines.iter().any(|line| line == field))
    };
    assert_eq!(kept(false), [true; 5]);
    assert_eq!(kept(true), [false, false, false, true, true]);
}

#[test]
fn what_others_write_stands_in_place_of_what_the_caller_sent() {
    let written = |name: &str, values: &[&str]| Written {
        name: name.into(),
        values: values.iter().map(|value| value.as_bytes().into()).collect(),
    };
    let case = Case {
        written: Box::leak(Box::new([
            written("x-user", &["jane"]),
            written("x-groups", &["a", "b"]),
            written("x-level", &[]),
        ])),
        ..Case::default()
    };
    let fields = ["X-USER: root", "x-user: admin", "X-Level: 9", "X-Kept: yes"];
    let lines = sent(&fields, &case);
    assert_eq!(line(&lines, "x-user"), ["jane"]);
    assert_eq!(line(&lines, "x-groups"), ["a", "b"]);
    assert!(line(&lines, "x-level").is_empty());
    assert_eq!(line(&lines, "x-kept"), ["yes"]);
    assert!(
        lines
            .iter()
            .all(|line| !line.contains("root") && !line.contains("admin"))
    );
}

#[test]
fn no_other_spelling_of_what_others_write_or_is_withheld_passes() {
    let case = Case {
        withheld: Box::leak(Box::new([Name::from("x-api-key")])),
        written: Box::leak(Box::new([
            Written {
                name: "x-auth-user".into(),
                values: vec!["jane".as_bytes().into()],
            },
            Written {
                name: "x_auth_level".into(),
                values: vec![],
            },
        ])),
        ..Case::default()
    };
    let fields = [
        "X-Auth-User: admin",
        "X_Auth_User: admin",
        "x-auth_USER: admin",
        "X-Auth-Level: admin",
        "x_auth_level: admin",
        "X_API_Key: admin",
        "X-Api-Key: admin",
        "XAuth-User: kept",
        "X-Auth-Users: kept",
        "X-Auth-Use: kept",
        "X_Auth: kept",
    ];
    let lines = sent(&fields, &case);
    assert_eq!(line(&lines, "x-auth-user"), ["jane"]);
    let kept = lines.iter().filter(|line| line.ends_with(": kept"));
    assert_eq!(kept.count(), 4, "{lines:?}");
    assert!(
        lines.iter().all(|line| !line.contains("admin")),
        "{lines:?}"
    );
}

#[test]
fn trailers_say_nothing_in_place_of_what_others_write() {
    let mut trailers = Fields::default();
    for name in [
        "X-Sum",
        "x_auth_user",
        "X-Auth-User",
        "X-API-Key",
        "X_Api_Key",
        "X-Last",
    ] {
        trailers.push(name.as_bytes(), b"1");
    }
    let written = [Written {
        name: "x-auth-user".into(),
        values: vec![],
    }];
    let withheld = [Name::from("x-api-key")];
    let passed = request_trailers(&trailers, &withheld, &written);
    let names: Vec<&[u8]> = passed.iter().map(|field| field.name).collect();
    assert_eq!(names, [&b"X-Sum"[..], b"X-Last"]);
    assert_eq!(request_trailers(&trailers, &[], &[]).len(), 6);
}
