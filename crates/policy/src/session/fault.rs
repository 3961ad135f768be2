//! Why a cookie proves nothing.

use postern_model::entity::{KeyDigest, Name};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Why what came in the cookie of sessions is none that is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionFault {
    /// It was not made here.
    NotOurs,
    /// It was made here, and is none any more: signed out, ended by somebody, or long over.
    Unknown,
    /// Somebody has ended it, and it is still known who.
    Closed(Arc<Closed>),
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

/// How a session was ended by somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Its browser signed out.
    SignedOut,
    /// Its browser signed in anew.
    Replaced,
    /// The person signed in so often that it was the oldest of too many.
    TooMany,
    /// An administrator has revoked it.
    Revoked,
    /// The identity provider has said that the person signed out there.
    Provider,
}

impl How {
    /// How, in words that follow "the session".
    pub const fn words(self) -> &'static str {
        match self {
            Self::SignedOut => "ended when its browser signed out",
            Self::Replaced => "ended when its browser signed in anew",
            Self::TooMany => "was ended as the oldest of too many",
            Self::Revoked => "was revoked",
            Self::Provider => "ended when its person signed out at the identity provider",
        }
    }
}

/// What is kept for a while of a session that somebody has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When; Unix time in seconds.
    pub at: i64,
    /// How.
    pub how: How,
    /// Who has revoked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Name>,
    /// The issuer that had signed somebody in, by its name in the configuration.
    pub issuer: Name,
    /// What the service is called there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Name>,
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
