//! Who is told of what happens, by a request to their endpoint.

use postern_outbound::webhook::EventKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of these documents.
pub const KIND: &str = "webhook";

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The tenant whose events it gets; none: it is the platform's, and gets one of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The endpoint: an `https` URL, of which logs show no more than scheme, host and port.
    #[schemars(length(min = 9, max = 2048))]
    pub url: String,
    /// What it wants to be told: `approval.asked`, `credential.expiring`.
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub events: Vec<EventKind>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub description: Option<String>,
    /// Whether anything is sent.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What its signing secrets are made with. Postern writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing: Option<Signing>,
}

/// What the signing secrets of a webhook are made with, together with the installation's key and
/// the webhook's id. Nobody can tell a secret from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WebhookSigning")]
pub struct Signing {
    /// Of the secret that is in use.
    #[schemars(length(min = 16, max = 64))]
    pub salt: String,
    /// Of the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 16, max = 64))]
    pub previous: Option<String>,
    /// Until when the one before signs too, as RFC 3339 has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<String>,
}

const fn yes() -> bool {
    true
}
