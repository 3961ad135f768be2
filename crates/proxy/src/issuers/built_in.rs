//! The keys of issuers that are built in.
//!
//! They are nowhere kept: each is made of the installation's key, the issuer, and the moment at which
//! it begins to sign. So every node of an installation has the same ones at the same time, and
//! whoever has the database has none of them.

use postern_model::entity::{BuiltIn, Issuer, KeyDigest, Name};
use postern_model::key::{Keyer, digest};
use postern_proof::{KeySet, SigningKey};
use serde_json::{Value, json};
use std::time::SystemTime;

/// What the key is derived for that they are made of.
pub(super) const PURPOSE: &str = "keys of built-in issuers";

/// An issuer, and which of its keys were made last.
#[derive(Debug)]
pub(super) struct Made {
    iss: Name,
    built_in: BuiltIn,
    began: Vec<i64>,
}

impl Made {
    pub(super) fn new(issuer: &Issuer, built_in: &BuiltIn) -> Self {
        Self {
            iss: issuer.iss.clone(),
            built_in: built_in.clone(),
            began: Vec::new(),
        }
    }

    /// The keys that count now, if these are not the ones that were made last.
    pub(super) fn anew(&mut self, keyer: &Keyer, now: i64) -> Option<KeySet> {
        let began: Vec<i64> = self.built_in.published(now).collect();
        if began == self.began {
            return None;
        }
        let set = published(keyer, &self.iss, &self.built_in, now);
        let set = KeySet::parse(set.to_string().as_bytes()).ok()?;
        self.began = began;
        Some(set)
    }
}

/// The set that is published (RFC 7517 §5). `now` is Unix time in seconds.
pub(crate) fn published(keyer: &Keyer, iss: &str, built_in: &BuiltIn, now: i64) -> Value {
    let keys = built_in.published(now);
    let keys: Vec<Value> = keys
        .filter_map(|began| Some(key(keyer, iss, began)?.jwk()))
        .collect();
    json!({ "keys": keys })
}

/// The key that signs. `now` is Unix time in seconds.
pub(crate) fn signs(keyer: &Keyer, iss: &str, built_in: &BuiltIn, now: i64) -> Option<SigningKey> {
    key(keyer, iss, built_in.began(now))
}

fn key(keyer: &Keyer, iss: &str, began: i64) -> Option<SigningKey> {
    let KeyDigest(seed) = keyer.keyed(&digest(format!("{began} {iss}").as_bytes()));
    SigningKey::from_seed(&seed)
}

/// Unix time in seconds.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn keys_are_the_same_wherever_the_installation_s_key_is_and_nowhere_else() {
        let built_in = BuiltIn {
            lifetime: Duration::from_mins(1),
            rotation: Duration::from_hours(24),
            rotated_at: None,
        };
        let [here, there] = [[1; 32], [2; 32]].map(|key| Keyer::new(&key).derived(PURPOSE));
        let iss = "https://api.example.com/.well-known/postern/issuers/own";
        let kid = |keyer, iss, now| signs(keyer, iss, &built_in, now).unwrap().kid().to_owned();
        let first = kid(&here, iss, 100);
        assert_eq!(first, kid(&here, iss, 86_399));
        assert_ne!(first, kid(&here, iss, 86_400));
        assert_ne!(first, kid(&there, iss, 100));
        assert_ne!(first, kid(&here, "https://other.example", 100));
        // The next one is known before it signs, and the last one after.
        let kids = |now| published(&here, iss, &built_in, now).to_string();
        assert!(kids(100).contains(&kid(&here, iss, 86_400)));
        assert!(kids(86_400).contains(&first) && !kids(86_520).contains(&first));
    }
}
