//! Stage 2: whose request it is.

use super::{Check, Outcome};
use crate::client::{self, Unfound};
use crate::decision::FactRequest;
use crate::facts::Facts;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Audience, Code, Denial};

pub(super) const CHECKS: &[Check] = &[address];

fn address(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let rules = snapshot.rules;
    let config = &rules.configuration().client;
    match client::find_by(facts, rules) {
        Ok(found) => {
            progress.scheme = client::scheme(facts, config, &found);
            progress.client = Some(found);
            Outcome::Pass
        }
        Err(Unfound::Listed { list, address }) => {
            Outcome::Need(FactRequest::Listed { list, address })
        }
        Err(Unfound::Unparseable(bad)) => Outcome::Refuse(
            Denial::new(Code::AddressUnparseable)
                .saw("header", bad.header)
                .with("peer", bad.sent_by.to_string(), Audience::Operator)
                .with("hop", bad.hop as u64, Audience::Operator)
                .with("error", bad.problem.describe(), Audience::Operator),
        ),
    }
}
