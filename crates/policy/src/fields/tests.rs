use super::*;

#[test]
fn names_are_recognised_in_any_case_and_disguise() {
    assert_eq!(Known::of(b"HOST"), Known::Host);
    assert_eq!(Known::of(b"X-Forwarded-Port"), Known::ForwardedOther);
    assert_eq!(Known::of(b"x-postern-app"), Known::XPostern);
    assert_eq!(Known::of(b"X_Postern_App"), Known::Disguised);
    assert_eq!(Known::of(b"Transfer_Encoding"), Known::Disguised);
    assert_eq!(Known::of(b"my_header"), Known::Other);
    assert_eq!(Known::of(&[b'_'; 300]), Known::Other);
    assert_eq!(Known::of(b""), Known::Other);
}

#[test]
fn a_long_prefix_name_with_underscores_is_still_ours() {
    let mut name = b"X_Postern_".to_vec();
    name.extend([b'a'; 80]);
    assert_eq!(Known::of(&name), Known::Disguised);
}

#[test]
fn order_and_duplicates_are_kept() {
    let mut fields = Fields::default();
    fields.push(b"Via", b"1.1 a");
    fields.push(b"X-Other", b"1");
    fields.push(b"via", b"1.1 b");
    assert_eq!(
        fields.all(Known::Via).collect::<Vec<_>>(),
        [b"1.1 a", b"1.1 b"]
    );
    assert_eq!(fields.named(b"x-other").next(), Some(&b"1"[..]));
    assert!(!fields.has(Known::Host));
    fields.clear();
    assert!(fields.is_empty() && !fields.has(Known::Via));
}

#[test]
fn list_members_are_trimmed() {
    let members: Vec<_> = list_members(b" a ,, b").collect();
    assert_eq!(members, [&b"a"[..], b"b"]);
}

#[test]
fn every_name_is_recognised_and_its_neighbours_are_not() {
    for (name, known) in [
        (&b"te"[..], Known::Te),
        (b"Via", Known::Via),
        (b"HOST", Known::Host),
        (b"ORIGIN", Known::Origin),
        (b"Upgrade", Known::Upgrade),
        (b"Forwarded", Known::Forwarded),
        (b"Connection", Known::Connection),
        (b"Content-Length", Known::ContentLength),
        (b"tRANSFER-eNCODING", Known::TransferEncoding),
        (b"Sec-WebSocket-Version", Known::SecWebSocketVersion),
    ] {
        assert_eq!(Known::of(name), known);
        for at in 1..name.len() - 1 {
            let mut other = name.to_vec();
            other[at] = if other[at] == b'!' { b'#' } else { b'!' };
            assert_eq!(
                Known::of(&other),
                Known::Other,
                "{:?}",
                other.escape_ascii().to_string()
            );
        }
    }
}

#[test]
fn numbers_in_records_stay_what_they_are() {
    let names: Vec<&str> = Known::NAMED.iter().map(|(_, name)| *name).collect();
    assert_eq!(
        names.join(" "),
        "host connection content-length content-type content-encoding transfer-encoding \
         keep-alive proxy-connection proxy-authenticate proxy-authorization proxy-status te \
         trailer upgrade http2-settings expect via date forwarded x-forwarded-for \
         x-forwarded-proto x-forwarded-host x-real-ip x-request-id traceparent tracestate accept \
         cookie authorization origin sec-fetch-mode sec-websocket-key sec-websocket-version \
         sec-websocket-accept sec-fetch-site access-control-request-method \
         access-control-request-headers",
        "a new name is added at the end"
    );
    for (at, (known, name)) in (0..).zip(Known::NAMED) {
        assert_eq!(Known::of(name.as_bytes()), *known);
        assert_eq!(known.number(), Some(at));
    }
    assert_eq!(Known::Other.number(), None);
    let mut fields = Fields::default();
    fields.push(b"X-Postern-App", b"1");
    fields.push(b"Connection", b"close");
    assert_eq!(fields.named_bits(), 2);
}
