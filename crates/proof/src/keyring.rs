//! What is known of the keys of issuers at a moment.

use crate::jwk::KeySet;
use postern_model::entity::Name;
use std::collections::HashMap;
use std::sync::Arc;

/// The keys of every issuer, by its name.
#[derive(Debug, Clone, Default)]
pub struct Keyring(HashMap<Name, Keys>);

/// What is known of the keys of one issuer.
#[derive(Debug, Clone)]
pub enum Keys {
    /// They are known.
    Known(Arc<KeySet>),
    /// None are known that are fresh enough.
    Missing {
        /// Since when they cannot be had: Unix time in milliseconds; `None`: nobody has asked yet.
        since: Option<i64>,
        /// Why.
        error: Option<Arc<str>>,
    },
}

/// Keys that nobody has asked for yet.
static UNASKED: Keys = Keys::Missing {
    since: None,
    error: None,
};

impl Keyring {
    /// What is known of the keys of the issuer of that name.
    pub fn of(&self, issuer: &str) -> &Keys {
        self.0.get(issuer).unwrap_or(&UNASKED)
    }

    /// The keys with those of one issuer replaced.
    #[must_use]
    pub fn with(&self, issuer: Name, keys: Keys) -> Self {
        let mut next = self.clone();
        next.0.insert(issuer, keys);
        next
    }

    /// The keys of those issuers alone that are still there.
    #[must_use]
    pub fn only(&self, still: impl Fn(&str) -> bool) -> Self {
        let mut next = self.clone();
        next.0.retain(|name, _| still(name));
        next
    }
}
