//! Stage 5: address lists.

use super::edge::seen;
use super::{Check, Outcome, judge};
use crate::facts::Facts;
use crate::policies::{Compiled, Entry, Refused};
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Audience, Code, Denial};
use std::borrow::Cow;

pub(super) const CHECKS: &[Check] = &[addresses];

fn addresses(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(client) = progress.client else {
        return Outcome::Pass;
    };
    let policies = snapshot.rules.policies();
    judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.network,
        |_, rule| {
            let Compiled::Network(network) = rule else {
                return None;
            };
            match network.judge(policies, client.address, facts.now())? {
                Refused::Denied { list, entry: found } => {
                    let denial = seen(Code::AddressDenied, &client)
                        .with("list", list.name.to_string(), Audience::Publisher)
                        .with("entry", found.range.to_string(), Audience::Publisher);
                    Some(entry(denial, found, Audience::Operator))
                }
                Refused::NotAllowed { lists, nearest } => {
                    let names = lists.iter().map(|list| Cow::Owned(list.name.to_string()));
                    let names: Vec<Cow<'static, str>> = names.collect();
                    let denial = seen(Code::AddressNotAllowed, &client);
                    let denial = denial.with("list", names, Audience::Publisher);
                    let expired = lists.iter().filter(|list| list.has_expired(facts.now()));
                    let expired = expired.map(|list| Cow::Owned(list.name.to_string()));
                    let expired: Vec<Cow<'static, str>> = expired.collect();
                    let denial = if expired.is_empty() {
                        denial
                    } else {
                        denial.with("expired_list", expired, Audience::Publisher)
                    };
                    Some(match nearest {
                        Some((_, near)) => {
                            let range = near.range.to_string();
                            denial.with("nearest_range", range, Audience::Operator)
                        }
                        None => denial,
                    })
                }
            }
        },
    )
}

/// Adds since when and why an entry is on its list.
pub(super) fn entry(denial: Denial, entry: &Entry, audience: Audience) -> Denial {
    let denial = match entry.added_at {
        Some(at) => denial.with("since", super::connection::moment(at), audience),
        None => denial,
    };
    match &entry.comment {
        Some(comment) => denial.with("reason", comment.to_string(), audience),
        None => denial,
    }
}
