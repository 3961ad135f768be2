//! Why a cookie proves nothing.

use postern_model::entity::{KeyDigest, Name};
use serde::{Deserialize, Serialize};

/// Why what came in the cookie of sessions is none that is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionFault {
    /// It was not made here.
    NotOurs,
    /// It was made here, and is none any more: signed out, ended by somebody, or long over.
    Unknown,
    /// Of a client or an issuer that the service does not sign people in by.
    OfAnother,
    /// Its time is over.
    Over {
        /// Since when; Unix time in seconds.
        at: i64,
        /// Why.
        why: Ended,
    },
    /// It is not in memory, and where sessions are kept was not asked yet, or does not answer.
    NotLoaded {
        /// What it is kept as.
        #[serde(skip, default = "super::nothing")]
        digest: KeyDigest,
    },
    /// Its tokens have to be refreshed, and whoever issues them does not answer.
    NotRefreshed {
        /// The issuer's name in the configuration.
        issuer: Name,
        /// Since when it does not; Unix time in milliseconds.
        since: Option<i64>,
        /// Why.
        error: Option<Name>,
        /// What it is kept as.
        #[serde(skip, default = "super::nothing")]
        digest: KeyDigest,
    },
}

/// Why a session ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It was not used for too long.
    Idle,
    /// It has lasted as long as one may.
    Lifetime,
    /// The identity provider does not stand for it any more.
    Provider,
}

impl Ended {
    /// Why, in words that follow "it".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Idle => "was not used for too long",
            Self::Lifetime => "had lasted as long as one may",
            Self::Provider => "is no longer vouched for by the identity provider",
        }
    }
}
