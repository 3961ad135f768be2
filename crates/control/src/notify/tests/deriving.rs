use crate::notify::derive::derive;
use crate::notify::happened::{Happened, Who};
use postern_model::permission::Point;
use postern_outbound::mail::{Decision, Template};
use postern_outbound::webhook::EventKind;
use postern_store::{ChangeMeta, Entry, Kind, LoggedChange, Position};
use serde_json::{Value, json};

fn told(kind: &str, id: &str, before: &Value, after: &Value) -> Vec<Happened> {
    let text = |value: &Value| (!value.is_null()).then(|| value.to_string().into());
    let line = LoggedChange {
        position: Position {
            sequence: 7,
            ordinal: 2,
        },
        revision: None,
        meta: ChangeMeta::local("lin", 1_780_000_000_000, "because", "test"),
        entry: Entry {
            kind: Kind::new(kind).unwrap(),
            id: id.into(),
            before: text(before),
            after: text(after),
        },
    };
    derive(&line, "https://manage.example")
}

fn subscription(state: &str) -> Value {
    if state.is_empty() {
        return Value::Null;
    }
    json!({"app": "till", "service": "orders", "plan": "standard", "state": state})
}

#[test]
fn subscriptions_tell_the_side_that_waits() {
    use EventKind::{ApprovalAsked, ApprovalDecided, SubscriptionChanged};
    let (asks, decides) = (Point::SubscriptionsRequest, Point::SubscriptionsDecide);
    let publisher = || Who::Publisher("orders".into());
    let owner = || Who::Owner("till".into());
    let both = || vec![owner().told(), publisher().told()];
    for (before, after, kind, change, parties) in [
        (
            "",
            "pending",
            Some(ApprovalAsked),
            "",
            vec![publisher().mailed(decides)],
        ),
        (
            "cancelled",
            "pending",
            Some(ApprovalAsked),
            "",
            vec![publisher().mailed(decides)],
        ),
        ("", "approved", None, "", vec![]),
        ("pending", "pending", None, "", vec![]),
        (
            "pending",
            "approved",
            Some(ApprovalDecided),
            "",
            vec![owner().mailed(asks)],
        ),
        (
            "pending",
            "rejected",
            Some(ApprovalDecided),
            "",
            vec![owner().mailed(asks)],
        ),
        (
            "rejected",
            "approved",
            Some(ApprovalDecided),
            "",
            vec![owner().mailed(asks)],
        ),
        (
            "approved",
            "suspended",
            Some(SubscriptionChanged),
            "suspended",
            both(),
        ),
        (
            "suspended",
            "approved",
            Some(SubscriptionChanged),
            "resumed",
            both(),
        ),
        (
            "approved",
            "cancelled",
            Some(SubscriptionChanged),
            "cancelled",
            both(),
        ),
        (
            "approved",
            "expired",
            Some(SubscriptionChanged),
            "expired",
            both(),
        ),
        ("approved", "", Some(SubscriptionChanged), "removed", both()),
        ("cancelled", "", None, "", vec![]),
    ] {
        let told = told(
            "subscription",
            "s1",
            &subscription(before),
            &subscription(after),
        );
        let case = format!("{before} → {after}");
        assert_eq!(told.first().map(|told| told.kind), kind, "{case}");
        assert!(told.len() < 2, "{case}");
        let Some(told) = told.first() else { continue };
        assert_eq!(told.parties, parties, "{case}");
        assert_eq!(told.data["subscription"], "s1", "{case}");
        assert_eq!(told.data["change"].as_str().unwrap_or(""), change, "{case}");
        assert_eq!(
            told.mail.is_some(),
            kind != Some(SubscriptionChanged),
            "{case}"
        );
    }
}

#[test]
fn a_decision_says_who_made_it_and_why() {
    let mut after = subscription("rejected");
    after["decided_by"] = "pat@example.com".into();
    after["comment"] = "Not for tills".into();
    let told = told("subscription", "s1", &subscription("pending"), &after);
    assert_eq!(told[0].data["decision"], "rejected");
    assert_eq!(told[0].data["decided_by"], "pat@example.com");
    let Some(Template::ApprovalDecided {
        decision,
        decider,
        comment,
        link,
        ..
    }) = &told[0].mail
    else {
        panic!("{told:?}");
    };
    assert_eq!(
        (*decision, &**decider),
        (Decision::Rejected, "pat@example.com")
    );
    assert_eq!(comment.as_deref(), Some("Not for tills"));
    assert_eq!(link, "https://manage.example/subscriptions/s1");
    // The same line is the same thing; another one is not.
    assert_eq!(told[0].name, ["7", "2"]);
}

#[test]
fn change_requests_are_asked_about_and_decided() {
    let request = |state: Option<&str>| {
        json!({"tenant": "commerce", "proposed_by": "lin@example.com", "comment": "Room",
            "state": state, "decided_by": "pat@example.com"})
    };
    let tenant = || Who::Tenant(Some("commerce".into()));
    let asked = told("change_request", "cr1", &Value::Null, &request(None));
    assert_eq!(asked[0].kind, EventKind::ApprovalAsked);
    assert_eq!(asked[0].parties, [tenant().mailed(Point::ChangesDecide)]);
    let open = request(Some("open"));
    for (state, decision) in [("applied", "approved"), ("rejected", "rejected")] {
        let decided = told("change_request", "cr1", &open, &request(Some(state)));
        assert_eq!(decided[0].kind, EventKind::ApprovalDecided);
        assert_eq!(decided[0].data["decision"], decision);
        assert_eq!(decided[0].parties, [tenant().mailed(Point::ChangesPropose)]);
    }
    assert_eq!(
        told("change_request", "cr1", &open, &request(Some("withdrawn"))),
        []
    );
}

#[test]
fn credentials_are_rotated_and_revoked_and_their_digests_stay_here() {
    let key = json!({"app": "till", "hmac": "5ec2e7", "sha256": "5ec2e7"});
    let with = |name: &str, value: &str| {
        let mut key = key.clone();
        key[name] = value.into();
        key
    };
    let revoked = with("revoked_at", "2026-01-01T00:00:00Z");
    let rotated = with("replaces", "key_a");
    for (before, after, kind) in [
        (&Value::Null, &key, None),
        (&Value::Null, &rotated, Some(EventKind::CredentialRotated)),
        (&key, &with("title", "Till"), None),
        (&key, &revoked, Some(EventKind::CredentialRevoked)),
        (&key, &Value::Null, Some(EventKind::CredentialRevoked)),
        (&revoked, &Value::Null, None),
    ] {
        let told = told("credential", "key_b", before, after);
        assert_eq!(
            told.first().map(|told| told.kind),
            kind,
            "{before} → {after}"
        );
        for told in told {
            assert_eq!(told.parties, [Who::Owner("till".into()).told()]);
            assert!(!told.data.to_string().contains("5ec2e7"), "{told:?}");
        }
    }
}

#[test]
fn versions_tell_their_publisher_and_who_uses_them() {
    use EventKind::{VersionDeprecated, VersionPublished, VersionRetired};
    let service = |versions: Value| json!({"tenant": "commerce", "versions": versions});
    let state = |state: &str| json!({"state": state});
    for (before, after, kind) in [
        (Value::Null, json!({}), Some(VersionPublished)),
        (Value::Null, state("draft"), None),
        (state("draft"), state("published"), Some(VersionPublished)),
        (json!({}), state("published"), None),
        (json!({}), state("deprecated"), Some(VersionDeprecated)),
        (state("deprecated"), state("published"), None),
        (state("deprecated"), state("retired"), Some(VersionRetired)),
        (state("draft"), state("retired"), None),
    ] {
        let case = format!("{before} → {after}");
        let before = if before.is_null() {
            service(json!({}))
        } else {
            service(json!({"v1": before}))
        };
        let told = told("service", "orders", &before, &service(json!({"v1": after})));
        assert_eq!(told.first().map(|told| told.kind), kind, "{case}");
        let Some(told) = told.first() else { continue };
        assert_eq!(told.name, ["7", "2", "v1"], "{case}");
        let mailed = (kind == Some(VersionDeprecated)).then_some(Point::SubscriptionsRequest);
        let who: Vec<_> = told.parties.iter().map(|p| (&p.who, p.mailed)).collect();
        let (publisher, all) = (
            Who::Publisher("orders".into()),
            Who::Subscribers("orders".into()),
        );
        assert_eq!(who, [(&publisher, None), (&all, mailed)], "{case}");
        assert_eq!(told.mail.is_some(), mailed.is_some(), "{case}");
    }
}

#[test]
fn what_cannot_be_read_and_what_is_no_news_is_passed_over() {
    let list = json!({"entries": []});
    assert_eq!(told("list", "office", &Value::Null, &list), []);
    assert_eq!(
        told("service", "orders", &json!([1]), &json!({"versions": 7})),
        []
    );
    assert_eq!(
        told("subscription", "s1", &json!(7), &json!({"state": {}})),
        []
    );
}
