//! People.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of these documents. Their ids are `usr_` and 16 characters.
pub const KIND: &str = "user";

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The e-mail address, in lower case. No two users have the same.
    pub email: String,
    /// What people call them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether they get in.
    #[serde(default)]
    pub state: UserState,
    /// Roles that they have on the platform.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platform_roles: Vec<String>,
    /// Who they are to an identity provider: its issuer, `#`, and their subject there. No two users
    /// have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Since when there is such a user, as RFC 3339 has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// What they said when they asked for an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether a user gets in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// They do.
    #[default]
    Active,
    /// They asked for an account, and nobody has let them in yet.
    Pending,
    /// Not any more.
    Deactivated,
}
