//! Fixes for refused signatures.

use super::Candidate;
use super::case::Case;
use crate::document::Change;
use crate::explanation::Step;
use postern_model::denial::{Code, Denial, Value};
use postern_policy::facts::{CredentialVerdict, Signed};
use serde_json::{Value as Json, json};

/// The most that clocks may be apart, in seconds.
const MOST_LEEWAY: u64 = 300;

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    match denial.code {
        Code::SignatureStale => leeway(case, denial).into_iter().collect(),
        Code::SignatureComponentMissing => less(case, denial).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn service<'a>(case: &'a Case<'_>) -> Option<(&'a str, &'a postern_model::entity::SignatureTerms)> {
    let route = case.decided.route.as_ref()?;
    let rules = case.rules();
    let service = rules.service(route);
    let accepted = rules.authentication(route)?;
    let terms = match signed(case) {
        Some(signed) if signed.older => accepted.hmac.as_deref()?,
        _ => accepted.signature.as_deref()?,
    };
    Some((&service.name, terms))
}

fn signed<'a>(case: &'a Case<'_>) -> Option<&'a Signed> {
    match case.facts.credential()? {
        CredentialVerdict::Signed(signed) => Some(signed),
        _ => None,
    }
}

/// Clocks may be a little further apart.
fn leeway(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let (service, terms) = service(case)?;
    let signed = signed(case)?;
    let oldest = |created: i64| {
        let age = i64::try_from(terms.max_age.as_secs()).unwrap_or(i64::MAX);
        created.saturating_add(age)
    };
    // When it came: one that is sent now is signed anew.
    let now = case.facts.now().div_euclid(1000);
    let late = |end: i64| u64::try_from(now.saturating_sub(end)).unwrap_or(0);
    let early = |begin: i64| u64::try_from(begin.saturating_sub(now)).unwrap_or(0);
    let apart = [
        signed
            .created
            .map(|created| late(oldest(created)).max(early(created))),
        signed.expires.map(late),
    ];
    let apart = apart.into_iter().flatten().max()? + 1;
    if apart > MOST_LEEWAY {
        return None;
    }
    let kind = if signed.older { "hmac" } else { "signature" };
    let patch = json!({"authentication": {kind: {"leeway": format!("{apart}s")}}});
    let change = Change::new("service", service, patch);
    let sentence =
        format!("let the clocks of callers of `{service}` be {apart} s apart from the gateway's");
    let reach = format!("signatures for `{service}` up to {apart} s out of their time");
    let candidate = Candidate::new(denial.code, sentence, Step::Change(change));
    Some(candidate.reach(reach).weight(3))
}

/// Signatures may cover less.
fn less(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    // What older signatures cover is called otherwise.
    if signed(case)?.older {
        return None;
    }
    let (service, terms) = service(case)?;
    let Value::List(missing) = denial.evidence("missing")? else {
        return None;
    };
    let is_missing = |name: &str| missing.iter().any(|one| one == name);
    // Without it nobody could tell how old a signature is.
    if is_missing("created") {
        return None;
    }
    let mut patch = serde_json::Map::new();
    let left = terms.components.iter().filter(|name| !is_missing(name));
    let left: Vec<Json> = left.map(|name| json!(&**name)).collect();
    if left.len() < terms.components.len() {
        patch.insert("components".to_owned(), left.into());
    }
    if is_missing("nonce") {
        patch.insert("nonce".to_owned(), json!("optional"));
    }
    if is_missing("content-digest") && terms.digest {
        patch.insert("digest".to_owned(), json!("optional"));
    }
    let names = missing.join("`, `");
    let change = json!({"authentication": {"signature": patch}});
    let change = Change::new("service", service, change);
    let sentence = format!("no longer ask for `{names}` in signatures for `{service}`");
    let reach = format!(
        "signatures for `{service}` that do not cover `{names}`, which somebody on the way may change then"
    );
    let candidate = Candidate::new(denial.code, sentence, Step::Change(change));
    Some(candidate.reach(reach).weight(4))
}
