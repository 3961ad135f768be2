//! When to try again.

use std::time::Duration;

/// Waits that double from `first` to `longest`, each shortened at random by up to a half so that what
/// failed together does not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The wait after the first attempt.
    pub first: Duration,
    /// No wait is longer.
    pub longest: Duration,
    /// How many attempts are made in all.
    pub attempts: u32,
}

impl Default for Schedule {
    /// 16 attempts, from 10 seconds to 6 hours: in all a day to a day and a half.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(10),
            longest: Duration::from_hours(6),
            attempts: 16,
        }
    }
}

impl Schedule {
    /// The wait after attempt number `attempt` (from 1) failed; none where it was the last. `random`
    /// is any number. The receiver may ask for a longer wait, up to the longest.
    pub fn wait(&self, attempt: u32, random: u64, asked: Option<Duration>) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doubled = 2_u32.checked_pow(attempt.saturating_sub(1));
        let full = doubled
            .and_then(|times| self.first.checked_mul(times))
            .map_or(self.longest, |wait| wait.min(self.longest));
        let half = full / 2;
        let part = (u128::from(random) * half.as_nanos()) >> 64;
        let wait = half + Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX));
        let asked = asked.unwrap_or_default().min(self.longest);
        Some(wait.max(asked))
    }
}
