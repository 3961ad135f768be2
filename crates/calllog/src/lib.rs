//! The call log: one row per request, allowed or refused.
//!
//! Owns the way of a row from a core to the disk and back: rings, segments, day files, retention,
//! queries. Refuses to own what a row means: `detail` is bytes that others make and read, but for
//! what policies in shadow mode would have refused, which is counted. It never
//! makes a request wait, and never lets one fail.
//!
//! ```text
//! core ─ Producer ─► ring ─► writer ─► segment-….log ─► indexer ─► calls-2026-11-22.sqlite
//!                            (≤ 50 ms)  (synced each s)             (one a day, UTC)
//! ```
//!
//! `kill -9` loses what is still in rings, at most the last 200 ms; a power cut what was not
//! synced, at most the last 1.2 s. Closing loses nothing.

mod codec;
mod day;
mod entry;
mod error;
mod flood;
mod follow;
mod health;
mod index;
mod log;
mod query;
mod ring;
mod segment;
mod sync;
mod tenant_days;
mod writer;

pub use day::Day;
pub use entry::{Entry, Facts, Fold, MethodName, Outcome, Protocol};
pub use error::{CallLogError, Result};
pub use flood::Place;
pub use follow::{Followed, Subscription};
pub use health::{Alarm, Cause, Health, Part};
pub use log::{CallLog, Options};
pub use query::{
    CodeFilter, Column, Empty, Filter, Group, GroupBy, IdPrefix, Lookup, Page, Reader, Scanned,
    Searched, Series, Shadowed, Slice, StatusFilter, Way, Whose,
};
pub use ring::Producer;

/// Unix time in milliseconds.
fn unix_millis() -> u64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
