//! What is known of the keys of issuers at a moment.

use crate::jwk::KeySet;
use postern_model::entity::Name;
use std::collections::HashMap;
use std::sync::Arc;

/// The keys of every issuer, by its name.
#[derive(Debug, Clone, Default)]
pub struct Keyring(HashMap<Name, Keys>);

/// What is known of the keys of one issuer: nothing, before anybody has asked.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Those that count: the last that could be had, if they are fresh enough.
    pub known: Option<Arc<KeySet>>,
    /// Why no newer ones can be had, while that is so. A key that is not known may exist then.
    pub away: Option<Away>,
}

/// An issuer that does not tell its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// Since when; Unix time in milliseconds.
    pub since: i64,
    /// Why.
    pub error: Arc<str>,
}

impl Keys {
    /// These, of which there are no others.
    pub const fn of(known: Arc<KeySet>) -> Self {
        Self {
            known: Some(known),
            away: None,
        }
    }
}

/// Keys that nobody has asked for yet.
static UNASKED: Keys = Keys {
    known: None,
    away: None,
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
