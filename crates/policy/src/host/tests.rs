use super::*;
use proptest::prelude::*;

#[test]
fn hosts_have_one_spelling() {
    for (raw, host, port) in [
        ("example.com", "example.com", None),
        ("EXAMPLE.com.", "example.com", None),
        ("a.b:8080", "a.b", Some(8080)),
        ("a.b.:80", "a.b", Some(80)),
        ("a.b:", "a.b", None),
        ("a_b-c", "a_b-c", None),
        ("127.0.0.1:1", "127.0.0.1", Some(1)),
        ("[::1]:443", "[::1]", Some(443)),
        ("[2001:DB8:0::1]", "[2001:db8::1]", None),
    ] {
        let authority = parse(raw.as_bytes()).unwrap();
        assert_eq!((authority.host.as_ref(), authority.port), (host, port));
    }
    assert!(matches!(
        parse(b"a.b:80").unwrap().host,
        Cow::Borrowed("a.b")
    ));
    assert!(matches!(parse(b"[::1]").unwrap().host, Cow::Borrowed(_)));
}

#[test]
fn what_is_no_authority_is_refused() {
    let long = "a".repeat(64);
    let many = "a.".repeat(130) + "b";
    for (raw, error) in [
        ("", HostError::Empty),
        (".", HostError::Empty),
        (":80", HostError::Empty),
        ("user@host", HostError::UserInformation),
        ("a..b", HostError::Label),
        (".a", HostError::Label),
        ("a..", HostError::Label),
        (long.as_str(), HostError::Label),
        (many.as_str(), HostError::Label),
        ("a b", HostError::Byte),
        ("a/b", HostError::Byte),
        ("a%62", HostError::Byte),
        ("é", HostError::Byte),
        ("a:b", HostError::Port),
        ("a:65536", HostError::Port),
        ("a:000080", HostError::Port),
        ("a:+80", HostError::Port),
        ("[::1", HostError::Ipv6),
        ("[fe80::1%25eth0]", HostError::Ipv6),
        ("[v1.x]", HostError::Ipv6),
        ("[127.0.0.1]", HostError::Ipv6),
        ("[::1]x", HostError::Port),
    ] {
        assert_eq!(parse(raw.as_bytes()), Err(error), "{raw}");
    }
}

proptest! {
    #[test]
    fn any_bytes(raw in "[a-cA-C0-9.:\\[\\]@%_-]{0,20}") {
        prop_assert_eq!(fuzz(raw.as_bytes()), Ok(()));
    }
}
