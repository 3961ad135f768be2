use super::*;

const PROOF: [FailureClass; 7] = [
    FailureClass::Resolve,
    FailureClass::Connect,
    FailureClass::ConnectTimeout,
    FailureClass::Tls,
    FailureClass::NotSent,
    FailureClass::RefusedStream,
    FailureClass::GoawayUnprocessed,
];
const DOUBT: [FailureClass; 6] = [
    FailureClass::IdleClosed,
    FailureClass::Reset,
    FailureClass::ClosedEarly,
    FailureClass::FirstByteTimeout,
    FailureClass::ResponseInvalid,
    FailureClass::Status(503),
];

fn attempt(method: Method, class: FailureClass) -> Attempt {
    Attempt {
        method,
        class,
        body_replayable: true,
        response_started: false,
        made: 1,
    }
}

fn settings() -> Retry {
    Retry {
        statuses: vec![503],
        ..Retry::default()
    }
}

fn decide(attempt: &Attempt) -> Verdict {
    may_retry(attempt, &settings(), |_| true)
}

#[test]
fn proof_allows_any_method() {
    for method in Method::ALL {
        for class in PROOF {
            assert_eq!(
                decide(&attempt(method, class)),
                Verdict::Retry,
                "{method:?} {class:?}"
            );
        }
    }
}

#[test]
fn doubt_allows_idempotent_methods() {
    for method in Method::ALL {
        for class in DOUBT {
            let expected = if method.is_idempotent() {
                Verdict::Retry
            } else {
                Verdict::GiveUp(GiveUp::NotIdempotent)
            };
            assert_eq!(
                decide(&attempt(method, class)),
                expected,
                "{method:?} {class:?}"
            );
        }
    }
}

#[test]
fn nothing_after_the_first_byte_or_without_the_body() {
    for class in PROOF.into_iter().chain(DOUBT) {
        let base = attempt(Method::Get, class);
        let started = Attempt {
            response_started: true,
            ..base
        };
        assert_eq!(decide(&started), Verdict::GiveUp(GiveUp::ResponseStarted));
        let gone = Attempt {
            body_replayable: false,
            ..base
        };
        assert_eq!(decide(&gone), Verdict::GiveUp(GiveUp::BodyGone));
    }
}

#[test]
fn attempts_and_budget_are_bounds() {
    let base = attempt(Method::Get, FailureClass::Connect);
    let decide = |made, pay| may_retry(&Attempt { made, ..base }, &settings(), |_| pay);
    assert_eq!(decide(2, true), Verdict::Retry);
    assert_eq!(decide(3, true), Verdict::GiveUp(GiveUp::Attempts));
    assert_eq!(decide(2, false), Verdict::GiveUp(GiveUp::Budget));
}

#[test]
fn closed_idle_connections_are_free() {
    for class in [FailureClass::NotSent, FailureClass::IdleClosed] {
        let verdict = may_retry(&attempt(Method::Get, class), &settings(), |_| false);
        assert_eq!(verdict, Verdict::Retry);
        assert!(!class.blames_target());
    }
}

#[test]
fn what_cannot_get_better_is_not_tried_again() {
    for class in [
        FailureClass::AddressForbidden,
        FailureClass::BodyCut,
        FailureClass::BodyTimeout,
        FailureClass::Status(500),
        FailureClass::Status(502),
    ] {
        let verdict = may_retry(&attempt(Method::Get, class), &settings(), |_| {
            panic!("the budget must not be asked")
        });
        assert_eq!(verdict, Verdict::GiveUp(GiveUp::NotRetried));
    }
}

#[test]
fn only_gateway_statuses_blame_the_target() {
    for status in 100..=599 {
        let blamed = FailureClass::Status(status).blames_target();
        assert_eq!(blamed, (502..=504).contains(&status));
    }
}
