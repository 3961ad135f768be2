//! Credentials that tokens prove, found by the client that these were made for.

use super::trie::Trie;
use foldhash::quality::RandomState;
use postern_model::entity::{ClientId, Credential};
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// Those of a directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Clients {
    rows: Trie<Credential>,
    count: usize,
}

impl Clients {
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Puts in a row that is not in; one that no token proves is none of these.
    pub(super) fn put(&mut self, row: &Arc<Credential>, hasher: &RandomState) {
        if client(row).is_none() {
            return;
        }
        self.count += 1;
        let hash = |row: &Credential| hasher.hash_one(client(row));
        self.rows.put(row.clone(), &hash, &|a, b| a.id == b.id);
    }

    /// Takes out a row that is in, if it is one of these.
    pub(super) fn remove(&mut self, row: &Credential, hasher: &RandomState) {
        let Some(client) = client(row) else {
            return;
        };
        self.count = self.count.saturating_sub(1);
        self.rows
            .remove(hasher.hash_one(Some(client)), &|other| other.id == row.id);
    }

    /// The row for a client; without one, that for every client of the issuer.
    pub(super) fn find(
        &self,
        issuer: &str,
        client: &str,
        hasher: &RandomState,
    ) -> Option<&Arc<Credential>> {
        let of = |id| {
            let wanted = Some((issuer, id));
            self.rows
                .get(hasher.hash_one(wanted), |row| self::client(row) == wanted)
        };
        of(client).or_else(|| of(ClientId::ANY))
    }
}

/// Issuer and name of the client.
fn client(row: &Credential) -> Option<(&str, &str)> {
    let client = row.proof.client()?;
    Some((&client.issuer, &client.id))
}
