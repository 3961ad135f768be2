//! Floods of refusals, folded.
//!
//! Of one code and one source, so many refusals a second get rows of their own; the rest of that
//! second is one row with a count and the range of ids, and a few samples. The row is written
//! again, under the same id, each time its count has grown: who reads keeps the last.

use crate::entry::{Entry, Fold, Outcome};
use postern_model::Code;
use std::collections::HashMap;
use std::net::IpAddr;

/// How many sources are watched at once. A flood from more than that has few refusals from each.
const MAX_FLOWS: usize = 65_536;
/// How many folded refusals keep a row of their own.
const MAX_SAMPLES: usize = 8;

/// Refusals by code and source within the current second.
#[derive(Debug)]
pub(crate) struct Floods {
    limit: u64,
    second: u64,
    flows: HashMap<(Code, IpAddr), Flow>,
}

#[derive(Debug, Default)]
struct Flow {
    seen: u64,
    row: Option<Entry>,
    grown: bool,
}

impl Floods {
    /// Folds what exceeds `limit` refusals a second of one code and source.
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            second: 0,
            flows: HashMap::new(),
        }
    }

    /// Passes `entry` on to `out` or folds it. `second` is the writer's time; `true` if folded.
    pub(crate) fn sift(&mut self, entry: Entry, second: u64, out: &mut Vec<Entry>) -> bool {
        if second != self.second {
            self.emit(out);
            self.flows.clear();
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
        if flow.seen <= self.limit {
            out.push(entry);
            return false;
        }
        fold(flow, entry, self.limit, out)
    }

    /// Gives out the rows that have grown.
    pub(crate) fn emit(&mut self, out: &mut Vec<Entry>) {
        for flow in self.flows.values_mut().filter(|flow| flow.grown) {
            flow.grown = false;
            out.extend(flow.row.clone());
        }
    }
}

fn fold(flow: &mut Flow, entry: Entry, limit: u64, out: &mut Vec<Entry>) -> bool {
    let over = flow.seen - limit;
    let Some(row) = &mut flow.row else {
        let mut row = entry;
        row.fold = Some(Box::new(Fold {
            first: row.id,
            last: row.id,
            samples: Vec::new(),
        }));
        flow.row = Some(row);
        flow.grown = true;
        return true;
    };
    let Some(fold) = &mut row.fold else {
        out.push(entry);
        return false;
    };
    // The 4th, 16th, 64th, …: a few from the beginning, a few from far in.
    if over.is_power_of_two()
        && over.trailing_zeros().is_multiple_of(2)
        && fold.samples.len() < MAX_SAMPLES
    {
        fold.samples.push(entry.id);
        flow.grown = true;
        out.push(entry);
        return false;
    }
    fold.first = fold.first.min(entry.id);
    fold.last = fold.last.max(entry.id);
    row.count += entry.count;
    flow.grown = true;
    true
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
