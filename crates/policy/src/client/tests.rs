use super::*;
use crate::facts::Live;
use crate::testing::{connection, head};
use proptest::prelude::*;

fn config(header: ForwardedHeader) -> Client {
    Client {
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
        trusted_lists: vec![],
        header,
        max_hops: 4,
    }
}

fn found(header: ForwardedHeader, peer: &str, fields: &[&str]) -> Result<String, Problem> {
    let head = head("GET", "/", fields);
    let connection = connection(peer);
    find(&Live::new(&head, &connection, 0), &config(header))
        .map(|c| format!("{} {}", c.address, c.provenance))
        .map_err(|e| e.problem)
}

#[test]
fn x_forwarded_for_is_walked_from_the_right() {
    for (peer, fields, expected) in [
        (
            "192.0.2.1",
            &["X-Forwarded-For: 203.0.113.9"][..],
            Ok("192.0.2.1 peer"),
        ),
        (
            "192.0.2.1",
            &["X-Forwarded-For: junk"],
            Ok("192.0.2.1 peer"),
        ),
        ("10.0.0.1", &[], Ok("10.0.0.1 peer")),
        (
            "10.0.0.1",
            &["X-Forwarded-For: 192.0.2.7"],
            Ok("192.0.2.7 x-forwarded-for[1]"),
        ),
        (
            "::ffff:10.0.0.1",
            &["X-Forwarded-For: 192.0.2.7"],
            Ok("192.0.2.7 x-forwarded-for[1]"),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: junk, 192.0.2.7"],
            Ok("192.0.2.7 x-forwarded-for[1]"),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.2"],
            Ok("192.0.2.7 x-forwarded-for[2]"),
        ),
        (
            "10.0.0.1",
            &[
                "X-Forwarded-For: 6.6.6.6",
                "X-Forwarded-For: 192.0.2.7,10.0.0.2",
            ],
            Ok("192.0.2.7 x-forwarded-for[2]"),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: 192.0.2.7", "X-Forwarded-For: 10.0.0.2"],
            Ok("192.0.2.7 x-forwarded-for[2]"),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: 192.0.2.7:443"],
            Ok("192.0.2.7 x-forwarded-for[1]"),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: [2001:db8::1]:443"],
            Ok("2001:db8::1 x-forwarded-for[1]"),
        ),
        (
            "fd00::1",
            &["X-Forwarded-For: 2001:db8::1"],
            Ok("2001:db8::1 x-forwarded-for[1]"),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: 10.0.0.3, 10.0.0.2"],
            Ok("10.0.0.3 x-forwarded-for[2]"),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: junk"],
            Err(Problem::NotAnAddress),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: 192.0.2.7, 10.0.0.2:x"],
            Err(Problem::NotAnAddress),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: unknown"],
            Err(Problem::Hidden),
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-For: 10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1"],
            Err(Problem::TooManyHops),
        ),
    ] {
        assert_eq!(
            found(ForwardedHeader::XForwardedFor, peer, fields),
            expected.map(str::to_owned),
            "{peer} {fields:?}"
        );
    }
}

#[test]
fn forwarded_is_walked_from_the_right() {
    for (fields, expected) in [
        (
            &["Forwarded: for=192.0.2.7"][..],
            Ok("192.0.2.7 forwarded[1]"),
        ),
        (
            &["Forwarded: For=\"[2001:db8::1]:4711\";proto=https;by=10.0.0.1"],
            Ok("2001:db8::1 forwarded[1]"),
        ),
        (
            &["Forwarded: for=6.6.6.6, for=192.0.2.7;host=\"a,b;c\\\"\", for=10.0.0.2"],
            Ok("192.0.2.7 forwarded[2]"),
        ),
        (
            &["Forwarded: for=192.0.2.7:80"],
            Ok("192.0.2.7 forwarded[1]"),
        ),
        (&["X-Forwarded-For: 192.0.2.7"], Ok("10.0.0.1 peer")),
        (&["Forwarded: for=_hidden"], Err(Problem::Hidden)),
        (&["Forwarded: for=\"_hidden:_port\""], Err(Problem::Hidden)),
        (&["Forwarded: for=unknown"], Err(Problem::Hidden)),
        (&["Forwarded: proto=https"], Err(Problem::NotAnAddress)),
        (
            &["Forwarded: for=1.1.1.1;for=192.0.2.7"],
            Err(Problem::NotAnAddress),
        ),
        // A client's open quote must not swallow what the proxy appended.
        (
            &["Forwarded: for=1.1.1.1;x=\", for=\"[2001:db8::1]\""],
            Err(Problem::NotAnAddress),
        ),
        (
            &["Forwarded: for=1.1.1.1;x=\", for=192.0.2.7"],
            Err(Problem::NotAnAddress),
        ),
    ] {
        assert_eq!(
            found(ForwardedHeader::Forwarded, "10.0.0.1", fields),
            expected.map(str::to_owned),
            "{fields:?}"
        );
    }
}

#[test]
fn a_proxy_protocol_source_stands_for_the_peer() {
    let head = head("GET", "/", &["X-Forwarded-For: 192.0.2.7"]);
    let mut connection = connection("172.16.0.1");
    for (source, expected) in [
        ("203.0.113.5:1", "203.0.113.5 proxy_protocol"),
        ("10.0.0.9:1", "192.0.2.7 x-forwarded-for[1]"),
    ] {
        connection.proxied_source = Some(source.parse().unwrap());
        let found = find(
            &Live::new(&head, &connection, 0),
            &config(ForwardedHeader::XForwardedFor),
        )
        .unwrap();
        assert_eq!(format!("{} {}", found.address, found.provenance), expected);
    }
}

#[test]
fn the_last_word_about_the_scheme_counts_if_it_is_trusted() {
    for (peer, fields, expected) in [
        (
            "10.0.0.1",
            &["X-Forwarded-Proto: http, HTTPS"][..],
            Scheme::Https,
        ),
        (
            "10.0.0.1",
            &["X-Forwarded-Proto: https, http"],
            Scheme::Http,
        ),
        ("10.0.0.1", &[], Scheme::Http),
        ("192.0.2.1", &["X-Forwarded-Proto: https"], Scheme::Http),
    ] {
        let head = head("GET", "/", fields);
        let connection = connection(peer);
        let facts = Live::new(&head, &connection, 0);
        let config = config(ForwardedHeader::XForwardedFor);
        let client = find(&facts, &config).unwrap();
        assert_eq!(scheme(&facts, &config, &client), expected);
    }
}

proptest! {
    #[test]
    fn any_value(value in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(fuzz(&value), Ok(()));
    }

    #[test]
    fn values_made_of_pieces(pieces in prop::collection::vec(prop::sample::select(vec![
        "for=", "proto=", "\"", "\\", ",", ";", "[", "]", "::1", "1.2.3.4", ":80", "_x", "unknown", " ",
    ]), 0..12)) {
        prop_assert_eq!(fuzz(pieces.concat().as_bytes()), Ok(()));
    }

    #[test]
    fn what_stands_left_of_the_client_is_never_read(junk in "[ -~]{0,40}") {
        let field = format!("X-Forwarded-For: {junk},192.0.2.7");
        prop_assert_eq!(
            found(ForwardedHeader::XForwardedFor, "10.0.0.1", &[&field]),
            Ok("192.0.2.7 x-forwarded-for[1]".to_owned())
        );
    }
}
