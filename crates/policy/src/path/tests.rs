use super::*;
use proptest::prelude::*;

fn refused(raw: &str) -> (Reason, String) {
    let rejected = normalise(raw.as_bytes()).unwrap_err();
    let segment = rejected.segment.of(raw.as_bytes());
    (
        rejected.reason,
        String::from_utf8_lossy(segment).into_owned(),
    )
}

#[test]
fn a_normal_path_is_borrowed() {
    for path in [
        "/",
        "/a",
        "/a/",
        "/a/b.c/~d",
        "/.well-known/x",
        "/...",
        "/caf%C3%A9",
        "/a%20b",
        "/a=b,c@d:e!$&'()*+",
        "/%252e%252e/x",
        "/a%09",
    ] {
        let normal = normalise(path.as_bytes()).unwrap();
        assert_eq!(normal.text, path);
        assert!(matches!(normal.text, Cow::Borrowed(_)), "{path}");
    }
}

#[test]
fn unreserved_characters_are_decoded_and_hex_is_upper_cased() {
    for (raw, normal) in [
        ("/%61bc", "/abc"),
        ("/x/%7eme/y", "/x/~me/y"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/a%2eb", "/a.b"),
        ("/%2E%2E%2E/", "/.../"),
        ("/a/b%3b/c", "/a/b%3B/c"),
    ] {
        assert_eq!(normalise(raw.as_bytes()).unwrap().text, normal);
    }
}

#[test]
fn what_could_mean_two_things_is_refused() {
    for (raw, reason, segment) in [
        ("", Reason::NotAbsolute, ""),
        ("*", Reason::NotAbsolute, "*"),
        ("a/b", Reason::NotAbsolute, "a"),
        ("/a/%", Reason::MalformedPercent, "%"),
        ("/a/%4", Reason::MalformedPercent, "%4"),
        ("/a/%zz/b", Reason::MalformedPercent, "%zz"),
        ("/a\u{1}b/c", Reason::Control, "a\u{1}b"),
        ("/a b", Reason::Control, "a b"),
        ("/x/é", Reason::NonAscii, "é"),
        ("/x\\y", Reason::Backslash, "x\\y"),
        ("/x%5cy", Reason::Backslash, "x%5cy"),
        ("/x%00", Reason::EncodedNull, "x%00"),
        ("/%ff", Reason::InvalidUtf8, "%ff"),
        ("/%c0%af", Reason::InvalidUtf8, "%c0%af"),
        ("/%c3/%a9", Reason::InvalidUtf8, "%c3"),
        ("/.", Reason::DotSegment, "."),
        ("/a/../b", Reason::DotSegment, ".."),
        ("/a/%2e%2E/b", Reason::DotSegment, "%2e%2E"),
        ("/a/.%2e", Reason::DotSegment, ".%2e"),
        ("/a/..;x=1/b", Reason::DotSegment, "..;x=1"),
        ("/a/x%2f..%2fb", Reason::DotSegment, "x%2f..%2fb"),
        ("//a", Reason::EmptySegment, ""),
        ("/a//b", Reason::EmptySegment, ""),
        ("/a//", Reason::EmptySegment, ""),
        ("/a/;b/c", Reason::EmptySegment, ";b"),
        ("/a#b", Reason::Fragment, "a#b"),
    ] {
        assert_eq!(refused(raw), (reason, segment.to_owned()), "{raw:?}");
    }
}

#[test]
fn what_a_service_may_allow_is_flagged() {
    let slash = normalise(b"/a%2fb/c").unwrap();
    assert_eq!(slash.text, "/a%2Fb/c");
    assert!(slash.has_encoded_slash && !slash.has_parameters);
    let parameters = normalise(b"/a;v=1/c").unwrap();
    assert!(parameters.has_parameters && !parameters.has_encoded_slash);
}

#[test]
fn a_query_is_refused_only_for_control_and_non_ascii_bytes() {
    assert_eq!(check_query(b"a=%zz&b=../\\;%00"), Ok(()));
    for (raw, reason) in [
        (&b"a=\r\n"[..], Reason::Control),
        (b"a b", Reason::Control),
        (b"a=\xc3\xa9", Reason::NonAscii),
        (b"a#b", Reason::Fragment),
    ] {
        assert_eq!(check_query(raw).unwrap_err().reason, reason);
    }
}

proptest! {
    #[test]
    fn any_bytes(raw in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(fuzz(&raw), Ok(()));
    }

    #[test]
    fn paths_made_of_dangerous_pieces(pieces in prop::collection::vec(
        prop::sample::select(vec![
            "/", ".", "%2e", "%2F", "%2f", ";", "a", "%61", "%c3", "%a9", "%C3%A9", "%25", "%", "2e", "\\", "%5C", "%00",
        ]), 0..12))
    {
        let raw = format!("/{}", pieces.concat());
        prop_assert_eq!(fuzz(raw.as_bytes()), Ok(()));
    }
}
