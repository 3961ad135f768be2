//! What happened, as endpoints are told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that happened. Its JSON is the body of a webhook, and the same for every attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Names it: whoever gets an event twice knows it by this.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When.
    pub occurred_at: Timestamp,
    /// Whose business it is; none for the platform's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// What there is to know about it; which members depends on the kind. Never a secret.
    #[serde(default)]
    pub data: Value,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What may happen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum EventKind {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The kind of this name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
            }

            /// Its name, as in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

kinds! {
    /// Sent on request, to see whether an endpoint works.
    Ping = "ping",
    /// A decision is waited for: on a subscription, a change request, an account that is asked for.
    ApprovalAsked = "approval.asked",
    /// It was made.
    ApprovalDecided = "approval.decided",
    /// A subscription was suspended, resumed, cancelled or removed, has expired or will soon.
    SubscriptionChanged = "subscription.changed",
    /// A credential will expire soon.
    CredentialExpiring = "credential.expiring",
    /// A credential was made that takes the place of another, which still is good for a while.
    CredentialRotated = "credential.rotated",
    /// A credential was revoked.
    CredentialRevoked = "credential.revoked",
    /// A certificate will expire soon.
    CertificateExpiring = "certificate.expiring",
    /// A version was published.
    VersionPublished = "version.published",
    /// A version is deprecated.
    VersionDeprecated = "version.deprecated",
    /// A version will be retired soon.
    VersionRetiring = "version.retiring",
    /// A version was retired.
    VersionRetired = "version.retired",
}

impl std::fmt::Display for EventKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
