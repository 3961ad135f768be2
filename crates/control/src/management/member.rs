//! Who belongs to which tenant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of these documents.
pub const KIND: &str = "member";

/// A person in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The user's id.
    pub user: String,
    /// The tenant.
    pub tenant: String,
    /// Roles that they have in it.
    pub roles: Vec<String>,
    /// Since when, as RFC 3339 has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// The id of the document of a user in a tenant: there is one.
pub fn id(user: &str, tenant: &str) -> String {
    format!("{user}:{tenant}")
}
