//! Who is told.

use super::secret::SigningSecrets;
use crate::http::masked;
use std::fmt;

/// Where webhooks are sent. What it wants to be told is the queue's business.
#[derive(Clone)]
pub struct Endpoint {
    /// Its id.
    pub id: String,
    /// Its URL, which often is a secret.
    pub url: String,
    /// What its webhooks are signed with.
    pub secrets: SigningSecrets,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("id", &self.id)
            .field("url", &masked(&self.url))
            .finish_non_exhaustive()
    }
}
