//! Fixes for refused addresses.

use super::Candidate;
use super::case::{Case, strings, text, texts};
use crate::blame::untrusted_proxy;
use crate::document::Change;
use crate::explanation::Step;
use crate::overlay::Assumed;
use ipnet::IpNet;
use postern_model::denial::{Code, Denial};
use postern_model::entity::PolicyRule;
use postern_policy::facts::EdgeReading;
use serde_json::{Value as Json, json};
use std::net::IpAddr;

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    match denial.code {
        Code::AddressNotAllowed | Code::CountryNotAllowed => {
            let lists = texts(denial, "list").into_iter();
            let lasting = texts(denial, "expired_list").into_iter();
            lists
                .filter_map(|list| add(case, denial.code, list))
                .chain(lasting.filter_map(|list| last(case, denial.code, list)))
                .chain(trusted(case, denial.code))
                .collect()
        }
        Code::AddressDenied | Code::EdgeAddressDenied => remove(case, denial).into_iter().collect(),
        Code::EdgeAddressBlocked => lift(denial).into_iter().collect(),
        Code::EdgeRateExceeded => raise(case).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The address joins the list.
fn add(case: &Case<'_>, code: Code, list: &str) -> Option<Candidate> {
    let document = case.document("list", list)?;
    if document.get("source").is_some() {
        // What stands there is written elsewhere.
        return None;
    }
    let address = case.decided.client?.address;
    let range = IpNet::from(address).to_string();
    let mut entries = entries(document).to_vec();
    entries.push(json!(range));
    let change = Change::new("list", list, json!({ "entries": entries }));
    let candidate = Candidate::new(
        code,
        format!("add `{range}` to list `{list}`"),
        Step::Change(change),
    );
    Some(
        candidate
            .command(format!("postern lists add {list} {range}"))
            .reach(format!(
                "`{address}` wherever list `{list}` allows: {}",
                uses(case, list)
            ))
            .audience(case.audience_of_list(document)),
    )
}

/// The peer is a proxy, and what it says of whom it asks for is believed.
fn trusted(case: &Case<'_>, code: Code) -> Option<Candidate> {
    let (address, _) = untrusted_proxy(case)?;
    let range = IpNet::from(address).to_string();
    let document = case.document("client", "client");
    let mut proxies = document.map_or_else(Vec::new, |client| strings(client, "trusted_proxies"));
    proxies.push(range.clone());
    let change = Change::new("client", "client", json!({ "trusted_proxies": proxies }));
    let sentence = format!("trust `{range}` as a proxy");
    let candidate = Candidate::new(code, sentence, Step::Change(change));
    let reach = format!("whoever `{range}` says that it asks for, on every address that it names");
    Some(candidate.reach(reach).weight(6))
}

/// The peer is no proxy, so that what it says of whom it asks for counts for nothing.
pub(super) fn not_a_proxy(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let peer: IpAddr = text(denial, "peer")?.parse().ok()?;
    let document = case.document("client", "client")?;
    let holds = |range: &str| {
        let range = entry_range(&json!(range));
        range.is_some_and(|range| range.contains(&peer))
    };
    let (held, kept): (Vec<String>, Vec<String>) = strings(document, "trusted_proxies")
        .into_iter()
        .partition(|range| holds(range));
    if held.is_empty() {
        return None;
    }
    let change = Change::new("client", "client", json!({ "trusted_proxies": kept }));
    let sentence = format!("no longer trust `{}` as a proxy", held.join("`, `"));
    let candidate = Candidate::new(denial.code, sentence, Step::Change(change));
    let why = format!(
        "nobody can tell from here whether `{peer}` is a proxy: if it is, mend what it sends, since all its clients would have its address then"
    );
    let reach = format!(
        "whoever calls from `{}`, by that address",
        held.join("`, `")
    );
    Some(candidate.reach(reach).unproved(why))
}

/// A list that has expired counts again.
fn last(case: &Case<'_>, code: Code, list: &str) -> Option<Candidate> {
    let document = case.document("list", list)?;
    let change = Change::new("list", list, json!({ "expires_at": null }));
    let sentence = format!("let list `{list}` not expire");
    Some(
        Candidate::new(code, sentence, Step::Change(change))
            .reach(format!(
                "every entry of list `{list}`, wherever it is named: {}",
                uses(case, list)
            ))
            .audience(case.audience_of_list(document)),
    )
}

/// The entry leaves the list.
fn remove(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let list = text(denial, "list")?;
    let range = text(denial, "entry")?;
    let document = case.document("list", list)?;
    let is = |entry: &&Json| entry_range(entry).is_some_and(|have| have.to_string() == range);
    let kept: Vec<&Json> = entries(document)
        .iter()
        .filter(|entry| !is(entry))
        .collect();
    let change = Change::new("list", list, json!({ "entries": kept }));
    let sentence = format!("remove `{range}` from deny-list `{list}`");
    let mut candidate = Candidate::new(denial.code, sentence, Step::Change(change));
    if denial.code == Code::EdgeAddressDenied && case.facts.edge().is_none() {
        // The lists come first, so that nobody has looked at the counters.
        let assumed = Assumed {
            edge: Some(EdgeReading::default()),
            ..Assumed::default()
        };
        candidate = candidate.assuming(assumed, "the address's counters let it pass");
    }
    Some(
        candidate
            .command(format!("postern lists remove {list} {range}"))
            .reach(format!("everybody in `{range}`"))
            .audience(case.audience_of_list(document))
            .if_wrong(),
    )
}

fn lift(denial: &Denial) -> Option<Candidate> {
    let address = text(denial, "address")?;
    let step = Step::LiftBlock {
        address: address.to_owned(),
    };
    let assumed = Assumed {
        edge: Some(EdgeReading::default()),
        ..Assumed::default()
    };
    let sentence = format!("lift the block of `{address}`");
    Some(
        Candidate::new(denial.code, sentence, step)
            .command(format!("postern blocks lift {address}"))
            .assuming(assumed, "the address has no other block")
            .reach(format!("`{address}`, until it is blocked again"))
            .if_wrong(),
    )
}

/// Twice as many requests.
fn raise(case: &Case<'_>) -> Option<Candidate> {
    let rate = case.rules().configuration().edge.requests?;
    let count = rate.count.saturating_mul(2);
    let change = Change::new("edge", "edge", json!({"requests": {"rate": count}}));
    let assumed = Assumed {
        edge: Some(EdgeReading::default()),
        ..Assumed::default()
    };
    let sentence = format!("raise `edge.requests` to {count}");
    Some(
        Candidate::new(Code::EdgeRateExceeded, sentence, Step::Change(change))
            .assuming(assumed, "the address's counter is below the new limit")
            .reach("every address".to_owned())
            .weight(5),
    )
}

fn entries(list: &Json) -> &[Json] {
    let entries = list.get("entries").and_then(Json::as_array);
    entries.map_or(&[], Vec::as_slice)
}

/// The range of an entry, as it is compared.
fn entry_range(entry: &Json) -> Option<IpNet> {
    let text = entry.as_str().or_else(|| entry.get("range")?.as_str())?;
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(|_| address())
        .ok()
        .map(|range| range.trunc())
}

/// The policies that allow by a list.
fn uses(case: &Case<'_>, list: &str) -> String {
    let configuration = case.rules().configuration();
    let index = configuration
        .lists
        .iter()
        .position(|known| *known.name == *list);
    let allows = |rule: &PolicyRule| match rule {
        PolicyRule::Network(rule) => index.is_some_and(|index| rule.allow.contains(&index)),
        PolicyRule::Headers(_)
        | PolicyRule::Limit(_)
        | PolicyRule::Body(_)
        | PolicyRule::Cors(_)
        | PolicyRule::Csrf(_)
        | PolicyRule::External(_)
        | PolicyRule::Cedar(_)
        | PolicyRule::Contract(_)
        | PolicyRule::Conditions(_)
        | PolicyRule::Ownership(_)
        | PolicyRule::StepUp(_)
        | PolicyRule::Transform(_)
        | PolicyRule::Mask(_)
        | PolicyRule::Abuse(_) => false,
    };
    let names = configuration
        .policies
        .iter()
        .filter(|policy| allows(&policy.rule));
    let names: Vec<String> = names
        .map(|policy| format!("policy `{}`", policy.name))
        .collect();
    names.join(", ")
}
