//! What is found of a token that comes with a proof that it is its sender's (DPoP, RFC 9449).

use super::once::{Once, Used};
use crate::nonce::NonceVerdict;
use postern_model::entity::Dpop;
use postern_proof::{Token, dpop};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A genuine token that was sent as one whose sender has the key that it is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Possession {
    /// The token.
    pub token: Arc<Token>,
    /// What came along.
    pub proof: ProofVerdict,
}

/// What a proof was found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProofVerdict {
    /// None came.
    Missing,
    /// One that does not count.
    Fault(dpop::Fault),
    /// One for this request and this token, signed by the key that it brings.
    Genuine(GenuineProof),
}

/// A proof for this request and this token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenuineProof {
    /// The thumbprint of its key.
    pub key: Arc<str>,
    /// When it was made; Unix time in seconds.
    pub issued_at: i64,
    /// What its nonce was found to be.
    pub nonce: NonceVerdict,
    /// Whether it was used before.
    pub used: Used,
    /// What has to be looked up for that.
    #[serde(skip)]
    pub(crate) once: Option<Once>,
}

impl GenuineProof {
    /// One of which everything is known. `issued_at` is Unix time in seconds.
    pub const fn known(key: Arc<str>, issued_at: i64, nonce: NonceVerdict, used: Used) -> Self {
        Self {
            key,
            issued_at,
            nonce,
            used,
            once: None,
        }
    }

    /// Why it is of another time, in words that follow "the proof"; `now` is Unix time in seconds.
    pub(crate) fn untimely(&self, asked: &Dpop, now: i64) -> Option<&'static str> {
        let leeway = seconds(asked.leeway);
        if self.issued_at > now.saturating_add(leeway) {
            Some("is from the future")
        } else if now > self.ends(asked) {
            Some("is too old")
        } else {
            None
        }
    }

    /// The last second in which it is good.
    pub(crate) fn ends(&self, asked: &Dpop) -> i64 {
        let most = seconds(asked.max_age).saturating_add(seconds(asked.leeway));
        self.issued_at.saturating_add(most)
    }
}

fn seconds(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}
