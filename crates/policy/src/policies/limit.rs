//! Kind `limit`: how much may be used, by whom. The counters themselves are elsewhere; here is
//! which of them a request touches.

use crate::identity::Identity;
use postern_model::entity::{Limit, LimitKey, Measure};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

/// What most requests touch: no room is asked for.
pub type LimitUses = SmallVec<[LimitUse; 4]>;

/// Whose counter: the combination of what the limit is kept by, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject(pub u128);

/// A counter that a request touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitUse {
    /// Which limit: the same number for the same limit in every revision in which it is the same.
    pub number: u64,
    /// Whose counter.
    pub subject: Subject,
    /// What it says.
    pub limit: Arc<Limit>,
    /// It only notes what it would refuse.
    pub shadow: bool,
}

impl LimitUse {
    /// What the counter is kept by, in words.
    pub fn words(&self) -> Vec<Cow<'static, str>> {
        let word = |key: &LimitKey| match key {
            LimitKey::Address => "address",
            LimitKey::Credential => "credential",
            LimitKey::App => "app",
            LimitKey::Tenant => "tenant",
            LimitKey::Service => "service",
            LimitKey::Operation => "operation",
        };
        let words = self.limit.by.iter().map(word);
        words.map(Cow::Borrowed).collect()
    }
}

/// A limit, compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) number: u64,
    pub(crate) limit: Arc<Limit>,
}

/// Gives limits their numbers. A number is made from where the limit stands and what it says, so
/// that a reload keeps the counters of limits that did not change.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    seen: HashMap<u64, u32>,
}

impl Numbers {
    pub(super) fn compile(&mut self, limit: &Limit, origin: &str) -> Compiled {
        let mut hasher = DefaultHasher::new();
        origin.hash(&mut hasher);
        limit.name.hash(&mut hasher);
        limit.by.hash(&mut hasher);
        match limit.measure {
            Measure::Rate { count, per, burst } => (0u8, count, per, burst).hash(&mut hasher),
            Measure::Spacing { apart } => (1u8, apart).hash(&mut hasher),
            Measure::Concurrency { most } => (2u8, most).hash(&mut hasher),
        }
        let number = hasher.finish();
        let twins = self.seen.entry(number).or_default();
        *twins += 1;
        Compiled {
            number: number.wrapping_add(u64::from(*twins - 1)),
            limit: Arc::new(limit.clone()),
        }
    }
}

/// What counters may be kept by, of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parties<'a> {
    pub(crate) address: Option<IpAddr>,
    pub(crate) identity: Option<&'a Identity>,
}

impl Compiled {
    /// The counter that a request touches. `None` for a limit kept by something that the request
    /// does not have, such as the app of an anonymous one.
    pub(crate) fn of(
        &self,
        parties: &Parties<'_>,
        service: &str,
        operation: &str,
        shadow: bool,
    ) -> Option<LimitUse> {
        Some(LimitUse {
            number: if shadow { !self.number } else { self.number },
            subject: self.subject(parties, service, operation)?,
            limit: self.limit.clone(),
            shadow,
        })
    }

    fn subject(&self, parties: &Parties<'_>, service: &str, operation: &str) -> Option<Subject> {
        if let [LimitKey::Address] = self.limit.by.as_slice() {
            return Some(Subject(address_bits(parties.address?)));
        }
        let (mut high, mut low) = (DefaultHasher::new(), DefaultHasher::new());
        high.write_u8(1);
        for key in &self.limit.by {
            let mut add = |text: &str| {
                text.hash(&mut high);
                text.hash(&mut low);
            };
            match key {
                LimitKey::Address => {
                    let bits = address_bits(parties.address?);
                    high.write_u128(bits);
                    low.write_u128(bits);
                }
                LimitKey::Credential => add(&parties.identity?.credential.id),
                LimitKey::App => add(&parties.identity?.credential.app),
                LimitKey::Tenant => add(&parties.identity?.tenant.name),
                LimitKey::Service => add(service),
                LimitKey::Operation => {
                    add(service);
                    add(operation);
                }
            }
        }
        Some(Subject(
            u128::from(high.finish()) << 64 | u128::from(low.finish()),
        ))
    }
}

/// One address, or one /64 of IPv6: what one subscriber usually holds.
fn address_bits(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits() & !u128::from(u64::MAX),
    }
}
