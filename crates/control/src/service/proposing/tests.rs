use super::deciding::may_decide;
use super::*;
use crate::{ActorKind, peer};

fn request(by: &str) -> ChangeRequest {
    ChangeRequest {
        tenant: None,
        proposed_by: by.to_owned(),
        proposed_at: "2026-11-20T10:00:00Z".to_owned(),
        comment: "Why".to_owned(),
        expires_at: "2026-12-04T10:00:00Z".to_owned(),
        changes: Vec::new(),
        plan: Plan::default(),
        state: Decided::Open,
        decided_by: None,
        decided_at: None,
        decision: None,
        forced: false,
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn whoever_proposes_does_not_approve() {
    let root = peer::name(0);
    assert!(!may_decide(&Actor::local("lin"), &request("ann"), false).unwrap());
    // What is not needed is not used, and not said.
    assert!(!may_decide(&Actor::local("lin"), &request("ann"), true).unwrap());
    for force in [false, true] {
        let refusal = may_decide(&Actor::local("ann"), &request("ann"), force).unwrap_err();
        assert_eq!(refusal.code, "not_allowed");
    }
    assert!(may_decide(&Actor::local(&root), &request(&root), false).is_err());
    assert!(may_decide(&Actor::local(&root), &request(&root), true).unwrap());
    // Somebody else of that name, over the network, is not root of this machine.
    let named = Actor {
        kind: ActorKind::User,
        ..Actor::local(&root)
    };
    assert!(may_decide(&named, &request(&root), true).is_err());
}

#[test]
fn nobody_decides_in_time() {
    let mut request = request("ann");
    let late = at("2026-12-04T10:00:00Z");
    assert_eq!(request.state_at(at("2026-12-04T09:59:59Z")), State::Open);
    assert_eq!(request.state_at(late), State::Expired);
    request.state = Decided::Rejected;
    assert_eq!(request.state_at(late), State::Rejected);
    request.state = Decided::Open;
    request.expires_at = "soon".to_owned();
    assert_eq!(request.state_at(at("2020-01-01T00:00:00Z")), State::Expired);
}

#[test]
fn a_request_waits_for_a_while_and_not_for_ever() {
    let now = at("2026-11-20T10:00:00Z");
    assert_eq!(expiry(None, now).unwrap(), at("2026-12-04T10:00:00Z"));
    let said = "2027-01-01T00:00:00Z";
    assert_eq!(expiry(Some(said), now).unwrap(), at(said));
    for wrong in ["2026-11-20T10:00:00Z", "2027-03-01T00:00:00Z", "tomorrow"] {
        let refusal = expiry(Some(wrong), now).unwrap_err();
        assert!(refusal.message.contains(wrong), "{refusal}");
    }
}

#[test]
fn a_comment_is_cut_between_characters() {
    let long = "ü".repeat(3_000);
    let kept = cut(long);
    assert!(kept.len() < 4_096 && kept.ends_with('…'));
    assert_eq!(cut("short".to_owned()), "short");
}
