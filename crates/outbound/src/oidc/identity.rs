//! Who signed in.

use super::claims::Claims;
use serde_json::Value;
use std::fmt;

/// Most groups that are kept.
const GROUPS: usize = 500;

/// Longest text that is kept of a claim, bytes.
const TEXT: usize = 512;

/// A person, as a provider vouches for them. Issuer and subject together name them; a mail address
/// does not, since it may be given to somebody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// The person there.
    pub subject: String,
    /// Their mail address.
    pub email: Option<String>,
    /// Whether the provider has seen that it is theirs.
    pub email_verified: bool,
    /// Their name.
    pub name: Option<String>,
    /// Their groups, from the claim that is configured for them.
    pub groups: Vec<String>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// From the claims of an ID token that was checked.
    pub(super) fn new(
        issuer: &str,
        subject: String,
        claims: &Claims,
        groups_claim: Option<&str>,
    ) -> Self {
        let email = text(claims, "email");
        Self {
            issuer: issuer.to_owned(),
            subject,
            email_verified: email.is_some() && is_true(claims.get("email_verified")),
            email,
            name: text(claims, "name").or_else(|| text(claims, "preferred_username")),
            groups: groups_claim.map_or_else(Vec::new, |claim| groups(claims.get(claim))),
        }
    }

    /// Whether something is missing that the userinfo endpoint may know.
    pub(super) fn is_incomplete(&self, groups_claim: Option<&str>) -> bool {
        let groups = groups_claim.is_some() && self.groups.is_empty();
        self.email.is_none() || self.name.is_none() || groups
    }

    /// Takes what is missing from the userinfo endpoint's claims. Whether an address is verified
    /// comes from where the address comes from.
    pub(super) fn complete(&mut self, claims: &Claims, groups_claim: Option<&str>) {
        let other = Self::new("", String::new(), claims, groups_claim);
        if self.email.is_none() {
            self.email = other.email;
            self.email_verified = other.email_verified;
        }
        self.name = self.name.take().or(other.name);
        if self.groups.is_empty() {
            self.groups = other.groups;
        }
    }
}

fn text(claims: &Claims, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?.trim();
    let fit = !text.is_empty() && text.len() <= TEXT && !text.chars().any(char::is_control);
    fit.then(|| text.to_owned())
}

/// Some providers write it as a text.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(is)) => *is,
        Some(Value::String(is)) => is == "true",
        _ => false,
    }
}

fn groups(value: Option<&Value>) -> Vec<String> {
    let one = |value: &Value| {
        let text = value.as_str()?;
        (!text.is_empty() && text.len() <= TEXT).then(|| text.to_owned())
    };
    match value {
        Some(Value::Array(all)) => all.iter().take(GROUPS).filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}
