//! Lists of addresses, compiled.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use postern_model::entity::{AddressList, Name};
use prefix_trie::PrefixMap;
use std::net::IpAddr;

/// What is known of one range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The range.
    pub(crate) range: IpNet,
    /// Why it is there.
    pub(crate) comment: Option<Name>,
    /// Since when; Unix time in seconds.
    pub(crate) added_at: Option<i64>,
    /// Until when; Unix time in milliseconds.
    until: i64,
}

/// A list that is looked up by address.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) name: Name,
    /// Its ranges come from elsewhere, and are no part of the rules.
    pub(crate) is_sourced: bool,
    /// Until when it counts; Unix time in milliseconds.
    until: i64,
    entries: Vec<Entry>,
    /// Into `entries`.
    v4: PrefixMap<Ipv4Net, usize>,
    v6: PrefixMap<Ipv6Net, usize>,
}

impl List {
    /// Compiles a list. Of a range that stands twice, the entry that lasts longer counts.
    pub(crate) fn new(list: &AddressList) -> Self {
        let mut entries: Vec<Entry> = list
            .entries
            .iter()
            .map(|entry| Entry {
                range: entry.range.trunc(),
                comment: entry.comment.clone(),
                added_at: entry.added_at,
                until: end(entry.expires_at),
            })
            .collect();
        // Sorted, so that neighbours of an address are near it; by end, so that the last wins.
        entries.sort_by_key(|entry| (entry.range, entry.until));
        let (mut v4, mut v6) = (PrefixMap::new(), PrefixMap::new());
        for (index, entry) in entries.iter().enumerate() {
            match entry.range {
                IpNet::V4(range) => v4.insert(range, index),
                IpNet::V6(range) => v6.insert(range, index),
            };
        }
        Self {
            name: list.name.clone(),
            is_sourced: list.source.is_some(),
            until: end(list.expires_at),
            entries,
            v4,
            v6,
        }
    }

    /// Whether the list as a whole has ended at `now`, Unix time in milliseconds: then it is empty.
    pub(crate) const fn has_expired(&self, now: i64) -> bool {
        now >= self.until
    }

    /// The narrowest entry that holds an address at `now`, Unix time in milliseconds.
    pub(crate) fn find(&self, address: IpAddr, now: i64) -> Option<&Entry> {
        if self.has_expired(now) {
            return None;
        }
        let live = |index: &usize| self.entries.get(*index).filter(|entry| now < entry.until);
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let covering = &Ipv4Net::from(address);
                self.v4.cover_values(covering).filter_map(live).last()
            }
            IpAddr::V6(address) => {
                let covering = &Ipv6Net::from(address);
                self.v6.cover_values(covering).filter_map(live).last()
            }
        }
    }

    /// The live entry that came closest to holding an address: the one with which it shares the
    /// longest beginning. In sorted order that one is a neighbour.
    pub(crate) fn nearest(&self, address: IpAddr, now: i64) -> Option<&Entry> {
        if self.has_expired(now) {
            return None;
        }
        let address = IpNet::from(address.to_canonical());
        let at = self.entries.partition_point(|entry| entry.range < address);
        let (before, after) = self.entries.split_at_checked(at)?;
        let near = |entry: &&Entry| now < entry.until && is_v4(entry.range) == is_v4(address);
        let before = before.iter().rev().find(near);
        let after = after.iter().find(near);
        before
            .into_iter()
            .chain(after)
            .max_by_key(|entry| shared(entry.range, address))
    }
}

/// Unix time in seconds as milliseconds; never, if there is no end.
fn end(expires_at: Option<i64>) -> i64 {
    expires_at.map_or(i64::MAX, |at| at.saturating_mul(1000))
}

const fn is_v4(range: IpNet) -> bool {
    matches!(range, IpNet::V4(_))
}

/// How many leading bits two ranges of one family share.
pub(super) fn shared(a: IpNet, b: IpNet) -> u32 {
    match (a, b) {
        (IpNet::V4(a), IpNet::V4(b)) => (a.addr().to_bits() ^ b.addr().to_bits()).leading_zeros(),
        (IpNet::V6(a), IpNet::V6(b)) => (a.addr().to_bits() ^ b.addr().to_bits()).leading_zeros(),
        _ => 0,
    }
}
