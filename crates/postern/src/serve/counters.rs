//! Counters for recorded requests that are decided once more: those of the gateway, as explanations
//! know them.

use postern_explain::Counters;
use postern_model::Code;
use postern_model::entity::Edge;
use postern_policy::client::ClientAddress;
use postern_policy::facts::{EdgeReading, Readings};
use postern_policy::policies::LimitUse;
use postern_proxy::rehearsal::Rehearsal;

/// The gateway's counters, for recorded requests.
#[derive(Debug)]
pub(super) struct Replaying(Rehearsal);

impl Replaying {
    /// Counters that count at the edge as this says.
    pub(super) fn new(edge: &Edge) -> Self {
        Self(Rehearsal::new(edge))
    }
}

impl Counters for Replaying {
    fn arrive(&mut self, client: &ClientAddress, now: i64) -> EdgeReading {
        self.0.arrive(client, now)
    }

    fn read(&mut self, uses: &[LimitUse], now: i64) -> Readings {
        self.0.read(uses, now)
    }

    fn count(&mut self, uses: &[LimitUse], now: i64, until: i64) -> bool {
        self.0.count(uses, now, until)
    }

    fn refused(&mut self, client: Option<&ClientAddress>, code: Code, now: i64) {
        self.0.refused(client, code, now);
    }
}
