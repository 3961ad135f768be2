//! Callers that are blocked for a while.

use postern_model::entity::Name;
use serde::{Deserialize, Serialize};

/// A block that a caller is under, as far as it may hold for a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerBlock {
    /// The number of the policy that it came of; 0: somebody made it.
    pub number: u64,
    /// `credential` or `app`.
    pub what: Name,
    /// The credential's id, or the app's name.
    pub who: Name,
    /// Until when; Unix time in milliseconds.
    pub until: i64,
    /// The policy that it came of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Name>,
    /// The code of the refusal that was one too many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Name>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    /// Why somebody made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Name>,
}
