use super::*;
use serde_json::json;

fn decided(document: Value, step: Step, decision: &Decision) -> Result<Value, Refusal> {
    let seen = Seen {
        id: "sub_1".to_owned(),
        version: Some(7),
        document,
    };
    patch(&seen, "lin", step, decision)
}

#[test]
fn steps_are_taken_from_where_they_make_sense() {
    let plain = Decision::default();
    let refused = |state: &str, step| {
        let document = json!({"state": state, "decided_by": "ada"});
        decided(document, step, &plain).unwrap_err().to_string()
    };
    assert_eq!(
        refused("approved", Step::Approve),
        "sub_1 is approved already by ada"
    );
    assert!(refused("suspended", Step::Approve).contains("subscriptions resume"));
    assert_eq!(
        refused("cancelled", Step::Reject),
        "sub_1 is cancelled; only one that is pending or approved or suspended can be rejected"
    );
    for (state, step, to) in [
        ("pending", Step::Approve, "approved"),
        ("rejected", Step::Approve, "approved"),
        ("approved", Step::Reject, "rejected"),
        ("suspended", Step::Resume, "approved"),
        ("suspended", Step::Cancel, "cancelled"),
    ] {
        let patch = decided(json!({"state": state}), step, &plain).unwrap();
        assert_eq!(
            (&patch["state"], &patch["decided_by"]),
            (&json!(to), &json!("lin"))
        );
    }
}

#[test]
fn a_comment_that_is_not_made_is_not_written() {
    let comment = |before: Value, said: &str| {
        let decision = Decision {
            comment: said.to_owned(),
            ..Decision::default()
        };
        let patch = decided(before, Step::Approve, &decision).unwrap();
        patch.get("comment").cloned()
    };
    let fresh = json!({"state": "pending"});
    assert_eq!(comment(fresh.clone(), "Welcome"), Some("Welcome".into()));
    assert_eq!(comment(fresh, ""), None);
    let before = json!({"state": "rejected", "comment": "Over"});
    assert_eq!(comment(before, ""), Some(Value::Null));
}

#[test]
fn a_suspension_has_a_cause_and_nothing_else_has() {
    let pending = json!({"state": "approved"});
    let none = decided(pending.clone(), Step::Suspend, &Decision::default());
    assert!(none.unwrap_err().help.unwrap().contains("`billing`"));
    let billing = Decision {
        cause: Some(Cause::Billing),
        ..Decision::default()
    };
    let held = decided(pending.clone(), Step::Suspend, &billing).unwrap();
    assert_eq!(held["cause"], "billing");
    let ended = decided(pending, Step::Cancel, &billing).unwrap();
    assert_eq!(ended.get("cause"), None);
    let resumed = json!({"state": "suspended", "cause": "billing"});
    let resumed = decided(resumed, Step::Resume, &Decision::default()).unwrap();
    assert_eq!(resumed["cause"], Value::Null);
}
