//! What the change log says that happened.

use super::happened::{Happened, Who};
use jiff::Timestamp;
use postern_model::permission::Point;
use postern_outbound::mail::{Asked, Decision, Template};
use postern_outbound::webhook::EventKind;
use postern_store::LoggedChange;
use serde_json::{Map, Value, json};

/// One document before and after, and who changed it.
struct Change<'a> {
    id: &'a str,
    before: Value,
    after: Value,
    who: &'a str,
    comment: &'a str,
    at: Timestamp,
    /// Where links of mails begin.
    links: &'a str,
    name: [String; 2],
}

/// What one line of the change log says that happened. `links`: where links of mails begin.
pub(super) fn derive(line: &LoggedChange, links: &str) -> Vec<Happened> {
    let read = |json: Option<&str>| -> Value {
        json.and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default()
    };
    let change = Change {
        id: &line.entry.id,
        before: read(line.entry.before.as_deref()),
        after: read(line.entry.after.as_deref()),
        who: &line.meta.who,
        comment: &line.meta.comment,
        at: Timestamp::from_millisecond(line.meta.at_ms).unwrap_or_default(),
        links,
        name: [
            line.position.sequence.to_string(),
            line.position.ordinal.to_string(),
        ],
    };
    match line.entry.kind.as_str() {
        "subscription" => change.subscription().into_iter().collect(),
        "change_request" => change.change_request().into_iter().collect(),
        "credential" => change.credential().into_iter().collect(),
        "service" => change.service(),
        _ => Vec::new(),
    }
}

fn text<'a>(document: &'a Value, member: &str) -> &'a str {
    document
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn said(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

impl Change<'_> {
    fn happened(&self, kind: EventKind, data: Value) -> Happened {
        Happened {
            name: self.name.to_vec(),
            kind,
            at: self.at,
            data,
            parties: Vec::new(),
            mail: None,
        }
    }

    fn link(&self, room: &str) -> String {
        format!("{}/{room}/{}", self.links, self.id)
    }

    fn subscription(&self) -> Option<Happened> {
        let document = if self.after.is_null() {
            &self.before
        } else {
            &self.after
        };
        let of = |member: &str| text(document, member).to_owned();
        let (app, service, plan) = (of("app"), of("service"), of("plan"));
        let (publisher, owner) = (Who::Publisher(service.clone()), Who::Owner(app.clone()));
        let mut data = json!({
            "subscription": self.id, "app": app, "service": service, "plan": plan,
        });
        let mut add = |name: &str, value: Option<String>| {
            if let (Value::Object(members), Some(value)) = (&mut data, value) {
                members.insert(name.to_owned(), value.into());
            }
        };
        let asked = Asked::Subscription { app, service, plan };
        let (was, is) = (text(&self.before, "state"), text(&self.after, "state"));
        let live = matches!(was, "pending" | "approved" | "suspended");
        match (was, is) {
            (was, is) if was == is => None,
            (_, "pending") => {
                let (reason, requester) = (said(text(&self.after, "reason")), self.requester());
                add("reason", reason.clone());
                add("requested_by", Some(requester.clone()));
                Some(Happened {
                    parties: vec![publisher.mailed(Point::SubscriptionsDecide)],
                    mail: Some(Template::ApprovalAsked {
                        asked,
                        requester,
                        reason,
                        link: self.link("subscriptions"),
                    }),
                    ..self.happened(EventKind::ApprovalAsked, data)
                })
            }
            // What nobody had to decide about is not news to anybody.
            ("", _) => None,
            ("pending", "approved" | "rejected")
            | ("rejected" | "expired" | "cancelled", "approved") => {
                let (decider, comment) = (self.decider(), said(text(&self.after, "comment")));
                let decision = if is == "approved" {
                    Decision::Approved
                } else {
                    Decision::Rejected
                };
                add("decision", Some(is.to_owned()));
                add("decided_by", Some(decider.clone()));
                add("comment", comment.clone());
                Some(Happened {
                    parties: vec![owner.mailed(Point::SubscriptionsRequest)],
                    mail: Some(Template::ApprovalDecided {
                        asked,
                        decision,
                        decider,
                        comment,
                        link: self.link("subscriptions"),
                    }),
                    ..self.happened(EventKind::ApprovalDecided, data)
                })
            }
            (_, "") if !live => None,
            _ => {
                let became = match (was, is) {
                    ("suspended", "approved") => "resumed",
                    (_, "") => "removed",
                    (_, other) => other,
                };
                add("change", Some(became.to_owned()));
                add("changed_by", Some(self.decider()));
                add("comment", said(text(&self.after, "comment")));
                add("cause", said(text(&self.after, "cause")));
                Some(Happened {
                    parties: vec![owner.told(), publisher.told()],
                    ..self.happened(EventKind::SubscriptionChanged, data)
                })
            }
        }
    }

    fn requester(&self) -> String {
        said(text(&self.after, "requested_by")).unwrap_or_else(|| self.who.to_owned())
    }

    fn decider(&self) -> String {
        said(text(&self.after, "decided_by")).unwrap_or_else(|| self.who.to_owned())
    }

    fn change_request(&self) -> Option<Happened> {
        let state = |document: &Value| match (document.is_null(), text(document, "state")) {
            (true, _) => "",
            (false, "" | "open") => "open",
            (false, "applied") => "applied",
            (false, "rejected") => "rejected",
            (false, _) => "other",
        };
        let tenant = said(text(&self.after, "tenant"));
        let proposer = text(&self.after, "proposed_by").to_owned();
        let title = text(&self.after, "comment").to_owned();
        let data = json!({
            "change_request": self.id, "proposed_by": proposer, "comment": title,
        });
        let (who, link) = (Who::Tenant(tenant), self.link("change-requests"));
        let asked = Asked::ChangeRequest {
            title: title.clone(),
        };
        match (state(&self.before), state(&self.after)) {
            ("", "open") => Some(Happened {
                parties: vec![who.mailed(Point::ChangesDecide)],
                mail: Some(Template::ApprovalAsked {
                    asked,
                    requester: proposer,
                    reason: said(&title),
                    link,
                }),
                ..self.happened(EventKind::ApprovalAsked, data)
            }),
            ("open", is @ ("applied" | "rejected")) => {
                let comment = said(text(&self.after, "decision"));
                let (decider, mut data) = (self.decider(), data);
                let decision = if is == "applied" {
                    Decision::Approved
                } else {
                    Decision::Rejected
                };
                if let Value::Object(members) = &mut data {
                    let word = if is == "applied" { "approved" } else { is };
                    members.insert("decision".to_owned(), word.into());
                    members.insert("decided_by".to_owned(), decider.clone().into());
                }
                Some(Happened {
                    parties: vec![who.mailed(Point::ChangesPropose)],
                    mail: Some(Template::ApprovalDecided {
                        asked,
                        decision,
                        decider,
                        comment,
                        link,
                    }),
                    ..self.happened(EventKind::ApprovalDecided, data)
                })
            }
            _ => None,
        }
    }

    fn credential(&self) -> Option<Happened> {
        let document = if self.after.is_null() {
            &self.before
        } else {
            &self.after
        };
        let app = text(document, "app").to_owned();
        let environment = match text(document, "environment") {
            "" => "production",
            named => named,
        };
        let mut data = json!({
            "credential": self.id, "app": app, "environment": environment,
        });
        let mut add = |name: &str, value: Option<String>| {
            if let (Value::Object(members), Some(value)) = (&mut data, value) {
                members.insert(name.to_owned(), value.into());
            }
        };
        add("title", said(text(document, "title")));
        let revoked = |document: &Value| !text(document, "revoked_at").is_empty();
        let kind = if self.before.is_null() {
            let replaces = said(text(&self.after, "replaces"))?;
            add("replaces", Some(replaces));
            EventKind::CredentialRotated
        } else if !revoked(&self.before) && (self.after.is_null() || revoked(&self.after)) {
            add("revoked_by", Some(self.revoker()));
            let reason = said(text(&self.after, "reason")).or_else(|| said(self.comment));
            add("reason", reason);
            EventKind::CredentialRevoked
        } else {
            return None;
        };
        Some(Happened {
            parties: vec![Who::Owner(app).told()],
            ..self.happened(kind, data)
        })
    }

    fn revoker(&self) -> String {
        said(text(&self.after, "revoked_by")).unwrap_or_else(|| self.who.to_owned())
    }

    fn service(&self) -> Vec<Happened> {
        let nothing = Map::new();
        let versions = |document| -> Map<String, Value> {
            let found = Value::get(document, "versions").and_then(Value::as_object);
            found.unwrap_or(&nothing).clone()
        };
        let (before, after) = (versions(&self.before), versions(&self.after));
        let told = after.iter().filter_map(|(name, version)| {
            let mut happened = self.version(name, before.get(name), version)?;
            happened.name.push(name.clone());
            Some(happened)
        });
        told.collect()
    }

    fn version(&self, name: &str, before: Option<&Value>, after: &Value) -> Option<Happened> {
        // Where nothing is said, a version is published.
        let state = |version: &Value| match text(version, "state") {
            "" => "published".to_owned(),
            state => state.to_owned(),
        };
        let was = before.map_or_else(|| "draft".to_owned(), state);
        let is = state(after);
        let sunset = said(text(after, "sunset_at"));
        let successor = said(text(after, "successor"));
        let mut data = json!({"service": self.id, "version": name});
        let mut add = |name: &str, value: &Option<String>| {
            if let (Value::Object(members), Some(value)) = (&mut data, value) {
                members.insert(name.to_owned(), value.clone().into());
            }
        };
        add("sunset_at", &sunset);
        add("successor", &successor);
        let service = || self.id.to_owned();
        let (publisher, subscribers) = (Who::Publisher(service()), Who::Subscribers(service()));
        match (&*was, &*is) {
            (was, is) if was == is => None,
            ("draft", "published") => Some(Happened {
                parties: vec![publisher.told(), subscribers.told()],
                ..self.happened(EventKind::VersionPublished, data)
            }),
            (_, "deprecated") => Some(Happened {
                parties: vec![
                    publisher.told(),
                    subscribers.mailed(Point::SubscriptionsRequest),
                ],
                mail: Some(Template::VersionDeprecated {
                    service: service(),
                    version: name.to_owned(),
                    sunset: sunset.and_then(|text| text.parse().ok()),
                    successor,
                    link: self.link("services"),
                }),
                ..self.happened(EventKind::VersionDeprecated, data)
            }),
            ("published" | "deprecated", "retired") => Some(Happened {
                parties: vec![publisher.told(), subscribers.told()],
                ..self.happened(EventKind::VersionRetired, data)
            }),
            _ => None,
        }
    }
}
