use super::*;

#[test]
fn what_did_not_arrive_was_reset_or_closed() {
    assert_eq!(delivered(true, Version::Http2), Delivered::Response);
    assert_eq!(delivered(false, Version::Http2), Delivered::Reset);
    assert_eq!(delivered(false, Version::Http10), Delivered::Close);
}

#[test]
fn a_record_names_the_span_that_the_upstream_was_told() {
    let parent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let trace = Trace::new([&parent[..]].into_iter(), 1, 0x0102, false);
    let place = place(&trace);
    assert_eq!(place.span, [0, 0, 0, 0, 0, 0, 1, 2]);
    assert_eq!(place.parent, Some(0xb7ad_6b71_6920_3331_u64.to_be_bytes()));
    assert_eq!(
        place.trace,
        0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes()
    );
    assert!(place.sampled);
    let sent = trace.encode();
    assert!(sent.ends_with(b"-0000000000000102-01"));
}

#[test]
fn failures_are_counted_by_what_an_operator_would_look_at() {
    assert_eq!(
        reason(FailureClass::ConnectTimeout),
        UpstreamFailure::Connect
    );
    assert_eq!(reason(FailureClass::BodyTimeout), UpstreamFailure::Timeout);
    assert_eq!(reason(FailureClass::IdleClosed), UpstreamFailure::Reset);
    assert_eq!(reason(FailureClass::Status(503)), UpstreamFailure::Status);
}
