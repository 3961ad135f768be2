mod subscriptions;

use crate::notify::derive::derive;
use crate::notify::happened::{Happened, Who};
use postern_model::permission::Point;
use postern_outbound::mail::Template;
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

#[test]
fn whoever_asks_for_an_account_is_decided_about_and_told() {
    let user =
        |state: &str| json!({"email": "eve@example.com", "state": state, "reason": "To try"});
    let asked = told("user", "usr_1", &Value::Null, &user("pending"));
    assert_eq!(asked[0].kind, EventKind::ApprovalAsked);
    assert_eq!(
        asked[0].parties,
        [Who::Tenant(None).mailed(Point::UsersWrite)]
    );
    let Some(Template::ApprovalAsked {
        requester, reason, ..
    }) = &asked[0].mail
    else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (&**requester, reason.as_deref()),
        ("eve@example.com", Some("To try"))
    );
    // However many ask, those who decide get one mail an hour; each is an event of its own.
    let hour = (1_780_000_000_000_i64 / 3_600_000).to_string();
    assert_eq!(asked[0].mailed_as, Some(vec!["sign_up".to_owned(), hour]));
    assert_eq!(asked[0].name, ["7", "2"]);

    let opened = told("user", "usr_1", &user("pending"), &user("active"));
    assert_eq!(opened[0].kind, EventKind::ApprovalDecided);
    assert_eq!(opened[0].to.as_deref(), Some("eve@example.com"));
    assert_eq!(opened[0].parties, [Who::Tenant(None).told()]);
    for (before, after) in [
        (user("pending"), user("deactivated")),
        (user("pending"), Value::Null),
        (user("deactivated"), user("active")),
        (Value::Null, user("active")),
    ] {
        let told = told("user", "usr_1", &before, &after);
        assert_eq!(told, [], "{before} → {after}");
    }
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
            let owner = Who::Owner("till".into());
            let mailed = kind == Some(EventKind::CredentialRevoked);
            let owner = if mailed {
                owner.mailed(Point::CredentialsWrite)
            } else {
                owner.told()
            };
            assert_eq!(told.parties, [owner]);
            assert_eq!(told.mail.is_some(), mailed);
            assert!(!format!("{:?}", told.mail).contains("5ec2e7"), "{told:?}");
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
        // Of what is new, only those hear to whom it is offered.
        let readers = match kind {
            Some(VersionPublished) => Who::Offered("orders".into()),
            _ => Who::Subscribers("orders".into()),
        };
        let publisher = Who::Publisher("orders".into()).told();
        let readers = readers.mailed(Point::SubscriptionsRequest);
        assert_eq!(told.parties, [publisher, readers], "{case}");
        assert!(told.mail.is_some(), "{case}");
    }
    let new = service(json!({"v1": {}}));
    let told = told("service", "orders", &Value::Null, &new);
    assert_eq!(told[0].kind, VersionPublished);
    assert_eq!(told[0].mail, None, "whoever subscribes to it knows it");
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
