//! Asking somebody in.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of these documents. Their ids are `inv_` and the id in the link.
pub const KIND: &str = "invitation";

/// An invitation. The secret of its link is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// The e-mail address of whoever is invited, in lower case.
    pub email: String,
    /// The tenant that they are invited into; none: the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Roles that they get: in the tenant, or on the platform.
    pub roles: Vec<String>,
    /// What became of it.
    #[serde(default)]
    pub state: InvitationState,
    /// Who invited.
    pub invited_by: String,
    /// When, as RFC 3339 has it.
    pub created_at: String,
    /// Until when it can be accepted, as RFC 3339 has it.
    pub expires_at: String,
    /// The user who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<String>,
}

impl Invitation {
    /// Whether it can be accepted at this time.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let ends: Option<Timestamp> = self.expires_at.parse().ok();
        self.state == InvitationState::Open && ends.is_some_and(|ends| at < ends)
    }
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// Nobody has accepted it yet.
    #[default]
    Open,
    /// It was accepted.
    Accepted,
}
