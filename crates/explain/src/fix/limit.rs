//! Fixes for limits that are used up: twice as much, of a plan or a policy.

use super::Candidate;
use super::case::{Case, text};
use crate::document::Change;
use crate::explanation::Step;
use crate::overlay::Assumed;
use postern_model::denial::{Code, Denial};
use serde_json::{Map, Value as Json, json};

/// How counters take a change.
const AFRESH: &str = "a changed limit counts from the beginning";
const GOES_ON: &str = "what was used of the quota stays counted";

const fn counts(code: Code) -> &'static str {
    match code {
        Code::QuotaExhausted => GOES_ON,
        _ => AFRESH,
    }
}

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    if denial.code == Code::Blocked {
        return lift(denial).into_iter().collect();
    }
    let Some(name) = text(denial, "name") else {
        return Vec::new();
    };
    let mut found: Vec<Candidate> = of_plan(case, denial.code, name).into_iter().collect();
    found.extend(of_policies(case, denial.code, name));
    found
}

/// The caller's blocks end.
fn lift(denial: &Denial) -> Option<Candidate> {
    let (what, who) = (text(denial, "what")?, text(denial, "who")?);
    let step = Step::LiftCaller {
        what: what.to_owned(),
        who: who.to_owned(),
    };
    let assumed = Assumed {
        caller_blocks: Some(Vec::new()),
        ..Assumed::default()
    };
    let sentence = format!("lift the block of {what} `{who}`");
    Some(
        Candidate::new(denial.code, sentence, step)
            .command(format!("postern blocks lift --{what} {who}"))
            .assuming(assumed, "the caller has no other block")
            .reach(format!("{what} `{who}`, until it is blocked again"))
            .if_wrong(),
    )
}

/// The limit of the caller's plan.
fn of_plan(case: &Case<'_>, code: Code, name: &str) -> Option<Candidate> {
    let plan = case.decided.identity.as_ref()?.plan(case.rules())?;
    let limit = case
        .document("plan", &plan.name)?
        .get("limits")?
        .get(name)?;
    let (raised, words) = raised(limit)?;
    let patch = json!({"limits": {name: raised}});
    let step = Step::Change(Change::new("plan", &plan.name, patch));
    let sentence = format!("raise limit `{name}` of plan `{}` to {words}", plan.name);
    Some(
        Candidate::new(code, sentence, step)
            .assuming(Assumed::default(), counts(code))
            .reach(format!("every app under plan `{}`", plan.name))
            .weight(3),
    )
}

fn of_policies(case: &Case<'_>, code: Code, name: &str) -> Vec<Candidate> {
    let policies = case.world.documents.of_kind("policy");
    let named = policies.filter(|(id, document)| {
        let called = document.get("name").and_then(Json::as_str).unwrap_or(id);
        called == name
    });
    named
        .filter_map(|(id, document)| {
            let (patch, words) = raised(document)?;
            let step = Step::Change(Change::new("policy", id, patch));
            let sentence = format!("raise policy `{id}` to {words}");
            let candidate = Candidate::new(code, sentence, step);
            let candidate = candidate.assuming(Assumed::default(), counts(code));
            Some(
                candidate
                    .reach(format!("every request under policy `{id}`"))
                    .weight(4),
            )
        })
        .collect()
}

/// A limit, twice as wide, as a patch and in words.
fn raised(limit: &Json) -> Option<(Json, String)> {
    let kind = limit.get("kind").and_then(Json::as_str).unwrap_or("rate");
    let twice = |field: &str| {
        let number = limit.get(field).and_then(Json::as_u64)?;
        Some(number.saturating_mul(2).min(1_000_000_000))
    };
    let mut patch = Map::new();
    let words = match kind {
        "rate" => {
            let rate = twice("rate")?;
            patch.insert("rate".to_owned(), json!(rate));
            if let Some(burst) = twice("burst") {
                patch.insert("burst".to_owned(), json!(burst));
            }
            let per = limit.get("per").and_then(Json::as_str).unwrap_or("period");
            format!("{rate} per {per}")
        }
        "concurrency" => {
            let most = twice("limit")?;
            patch.insert("limit".to_owned(), json!(most));
            format!("{most} at once")
        }
        "quota" => {
            let quota = twice("quota")?;
            patch.insert("quota".to_owned(), json!(quota));
            let per = limit.get("per").and_then(Json::as_str).unwrap_or("period");
            format!("{quota} per {per}")
        }
        "spacing" => {
            let apart = limit.get("apart").and_then(Json::as_str)?;
            let halved = halved(apart)?;
            patch.insert("apart".to_owned(), json!(halved));
            format!("one every {halved}")
        }
        _ => return None,
    };
    Some((Json::Object(patch), words))
}

/// Half of a duration such as `100ms` or `2s`.
fn halved(text: &str) -> Option<String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let (number, unit) = match unit {
        "s" => (number.checked_mul(1000)?, "ms"),
        "m" => (number.checked_mul(60)?, "s"),
        "h" => (number.checked_mul(60)?, "m"),
        unit => (number, unit),
    };
    (number > 1).then(|| format!("{}{unit}", number / 2))
}
