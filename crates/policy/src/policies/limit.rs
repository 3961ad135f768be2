//! Kind `limit`: how much may be used, by whom. The counters themselves are elsewhere; here is
//! which of them a request touches.

use crate::facts::Facts;
use crate::identity::{Acting, Identity};
use postern_model::entity::{Limit, LimitKey, Measure, Name};
use postern_model::key::digest;
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
        self.limit.by.iter().map(LimitKey::words).collect()
    }
}

/// A limit, compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) number: u64,
    pub(crate) limit: Arc<Limit>,
}

/// Gives limits their numbers. A number is made from where the limit stands and what it says, so
/// that a reload keeps the counters of limits that did not change. How many a quota lets pass is no
/// part of it: what was used stays used.
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
        let number = match limit.measure {
            Measure::Rate { count, per, burst } => {
                (0u8, count, per, burst).hash(&mut hasher);
                hasher.finish()
            }
            Measure::Spacing { apart } => {
                (1u8, apart).hash(&mut hasher);
                hasher.finish()
            }
            Measure::Concurrency { most } => {
                (2u8, most).hash(&mut hasher);
                hasher.finish()
            }
            Measure::Quota { per, .. } => {
                let by: Vec<_> = limit.by.iter().map(LimitKey::words).collect();
                let period = per.to_string();
                let mut text = Lasting::default();
                for part in [origin, &*limit.name, &by.join(" "), &period] {
                    text.add(part.as_bytes());
                }
                text.number()
            }
        };
        let twins = self.seen.entry(number).or_default();
        *twins += 1;
        Compiled {
            number: number.wrapping_add(u64::from(*twins - 1)),
            limit: Arc::new(limit.clone()),
        }
    }
}

/// What counters may be kept by, of one request.
#[derive(Clone, Copy)]
pub(crate) struct Parties<'a> {
    pub(crate) address: Option<IpAddr>,
    pub(crate) identity: Option<&'a Identity>,
    /// Its headers, where there is a request.
    pub(crate) facts: Option<&'a dyn Facts>,
}

/// A number that stands for texts, and is the same for ever: what is used of a quota outlasts the
/// program that counted it.
#[derive(Debug, Default)]
pub(super) struct Lasting(Vec<u8>);

impl Lasting {
    pub(super) fn add(&mut self, part: &[u8]) {
        self.0
            .extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.extend_from_slice(part);
    }

    /// As a number of a limit or policy: the lower half is as good as any.
    pub(super) fn number(&self) -> u64 {
        u64::try_from(self.finish() & u128::from(u64::MAX)).unwrap_or(0)
    }

    pub(super) fn finish(&self) -> u128 {
        let half = digest(&self.0).first_chunk().copied();
        u128::from_le_bytes(half.unwrap_or_default())
    }
}

/// Most bytes of a header that count; what differs only behind them is the same.
const MOST_OF_HEADER: usize = 1024;

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
        let lasting = |key: &LimitKey| matches!(key, LimitKey::User | LimitKey::Header(_));
        if matches!(self.limit.measure, Measure::Quota { .. }) || self.limit.by.iter().any(lasting)
        {
            return self.lasting(parties, service, operation);
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
                LimitKey::User | LimitKey::Header(_) => return None,
            }
        }
        Some(Subject(
            u128::from(high.finish()) << 64 | u128::from(low.finish()),
        ))
    }

    /// The same as a number that outlasts the process and cannot be aimed at: whoever chooses a
    /// header must not find one that counts as somebody else's.
    fn lasting(&self, parties: &Parties<'_>, service: &str, operation: &str) -> Option<Subject> {
        let mut text = Lasting::default();
        for key in &self.limit.by {
            match key {
                LimitKey::Address => text.add(&address_bits(parties.address?).to_le_bytes()),
                LimitKey::Credential => text.add(parties.identity?.credential.id.as_bytes()),
                LimitKey::App => text.add(parties.identity?.credential.app.as_bytes()),
                LimitKey::Tenant => text.add(parties.identity?.tenant.name.as_bytes()),
                LimitKey::Service => text.add(service.as_bytes()),
                LimitKey::Operation => {
                    text.add(service.as_bytes());
                    text.add(operation.as_bytes());
                }
                LimitKey::User => match parties.identity?.acting() {
                    Acting::For(person) => {
                        text.add(b"person");
                        text.add(&person);
                    }
                    Acting::ForApp => {
                        text.add(b"credential");
                        text.add(parties.identity?.credential.id.as_bytes());
                    }
                },
                LimitKey::Header(name) => add_header(&mut text, name, parties.facts?),
            }
        }
        Some(Subject(text.finish()))
    }
}

/// Every value of a header, so that nobody is counted by one of them and heard by another. Of a
/// past request it may not be known any more; then it counts as if it were not there, which says
/// nothing wrong, since what its counter said was kept.
fn add_header(text: &mut Lasting, name: &Name, facts: &dyn Facts) {
    let values = (0..).map_while(|nth| facts.header_named(name.as_bytes(), nth));
    let mut left = MOST_OF_HEADER;
    for value in values {
        let counts = value.get(..left).unwrap_or(value);
        text.add(counts);
        left -= counts.len();
        if left == 0 {
            break;
        }
    }
    text.add(b"");
    if facts.is_recorded() {
        let _ = facts.not_kept();
    }
}

/// One address, or one /64 of IPv6: what one subscriber usually holds.
fn address_bits(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits() & !u128::from(u64::MAX),
    }
}
