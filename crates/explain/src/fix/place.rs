//! Fixes for refused countries and autonomous systems: what a policy names.

use super::Candidate;
use super::case::{Case, text};
use crate::document::{Change, merge_patch};
use crate::explanation::Step;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{AsNumber, Country};
use serde_json::{Value as Json, json};

/// What is added to a policy, or taken out of it.
#[derive(Clone, Copy)]
struct Named<'a> {
    /// The field that lets in by it.
    allow: &'static str,
    /// The field that keeps out by it.
    deny: &'static str,
    /// As the policy writes it.
    text: &'a str,
    /// In a sentence.
    shown: &'a str,
    /// Everybody who is in it.
    everybody: &'a str,
    /// Whether an item of a field is it.
    is: &'a dyn Fn(&Json) -> bool,
    /// How much it opens.
    weight: u32,
}

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let mut found = Vec::new();
    if let Some(country) = text(denial, "country") {
        let is = |item: &Json| {
            item.as_str()
                .is_some_and(|item| item.eq_ignore_ascii_case(country))
        };
        let unknown = country == Country::UNKNOWN_WORD;
        let (shown, everybody) = if unknown {
            let shown = "addresses of no known country (`unknown`)";
            (
                shown.to_owned(),
                "every address of no known country".to_owned(),
            )
        } else {
            (
                format!("country `{country}`"),
                format!("every address in `{country}`"),
            )
        };
        found.extend(of(
            case,
            denial,
            Named {
                allow: "allow_countries",
                deny: "deny_countries",
                text: country,
                shown: &shown,
                everybody: &everybody,
                is: &is,
                weight: if unknown { 6 } else { 4 },
            },
        ));
    }
    let system = text(denial, "asn").and_then(|system| system.split(' ').next());
    if let Some(number) = system.and_then(AsNumber::parse) {
        let is = |item: &Json| match item {
            Json::String(item) => AsNumber::parse(item) == Some(number),
            item => item.as_u64() == Some(number.0.into()),
        };
        let (written, shown) = (number.to_string(), format!("`{number}`"));
        let everybody = format!("every address of `{number}`");
        found.extend(of(
            case,
            denial,
            Named {
                allow: "allow_asns",
                deny: "deny_asns",
                text: &written,
                shown: &shown,
                everybody: &everybody,
                is: &is,
                weight: 5,
            },
        ));
    }
    found
}

fn of(case: &Case<'_>, denial: &Denial, named: Named<'_>) -> Vec<Candidate> {
    let policies = case.policies(denial, "network").into_iter();
    let found = policies.filter_map(|(id, document, policy)| {
        let items = |field| document.get(field).and_then(Json::as_array);
        let denied = items(named.deny).filter(|items| items.iter().any(named.is));
        let candidate = match denied {
            Some(items) => remove(denial.code, id, document, items, named),
            // Only where such things are allowed does one more of them open anything.
            None => add(denial.code, id, items(named.allow)?, named),
        };
        Some(candidate.audience(Case::audience_of(policy)))
    });
    found.collect()
}

fn add(code: Code, id: &str, items: &[Json], named: Named<'_>) -> Candidate {
    let mut items = items.to_vec();
    items.push(named.text.into());
    let change = Change::new("policy", id, json!({ named.allow: items }));
    let sentence = format!("add {} to policy `{id}`", named.shown);
    Candidate::new(code, sentence, Step::Change(change))
        .reach(format!("{}, under policy `{id}`", named.everybody))
        .weight(named.weight)
}

fn remove(code: Code, id: &str, document: &Json, items: &[Json], named: Named<'_>) -> Candidate {
    let kept: Vec<&Json> = items.iter().filter(|item| !(named.is)(item)).collect();
    let mut patch = json!({ named.deny: kept });
    let mut sentence = format!("no longer deny {} in policy `{id}`", named.shown);
    if !names_something(document, &patch) {
        patch = Json::Null;
        sentence = format!("remove policy `{id}`, which denies nothing else");
    }
    let change = Change::new("policy", id, patch);
    Candidate::new(code, sentence, Step::Change(change))
        .reach(format!("{}, under policy `{id}`", named.everybody))
        .weight(named.weight)
        .if_wrong()
}

/// Whether anything is left of a policy about networks after a patch.
fn names_something(document: &Json, patch: &Json) -> bool {
    let mut after = document.clone();
    merge_patch(&mut after, patch);
    let filled = |field: &&str| {
        let items = after.get(*field).and_then(Json::as_array);
        items.is_some_and(|items| !items.is_empty())
    };
    [
        "allow",
        "deny",
        "allow_countries",
        "deny_countries",
        "allow_asns",
        "deny_asns",
    ]
    .iter()
    .any(filled)
}
