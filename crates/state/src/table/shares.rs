//! Shares: of the places of a shard, no party gets more than a part, so that whoever needs very many
//! leaves room for all others.

use hashbrown::HashMap;

/// A party has at most one place in so many of a shard.
const PARTS: usize = 8;

/// For whom entries are counted together: one limit, in one period. What is left of periods that
/// ended takes nothing from the share of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Party {
    /// The limit's number.
    pub(crate) limit: u64,
    /// When the period ends.
    pub(crate) ends: u64,
}

/// Says for whom an entry is counted; `None`: for nobody, as many as there is room for.
pub(crate) type PartyOf<K, V> = fn(&K, &V) -> Option<Party>;

/// Who has how many places of a shard. Kept under the shard's lock, as entries come and go.
#[derive(Debug)]
pub(super) struct Shares<K, V> {
    of: PartyOf<K, V>,
    /// Never 0.
    pub(super) held: HashMap<Party, usize>,
    /// Of one party.
    pub(super) most: usize,
}

impl<K, V> Shares<K, V> {
    /// Of a shard with so many places.
    pub(super) fn new(of: PartyOf<K, V>, places: usize) -> Self {
        Self {
            of,
            held: HashMap::new(),
            most: (places / PARTS).max(1),
        }
    }

    /// Whether there may be one more like that.
    pub(super) fn has_room(&self, key: &K, value: &V) -> bool {
        self.takes((self.of)(key, value))
    }

    /// An entry came.
    pub(super) fn enter(&mut self, key: &K, value: &V) {
        self.add((self.of)(key, value));
    }

    /// An entry went.
    pub(super) fn leave(&mut self, key: &K, value: &V) {
        self.subtract((self.of)(key, value));
    }

    /// An entry has another value. `false`, and nothing changes, if that would be one more of a
    /// party that has its share.
    pub(super) fn change(&mut self, key: &K, from: &V, to: &V) -> bool {
        let (from, to) = ((self.of)(key, from), (self.of)(key, to));
        if from == to {
            return true;
        }
        if !self.takes(to) {
            return false;
        }
        self.subtract(from);
        self.add(to);
        true
    }

    fn takes(&self, party: Option<Party>) -> bool {
        let held = party.and_then(|party| self.held.get(&party));
        held.is_none_or(|held| *held < self.most)
    }

    fn add(&mut self, party: Option<Party>) {
        if let Some(party) = party {
            *self.held.entry(party).or_insert(0) += 1;
        }
    }

    fn subtract(&mut self, party: Option<Party>) {
        let Some(party) = party else { return };
        if let Some(held) = self.held.get_mut(&party) {
            *held = held.saturating_sub(1);
            if *held == 0 {
                self.held.remove(&party);
            }
        }
    }
}
