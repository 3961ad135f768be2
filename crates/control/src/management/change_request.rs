//! Changes that one person proposes and another decides about.

use crate::plan::Plan;
use crate::shorthand::Change;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of these documents.
pub const KIND: &str = "change_request";

/// Changes that were proposed, and what became of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRequest {
    /// The tenant that everything in it belongs to, if it is one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Who proposed it.
    pub proposed_by: String,
    /// When, as RFC 3339 has it.
    pub proposed_at: String,
    /// Why.
    pub comment: String,
    /// Until when it can be decided about, as RFC 3339 has it.
    pub expires_at: String,
    /// The changes: of the versions that were stored then, and of no others.
    pub changes: Vec<Change>,
    /// What they changed when they were proposed.
    pub plan: Plan,
    /// What became of it.
    #[serde(default)]
    pub state: Decided,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When, as RFC 3339 has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// What they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Whether whoever proposed it has decided alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forced: bool,
}

/// What became of a change request, as it is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// Nobody has decided.
    #[default]
    Open,
    /// It was approved and applied, in one.
    Applied,
    /// It was rejected.
    Rejected,
    /// Whoever proposed it took it back.
    Withdrawn,
}

/// How a change request stands at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for somebody.
    Open,
    /// It was approved and applied.
    Applied,
    /// It was rejected.
    Rejected,
    /// Whoever proposed it took it back.
    Withdrawn,
    /// Nobody decided in time.
    Expired,
}

impl State {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Applied => "applied",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

impl ChangeRequest {
    /// How it stands.
    pub fn state_at(&self, now: Timestamp) -> State {
        match self.state {
            Decided::Applied => State::Applied,
            Decided::Rejected => State::Rejected,
            Decided::Withdrawn => State::Withdrawn,
            Decided::Open => match self.expires_at.parse::<Timestamp>() {
                Ok(end) if end > now => State::Open,
                _ => State::Expired,
            },
        }
    }
}
