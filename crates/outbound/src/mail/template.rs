//! Which mails there are, and what each has to know.

use super::message::Message;
use super::plain::{cut, name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest subject, characters.
const SUBJECT: usize = 200;

/// Who the mails come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    /// What people know it as, such as `Example APIs`.
    pub name: String,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Asked {
    /// An app wants to use a service.
    Subscription {
        /// The app.
        app: String,
        /// The service.
        service: String,
        /// The plan.
        plan: String,
    },
    /// A version is to be published.
    Version {
        /// The service.
        service: String,
        /// The version.
        version: String,
    },
    /// A change to the configuration.
    ChangeRequest {
        /// Its title.
        title: String,
    },
    /// Somebody signed up.
    SignUp {
        /// Their address.
        address: String,
    },
}

/// How it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Yes.
    Approved,
    /// No.
    Rejected,
}

/// A mail, without its words. Links are made by whoever asks for the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case", deny_unknown_fields)]
pub enum Template {
    /// Join a tenant.
    Invitation {
        /// Who invites.
        inviter: String,
        /// The tenant.
        tenant: String,
        /// The role in it.
        role: String,
        /// The one-time link.
        link: String,
        /// Until when it works.
        expires_at: Timestamp,
    },
    /// Prove that the address is yours.
    SignUpConfirmation {
        /// The one-time link.
        link: String,
        /// Until when it works.
        expires_at: Timestamp,
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
    /// A version should not be used for anything new.
    VersionDeprecated {
        /// The service.
        service: String,
        /// The version.
        version: String,
        /// When it will stop working, where that is known.
        sunset: Option<Timestamp>,
        /// The version to move to, if there is one.
        successor: Option<String>,
        /// Where to read about it.
        link: String,
    },
    /// A version will stop working, and you still use it.
    VersionRetiring {
        /// The service.
        service: String,
        /// The version.
        version: String,
        /// When.
        retires_at: Timestamp,
        /// The apps that still call it.
        apps: Vec<String>,
        /// The version to move to, if there is one.
        successor: Option<String>,
        /// Where to read about it.
        link: String,
    },
}

impl Template {
    /// The mail with the id `id` for the address `to`.
    pub fn message(&self, installation: &Installation, id: &str, to: &str) -> Message {
        let (subject, text) = self.words();
        let name = name(&installation.name);
        Message {
            id: id.to_owned(),
            to: to.to_owned(),
            subject: cut(&subject, SUBJECT),
            text: format!("{text}\n\n--\nThis mail was sent by {name} and needs no answer.\n"),
        }
    }
}
