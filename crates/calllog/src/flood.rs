//! Floods of refusals, folded.
//!
//! Of one code and one source, so many refusals a second get rows of their own; the rest of that
//! second is one row with a count and the range of ids, and a few samples. The row is written
//! again, under the same id, each time its count has grown: who reads keeps the last.
//!
//! A core sees a flood of its own first ([`Watch`]), when a refusal is decided, so that nothing is
//! made for the rows of most of them. The writer, which sees what comes through every core
//! ([`Floods`]), folds what they have not.

use crate::entry::{Entry, Fold, Outcome};
use crate::ring::Pushed;
use foldhash::quality::RandomState;
use postern_model::Code;
use std::collections::HashMap;
use std::net::IpAddr;

/// How many sources are watched at once. A flood from more than that has few refusals from each.
const MAX_FLOWS: usize = 65_536;
/// How many of them one core watches.
const MAX_WATCHED: usize = 4_096;
/// How many folded refusals keep a row of their own.
const MAX_SAMPLES: usize = 8;

/// What becomes of a request's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// It has one, as far as its core can tell.
    #[default]
    Row,
    /// It is a refusal, and its row is the one that others are folded into.
    Fold,
    /// It would be folded, but is one of the few that have a row all the same.
    Sample,
    /// It is folded: of its entry only the id, the code and the addresses are looked at.
    Counted,
}

/// Refusals by code and source within the current second, of one core.
#[derive(Debug)]
pub(crate) struct Watch {
    limit: u64,
    second: u64,
    flows: HashMap<(Code, IpAddr), u64, RandomState>,
}

impl Watch {
    /// Sees what exceeds `limit` refusals a second of one code and source.
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            second: 0,
            flows: HashMap::default(),
        }
    }

    /// What becomes of one more refusal, that came in this second. They come nearly in order.
    pub(crate) fn place(&mut self, code: Code, address: IpAddr, second: u64) -> Place {
        // A clock that was set back must not stop the watch.
        if second > self.second || self.second - second > 60 {
            self.flows.clear();
            self.second = second;
        }
        let key = (code, source(address));
        let is_full = self.flows.len() >= MAX_WATCHED;
        let seen = match self.flows.get_mut(&key) {
            Some(seen) => seen,
            None if is_full => return Place::Row,
            None => self.flows.entry(key).or_default(),
        };
        *seen += 1;
        match seen.saturating_sub(self.limit) {
            0 => Place::Row,
            1 => Place::Fold,
            over if is_sample(over) => Place::Sample,
            _ => Place::Counted,
        }
    }
}

/// Refusals by code and source within the current second, of all cores.
#[derive(Debug)]
pub(crate) struct Floods {
    limit: u64,
    second: u64,
    flows: HashMap<(Code, IpAddr), Flow, RandomState>,
}

#[derive(Debug, Default)]
struct Flow {
    seen: u64,
    row: Option<Entry>,
    /// The row was begun in the second before: it takes what a core counted then and comes late.
    is_late: bool,
    grown: bool,
}

impl Floods {
    /// Folds what exceeds `limit` refusals a second of one code and source.
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            second: 0,
            flows: HashMap::default(),
        }
    }

    /// Passes an entry on to `out` or folds it. `second` is the writer's time; `true` if folded.
    pub(crate) fn sift(&mut self, pushed: Pushed, second: u64, out: &mut Vec<Entry>) -> bool {
        let Pushed { entry, place } = pushed;
        if second != self.second {
            self.emit(out);
            self.flows.retain(|_, flow| flow.outlives_its_second());
            self.second = second;
        }
        let refused = matches!(entry.outcome, Outcome::Refused | Outcome::OriginRefused);
        let Some(code) = entry.code.filter(|_| refused) else {
            out.push(entry);
            return false;
        };
        let key = (code, source(entry.address()));
        if self.flows.len() >= MAX_FLOWS && !self.flows.contains_key(&key) {
            out.push(entry);
            return false;
        }
        let flow = self.flows.entry(key).or_default();
        flow.seen += 1;
        let over = flow.seen.saturating_sub(self.limit);
        match place {
            Place::Counted => return flow.count(entry, out),
            Place::Fold => return flow.fold(entry, out),
            Place::Sample => {
                flow.takes_sample(&entry);
            }
            Place::Row if over == 0 => {}
            Place::Row => {
                if !is_sample(over) || !flow.takes_sample(&entry) {
                    return flow.fold(entry, out);
                }
            }
        }
        out.push(entry);
        false
    }

    /// Gives out the rows that have grown.
    pub(crate) fn emit(&mut self, out: &mut Vec<Entry>) {
        for flow in self.flows.values_mut() {
            flow.emit(out);
        }
    }
}

impl Flow {
    /// Folds an entry that can be a row itself; always `true`.
    fn fold(&mut self, entry: Entry, out: &mut Vec<Entry>) -> bool {
        if self.is_late {
            self.begin(entry, out)
        } else {
            self.count(entry, out)
        }
    }

    /// Folds an entry into the row there is. One that is late takes it too: its core knows best
    /// to which second it belongs.
    fn count(&mut self, entry: Entry, out: &mut Vec<Entry>) -> bool {
        let Some((row, fold)) = self.current() else {
            return self.begin(entry, out);
        };
        fold.first = fold.first.min(entry.id);
        fold.last = fold.last.max(entry.id);
        *row += entry.count;
        self.grown = true;
        true
    }

    /// Begins a row.
    fn begin(&mut self, mut entry: Entry, out: &mut Vec<Entry>) -> bool {
        self.emit(out);
        entry.fold = Some(Box::new(Fold {
            first: entry.id,
            last: entry.id,
            samples: Vec::new(),
        }));
        self.row = Some(entry);
        self.is_late = false;
        self.grown = true;
        true
    }

    /// Lists an entry that has a row of its own among the samples of this second's row; `false` if
    /// there is none, or if it has enough.
    fn takes_sample(&mut self, entry: &Entry) -> bool {
        if self.is_late {
            return false;
        }
        let Some((_, fold)) = self.current() else {
            return false;
        };
        if fold.samples.len() >= MAX_SAMPLES {
            return false;
        }
        fold.samples.push(entry.id);
        self.grown = true;
        true
    }

    /// The count of the row, and what is folded into it.
    fn current(&mut self) -> Option<(&mut u64, &mut Fold)> {
        let Entry { count, fold, .. } = self.row.as_mut()?;
        Some((count, fold.as_deref_mut()?))
    }

    /// Gives out the row if it has grown.
    fn emit(&mut self, out: &mut Vec<Entry>) {
        if std::mem::take(&mut self.grown) {
            out.extend(self.row.clone());
        }
    }

    /// The next second begins; says whether there is a row that may take what comes late.
    fn outlives_its_second(&mut self) -> bool {
        let was_seen = std::mem::take(&mut self.seen) > 0;
        self.is_late = true;
        was_seen && self.row.is_some()
    }
}

/// The 4th, 16th, 64th, …: a few from the beginning, a few from far in.
const fn is_sample(over: u64) -> bool {
    over.is_power_of_two() && over.trailing_zeros().is_multiple_of(2)
}

/// Where refusals come from: an address of IPv4, or the /64 of one of IPv6, which is what one
/// caller commonly has.
fn source(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) >> 64 << 64).to_be_bytes()),
    }
}

#[cfg(test)]
mod tests;
