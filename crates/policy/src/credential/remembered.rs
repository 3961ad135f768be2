//! Tokens that were found genuine a moment ago, so that a caller who sends the same one again costs
//! no signature.

use super::halves::Halves;
use postern_model::entity::KeyDigest;
use postern_model::key::{Keyer, digest};
use postern_proof::{KeySet, Token};
use std::cell::RefCell;
use std::sync::Arc;

/// Most tokens of the newer and of the older half each.
const HALF: usize = 2048;

/// Genuine tokens, by what a key of this installation makes of them. What is remembered is that the
/// signature was of one of these keys, and what the token says: whether it is still good is judged
/// each time. For one core.
#[derive(Debug)]
pub struct Remembered {
    keyer: Keyer,
    halves: RefCell<Halves<Entry, HALF>>,
}

#[derive(Debug, Clone)]
struct Entry {
    token: Arc<Token>,
    /// Whose signature it was.
    keys: Arc<KeySet>,
    /// The rules that said how it is read.
    mark: u32,
}

impl Remembered {
    /// Nothing yet.
    pub fn new(keyer: &Keyer) -> Self {
        Self {
            keyer: keyer.derived("tokens that were genuine"),
            halves: RefCell::default(),
        }
    }

    /// What a token is remembered by.
    pub(super) fn name(&self, token: &[u8]) -> KeyDigest {
        self.keyer.keyed(&digest(token))
    }

    /// What a token said, if the same rules read it, and `is_current` of its issuer's keys.
    pub(super) fn get(
        &self,
        name: &KeyDigest,
        mark: u32,
        is_current: impl FnOnce(&Token, &Arc<KeySet>) -> bool,
    ) -> Option<Arc<Token>> {
        let mut halves = self.halves.borrow_mut();
        let found = halves.get(name)?;
        let good = found.mark == mark && is_current(&found.token, &found.keys);
        good.then(|| found.token.clone())
    }

    /// Remembers a token that was found genuine.
    pub(super) fn put(&self, name: KeyDigest, mark: u32, token: &Arc<Token>, keys: &Arc<KeySet>) {
        let entry = Entry {
            token: token.clone(),
            keys: keys.clone(),
            mark,
        };
        self.halves.borrow_mut().put(name, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::token;
    use postern_proof::testing::{Signer, set};

    fn keys() -> Arc<KeySet> {
        let signer = Signer::new(postern_model::entity::Algorithm::EdDSA, "a");
        Arc::new(KeySet::parse(set(&[&signer]).as_bytes()).unwrap())
    }

    #[test]
    fn what_other_keys_or_rules_have_judged_is_judged_anew() {
        let remembered = Remembered::new(&Keyer::new(&[1; 32]));
        let (keys, others) = (keys(), keys());
        let name = remembered.name(b"a token");
        remembered.put(name, 7, &Arc::new(token()), &keys);
        let get = |name, mark, current: &Arc<KeySet>| {
            remembered.get(name, mark, |_, keys| Arc::ptr_eq(keys, current))
        };
        assert!(get(&name, 7, &keys).is_some());
        assert!(get(&name, 8, &keys).is_none() && get(&name, 7, &others).is_none());
        assert!(get(&remembered.name(b"a tokem"), 7, &keys).is_none());
    }

    #[test]
    fn no_more_than_so_many_are_remembered_and_the_newest_always() {
        let remembered = Remembered::new(&Keyer::new(&[1; 32]));
        let (token, keys) = (Arc::new(token()), keys());
        let name = |n: usize| remembered.name(&n.to_be_bytes());
        for n in 0..3 * HALF {
            remembered.put(name(n), 7, &token, &keys);
            // One that is asked for again and again stays.
            assert!(remembered.get(&name(0), 7, |_, _| true).is_some(), "{n}");
        }
        assert!(remembered.halves.borrow().len() <= 2 * HALF);
        assert!(
            remembered
                .get(&name(3 * HALF - 1), 7, |_, _| true)
                .is_some()
        );
        assert!(remembered.get(&name(1), 7, |_, _| true).is_none());
    }
}
