//! A bound on what is said about things that may happen very often.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// Lines a second.
const MOST: u64 = 20;
/// The lower bits count, the upper ones tell the second.
const COUNT_BITS: u32 = 32;

/// Lets a few through in every second, and tells how many it held back.
#[derive(Debug)]
pub(crate) struct Floods {
    begun: Instant,
    window: AtomicU64,
}

impl Floods {
    pub(super) fn new() -> Self {
        Self {
            begun: Instant::now(),
            window: AtomicU64::new(0),
        }
    }

    /// Whether this one is told.
    pub(crate) fn passes(&self) -> bool {
        let (passes, held_back) = self.at(self.begun.elapsed().as_secs() + 1);
        if held_back > 0 {
            tracing::warn!(
                held_back,
                "there were more refused connections than are told one by one; the metrics count all"
            );
        }
        passes
    }

    /// Whether one in that second (from 1) is told, and how many before it were not.
    fn at(&self, second: u64) -> (bool, u64) {
        let before = self.window.load(Relaxed);
        let (then, count) = (before >> COUNT_BITS, before & u64::from(u32::MAX));
        let is_new = then != second;
        let now = if is_new { 1 } else { count + 1 };
        // A race loses a count, no more than that.
        self.window.store((second << COUNT_BITS) | now, Relaxed);
        let held_back = if is_new {
            count.saturating_sub(MOST)
        } else {
            0
        };
        (now <= MOST, held_back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_and_counted() {
        let floods = Floods::new();
        let told = (0..100).filter(|_| floods.at(1).0).count();
        assert_eq!(told as u64, MOST);
        assert_eq!(floods.at(2), (true, 100 - MOST));
        assert_eq!(floods.at(2), (true, 0));
        assert_eq!(floods.at(9), (true, 0));
    }
}
