//! A hundred kilobytes wherever a caller says who they are, over HTTP/1 and HTTP/2.

use super::{PLACE, WAYS, Way, Who, World, told};
use crate::harness::h2;
use crate::harness::raw::find;
use crate::harness::{Raw, SOON};
use http::{HeaderMap, Request};
use serde_json::json;
use std::time::{Duration, Instant};

const HUGE: usize = 100_000;
/// What is sent a hundred thousand times, and must not come back at any length.
const PIECE: &str = "QUFB";

/// Where it is put, for which way, and what is said of it where so much is let in.
fn places(world: &World) -> Vec<(&'static str, Way, Vec<String>, &'static str)> {
    let huge = PIECE.repeat(HUGE / PIECE.len());
    let known = |way: Way| world.proof(way, &way.host(), Who::Known, 0);
    let [dpop, _] = <[String; 2]>::try_from(known(Way::Dpop)).expect("two lines");
    let [input, signature] = <[String; 2]>::try_from(known(Way::Signature)).expect("two lines");
    let bearer = format!("Authorization: Bearer {huge}");
    vec![
        (
            "a key",
            Way::ApiKey,
            vec![format!("X-API-Key: {huge}")],
            "credential.malformed",
        ),
        (
            "a password",
            Way::Basic,
            vec![format!("Authorization: Basic {huge}")],
            "credential.malformed",
        ),
        ("a token", Way::Jwt, vec![bearer.clone()], "token.malformed"),
        (
            "a token of ours",
            Way::Granted,
            vec![bearer],
            "token.malformed",
        ),
        (
            "a bound token",
            Way::Dpop,
            vec![
                format!("Authorization: DPoP {huge}"),
                "DPoP: a.b.c".to_owned(),
            ],
            "token.malformed",
        ),
        (
            "a proof",
            Way::Dpop,
            vec![dpop, format!("DPoP: {huge}")],
            "dpop.proof_invalid",
        ),
        (
            "a signature",
            Way::Signature,
            vec![input.clone(), format!("Signature: sig1=:{huge}:")],
            "signature.invalid",
        ),
        (
            "what was signed",
            Way::Signature,
            vec![format!("{input};x=\"{huge}\""), signature],
            "signature.invalid",
        ),
        (
            "an older signature",
            Way::Hmac,
            vec![format!(
                "Authorization: Signature keyId=\"till-7\",signature=\"{huge}\""
            )],
            "signature.invalid",
        ),
        (
            "a cookie",
            Way::Jwt,
            vec![format!("Cookie: postern_session={huge}")],
            "credential.missing",
        ),
    ]
}

/// How requests are sent.
#[derive(Debug, Clone, Copy)]
enum Over {
    Http1,
    Http2,
}

const BOTH: [Over; 2] = [Over::Http1, Over::Http2];

/// `GET /orders` with these lines.
fn get(way: Way, lines: &[String]) -> Request<Vec<u8>> {
    request("GET", &format!("http://{}/orders", way.host()), lines, "")
}

/// A form for the token endpoint.
fn post(line: Option<String>, form: &str) -> Request<Vec<u8>> {
    let kind = "Content-Type: application/x-www-form-urlencoded".to_owned();
    let lines: Vec<String> = line.into_iter().chain([kind]).collect();
    let endpoint = format!("http://{}{PLACE}/token", Way::Granted.host());
    request("POST", &endpoint, &lines, form)
}

fn request(method: &str, target: &str, lines: &[String], body: &str) -> Request<Vec<u8>> {
    let mut request = Request::builder().method(method).uri(target);
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a field");
        request = request.header(name, value);
    }
    request.body(body.into()).expect("a request")
}

impl Over {
    /// What comes of a request: status and code, within a second, and without what was sent.
    fn answered(self, world: &World, name: &str, request: Request<Vec<u8>>) -> (String, String) {
        let begun = Instant::now();
        let answer = match self {
            Self::Http1 => first(world, &request),
            Self::Http2 => second(world, request),
        };
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(1), "{self:?}, {name}: {took:?}");
        let echoed = find(&answer, PIECE.repeat(4).as_bytes());
        let shown = String::from_utf8_lossy(&answer);
        assert_eq!(echoed, None, "{self:?}, {name}: {shown}");
        told(&answer)
    }
}

fn first(world: &World, request: &Request<Vec<u8>>) -> Vec<u8> {
    let (uri, length) = (request.uri(), request.body().len());
    let mut text = format!(
        "{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n",
        request.method(),
        uri.path(),
        uri.host().expect("a host")
    )
    .into_bytes();
    for (name, value) in request.headers() {
        text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    text.extend([b"\r\n", request.body().as_slice()].concat());
    Raw::connect(world.at()).send(text).rest(SOON).0
}

/// The answer as it would be in HTTP/1.
fn second(world: &World, request: Request<Vec<u8>>) -> Vec<u8> {
    let answer = h2::exchange(world.at(), request, HeaderMap::new());
    assert!(answer.broken.is_none(), "{:?}", answer.broken);
    let mut text = format!("HTTP/2 {} \r\n", answer.status).into_bytes();
    for (name, value) in &answer.headers {
        text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    text.extend([b"\r\n", answer.body.as_slice()].concat());
    text
}

#[test]
fn a_hundred_kilobytes_are_refused_at_once_wherever_they_stand() {
    let mut world = World::new();
    let big = ("431".to_owned(), "connection.header_too_large".to_owned());
    let invalid = ("400".to_owned(), "grant.invalid".to_owned());
    let grant = "grant_type=client_credentials";
    let huge = PIECE.repeat(HUGE / PIECE.len());
    for over in BOTH {
        for (name, way, lines, _) in places(&world) {
            let told = over.answered(&world, name, get(way, &lines));
            assert_eq!(told, big, "{over:?}: {name}");
        }
        let field = format!("Authorization: Basic {huge}");
        let told = over.answered(&world, "a client", post(Some(field), grant));
        assert_eq!(told, big, "{over:?}");
        for form in [
            format!("{grant}&client_id=a&client_secret={huge}"),
            format!("{grant}&client_id={huge}&client_secret=a"),
            format!("{grant}&scope={huge}"),
            format!("{huge}=a"),
            format!("{grant}&{}", "a=b&".repeat(HUGE / 4)),
        ] {
            let told = over.answered(&world, "a form", post(None, &form));
            assert_eq!(told, invalid, "{over:?}: {}", &form[..40]);
        }
    }
    assert_eq!(world.upstream.seen().len(), 0);
    let kept = world.kept();
    assert!(!kept.contains(&PIECE.repeat(20)), "it is in the log");
    world.gateway.assert_alive();
    for way in WAYS {
        let passed = world.ask(&way.host(), &world.proof(way, &way.host(), Who::Known, 0));
        assert_eq!(passed.status, 200, "{way:?}: {}", passed.text());
    }
}

#[test]
fn where_headers_may_be_that_long_each_way_bounds_its_own() {
    let mut world = World::with(|all| {
        all["limits"] = json!({"header": "200KiB", "headers": "256KiB"});
    });
    for over in BOTH {
        for (name, way, lines, due) in places(&world) {
            let (status, code) = over.answered(&world, name, get(way, &lines));
            assert_eq!((&*status, &*code), ("401", due), "{over:?}: {name}");
        }
    }
    assert_eq!(world.upstream.seen().len(), 0);
    let kept = world.kept();
    assert!(!kept.contains(&PIECE.repeat(20)), "it is in the log");
    world.gateway.assert_alive();
}
