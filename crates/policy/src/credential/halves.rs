//! What was used lately, of bounded size.

use postern_model::entity::KeyDigest;
use std::collections::HashMap;

/// A newer half and an older one of `HALF` entries each at most. The older goes when the newer is
/// full; what is asked for in between moves to the newer.
#[derive(Debug)]
pub(super) struct Halves<V, const HALF: usize> {
    new: HashMap<KeyDigest, V>,
    old: HashMap<KeyDigest, V>,
}

impl<V, const HALF: usize> Default for Halves<V, HALF> {
    fn default() -> Self {
        Self {
            new: HashMap::new(),
            old: HashMap::new(),
        }
    }
}

impl<V: Clone, const HALF: usize> Halves<V, HALF> {
    pub(super) fn get(&mut self, name: &KeyDigest) -> Option<&V> {
        if !self.new.contains_key(name) {
            let entry = self.old.get(name)?.clone();
            self.put(*name, entry);
        }
        self.new.get(name)
    }

    pub(super) fn put(&mut self, name: KeyDigest, entry: V) {
        if self.new.len() >= HALF {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(name, entry);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.new.len() + self.old.len()
    }
}
