//! Who vouches for people.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of these documents.
pub const KIND: &str = "identity_provider";

/// The id of the one that stands for Postern's own accounts, with passwords.
pub const LOCAL: &str = "local";

/// A provider of identities: an OpenID Connect provider, or, under the id `local`, Postern itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityProvider {
    /// What people call it.
    pub title: String,
    /// The tenant whose people it vouches for; none: the platform's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Its issuer identifier, exactly as it writes it. `local` has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Postern's id there. `local` has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Where Postern's secret there is found: `env:NAME` or `file:PATH`; or the secret as
    /// `postern secrets seal` sealed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// What is asked for beside `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// Whether people sign in with it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What happens to people who have no account yet.
    #[serde(default)]
    pub sign_up: SignUp,
    /// Roles that new people get in its tenant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// What happens to people who have no account yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// They are sent away.
    #[default]
    Closed,
    /// They get an account that somebody has to let in.
    Approval,
    /// They get an account. Not with `local`, which knows of nobody who they are.
    Open,
}

fn scopes() -> Vec<String> {
    vec!["email".to_owned(), "profile".to_owned()]
}

const fn yes() -> bool {
    true
}
