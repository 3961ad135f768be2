//! How much the gateway carries, and when that is too much.

use postern_model::entity::Limits;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections and memory in use, against their limits.
#[derive(Debug)]
pub(crate) struct Load {
    /// Open client connections by core.
    by_core: Vec<AtomicUsize>,
    most: AtomicUsize,
    most_per_address: AtomicUsize,
    by_address: Mutex<HashMap<u128, usize>>,
    overloaded: AtomicBool,
}

/// Which limit a connection would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// `limits.connections`.
    Connections,
    /// `limits.connections_per_address`.
    PerAddress,
}

impl Full {
    /// The limit's name in the configuration.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::PerAddress => "connections_per_address",
        }
    }
}

impl Load {
    pub(super) fn new(cores: usize, limits: &Limits) -> Self {
        let load = Self {
            by_core: (0..cores).map(|_| AtomicUsize::new(0)).collect(),
            most: AtomicUsize::new(0),
            most_per_address: AtomicUsize::new(0),
            by_address: Mutex::default(),
            overloaded: AtomicBool::new(false),
        };
        load.set_limits(limits);
        load
    }

    pub(super) fn set_limits(&self, limits: &Limits) {
        self.most.store(limits.connections, Relaxed);
        self.most_per_address
            .store(limits.connections_per_address, Relaxed);
    }

    /// Open client connections.
    pub(crate) fn connections(&self) -> usize {
        self.by_core.iter().map(|c| c.load(Relaxed)).sum()
    }

    pub(super) fn least_loaded(&self) -> usize {
        let counts = self.by_core.iter().map(|c| c.load(Relaxed)).enumerate();
        counts
            .min_by_key(|(_, count)| *count)
            .map_or(0, |(core, _)| core)
    }

    /// Counts a connection of `core` for as long as the permit lives.
    ///
    /// # Errors
    /// The limit that is reached; the connection counts all the same, since it has to be answered.
    pub(crate) fn admit(self: &Arc<Self>, core: usize, peer: IpAddr) -> (Permit, Result<(), Full>) {
        let open = self.connections();
        if let Some(count) = self.by_core.get(core) {
            count.fetch_add(1, Relaxed);
        }
        let mut permit = Permit {
            load: self.clone(),
            core,
            address: None,
        };
        if open >= self.most.load(Relaxed) {
            return (permit, Err(Full::Connections));
        }
        let most = self.most_per_address.load(Relaxed);
        if most == 0 {
            return (permit, Ok(()));
        }
        let key = address_key(peer);
        let mut by_address = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = by_address.entry(key).or_default();
        *count += 1;
        permit.address = Some(key);
        let full = *count > most;
        drop(by_address);
        (permit, if full { Err(Full::PerAddress) } else { Ok(()) })
    }

    /// Whether the process uses more memory than it may.
    pub(crate) fn is_overloaded(&self) -> bool {
        self.overloaded.load(Relaxed)
    }

    /// Says whether the process uses more memory than it may.
    pub(crate) fn set_overloaded(&self, overloaded: bool) {
        self.overloaded.store(overloaded, Relaxed);
    }
}

/// One address, or one /64 of IPv6: what one subscriber usually holds.
fn address_key(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits() & !u128::from(u64::MAX),
    }
}

/// A connection that counts.
#[derive(Debug)]
pub(crate) struct Permit {
    load: Arc<Load>,
    core: usize,
    address: Option<u128>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(count) = self.load.by_core.get(self.core) {
            count.fetch_sub(1, Relaxed);
        }
        let Some(key) = self.address else {
            return;
        };
        let mut by_address = self
            .load
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_address.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&key);
            }
        }
    }
}
