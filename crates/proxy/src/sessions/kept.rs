//! What is kept of a session.

use postern_model::entity::{KeyDigest, Name};
use postern_policy::session::{Freshness, Read, Session};
use postern_proof::Token;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::IpAddr;
use std::sync::Arc;

/// For how long a session that is over is kept, so that whoever shows it is told so, in seconds.
const TOLD: i64 = 60 * 60;

/// A session as it is kept. Unix times in seconds. It has no secret but what is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Who was signed in.
    pub token: Token,
    /// The service that somebody was signed in for.
    pub service: Name,
    /// Where: scheme, host and port.
    pub origin: Name,
    /// From where.
    pub from: IpAddr,
    /// When it began.
    pub begun_at: i64,
    /// When it ends at the latest.
    pub ends_at: i64,
    /// How long it lasts without being used, in seconds.
    pub idle: i64,
    /// When it was last used, to a minute.
    pub seen: i64,
    /// Until when its tokens are good; none: nothing refreshes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_until: Option<i64>,
    /// How long before that new ones are got, in seconds.
    #[serde(default)]
    pub ahead: i64,
    /// Until when somebody is getting new ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshing_until: Option<i64>,
    /// When the provider said that it does not stand for it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<i64>,
    /// The tokens, sealed.
    pub sealed: String,
}

/// The tokens of a session.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Tokens {
    /// Says to the provider whom it is to sign out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
}

impl Kept {
    /// Reads what was written; `None` if it was not written by this or an older version.
    pub fn read(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }

    pub(super) fn written(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// When it ends if it is not used any more.
    pub fn over_at(&self) -> i64 {
        self.ends_at.min(self.seen.saturating_add(self.idle))
    }

    /// From when on it need not be kept.
    pub(super) fn gone_at(&self) -> i64 {
        self.over_at().saturating_add(TOLD)
    }

    /// Whether it is time to get new tokens.
    pub(super) fn is_to_refresh(&self, now: i64) -> bool {
        let soon = |until: i64| now >= until.saturating_sub(self.ahead);
        self.refused_at.is_none() && self.fresh_until.is_some_and(soon)
    }

    /// As it stands in memory.
    pub(super) fn known(&self, digest: KeyDigest) -> Read {
        Read {
            session: Session {
                id: Session::id_of(&digest),
                token: Arc::new(self.token.clone()),
                begun_at: self.begun_at,
                ends_at: self.ends_at,
                digest,
            },
            idle: self.idle,
            seen: self.seen,
            tokens: Freshness {
                until: self.fresh_until,
                ahead: self.ahead,
                refused: self.refused_at,
                failed: None,
            },
        }
    }
}

#[cfg(test)]
mod tests;
