//! Credentials that a user name and a password prove, found by the name.

use super::trie::Trie;
use foldhash::quality::RandomState;
use postern_model::entity::{Credential, Name};
use postern_model::key::password::Cost;
use std::collections::BTreeMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// Those of a directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Users {
    rows: Trie<Credential>,
    /// How many passwords cost that. There are few kinds: who makes hashes makes all alike.
    costs: BTreeMap<Cost, u64>,
}

impl Users {
    pub(super) fn is_empty(&self) -> bool {
        self.costs.is_empty()
    }

    /// Puts in a row that is not in; one without a password is none of these.
    pub(super) fn put(&mut self, row: &Arc<Credential>, hasher: &RandomState) {
        let Some(password) = row.proof.password() else {
            return;
        };
        *self.costs.entry(password.hash.cost).or_default() += 1;
        let hash = |row: &Credential| hasher.hash_one(user(row));
        self.rows.put(row.clone(), &hash, &|a, b| a.id == b.id);
    }

    /// Takes out a row that is in, if it is one of these.
    pub(super) fn remove(&mut self, row: &Credential, hasher: &RandomState) {
        let Some(password) = row.proof.password() else {
            return;
        };
        let cost = password.hash.cost;
        if let Some(count) = self.costs.get_mut(&cost) {
            *count -= 1;
            if *count == 0 {
                self.costs.remove(&cost);
            }
        }
        let hash = hasher.hash_one(Some(&*password.user));
        self.rows.remove(hash, &|other| other.id == row.id);
    }

    /// The row of a user.
    pub(super) fn find(&self, name: &str, hasher: &RandomState) -> Option<&Arc<Credential>> {
        let hash = hasher.hash_one(Some(name));
        self.rows
            .get(hash, |row| user(row).is_some_and(|user| **user == *name))
    }

    /// What checking the password of a user costs whom nobody is: always the same for a name, and
    /// as often as it is for those who are somebody, so that the time tells nothing.
    pub(super) fn cost_of_nobody(&self, name: &str, hasher: &RandomState) -> Cost {
        let all: u64 = self.costs.values().sum();
        let mut place = hasher.hash_one(("nobody", name)) % all.max(1);
        for (cost, count) in &self.costs {
            match place.checked_sub(*count) {
                Some(rest) => place = rest,
                None => return *cost,
            }
        }
        Cost::USUAL
    }
}

fn user(row: &Credential) -> Option<&Name> {
    Some(&row.proof.password()?.user)
}
