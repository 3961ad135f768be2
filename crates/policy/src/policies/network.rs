//! Kind `network`: from where may be called.

use super::{List, Policies};
use crate::facts::{LocatedCountry, LocatedSystem};
use crate::listing::Listed;
use ipnet::IpNet;
use postern_model::entity::{AsNumber, Country, Name, NetworkRule};
use std::net::IpAddr;

/// Compiled.
#[derive(Debug)]
pub(crate) struct Network {
    allow: Box<[usize]>,
    deny: Box<[usize]>,
    /// Sorted, as the following.
    allow_countries: Box<[Country]>,
    deny_countries: Box<[Country]>,
    allow_asns: Box<[AsNumber]>,
    deny_asns: Box<[AsNumber]>,
    /// Of its refusals.
    pub(crate) status: Option<u16>,
    /// Where it is said who blocks.
    pub(crate) blocked_by: Option<Name>,
}

/// Where a request comes from, as far as it was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) address: IpAddr,
    pub(crate) country: Option<LocatedCountry>,
    pub(crate) system: Option<LocatedSystem>,
    /// By lists from elsewhere.
    pub(crate) listed: &'a [Listed],
}

/// What holds an address on a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On<'a> {
    /// An entry of the rules.
    Entry(&'a super::list::Entry),
    /// A range of a list from elsewhere, which is there.
    Listed(&'a Listed, IpNet),
}

/// Whether an address is on a list at a time.
enum Stands<'a> {
    On(On<'a>),
    Off,
    /// That hangs on a fact that is not there.
    Unknown,
}

/// Why an address may not call.
#[derive(Debug)]
pub(crate) enum Refused<'a> {
    /// It is on a deny-list.
    Denied { list: &'a List, on: On<'a> },
    /// Its autonomous system is denied.
    DeniedSystem(LocatedSystem),
    /// Its country is denied.
    DeniedCountry(LocatedCountry),
    /// It is in nothing that is allowed.
    NotAllowed {
        /// The lists it could be on.
        lists: Vec<&'a List>,
        /// Those of them that let nobody in any more.
        expired: Vec<&'a List>,
        /// What came closest on one of them.
        nearest: Option<IpNet>,
        /// Where it is, if countries are allowed.
        country: Option<LocatedCountry>,
        /// What it belongs to, if autonomous systems are allowed.
        system: Option<LocatedSystem>,
    },
}

/// What a policy says of an origin.
#[derive(Debug)]
pub(crate) enum Judged<'a> {
    /// Nothing against it.
    May,
    /// It may not call.
    MayNot(Refused<'a>),
    /// That hangs on a fact that is not there.
    Unknown,
}

impl Network {
    pub(super) fn new(rule: &NetworkRule) -> Self {
        Self {
            allow: rule.allow.as_slice().into(),
            deny: rule.deny.as_slice().into(),
            allow_countries: sorted(&rule.allow_countries),
            deny_countries: sorted(&rule.deny_countries),
            allow_asns: sorted(&rule.allow_asns),
            deny_asns: sorted(&rule.deny_asns),
            status: rule.status,
            blocked_by: rule.blocked_by.clone(),
        }
    }

    /// Whether it asks in which country a client is.
    pub(crate) const fn asks_country(&self) -> bool {
        !self.allow_countries.is_empty() || !self.deny_countries.is_empty()
    }

    /// Whether it asks to which autonomous system a client belongs.
    pub(crate) const fn asks_system(&self) -> bool {
        !self.allow_asns.is_empty() || !self.deny_asns.is_empty()
    }

    /// The countries from which may be called.
    pub(crate) fn allowed_countries(&self) -> impl Iterator<Item = &Country> {
        self.allow_countries.iter()
    }

    /// The lists that it names.
    pub(crate) fn lists(&self) -> impl Iterator<Item = usize> {
        self.allow.iter().chain(&self.deny).copied()
    }

    /// Judges an origin at `now`, Unix time in milliseconds. What is denied wins over what is
    /// allowed.
    pub(crate) fn judge<'a>(
        &self,
        policies: &'a Policies,
        origin: &Origin<'a>,
        now: i64,
    ) -> Judged<'a> {
        let mut unknown = self.asks_unknown(origin);
        for list in self.deny.iter().filter_map(|&at| policies.list(at)) {
            match stands(list, origin, now) {
                // What was not confirmed for long still keeps out.
                Stands::On(on) => return Judged::MayNot(Refused::Denied { list, on }),
                Stands::Off => {}
                Stands::Unknown => unknown.denied = true,
            }
        }
        if let Some(refused) = self.denied(origin) {
            return Judged::MayNot(refused);
        }
        let allowing = || self.allow.iter().filter_map(|&at| policies.list(at));
        let mut allowed = !self.allows_some() || self.allows(origin);
        for list in allowing() {
            match stands(list, origin, now) {
                Stands::On(On::Listed(listed, _)) => allowed |= listed.lets_in(),
                Stands::On(On::Entry(_)) => allowed = true,
                Stands::Off => {}
                Stands::Unknown => unknown.allowed = true,
            }
        }
        if unknown.denied || (unknown.allowed && !allowed) {
            return Judged::Unknown;
        }
        if allowed {
            return Judged::May;
        }
        let address = origin.address.to_canonical().into();
        Judged::MayNot(Refused::NotAllowed {
            lists: allowing().collect(),
            expired: allowing()
                .filter(|list| has_expired(list, origin, now))
                .collect(),
            nearest: allowing()
                .filter_map(|list| nearest(list, origin, now))
                .max_by_key(|range| super::list::shared(*range, address)),
            country: origin.country.filter(|_| !self.allow_countries.is_empty()),
            system: origin.system.filter(|_| !self.allow_asns.is_empty()),
        })
    }

    /// Which of its questions about places have no answer.
    fn asks_unknown(&self, origin: &Origin<'_>) -> Unknown {
        let (country, system) = (origin.country.is_none(), origin.system.is_none());
        Unknown {
            denied: (country && !self.deny_countries.is_empty())
                || (system && !self.deny_asns.is_empty()),
            allowed: (country && !self.allow_countries.is_empty())
                || (system && !self.allow_asns.is_empty()),
        }
    }

    fn denied<'a>(&self, origin: &Origin<'a>) -> Option<Refused<'a>> {
        if let Some(located) = &origin.system
            && let Some(system) = &located.system
            && self.deny_asns.binary_search(&system.number).is_ok()
        {
            return Some(Refused::DeniedSystem(*located));
        }
        let located = origin.country?;
        let denied = self.deny_countries.binary_search(&located.or_unknown());
        denied.is_ok().then_some(Refused::DeniedCountry(located))
    }

    /// Whether it says who may call, and not only who may not.
    pub(super) const fn allows_some(&self) -> bool {
        !self.allow.is_empty() || !self.allow_countries.is_empty() || !self.allow_asns.is_empty()
    }

    /// Whether the country or the autonomous system of an origin is allowed by name. An address
    /// of no known country is in none but `unknown`.
    fn allows(&self, origin: &Origin<'_>) -> bool {
        let country = origin.country.map(|located| located.or_unknown());
        let system = origin.system.and_then(|located| located.system);
        country.is_some_and(|country| self.allow_countries.binary_search(&country).is_ok())
            || system.is_some_and(|system| self.allow_asns.binary_search(&system.number).is_ok())
    }
}

/// What has no answer, of what is denied and of what is allowed.
struct Unknown {
    denied: bool,
    allowed: bool,
}

fn of<'a>(list: &List, origin: &Origin<'a>) -> Option<&'a Listed> {
    let mut all = origin.listed.iter();
    all.find(|listed| listed.list == list.name && listed.address == origin.address)
}

fn stands<'a>(list: &'a List, origin: &Origin<'a>, now: i64) -> Stands<'a> {
    if list.has_expired(now) {
        return Stands::Off;
    }
    if !list.is_sourced {
        let entry = list.find(origin.address, now);
        return entry.map_or(Stands::Off, |entry| Stands::On(On::Entry(entry)));
    }
    match of(list, origin) {
        Some(listed) => match listed.range {
            Some(range) => Stands::On(On::Listed(listed, range)),
            None => Stands::Off,
        },
        None => Stands::Unknown,
    }
}

fn has_expired(list: &List, origin: &Origin<'_>, now: i64) -> bool {
    list.has_expired(now) || of(list, origin).is_some_and(|listed| listed.stale)
}

fn nearest(list: &List, origin: &Origin<'_>, now: i64) -> Option<IpNet> {
    if !list.is_sourced {
        return Some(list.nearest(origin.address, now)?.range);
    }
    let listed = of(list, origin)?;
    listed.nearest.or(listed.range)
}

fn sorted<T: Copy + Ord>(items: &[T]) -> Box<[T]> {
    let mut sorted = items.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.into()
}
