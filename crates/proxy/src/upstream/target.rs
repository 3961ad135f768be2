//! What is known about one target, by all cores together.

use super::balance;
use super::padded::Padded;
use arc_swap::{ArcSwap, Guard};
use postern_model::entity::{Name, Target};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{
    AtomicBool, AtomicU8, AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Active checks failed.
pub(super) const UNHEALTHY: u8 = 1;
/// Set aside after failed requests.
pub(super) const EJECTED: u8 = 1 << 1;
/// No address is known.
pub(super) const UNRESOLVED: u8 = 1 << 2;

/// One target: its name, addresses, load and health.
#[derive(Debug)]
pub struct TargetState {
    host: Name,
    port: u16,
    name: Name,
    /// Hash of `name`; the target's place in consistent hashing.
    pub(super) seed: u64,
    literal: Option<IpAddr>,
    addresses: ArcSwap<Addresses>,
    /// How often the addresses have changed; 0 for a literal, always.
    resolution: AtomicU32,
    /// Why it is out, as bits; 0 when it may be used. Written seldom.
    pub(super) status: AtomicU8,
    pub(super) ejection: Ejection,
    pub(super) checks: Mutex<Checks>,
    load: Padded<Load>,
}

/// Written by every request.
#[derive(Debug, Default)]
struct Load {
    in_flight: AtomicU32,
    failures: AtomicU32,
}

/// Passive health; times are milliseconds of the set's clock.
#[derive(Debug, Default)]
pub(super) struct Ejection {
    /// When it returns.
    pub(super) until: AtomicU64,
    /// When it last returned.
    pub(super) returned: AtomicU64,
    /// Ejections that count towards the length of the next.
    pub(super) count: AtomicU32,
    /// Ejections ever.
    pub(super) total: AtomicU64,
}

/// Active health.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// Results in a row that speak against the present state.
    pub(super) streak: u32,
    /// Milliseconds of the set's clock at which it became unhealthy.
    pub(super) since: u64,
    /// What the last failed check said.
    pub(super) error: String,
    /// Whether any has come back.
    pub(super) any: bool,
}

/// The addresses of a target at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Where to connect, IPv4 first; empty when nothing is known.
    pub list: Vec<SocketAddr>,
    /// The last resolution failed and these are from an earlier one.
    pub stale: bool,
    /// Why the last resolution failed; `None` with an empty list before the first answer.
    pub error: Option<String>,
    /// When the name was last resolved; `None` for literals.
    pub resolved: Option<Instant>,
}

impl Addresses {
    /// The addresses in the order to try them: every family rotated by `turn`, IPv4 first.
    pub fn rotated(&self, turn: usize) -> impl Iterator<Item = SocketAddr> + '_ {
        let split = self
            .list
            .iter()
            .position(SocketAddr::is_ipv6)
            .unwrap_or(self.list.len());
        let (v4, v6) = self.list.split_at_checked(split).unwrap_or_default();
        rotate(v4, turn).chain(rotate(v6, turn)).copied()
    }
}

fn rotate(list: &[SocketAddr], turn: usize) -> impl Iterator<Item = &SocketAddr> {
    let start = turn.checked_rem(list.len()).unwrap_or(0);
    list.iter().cycle().skip(start).take(list.len())
}

/// Whether a target may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent conditions, each its own metric"
)]
pub struct TargetStatus {
    /// None of the others.
    pub usable: bool,
    /// Active checks failed.
    pub unhealthy: bool,
    /// Set aside after failed requests.
    pub ejected: bool,
    /// Its name has no address.
    pub unresolved: bool,
}

impl TargetState {
    pub(crate) fn new(target: &Target) -> Self {
        let literal = literal(&target.host);
        let name: Name = match literal {
            Some(ip) => SocketAddr::new(ip, target.port).to_string().into(),
            None => format!("{}:{}", target.host, target.port).into(),
        };
        let addresses = match literal {
            Some(ip) => Addresses {
                list: vec![SocketAddr::new(ip, target.port)],
                ..Addresses::default()
            },
            None => Addresses::default(),
        };
        Self {
            host: target.host.clone(),
            port: target.port,
            seed: balance::hash(name.as_bytes()),
            name,
            literal,
            addresses: ArcSwap::from_pointee(addresses),
            resolution: AtomicU32::new(0),
            status: AtomicU8::new(if literal.is_some() { 0 } else { UNRESOLVED }),
            ejection: Ejection::default(),
            checks: Mutex::default(),
            load: Padded::default(),
        }
    }

    /// DNS name or address literal, without brackets.
    pub fn host(&self) -> &Name {
        &self.host
    }

    /// Port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `host:port`, for logs and metrics; IPv6 literals in brackets.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Its address if it was configured by one.
    pub fn literal(&self) -> Option<IpAddr> {
        self.literal
    }

    /// The addresses known now. Cheap: no lock, no reference count.
    pub fn addresses(&self) -> Guard<Arc<Addresses>> {
        self.addresses.load()
    }

    /// Which of its lists of addresses is the present one; connections remember it, so that only a
    /// change has to be looked into.
    pub(crate) fn resolution(&self) -> u32 {
        self.resolution.load(Acquire)
    }

    /// Whether this is one of its addresses.
    pub(crate) fn has_address(&self, address: SocketAddr) -> bool {
        // Zones of link-local addresses are not in DNS.
        let same =
            |known: &SocketAddr| known.ip() == address.ip() && known.port() == address.port();
        self.addresses.load().list.iter().any(same)
    }

    /// Requests on it now, over all cores.
    pub fn in_flight(&self) -> u32 {
        self.load.in_flight.load(Relaxed)
    }

    /// Failed requests since the last good one.
    pub fn consecutive_failures(&self) -> u32 {
        self.load.failures.load(Relaxed)
    }

    /// Times it was ever set aside.
    pub fn ejections(&self) -> u64 {
        self.ejection.total.load(Relaxed)
    }

    /// Whether it may be used, as of the last change. An ejection that has run out is lifted by
    /// the next request.
    pub fn status(&self) -> TargetStatus {
        let bits = self.status.load(Relaxed);
        TargetStatus {
            usable: bits == 0,
            unhealthy: bits & UNHEALTHY != 0,
            ejected: bits & EJECTED != 0,
            unresolved: bits & UNRESOLVED != 0,
        }
    }

    pub(super) fn begin(&self) {
        self.load.in_flight.fetch_add(1, Relaxed);
    }

    pub(super) fn end(&self) {
        self.load.in_flight.fetch_sub(1, Relaxed);
    }

    /// Counts a failure and says how many there were in a row.
    pub(super) fn count_failure(&self) -> u32 {
        self.load.failures.fetch_add(1, Relaxed).saturating_add(1)
    }

    /// Forgets failures. Reads first: in good times the line stays shared between cores.
    pub(super) fn clear_failures(&self) {
        if self.load.failures.load(Relaxed) != 0 {
            self.load.failures.store(0, Relaxed);
        }
    }

    pub(crate) fn store_addresses(&self, addresses: Addresses) {
        let before = self.addresses.swap(Arc::new(addresses));
        if before.list != self.addresses.load().list {
            self.resolution.fetch_add(1, Release);
        }
    }

    pub(super) fn checks(&self) -> MutexGuard<'_, Checks> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A set and whether a bit of it changed are one step, so that two writers both learn the truth.
pub(super) fn set_bit(status: &AtomicU8, bit: u8, on: bool) -> bool {
    let before = if on {
        status.fetch_or(bit, Relaxed)
    } else {
        status.fetch_and(!bit, Relaxed)
    };
    (before & bit != 0) != on
}

/// An address, also in brackets.
pub(super) fn literal(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|h| h.strip_suffix(']'))
        .unwrap_or(host);
    bare.parse().ok()
}

/// A flag of its own, for one thing at a time.
pub(super) fn claim(flag: &AtomicBool) -> bool {
    !flag.swap(true, std::sync::atomic::Ordering::AcqRel)
}
