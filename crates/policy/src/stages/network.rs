//! Stage 5: lists of addresses, countries, autonomous systems.

use super::edge::seen;
use super::{Check, Outcome, judge};
use crate::client::ClientAddress;
use crate::decision::FactRequest;
use crate::facts::Facts;
use crate::listing::Listed;
use crate::policies::{
    Compiled, Entry, Holds, Judged, List, Network, On, Origin, Policies, Refused, holds,
};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Audience, Code, Denial};
use std::borrow::Cow;

/// Unavailable for legal reasons (RFC 7725 §3).
const LEGAL: u16 = 451;

/// What policies need to know of the address comes first, so that none is asked twice.
pub(super) const CHECKS: &[Check] = &[lists, country, system, addresses];

fn lists(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let (rules, policies) = (snapshot.rules, snapshot.rules.policies());
    let set = progress.route.and_then(|route| policies.of(route.plan));
    for &at in set.into_iter().flat_map(|set| set.network.iter()) {
        let is_off = |policy| holds(policy, facts.now()) == Holds::Off;
        let Some(Compiled::Network(network)) = policies.compiled(at) else {
            continue;
        };
        if rules.policy(at).is_none_or(is_off) {
            continue;
        }
        for list in network.lists() {
            if let Some(needed) = look(progress, policies, list, facts) {
                return Outcome::Need(needed);
            }
        }
    }
    Outcome::Pass
}

/// Looks whether the client is on a list that comes from elsewhere; gives what has to be obtained
/// before that can be told.
pub(super) fn look(
    progress: &mut Progress,
    policies: &Policies,
    list: usize,
    facts: &dyn Facts,
) -> Option<FactRequest> {
    let address = progress.client?.address;
    let name = &policies.list(list).filter(|list| list.is_sourced)?.name;
    if progress.listed.iter().any(|listed| listed.list == *name) {
        return None;
    }
    match facts.listed(name, address) {
        Some(listed) => {
            progress.listed.push(listed.clone());
            None
        }
        None => Some(FactRequest::Listed { list, address }),
    }
}

fn country(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(client) = progress.client else {
        return Outcome::Pass;
    };
    if !any(progress, snapshot, facts.now(), Network::asks_country) {
        return Outcome::Pass;
    }
    match facts.country(client.address) {
        Some(located) => {
            progress.country = Some(*located);
            Outcome::Pass
        }
        None => Outcome::Need(FactRequest::Country),
    }
}

fn system(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(client) = progress.client else {
        return Outcome::Pass;
    };
    if !any(progress, snapshot, facts.now(), Network::asks_system) {
        return Outcome::Pass;
    }
    match facts.autonomous_system(client.address) {
        Some(located) => {
            progress.system = Some(*located);
            Outcome::Pass
        }
        None => Outcome::Need(FactRequest::AutonomousSystem),
    }
}

/// Whether a policy that says something about the matched operation asks that.
fn any(
    progress: &Progress,
    snapshot: &Snapshot<'_>,
    now: i64,
    asks: impl Fn(&Network) -> bool,
) -> bool {
    let (rules, policies) = (snapshot.rules, snapshot.rules.policies());
    let set = progress.route.and_then(|route| policies.of(route.plan));
    let mut network = set.into_iter().flat_map(|set| set.network.iter());
    network.any(|&at| {
        let is_on = || {
            rules
                .policy(at)
                .is_some_and(|p| holds(p, now) != Holds::Off)
        };
        matches!(policies.compiled(at), Some(Compiled::Network(one)) if asks(one) && is_on())
    })
}

fn addresses(progress: &mut Progress, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    let Some(client) = progress.client else {
        return Outcome::Pass;
    };
    // Put back below: nobody needs it meanwhile.
    let listed = std::mem::take(&mut progress.listed);
    let origin = Origin {
        address: client.address,
        country: progress.country,
        system: progress.system,
        listed: &listed,
    };
    let policies = snapshot.rules.policies();
    let outcome = judge(
        progress,
        snapshot,
        facts.now(),
        |set| &set.network,
        |_, rule| {
            let Compiled::Network(network) = rule else {
                return None;
            };
            let Judged::MayNot(refused) = network.judge(policies, &origin, facts.now()) else {
                return None;
            };
            let denial = refusal(&refused, &client, snapshot.rules);
            let denial = match network.status {
                Some(status) => denial.status(status),
                None => denial,
            };
            Some(match &network.blocked_by {
                Some(by) if denial.status == LEGAL => denial.saw("blocked_by", by.to_string()),
                _ => denial,
            })
        },
    );
    progress.listed = listed;
    outcome
}

/// What stands against a client.
fn refusal(refused: &Refused<'_>, client: &ClientAddress, rules: &Rules) -> Denial {
    match refused {
        Refused::Denied { list, on } => {
            let denial = seen(Code::AddressDenied, client).saw("list", list.name.to_string());
            match on {
                On::Entry(found) => entry(
                    denial.saw("entry", found.range.to_string()),
                    found,
                    Audience::Operator,
                ),
                On::Listed(listed, range) => elsewhere(
                    denial.saw("entry", range.to_string()),
                    listed,
                    rules,
                    Audience::Operator,
                ),
            }
        }
        Refused::DeniedSystem(located) => {
            let denial = seen(Code::AddressDenied, client);
            let system = located.system.map(|system| system.to_string());
            denial
                .saw("asn", system.unwrap_or_default())
                .saw("database", super::connection::moment(located.built))
        }
        Refused::DeniedCountry(located) => seen(Code::CountryNotAllowed, client)
            .saw("country", located.or_unknown().to_string())
            .saw("rule", "deny_countries")
            .saw("database", super::connection::moment(located.built)),
        Refused::NotAllowed {
            lists,
            expired,
            nearest,
            country,
            system,
        } => {
            let denial = match country {
                Some(located) => seen(Code::CountryNotAllowed, client)
                    .saw("country", located.or_unknown().to_string())
                    .saw("rule", "allow_countries")
                    .saw("database", super::connection::moment(located.built)),
                None => seen(Code::AddressNotAllowed, client),
            };
            let denial = match system {
                Some(located) => {
                    let name = located
                        .system
                        .map_or_else(|| "unknown".to_owned(), |system| system.to_string());
                    let denial = denial.saw("asn", name);
                    // One date is enough: that of the database the code is about.
                    if country.is_none() {
                        denial.saw("database", super::connection::moment(located.built))
                    } else {
                        denial
                    }
                }
                None => denial,
            };
            let denial = named(denial, "list", lists.iter().copied());
            let denial = named(denial, "expired_list", expired.iter().copied());
            let sources = lists.iter().filter_map(|list| source_of(&list.name, rules));
            let sources: Vec<Cow<'static, str>> = sources.map(Cow::Owned).collect();
            let denial = if sources.is_empty() {
                denial
            } else {
                denial.saw("source", sources)
            };
            match nearest {
                Some(near) => denial.saw("nearest_range", near.to_string()),
                None => denial,
            }
        }
    }
}

/// Adds the names of lists, if there are any.
fn named<'a>(denial: Denial, name: &'static str, lists: impl Iterator<Item = &'a List>) -> Denial {
    let names: Vec<Cow<'static, str>> = lists
        .map(|list| Cow::Owned(list.name.to_string()))
        .collect();
    if names.is_empty() {
        return denial;
    }
    denial.saw(name, names)
}

/// Adds where a list comes from, and since when it says what it says.
pub(super) fn elsewhere(
    denial: Denial,
    listed: &Listed,
    rules: &Rules,
    audience: Audience,
) -> Denial {
    let denial = match source_of(&listed.list, rules) {
        Some(source) => denial.with("source", source, audience),
        None => denial,
    };
    match listed.since {
        Some(since) => denial.with("since", super::connection::moment(since), audience),
        None => denial,
    }
}

/// Where a list comes from, if it comes from elsewhere.
fn source_of(list: &str, rules: &Rules) -> Option<String> {
    let mut lists = rules.configuration().lists.iter();
    let list = lists.find(|known| *known.name == *list)?;
    Some(list.source.as_ref()?.place.to_string())
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
