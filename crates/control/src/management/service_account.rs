//! Programs with an account of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of these documents. Their ids are `sa_` and 16 characters.
pub const KIND: &str = "service_account";

/// A program that manages something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceAccount {
    /// The tenant that it belongs to; none: it is the platform's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// What people call it.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Roles that it has: in its tenant, or on the platform.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Whether its tokens are good.
    #[serde(default)]
    pub state: AccountState,
}

/// Whether a service account's tokens are good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// They are.
    #[default]
    Active,
    /// For now they are not.
    Suspended,
}
