//! How long it is not known whether what is served still holds: nodes that share a database cannot
//! hear of a revocation while they do not reach it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Not known since a time before this process.
const NEVER: u64 = u64::MAX;

/// A shared database that was not reached for so long is away, for metrics and `/readyz`.
pub const AWAY: Duration = Duration::from_secs(5);

/// When it was last known that what is served holds.
#[derive(Debug)]
pub struct Freshness(Option<Known>);

#[derive(Debug)]
struct Known {
    /// Earlier than every moment that is noted, so that they are not negative.
    base: Instant,
    /// Milliseconds after the base.
    last: AtomicU64,
}

/// The longest time before the process that is told from longer ones.
const BEFORE: Duration = Duration::from_hours(24 * 366);

impl Freshness {
    /// It is always known: this process alone writes what it serves.
    pub const fn always() -> Self {
        Self(None)
    }

    /// It was known at that time, or never.
    pub fn since(last: Option<Instant>) -> Self {
        let now = Instant::now();
        let fresh = Self(Some(Known {
            base: now.checked_sub(BEFORE).unwrap_or(now),
            last: AtomicU64::new(NEVER),
        }));
        if let Some(last) = last {
            fresh.confirm(last);
        }
        fresh
    }

    /// It was known at that time.
    pub fn confirm(&self, at: Instant) {
        if let Some(known) = &self.0 {
            let millis = at.saturating_duration_since(known.base).as_millis();
            known
                .last
                .store(u64::try_from(millis).unwrap_or(0), Relaxed);
        }
    }

    /// For how long it is not known; none if the database is this process's own.
    pub fn age(&self, now: Instant) -> Option<Duration> {
        let known = self.0.as_ref()?;
        Some(match known.last.load(Relaxed) {
            NEVER => Duration::MAX,
            last => {
                let now = now.saturating_duration_since(known.base);
                now.saturating_sub(Duration::from_millis(last))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_makes_it_fresh_and_time_makes_it_old() {
        let now = Instant::now();
        let fresh = Freshness::since(Some(now));
        let second = Duration::from_secs(1);
        let at = |seconds: u32| fresh.age(now + seconds * second).unwrap();
        assert!(at(0) < second);
        assert!(at(7) >= 7 * second && at(7) < 8 * second);
        fresh.confirm(now + 7 * second);
        assert!(at(7) < second);
        assert!(at(9) >= 2 * second);
    }

    #[test]
    fn what_was_never_known_is_as_old_as_can_be() {
        assert_eq!(
            Freshness::since(None).age(Instant::now()),
            Some(Duration::MAX)
        );
    }

    #[test]
    fn a_database_of_ones_own_is_never_away() {
        let fresh = Freshness::always();
        fresh.confirm(Instant::now());
        assert_eq!(fresh.age(Instant::now()), None);
    }
}
