use super::told;
use crate::notify::happened::Who;
use postern_model::permission::Point;
use postern_outbound::mail::{Became, Cause, Decision, Template};
use postern_outbound::webhook::EventKind;
use serde_json::{Value, json};

fn subscription(state: &str) -> Value {
    if state.is_empty() {
        return Value::Null;
    }
    json!({"app": "till", "service": "orders", "plan": "standard", "state": state})
}

/// What became of a subscription, whom it is told, and which side of it did it.
#[test]
fn subscriptions_tell_the_side_that_waits() {
    use EventKind::{ApprovalAsked, ApprovalDecided, SubscriptionChanged};
    let publisher = Who::Publisher("orders".into()).mailed(Point::SubscriptionsDecide);
    let owner = Who::Owner("till".into()).mailed(Point::SubscriptionsRequest);
    let other = [&publisher, &owner].map(|party| party.clone().unless_theirs());
    let [other_publisher, other_owner] = &other;
    let suspension = vec![&owner, other_publisher];
    let either = vec![other_owner, other_publisher];
    let asked = Some((ApprovalAsked, "", vec![&publisher]));
    let decided = Some((ApprovalDecided, "", vec![&owner]));
    let changed = |word, parties: &Vec<_>| Some((SubscriptionChanged, word, parties.clone()));
    for (before, after, expected) in [
        ("", "pending", asked.clone()),
        ("cancelled", "pending", asked),
        ("", "approved", None),
        ("pending", "pending", None),
        ("pending", "approved", decided.clone()),
        ("pending", "rejected", decided.clone()),
        ("rejected", "approved", decided),
        ("approved", "suspended", changed("suspended", &suspension)),
        ("suspended", "approved", changed("resumed", &suspension)),
        ("approved", "cancelled", changed("cancelled", &either)),
        ("approved", "expired", changed("expired", &either)),
        ("approved", "", changed("removed", &either)),
        ("cancelled", "", None),
    ] {
        let (was, is) = (subscription(before), subscription(after));
        let told = told("subscription", "s1", &was, &is);
        let case = format!("{before} → {after}");
        assert_eq!(told.len(), usize::from(expected.is_some()), "{case}");
        let Some((kind, change, parties)) = expected else {
            continue;
        };
        let told = &told[0];
        assert_eq!(told.kind, kind, "{case}");
        assert_eq!(told.parties.iter().collect::<Vec<_>>(), parties, "{case}");
        assert_eq!(told.data["subscription"], "s1", "{case}");
        assert_eq!(told.data["change"].as_str().unwrap_or(""), change, "{case}");
        assert!(told.mail.is_some(), "{case}");
        let by = (kind == SubscriptionChanged).then_some("lin");
        assert_eq!(told.by.as_ref().map(|by| &*by.who), by, "{case}");
    }
}

#[test]
fn mails_say_what_became_of_a_subscription_and_why() {
    let mail = |before: &str, after: &str, more: &Value| {
        let mut after = subscription(after);
        if let (Value::Object(after), Value::Object(more)) = (&mut after, more) {
            after.extend(more.clone());
        }
        let told = told("subscription", "s1", &subscription(before), &after);
        match told[0].mail.clone() {
            Some(Template::Subscription {
                became, comment, ..
            }) => (became, comment),
            mail => panic!("{mail:?}"),
        }
    };
    let none = json!({});
    let by = || "lin".to_owned();
    for (cause, expected) in [
        ("policy", Some(Cause::Policy)),
        ("billing", Some(Cause::Billing)),
        ("security", Some(Cause::Security)),
        ("", None),
    ] {
        let more = json!({"cause": cause, "comment": "Invoice 17", "decided_by": "pat"});
        let became = Became::Suspended {
            by: "pat".to_owned(),
            cause: expected,
        };
        let expected = (became, Some("Invoice 17".to_owned()));
        assert_eq!(mail("approved", "suspended", &more), expected, "{cause}");
    }
    let ended = |code| Became::Ended { by: by(), code };
    for (before, after, became) in [
        ("suspended", "approved", Became::Resumed { by: by() }),
        ("pending", "cancelled", Became::Withdrawn { by: by() }),
        ("pending", "", Became::Withdrawn { by: by() }),
        ("approved", "cancelled", ended("subscription.cancelled")),
        ("suspended", "cancelled", ended("subscription.cancelled")),
        ("approved", "rejected", ended("subscription.rejected")),
        ("approved", "", ended("subscription.missing")),
        ("approved", "expired", Became::Expired),
    ] {
        let case = format!("{before} → {after}");
        assert_eq!(mail(before, after, &none), (became, None), "{case}");
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
