//! What happened, and whom it concerns, before it is known who that is.

use jiff::Timestamp;
use postern_model::permission::Point;
use postern_outbound::mail::Template;
use postern_outbound::webhook::EventKind;
use serde_json::Value;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Happened {
    /// Names it: the same thing, found again, has the same name.
    pub(super) name: Vec<String>,
    /// What.
    pub(super) kind: EventKind,
    /// When.
    pub(super) at: Timestamp,
    /// What there is to know about it.
    pub(super) data: Value,
    /// Whom it concerns, first of all the one whose business it is.
    pub(super) parties: Vec<Party>,
    /// What mails say of it.
    pub(super) mail: Option<Template>,
}

/// Somebody whom something concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Party {
    /// Who.
    pub(super) who: Who,
    /// Which of its members get a mail; none: nobody.
    pub(super) mailed: Option<Point>,
}

/// Whom something concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// Whoever offers a service.
    Publisher(String),
    /// Whoever owns an app.
    Owner(String),
    /// Everybody with an app that has a subscription to a service.
    Subscribers(String),
    /// A tenant; none: the platform.
    Tenant(Option<String>),
}

impl Who {
    /// Told by webhooks.
    pub(super) const fn told(self) -> Party {
        Party {
            who: self,
            mailed: None,
        }
    }

    /// Told by webhooks, and by mail to those members who have this permission.
    pub(super) const fn mailed(self, point: Point) -> Party {
        Party {
            who: self,
            mailed: Some(point),
        }
    }
}
