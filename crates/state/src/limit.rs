//! What a limit allows, with its arithmetic done beforehand.

/// A limit on how often something may happen.
///
/// At most `capacity` at once, and one more each `interval`. Within any window of one period
/// (half-open) at most `count + capacity - 1` are admitted, which is never more than limit plus
/// burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    kind: Kind,
    count: u64,
    period: u64,
    capacity: u64,
    /// Nanoseconds that one request is worth: `period / count`, rounded up so that rounding never
    /// admits more.
    pub(crate) interval: u64,
    /// `capacity * interval`: how far ahead of time a cell may run.
    pub(crate) tolerance: u64,
}

/// What a limit is for, which decides what its refusal is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// So many per period, and so many at once.
    Rate,
    /// Only against spikes: so many at once.
    SpikeArrest,
}

/// Numbers that make no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// A limit of nothing.
    #[error("a limit of 0 would refuse everything; it has to be at least 1")]
    ZeroCount,
    /// No time to count in.
    #[error("the period of a limit is 0; it has to be longer")]
    ZeroPeriod,
    /// More than 2⁶⁰ ns until a full burst is there again.
    #[error(
        "with this rate a burst would take more than 36 years to come back; use a shorter period \
         or a smaller burst"
    )]
    TooLong,
}

/// 2⁶⁰ ns, some 36 years: sums of an instant and a few of these do not overflow.
const LONGEST: u64 = 1 << 60;

impl Limit {
    /// `count` per `period` nanoseconds, of which `burst` may come at once. A burst of 0 is
    /// meant as 1: nothing could pass otherwise. More than 10⁹ a second count as 10⁹.
    pub const fn rate(count: u64, period: u64, burst: u64) -> Result<Self, LimitError> {
        Self::new(Kind::Rate, count, period, burst)
    }

    /// At most `burst` at once, all of which are there again after `period` nanoseconds.
    pub const fn spike_arrest(burst: u64, period: u64) -> Result<Self, LimitError> {
        Self::new(Kind::SpikeArrest, burst, period, burst)
    }

    const fn new(kind: Kind, count: u64, period: u64, burst: u64) -> Result<Self, LimitError> {
        if count == 0 {
            return Err(LimitError::ZeroCount);
        }
        if period == 0 {
            return Err(LimitError::ZeroPeriod);
        }
        let capacity = if burst == 0 { 1 } else { burst };
        let interval = period.div_ceil(count);
        match capacity.checked_mul(interval) {
            Some(tolerance) if tolerance <= LONGEST => Ok(Self {
                kind,
                count,
                period,
                capacity,
                interval,
                tolerance,
            }),
            _ => Err(LimitError::TooLong),
        }
    }

    /// What it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many per period.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The period in nanoseconds.
    pub fn period(&self) -> u64 {
        self.period
    }

    /// How many at once, at least 1.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }
}
