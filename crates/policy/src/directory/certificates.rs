//! Credentials that a client certificate proves, found by what they know it by.

use super::trie::Trie;
use foldhash::quality::RandomState;
use postern_model::entity::{CertificateName, Credential};
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// Those of a directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Certificates {
    rows: Trie<Credential>,
    count: usize,
}

impl Certificates {
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Puts in a row that is not in; one that no certificate proves is none of these.
    pub(super) fn put(&mut self, row: &Arc<Credential>, hasher: &RandomState) {
        if row.proof.certificate().is_none() {
            return;
        }
        self.count += 1;
        let hash = |row: &Credential| hasher.hash_one(row.proof.certificate());
        self.rows.put(row.clone(), &hash, &|a, b| a.id == b.id);
    }

    /// Takes out a row that is in, if it is one of these.
    pub(super) fn remove(&mut self, row: &Credential, hasher: &RandomState) {
        let Some(name) = row.proof.certificate() else {
            return;
        };
        self.count = self.count.saturating_sub(1);
        self.rows
            .remove(hasher.hash_one(Some(name)), &|other| other.id == row.id);
    }

    /// The row of a certificate that is known by that.
    pub(super) fn find(
        &self,
        name: &CertificateName,
        hasher: &RandomState,
    ) -> Option<&Arc<Credential>> {
        let wanted = Some(name);
        self.rows.get(hasher.hash_one(wanted), |row| {
            row.proof.certificate() == wanted
        })
    }
}
