//! How often one may try: a bucket for each address and each account.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Buckets that are remembered; of more, those that are full again go, then any.
const MOST: usize = 20_000;

/// How many attempts at once, and how long until the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    burst: i64,
    every_ms: i64,
}

/// Attempts from one address (of IPv6: its /64).
pub(super) const BY_ADDRESS: Pace = Pace {
    burst: 30,
    every_ms: 2_000,
};

/// Attempts at one account, whether there is one or not.
pub(super) const BY_ACCOUNT: Pace = Pace {
    burst: 10,
    every_ms: 6_000,
};

/// Attempts at one account from one address, when those at the account are used up.
pub(super) const BY_BOTH: Pace = Pace {
    burst: 5,
    every_ms: 30_000,
};

/// Failed attempts that are written into the audit trail.
pub(super) const RECORDED: Pace = Pace {
    burst: 120,
    every_ms: 1_000,
};

/// An attempt that was taken: of which buckets.
#[derive(Debug)]
pub(super) struct Attempt(pub(super) [(String, Pace); 2]);

/// Buckets, by what they are for. Each is the time at which it is full again.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<HashMap<String, i64>>);

impl Throttle {
    /// Takes one attempt of a bucket.
    ///
    /// # Errors
    /// There is none: seconds until there is.
    pub(super) fn take(&self, key: &str, pace: Pace, now_ms: i64) -> Result<(), u64> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.get(key).copied().unwrap_or(0).max(now_ms);
        // Further away than an empty bucket's: the clock was set back.
        let furthest = now_ms.saturating_add(pace.every_ms.saturating_mul(pace.burst));
        let full_at = if full_at > furthest { now_ms } else { full_at };
        let room = pace.every_ms.saturating_mul(pace.burst - 1);
        let wait = full_at.saturating_sub(now_ms).saturating_sub(room);
        if wait > 0 {
            return Err(u64::try_from(wait.saturating_add(999) / 1000).unwrap_or(u64::MAX));
        }
        if buckets.len() >= MOST && !buckets.contains_key(key) {
            buckets.retain(|_, full_at| *full_at > now_ms);
            if buckets.len() >= MOST
                && let Some(any) = buckets.keys().next().cloned()
            {
                buckets.remove(&any);
            }
        }
        buckets.insert(key.to_owned(), full_at.saturating_add(pace.every_ms));
        Ok(())
    }

    /// Gives one attempt back: it did not fail.
    pub(super) fn give_back(&self, key: &str, pace: Pace) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = buckets.get_mut(key) {
            *full_at = full_at.saturating_sub(pace.every_ms);
        }
    }
}

/// The bucket of an address.
pub(super) fn address(from: IpAddr) -> String {
    match from.to_canonical() {
        IpAddr::V4(address) => format!("address {address}"),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64;
            format!("address {network:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            assert_eq!(throttle.take("a", BY_ACCOUNT, 1000), Ok(()));
        }
        assert_eq!(throttle.take("a", BY_ACCOUNT, 1000), Err(6));
        assert_eq!(throttle.take("b", BY_ACCOUNT, 1000), Ok(()));
        assert_eq!(throttle.take("a", BY_ACCOUNT, 6_999), Err(1));
        assert_eq!(throttle.take("a", BY_ACCOUNT, 7_000), Ok(()));
        assert_eq!(throttle.take("a", BY_ACCOUNT, 7_000), Err(6));
        throttle.give_back("a", BY_ACCOUNT);
        assert_eq!(throttle.take("a", BY_ACCOUNT, 7_000), Ok(()));
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_out() {
        let throttle = Throttle::default();
        throttle.take("a", BY_ACCOUNT, 1_000_000_000).unwrap();
        for _ in 0..10 {
            assert_eq!(throttle.take("a", BY_ACCOUNT, 1000), Ok(()));
        }
        assert_eq!(throttle.take("a", BY_ACCOUNT, 1000), Err(6));
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let throttle = Throttle::default();
        for n in 0..MOST + 500 {
            throttle.take(&n.to_string(), BY_ADDRESS, 5).unwrap();
        }
        assert_eq!(throttle.0.lock().unwrap().len(), MOST);
    }

    #[test]
    fn an_address_of_ipv6_counts_by_its_network() {
        let of = |text: &str| address(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
