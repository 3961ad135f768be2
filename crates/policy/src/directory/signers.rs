//! Credentials whose keys sign requests, found by what signatures call these keys.

use super::trie::Trie;
use foldhash::quality::RandomState;
use postern_model::entity::{Credential, SigningMaterial};
use postern_proof::message::MessageKey;
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// A key that signs, and whose it is.
#[derive(Debug)]
pub struct Signer {
    /// The credential.
    pub credential: Arc<Credential>,
    /// Its key.
    pub key: MessageKey,
}

impl Signer {
    /// What signatures call the key.
    fn name(&self) -> Option<&str> {
        self.credential.signs_as()
    }
}

/// Those of a directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Signers {
    rows: Trie<Signer>,
    count: usize,
}

impl Signers {
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Puts in a row that is not in; one without a key that signs is none of these.
    pub(super) fn put(&mut self, row: &Arc<Credential>, hasher: &RandomState) {
        let Some(key) = row.proof.signing() else {
            return;
        };
        let key = match &key.material {
            SigningMaterial::Public(text) => MessageKey::public(text, Some(key.algorithm)),
            SigningMaterial::Shared(secret) => MessageKey::shared(secret.expose()),
        };
        // What cannot be used was refused when it was read; the rows of a record have no keys.
        let Ok(key) = key else { return };
        self.count += 1;
        let signer = Signer {
            credential: row.clone(),
            key,
        };
        let hash = |one: &Signer| hasher.hash_one(one.name());
        let same = |a: &Signer, b: &Signer| a.credential.id == b.credential.id;
        self.rows.put(Arc::new(signer), &hash, &same);
    }

    /// Takes out a row that is in, if it is one of these.
    pub(super) fn remove(&mut self, row: &Credential, hasher: &RandomState) {
        let Some(name) = row.signs_as() else {
            return;
        };
        self.count = self.count.saturating_sub(1);
        let hash = hasher.hash_one(Some(name));
        self.rows.remove(hash, &|one| one.credential.id == row.id);
    }

    /// The key that signatures call so.
    pub(super) fn find(&self, name: &str, hasher: &RandomState) -> Option<&Arc<Signer>> {
        let hash = hasher.hash_one(Some(name));
        self.rows.get(hash, |one| one.name() == Some(name))
    }
}
