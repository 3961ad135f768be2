//! Change requests, and people who ask for an account.

use super::{Change, add, said, text};
use crate::notify::happened::{Happened, Who};
use postern_model::permission::Point;
use postern_outbound::mail::{Asked, Decision, Template};
use postern_outbound::webhook::EventKind;
use serde_json::{Value, json};

/// Milliseconds in an hour.
const HOUR_MS: i64 = 60 * 60 * 1000;

impl Change<'_> {
    pub(super) fn change_request(&self) -> Option<Happened> {
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
        let mut data = json!({
            "change_request": self.id, "proposed_by": proposer, "comment": title,
        });
        let (who, link) = (Who::Tenant(tenant), self.link("change-requests"));
        let asked = Asked::ChangeRequest {
            id: self.id.to_owned(),
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
                let decider = self.doer("decided_by");
                let (decision, word) = if is == "applied" {
                    (Decision::Approved, "approved")
                } else {
                    (Decision::Rejected, "rejected")
                };
                add(&mut data, "decision", Some(word.to_owned()));
                add(&mut data, "decided_by", Some(decider.clone()));
                Some(Happened {
                    parties: vec![who.mailed(Point::ChangesPropose)],
                    mail: Some(Template::ApprovalDecided {
                        asked,
                        decision,
                        decider,
                        comment: said(text(&self.after, "decision")),
                        link,
                    }),
                    ..self.happened(EventKind::ApprovalDecided, data)
                })
            }
            _ => None,
        }
    }

    /// Somebody asks for an account, or gets the one that they asked for. Whoever is not let in
    /// gets no mail: nobody knows whether the address is theirs.
    pub(super) fn user(&self) -> Option<Happened> {
        let address = text(&self.after, "email").to_owned();
        let mut data = json!({"user": self.id, "email": address});
        match (text(&self.before, "state"), text(&self.after, "state")) {
            ("", "pending") if self.before.is_null() => {
                let reason = said(text(&self.after, "reason"));
                let name = said(text(&self.after, "name"));
                add(&mut data, "reason", reason.clone());
                let hour = self.at.as_millisecond().div_euclid(HOUR_MS);
                Some(Happened {
                    // Anybody may ask, as often as they like; those who decide get one mail an hour.
                    mailed_as: Some(vec!["sign_up".to_owned(), hour.to_string()]),
                    parties: vec![Who::Tenant(None).mailed(Point::UsersWrite)],
                    mail: Some(Template::ApprovalAsked {
                        requester: name.unwrap_or_else(|| address.clone()),
                        asked: Asked::SignUp {
                            id: self.id.to_owned(),
                            address,
                        },
                        reason,
                        link: self.link("users"),
                    }),
                    ..self.happened(EventKind::ApprovalAsked, data)
                })
            }
            ("pending", "" | "active") if !self.after.is_null() => {
                add(&mut data, "decision", Some("approved".to_owned()));
                add(&mut data, "decided_by", Some(self.by.who.clone()));
                Some(Happened {
                    parties: vec![Who::Tenant(None).told()],
                    to: Some(address),
                    mail: Some(Template::AccountOpened {
                        by: self.by.who.clone(),
                        link: format!("{}/", self.links),
                    }),
                    ..self.happened(EventKind::ApprovalDecided, data)
                })
            }
            _ => None,
        }
    }
}
