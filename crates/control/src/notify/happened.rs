//! What happened, and whom it concerns, before it is known who that is.

use crate::ActorKind;
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
    /// Who did it, where some do not get a mail of what they did themselves.
    pub(super) by: Option<Doer>,
    /// Whom it concerns, first of all the one whose business it is.
    pub(super) parties: Vec<Party>,
    /// An address that gets the mail, whoever that is.
    pub(super) to: Option<String>,
    /// What mails say of it.
    pub(super) mail: Option<Template>,
    /// Names the mail where one is enough for several things; none: `name` does.
    pub(super) mailed_as: Option<Vec<String>>,
}

impl Happened {
    /// Something that concerns nobody yet.
    pub(super) const fn new(
        name: Vec<String>,
        kind: EventKind,
        at: Timestamp,
        data: Value,
    ) -> Self {
        Self {
            name,
            kind,
            at,
            data,
            by: None,
            parties: Vec::new(),
            to: None,
            mail: None,
            mailed_as: None,
        }
    }
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doer {
    /// What the audit trail calls them: an e-mail address, the id of a service account, the name
    /// of a user of the system.
    pub who: String,
    /// What kind of somebody.
    pub kind: ActorKind,
}

/// Somebody whom something concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Party {
    /// Who.
    pub(super) who: Who,
    /// Which of its members get a mail; none: nobody.
    pub(super) mailed: Option<Point>,
    /// Whether they get none where one of theirs did it.
    pub(super) unless_theirs: bool,
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
    /// Those of them to whom the service is offered still.
    Offered(String),
    /// A tenant; none: the platform.
    Tenant(Option<String>),
}

impl Who {
    /// Told by webhooks.
    pub(super) const fn told(self) -> Party {
        Party {
            who: self,
            mailed: None,
            unless_theirs: false,
        }
    }

    /// Told by webhooks, and by mail to those members who have this permission.
    pub(super) const fn mailed(self, point: Point) -> Party {
        Party {
            who: self,
            mailed: Some(point),
            unless_theirs: false,
        }
    }
}

impl Party {
    /// The same, without a mail where one of theirs did it.
    #[must_use]
    pub(super) fn unless_theirs(mut self) -> Self {
        self.unless_theirs = true;
        self
    }
}
