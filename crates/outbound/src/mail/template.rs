//! Which mails there are, and what each has to know.

use super::catalogue;
use super::message::Message;
use super::plain::{cut, name};
use jiff::Timestamp;

/// Longest subject, characters.
const SUBJECT: usize = 200;

/// Who the mails come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// What people know it as, such as `Example APIs`.
    pub name: String,
}

/// A mail, without its words. Links are made by whoever asks for the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// Come in.
    Invitation(Invitation),
    /// Choose a password.
    Password(Password),
    /// You asked for an account, and have it.
    AccountOpened {
        /// By whom.
        by: String,
        /// Where to sign in.
        link: String,
    },
    /// You may decide.
    ApprovalAsked {
        /// What is waited for.
        asked: Asked,
        /// Who asks.
        requester: String,
        /// Why.
        reason: Option<String>,
        /// Where to decide.
        link: String,
    },
    /// It was decided.
    ApprovalDecided {
        /// What was waited for.
        asked: Asked,
        /// How it was decided.
        decision: Decision,
        /// By whom.
        decider: String,
        /// What they say about it.
        comment: Option<String>,
        /// Where to go on.
        link: String,
    },
    /// Something became of a subscription that was granted or asked for.
    Subscription {
        /// Which.
        subscription: Subscription,
        /// What became of it.
        became: Became,
        /// What whoever did it says about it.
        comment: Option<String>,
        /// Where to see it.
        link: String,
    },
    /// A credential was revoked.
    CredentialRevoked(RevokedCredential),
    /// A credential will expire.
    CredentialExpiring {
        /// The app.
        app: String,
        /// The credential, as lists show it.
        credential: String,
        /// Its environment.
        environment: String,
        /// When.
        expires_at: Timestamp,
        /// Where to rotate it.
        link: String,
    },
    /// A certificate will expire.
    CertificateExpiring {
        /// The certificate.
        certificate: String,
        /// The names in it.
        names: Vec<String>,
        /// When.
        expires_at: Timestamp,
        /// Where to replace it.
        link: String,
    },
    /// Something became, or will become, of a version.
    Version {
        /// Which.
        version: Version,
        /// What.
        stage: Stage,
        /// The reader's apps that have a subscription to the service.
        apps: Vec<String>,
        /// Where to read about it.
        link: String,
    },
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Who invites.
    pub inviter: String,
    /// Into which tenant; none: the platform.
    pub tenant: Option<String>,
    /// The roles there.
    pub roles: Vec<String>,
    /// The one-time link: a secret.
    pub link: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A link by which somebody chooses a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// Who made it.
    pub by: String,
    /// The one-time link: a secret.
    pub link: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// The app.
    pub app: String,
    /// The service.
    pub service: String,
    /// The plan.
    pub plan: String,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// An app wants to use a service.
    Subscription(Subscription),
    /// A change to the configuration.
    ChangeRequest {
        /// Its id.
        id: String,
        /// Its title.
        title: String,
    },
    /// Somebody wants an account.
    SignUp {
        /// Their id.
        id: String,
        /// Their address.
        address: String,
    },
}

/// How it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Approved,
    /// No.
    Rejected,
}

/// What became of a subscription, and by whose doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// It is held back for now.
    Suspended {
        /// By whom.
        by: String,
        /// What about.
        cause: Option<Cause>,
    },
    /// It is no longer held back.
    Resumed {
        /// By whom.
        by: String,
    },
    /// Nobody waits for a decision about it any more.
    Withdrawn {
        /// By whom.
        by: String,
    },
    /// It was ended before its time.
    Ended {
        /// By whom.
        by: String,
        /// The code of refusals from then on: `subscription.cancelled`.
        code: &'static str,
    },
    /// It will end by itself.
    Expiring {
        /// When.
        at: Timestamp,
    },
    /// It has ended by itself.
    Expired,
}

/// Why a subscription is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its use is against the rules.
    Policy,
    /// It is not paid for.
    Billing,
    /// It is a danger.
    Security,
}

/// A credential that opens nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedCredential {
    /// The app.
    pub app: String,
    /// The credential, as lists show it.
    pub credential: String,
    /// Its environment.
    pub environment: String,
    /// Who revoked it.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// Where to see it.
    pub link: String,
}

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The tenant that publishes it; none: the platform.
    pub publisher: Option<String>,
    /// The service.
    pub service: String,
    /// Its name.
    pub version: String,
    /// The version to move to, if there is one.
    pub successor: Option<String>,
}

/// How far a version has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It can be called.
    Published,
    /// It should not be used for anything new.
    Deprecated {
        /// When it will stop working, where that is known.
        sunset: Option<Timestamp>,
    },
    /// It will stop working soon.
    Retiring {
        /// When.
        at: Timestamp,
    },
    /// It has stopped working.
    Retired,
}

impl Template {
    /// The mail with the id `id` for the address `to`.
    pub fn message(&self, installation: &Installation, id: &str, to: &str) -> Message {
        let ours = name(&installation.name);
        let (subject, text) = catalogue::words(self, &ours);
        Message {
            id: id.to_owned(),
            to: to.to_owned(),
            subject: cut(&subject, SUBJECT),
            text: format!("{text}\n\n--\nThis mail was sent by {ours} and needs no answer.\n"),
        }
    }
}
