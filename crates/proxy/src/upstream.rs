//! Upstreams: which target a request goes to, and what is known about every target's health.
//!
//! Owns balancing, in-flight counts, active and passive health, the circuit breaker, retry
//! decisions and budgets, name resolution and the egress rule. Refuses to own connections, TLS
//! and HTTP: the exchange connects to [`TargetState::addresses`] and reports how it went through
//! its [`Lease`].
//!
//! Three layers: [`Upstreams`] is one configuration's set, shared by all cores; a
//! [`CoreUpstream`] is one core's view of one upstream, with cursors and randomness that need no
//! synchronisation; a [`Lease`] is one attempt. What outlives a reload (in-flight counts, health,
//! breaker, budget, addresses) is in `Arc`s that the next set takes over by name and address.
//!
//! A reload, of which the start is the first: [`Upstreams::build`] with the set before; then, on
//! the control runtime, [`dns::Refresher::start`] (wait for its first answers, within a limit) and
//! [`health::Monitor::start`]; then every core takes [`Upstreams::for_core`] for new requests, and
//! the old refresher and monitor are dropped.

pub mod balance;
pub mod breaker;
pub mod budget;
mod core;
pub mod dns;
pub mod egress;
pub mod health;
mod lease;
pub mod outlier;
mod padded;
mod report;
pub mod retry;
mod set;
mod target;

pub use self::core::{CoreUpstream, CoreUpstreams, Denied, TargetOut};
pub use balance::Tried;
pub use lease::{Lease, Outcome};
pub use report::TargetReport;
pub use retry::{Attempt, FailureClass, Verdict};
pub use set::{Slot, UpstreamState, Upstreams};
pub use target::{Addresses, TargetState, TargetStatus};

#[cfg(test)]
mod tests;
