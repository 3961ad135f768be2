//! What is told of sessions.

use super::super::{Service, encode};
use super::scan::PREFIX;
use crate::Refusal;
use crate::browsers::KeptSession;
use postern_policy::directory::Signed;
use postern_policy::session::Closed;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Somebody who is signed in at a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "BrowserSession")]
pub struct SignedIn {
    /// The session's id, as records have it.
    pub id: String,
    /// The service that they signed in for.
    pub service: String,
    /// The tenant of the service; none: the platform, or the service is gone.
    pub tenant: Option<String>,
    /// Who, as the upstream is told.
    pub user: Option<String>,
    /// Who, as the issuer calls them.
    pub subject: Option<String>,
    /// The issuer that signed them in, by its name in the configuration.
    pub issuer: String,
    /// What the service is called there.
    pub client: Option<String>,
    /// Where they signed in: scheme, host and port.
    pub origin: String,
    /// The address that they signed in from.
    pub from: String,
    /// When that was: Unix time in milliseconds.
    pub since_ms: i64,
    /// When the session was last used, to a minute: Unix time in milliseconds.
    pub seen_ms: i64,
    /// When it ends unless it is used: Unix time in milliseconds.
    pub until_ms: i64,
    /// When it ends in any case: Unix time in milliseconds.
    pub ends_ms: i64,
}

/// A page of those who are signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "BrowserSessions")]
pub struct SignedInPage {
    /// The sessions, in no order that means anything.
    pub sessions: Vec<SignedIn>,
    /// Where to go on (`after`); none: there are no more.
    pub next: Option<String>,
}

/// A session that had ended before it was to be revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EndedBefore {
    /// When: Unix time in milliseconds.
    pub at_ms: i64,
    /// How: `signed_out`, `replaced`, `too_many`, `revoked` or `provider` (signed out there).
    pub how: String,
    /// Who has revoked it.
    pub by: Option<String>,
    /// Why, in their words.
    pub reason: Option<String>,
}

/// What became of revoking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RevokedSessions {
    /// How many sessions are revoked now that were good before.
    pub revoked: u64,
    /// How the one that was named had ended before, if it had.
    pub before: Option<EndedBefore>,
    /// Whether there are more that are meant: ask for the same again.
    pub more: bool,
}

impl EndedBefore {
    pub(super) fn of(closed: &Closed) -> Result<Self, Refusal> {
        let how = encode(closed.how)?;
        Ok(Self {
            at_ms: closed.at.saturating_mul(1000),
            how: how.as_str().unwrap_or_default().to_owned(),
            by: closed.by.as_ref().map(ToString::to_string),
            reason: closed.reason.as_ref().map(ToString::to_string),
        })
    }
}

impl Service {
    /// A session as it is told; `None` if it was not written by this or an older version.
    pub(super) fn told(&self, kept: &KeptSession) -> Option<SignedIn> {
        let text = |pointer: &str| {
            let value = kept.session.pointer(pointer)?;
            value.as_str().map(str::to_owned)
        };
        let number = |name: &str| kept.session.get(name).and_then(Value::as_i64);
        let (seen, ends, idle) = (number("seen")?, number("ends_at")?, number("idle")?);
        let service = text("/service")?;
        Some(SignedIn {
            id: format!("{PREFIX}{}", kept.key.get(..16)?),
            tenant: self.tenant_of(&service),
            service,
            user: text("/token/user"),
            subject: text("/token/subject"),
            issuer: text("/token/issuer")?,
            client: text("/token/client"),
            origin: text("/origin")?,
            from: text("/from")?,
            since_ms: number("begun_at")?.saturating_mul(1000),
            seen_ms: seen.saturating_mul(1000),
            until_ms: ends.min(seen.saturating_add(idle)).saturating_mul(1000),
            ends_ms: ends.saturating_mul(1000),
        })
    }
}

impl SignedIn {
    pub(super) fn signed(&self) -> Signed<'_> {
        Signed {
            issuer: &self.issuer,
            subject: self.subject.as_deref(),
            client: self.client.as_deref(),
            in_at: self.since_ms.div_euclid(1000),
        }
    }

    /// Who it is, as far as that is known.
    pub(super) fn whose(&self) -> &str {
        let user = self.user.as_deref().or(self.subject.as_deref());
        user.unwrap_or("somebody")
    }
}
