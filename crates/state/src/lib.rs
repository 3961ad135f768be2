//! Counting: how often, how many at once, and who is blocked for now.
//!
//! Owns the counters behind limits:
//! - rates and spike arrests ([`Limit`], [`Counters`], [`Memory`]), by the Generic Cell Rate
//!   Algorithm, and quotas per day, week, month or any period ([`Quota`]), several of them charged
//!   at once or not at all;
//! - concurrency ([`Permits`]);
//! - what may be used once ([`Replays`]);
//! - the edge ([`edge`]): rates of requests and refusals per address, temporary blocks, and the
//!   slowing of wrong secrets;
//! - callers that are blocked for a while ([`callers`]).
//!
//! Refuses to own: clocks (each call is handed `now`), I/O and runtimes, which limits a request
//! meets and what a refusal is called (`postern-policy`), whose address counts, and what outlives
//! the process, but for handing it out and taking it up again ([`Memory::kept`],
//! [`Memory::restore`]).
//!
//! **Time** is `u64` nanoseconds since the Unix epoch, and so is every instant handed out. Cores
//! read their clocks at slightly different moments, so time that goes back by up to
//! [`CLOCK_SKEW`] stands still instead. A clock that goes back further is believed: what a cell
//! owes moves back with it. A clock that goes forward frees at most one burst. Either way nobody
//! waits longer for one more request than one period and [`CLOCK_SKEW`]. The same holds for quotas:
//! forward frees what the next period has, back frees nothing.
//!
//! **Memory is bounded.** Each table has a capacity, split evenly among 64 shards; each new entry
//! looks at a few old ones and drops those that say nothing any more, which loses nothing. In a
//! full shard the entry worth least of those looked at goes: the cell that owes least, the block
//! that ends first, unless somebody made it by hand. Its subject then starts afresh, so at the bound a limiter may admit up to one
//! burst more per entry lost; [`Usage::lost`] counts them. Permits, what was used once, and what was
//! used of a quota are never dropped: a new one is refused instead. Of the counts of quotas one limit
//! has at most an eighth in one period: whoever needs very many of that limit is refused, and others
//! find room.

pub mod callers;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod counters;
pub mod edge;
mod gcra;
pub mod limit;
pub mod memory;
pub mod permits;
pub mod quota;
pub mod replays;
mod table;

pub use callers::{CallerBlock, CallerKind, Callers, Cause};
pub use counters::{
    Allowance, Check, CommitError, Counters, Key, Reading, Readings, Unavailable, Verdict,
};
pub use edge::Edge;
pub use gcra::CLOCK_SKEW;
pub use limit::{Kind, Limit, LimitError};
pub use memory::{Memory, NotCounted};
pub use permits::{Permit, Permits};
pub use quota::{Counted, Quota, Window};
pub use replays::{Replays, Use};
pub use table::Usage;
