use super::*;

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
