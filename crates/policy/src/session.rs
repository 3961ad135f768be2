//! Sessions of browsers, as far as this node knows them: who was signed in, and until when.
//!
//! The cookie of a session holds a secret that is made of 32 random bytes and half of their HMAC, so
//! that what was not made here is known without asking anybody. What is kept is an HMAC of the
//! secret, under a key of this installation: whoever reads what is kept can show no session.

mod cache;
mod fault;
mod secret;

pub use cache::{Failed, Freshness, Read, Sessions};
pub use fault::{Closed, Ended, How, SessionFault};
pub use secret::{Made, SECRET_LEN, SessionKey};

use crate::directory::Signed;
use postern_model::entity::KeyDigest;
use postern_proof::Token;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::sync::Arc;

/// A session that somebody was signed in to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// What it is called where people read of it.
    pub id: Arc<str>,
    /// Who was signed in, and what for: what the issuer's ID token said, with the scopes of the
    /// access token.
    pub token: Arc<Token>,
    /// When it began; Unix time in seconds, as the others.
    pub begun_at: i64,
    /// When it ends at the latest.
    pub ends_at: i64,
    /// What it is kept as. Not in records, which would tell sessions by it.
    #[serde(skip, default = "nothing")]
    pub digest: KeyDigest,
}

/// Whose a session is. Both are digests that tell nothing of what they are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// The person, at their issuer.
    pub person: String,
    /// The session of that person at the issuer, where it says which.
    pub at_provider: Option<String>,
}

const fn nothing() -> KeyDigest {
    KeyDigest([0; 32])
}

impl Session {
    /// Who was signed in, and when.
    pub fn signed(&self) -> Signed<'_> {
        Signed {
            issuer: &self.token.issuer,
            subject: self.token.subject.as_deref(),
            client: self.token.client.as_deref(),
            in_at: self.begun_at,
        }
    }

    /// What a session that is kept as this is called: it tells nothing of its secret.
    pub fn id_of(digest: &KeyDigest) -> Arc<str> {
        let mut id = "ses_".to_owned();
        for byte in digest.0.iter().take(8) {
            // Writing to a String cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        id.into()
    }
}
