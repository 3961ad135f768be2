//! Kind `network`: which client addresses may call.

use super::{List, Policies};
use postern_model::entity::NetworkRule;
use std::net::IpAddr;

/// Compiled.
#[derive(Debug)]
pub(crate) struct Network {
    allow: Box<[usize]>,
    deny: Box<[usize]>,
}

/// Why an address may not call.
#[derive(Debug)]
pub(crate) enum Refused<'a> {
    /// It is on a deny-list.
    Denied {
        list: &'a List,
        entry: &'a super::list::Entry,
    },
    /// It is on no allow-list.
    NotAllowed {
        /// The lists it could be on.
        lists: Vec<&'a List>,
        /// What came closest, and in which list.
        nearest: Option<(&'a List, &'a super::list::Entry)>,
    },
}

impl Network {
    pub(super) fn new(rule: &NetworkRule) -> Self {
        Self {
            allow: rule.allow.as_slice().into(),
            deny: rule.deny.as_slice().into(),
        }
    }

    /// Whether it says who may call, and not only who may not.
    pub(super) fn lists_who_may(&self) -> bool {
        !self.allow.is_empty()
    }

    /// Judges an address at `now`, Unix time in milliseconds. A deny-list wins over an allow-list.
    pub(crate) fn judge<'a>(
        &self,
        policies: &'a Policies,
        address: IpAddr,
        now: i64,
    ) -> Option<Refused<'a>> {
        for &at in &self.deny {
            let Some(list) = policies.list(at) else {
                continue;
            };
            if let Some(entry) = list.find(address, now) {
                return Some(Refused::Denied { list, entry });
            }
        }
        let allowing = || self.allow.iter().filter_map(|&at| policies.list(at));
        if self.allow.is_empty() || allowing().any(|list| list.find(address, now).is_some()) {
            return None;
        }
        let nearest = allowing()
            .filter_map(|list| Some((list, list.nearest(address, now)?)))
            .max_by_key(|(_, entry)| {
                super::list::shared(entry.range, address.to_canonical().into())
            });
        Some(Refused::NotAllowed {
            lists: allowing().collect(),
            nearest,
        })
    }
}
