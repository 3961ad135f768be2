//! Credentials whose keys another gateway made, found by what is kept of these.

use super::trie::Trie;
use foldhash::quality::RandomState;
use postern_model::entity::{Credential, KeyDigest};
use postern_model::key::Keyer;
use postern_model::key::imported::{KeyFormat, MAX_FORMATS};
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// Those of a directory, and how their keys were digested.
#[derive(Debug, Clone, Default)]
pub(super) struct Imports {
    rows: Trie<Credential>,
    /// Each format, and how many rows are of it.
    formats: Vec<(Arc<KeyFormat>, usize)>,
}

impl Imports {
    pub(super) const fn is_empty(&self) -> bool {
        self.formats.is_empty()
    }

    pub(super) fn formats(&self) -> impl Iterator<Item = &Arc<KeyFormat>> {
        self.formats.iter().map(|(format, _)| format)
    }

    /// The format, in memory that is shared.
    pub(super) fn shared(&self, format: Arc<KeyFormat>) -> Arc<KeyFormat> {
        let known = self.formats().find(|known| **known == format).cloned();
        known.unwrap_or(format)
    }

    /// Puts in a row that is not in; one that was not imported is none of these.
    pub(super) fn put(&mut self, row: &Arc<Credential>, hasher: &RandomState) {
        let Some(format) = row.proof.imported() else {
            return;
        };
        match self.formats.iter_mut().find(|(known, _)| known == format) {
            Some((_, rows)) => *rows += 1,
            None => self.formats.push((format.clone(), 1)),
        }
        let same = |a: &Credential, b: &Credential| a.id == b.id;
        self.rows.put(
            row.clone(),
            &|row| hasher.hash_one(row.proof.digest()),
            &same,
        );
    }

    /// Takes out a row that is in, if it is one of these.
    pub(super) fn remove(&mut self, row: &Credential, hasher: &RandomState) {
        let Some(format) = row.proof.imported() else {
            return;
        };
        self.rows
            .remove(hasher.hash_one(row.proof.digest()), &|other| {
                other.id == row.id
            });
        for (known, rows) in &mut self.formats {
            if known == format {
                *rows = rows.saturating_sub(1);
            }
        }
        self.formats.retain(|(_, rows)| *rows > 0);
    }

    /// The row of a presented key. One digest and one look for each format, as many as there are,
    /// so that the time says nothing of which keys there are. Allocates nothing.
    pub(super) fn find(
        &self,
        key: &[u8],
        keyer: &Keyer,
        hasher: &RandomState,
    ) -> Option<&Arc<Credential>> {
        let mut found = None;
        for format in self.formats().take(MAX_FORMATS) {
            #[cfg(test)]
            crate::testing::work::did(&[crate::testing::work::Step::Digest]);
            let digest: KeyDigest = keyer.keyed(&format.digest(key));
            let is = |row: &Credential| {
                row.proof.digest() == Some(&digest) && row.proof.imported() == Some(format)
            };
            #[cfg(test)]
            crate::testing::work::did(&[crate::testing::work::Step::LookUp]);
            found = found.or(self.rows.get(hasher.hash_one(Some(&digest)), is));
        }
        found
    }
}
