//! What is remembered of callers of one operation, as long as the rules hold.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Callers that are remembered. When there are more, all are forgotten.
const MOST: usize = 1_024;

/// Answers by everything that they hang on.
#[derive(Debug, Default)]
pub(crate) struct Standing(RwLock<HashMap<Box<[u8]>, bool>>);

impl Standing {
    pub(crate) fn get(&self, key: &[u8]) -> Option<bool> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(key).copied()
    }

    pub(crate) fn put(&self, key: Vec<u8>, answer: bool) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key.into(), answer);
    }

    #[cfg(test)]
    pub(crate) fn all(&self) -> Vec<bool> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.values().copied().collect()
    }
}
