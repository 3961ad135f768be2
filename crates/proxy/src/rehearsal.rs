//! Counters for requests that are over, and are decided once more to see what would become of them.

use crate::counting::{Counting, Held, settings, suggests_guessing};
use postern_model::Code;
use postern_model::entity::Edge;
use postern_policy::client::ClientAddress;
use postern_policy::facts::{EdgeReading, Readings};
use postern_policy::policies::LimitUse;
use postern_state::edge::Settings;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// The counters of the gateway, which have counted nothing yet, and whose clock is the requests'.
/// All times are Unix time in milliseconds, and go on from one call to the next.
#[derive(Debug)]
pub struct Rehearsal {
    counting: Counting,
    settings: Settings,
    /// What the request holds that is decided.
    held: Held,
    /// What those hold that are under way, the one first that ends first.
    under_way: BinaryHeap<Reverse<UnderWay>>,
}

/// A request that is under way.
#[derive(Debug)]
struct UnderWay {
    until: i64,
    _held: Held,
}

impl PartialEq for UnderWay {
    fn eq(&self, other: &Self) -> bool {
        self.until == other.until
    }
}

impl Eq for UnderWay {}

impl PartialOrd for UnderWay {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UnderWay {
    fn cmp(&self, other: &Self) -> Ordering {
        self.until.cmp(&other.until)
    }
}

impl Rehearsal {
    /// Counters that count at the edge as this says.
    pub fn new(edge: &Edge) -> Self {
        Self {
            counting: Counting::default(),
            settings: settings(edge),
            held: Held::default(),
            under_way: BinaryHeap::new(),
        }
    }

    /// Counts an arrival, and says how the counters of its address stand.
    pub fn arrive(&self, client: &ClientAddress, now: i64) -> EdgeReading {
        if client.is_its_own() {
            self.counting.arrive(&self.settings, client.address, now)
        } else {
            EdgeReading::default()
        }
    }

    /// Reads limits, and takes what is held while a request is under way.
    pub fn read(&mut self, uses: &[LimitUse], now: i64) -> Readings {
        while let Some(first) = self.under_way.peek() {
            if first.0.until > now {
                break;
            }
            self.under_way.pop();
        }
        self.counting.read(uses, &mut self.held, now)
    }

    /// Counts a request, all or nothing; what it holds is given back at its end.
    pub fn count(&mut self, uses: &[LimitUse], now: i64, until: i64) -> bool {
        let counted = self.counting.commit(uses, now).is_ok();
        let held = std::mem::take(&mut self.held);
        if counted && !held.is_empty() {
            self.under_way
                .push(Reverse(UnderWay { until, _held: held }));
        }
        counted
    }

    /// Counts a refusal against its address, and gives back what the request held.
    pub fn refused(&mut self, client: Option<&ClientAddress>, code: Code, now: i64) {
        self.held.clear();
        if let Some(client) = client.filter(|client| client.is_its_own() && suggests_guessing(code))
        {
            // Who is blocked from here on meets that on arrival.
            let _ = (self.counting).refused(&self.settings, client.address, code, now);
        }
    }
}
