//! What becomes of subscriptions.

use super::{Change, add, said, text};
use crate::notify::happened::{Happened, Who};
use postern_model::permission::Point;
use postern_outbound::mail::{Asked, Became, Cause, Decision, Subscription, Template};
use postern_outbound::webhook::EventKind;
use serde_json::{Value, json};

impl Change<'_> {
    pub(super) fn subscription(&self) -> Option<Happened> {
        let of = |member: &str| text(self.document(), member).to_owned();
        let subscription = Subscription {
            id: self.id.to_owned(),
            app: of("app"),
            service: of("service"),
            plan: of("plan"),
        };
        let data = json!({
            "subscription": self.id, "app": subscription.app, "service": subscription.service,
            "plan": subscription.plan,
        });
        let (was, is) = (text(&self.before, "state"), text(&self.after, "state"));
        let live = matches!(was, "pending" | "approved" | "suspended");
        match (was, is) {
            (was, is) if was == is => None,
            (_, "pending") => Some(self.asked_for(subscription, data)),
            // What nobody had to decide about is not news to anybody.
            ("", _) => None,
            ("pending", "approved" | "rejected")
            | ("rejected" | "expired" | "cancelled", "approved") => {
                Some(self.decided_about(subscription, data))
            }
            (_, "") if !live => None,
            _ => Some(self.changed(subscription, data, was, is)),
        }
    }

    fn asked_for(&self, subscription: Subscription, mut data: Value) -> Happened {
        let reason = said(text(&self.after, "reason"));
        let requester = self.doer("requested_by");
        add(&mut data, "reason", reason.clone());
        add(&mut data, "requested_by", Some(requester.clone()));
        let publisher = Who::Publisher(subscription.service.clone());
        Happened {
            parties: vec![publisher.mailed(Point::SubscriptionsDecide)],
            mail: Some(Template::ApprovalAsked {
                asked: Asked::Subscription(subscription),
                requester,
                reason,
                link: self.link("subscriptions"),
            }),
            ..self.happened(EventKind::ApprovalAsked, data)
        }
    }

    fn decided_about(&self, subscription: Subscription, mut data: Value) -> Happened {
        let is = text(&self.after, "state");
        let decider = self.doer("decided_by");
        let comment = said(text(&self.after, "comment"));
        let decision = if is == "approved" {
            Decision::Approved
        } else {
            Decision::Rejected
        };
        add(&mut data, "decision", Some(is.to_owned()));
        add(&mut data, "decided_by", Some(decider.clone()));
        add(&mut data, "comment", comment.clone());
        let owner = Who::Owner(subscription.app.clone());
        Happened {
            parties: vec![owner.mailed(Point::SubscriptionsRequest)],
            mail: Some(Template::ApprovalDecided {
                asked: Asked::Subscription(subscription),
                decision,
                decider,
                comment,
                link: self.link("subscriptions"),
            }),
            ..self.happened(EventKind::ApprovalDecided, data)
        }
    }

    fn changed(
        &self,
        subscription: Subscription,
        mut data: Value,
        was: &str,
        is: &str,
    ) -> Happened {
        let word = match (was, is) {
            ("suspended", "approved") => "resumed",
            (_, "") => "removed",
            (_, other) => other,
        };
        let (by, comment) = (self.doer("decided_by"), said(text(&self.after, "comment")));
        let cause = text(&self.after, "cause");
        add(&mut data, "change", Some(word.to_owned()));
        add(&mut data, "changed_by", Some(by.clone()));
        add(&mut data, "comment", comment.clone());
        add(&mut data, "cause", said(cause));
        let owner = Who::Owner(subscription.app.clone()).mailed(Point::SubscriptionsRequest);
        let publisher =
            Who::Publisher(subscription.service.clone()).mailed(Point::SubscriptionsDecide);
        let became = became(was, word, cause, by);
        let parties = match &became {
            // The publisher does this; where the platform did, it is news to the publisher too.
            Some(Became::Suspended { .. } | Became::Resumed { .. }) => {
                vec![owner, publisher.unless_theirs()]
            }
            _ => vec![owner.unless_theirs(), publisher.unless_theirs()],
        };
        Happened {
            by: Some(self.by.clone()),
            parties,
            mail: became.map(|became| Template::Subscription {
                subscription,
                became,
                comment,
                link: self.link("subscriptions"),
            }),
            ..self.happened(EventKind::SubscriptionChanged, data)
        }
    }
}

/// What mails say of a change; none where there is nothing to say.
fn became(was: &str, word: &str, cause: &str, by: String) -> Option<Became> {
    Some(match (was, word) {
        (_, "suspended") => Became::Suspended {
            by,
            cause: match cause {
                "policy" => Some(Cause::Policy),
                "billing" => Some(Cause::Billing),
                "security" => Some(Cause::Security),
                _ => None,
            },
        },
        (_, "resumed") => Became::Resumed { by },
        ("pending", "cancelled" | "removed") => Became::Withdrawn { by },
        (_, "cancelled") => Became::Ended {
            by,
            code: "subscription.cancelled",
        },
        (_, "rejected") => Became::Ended {
            by,
            code: "subscription.rejected",
        },
        (_, "removed") => Became::Ended {
            by,
            code: "subscription.missing",
        },
        (_, "expired") => Became::Expired,
        _ => return None,
    })
}
