//! What programs sign in with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of these documents. Their ids are `tok_` and the id in the token.
pub const KIND: &str = "token";

/// A token of a user or of a service account. The token itself is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The user whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The service account whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
    /// The tenant of the service account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// What people call it.
    pub title: String,
    /// The HMAC of the token under the installation's key, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(skip)]
    pub hmac: String,
    /// The only permission points that it is good for; none: all that its owner has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// The only tenant that it is good for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_in: Option<String>,
    /// When it was made, as RFC 3339 has it.
    pub created_at: String,
    /// When it ends, as RFC 3339 has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

impl Token {
    /// Whether it is less than its owner.
    pub const fn is_restricted(&self) -> bool {
        self.scopes.is_some() || self.only_in.is_some() || self.expires_at.is_some()
    }
}
