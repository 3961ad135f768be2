//! Fixes for rules about some requests: what a policy asks for less, and whom it leaves alone.

use super::Candidate;
use super::case::{Case, number, strings, text};
use super::demands::size;
use crate::document::Change;
use crate::explanation::Step;
use postern_model::denial::{Code, Denial};
use serde_json::{Map, Value as Json, json};

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let kind = match denial.code {
        Code::NotOwner => "ownership",
        Code::StepUpRequired => "step_up",
        _ => "conditions",
    };
    let mut found = Vec::new();
    for (id, document, policy) in case.policies(denial, kind) {
        let audience = Case::audience_of(policy);
        if denial.code == Code::ConditionUnmet
            && is_first(case, denial)
            && let Some((sentence, patch)) = relaxed(case, denial, id, document)
        {
            let step = Step::Change(Change::new("policy", id, patch));
            let candidate = Candidate::new(denial.code, sentence, step)
                .reach(format!("every request that policy `{id}` is about"))
                .audience(audience)
                .weight(4);
            found.push(candidate);
        }
        found.extend(
            excepted(case, denial, id, document).map(|candidate| candidate.audience(audience)),
        );
    }
    found
}

/// Whether it stands before the others of its policy: one change is against them all.
fn is_first(case: &Case<'_>, denial: &Denial) -> bool {
    let mut all = case.decided.denials.iter();
    let first = all.find(|one| one.code == denial.code && one.policy == denial.policy);
    first.is_some_and(|first| first == denial)
}

/// The policy leaves the calling app alone.
fn excepted(case: &Case<'_>, denial: &Denial, id: &str, document: &Json) -> Option<Candidate> {
    let app = &case.decided.identity.as_ref()?.app.name;
    let none = Json::Null;
    let mut apps = strings(document.get("except").unwrap_or(&none), "apps");
    if apps.iter().any(|known| **known == **app) {
        return None;
    }
    apps.push(app.to_string());
    let step = Step::Change(Change::new("policy", id, json!({"except": {"apps": apps}})));
    let sentence = format!("let policy `{id}` leave app `{app}` alone");
    let candidate = Candidate::new(denial.code, sentence, step)
        .reach(format!("whatever app `{app}` sends, for policy `{id}`"))
        .weight(3);
    Some(match denial.code {
        // An exception is what such a policy is made to have; whose a thing is, and how somebody signed
        // in, is no matter of exceptions.
        Code::ConditionUnmet => candidate,
        _ => candidate.if_wrong(),
    })
}

/// The policy asks for so much less that nothing of it refuses any more.
fn relaxed(case: &Case<'_>, denial: &Denial, id: &str, document: &Json) -> Option<(String, Json)> {
    let required = document.get("require")?.as_object()?;
    let all = case.decided.denials.iter();
    let unmet = all.filter(|one| one.code == denial.code && one.policy == denial.policy);
    let (mut words, mut patch) = (Vec::new(), Map::new());
    for one in unmet {
        let (word, member, value) = less(one, required)?;
        words.push(word);
        merge(&mut patch, member, value);
    }
    // A policy that asks for nothing is none.
    let left = required.iter().any(|(member, _)| match patch.get(member) {
        Some(Json::Null) => false,
        Some(Json::Object(changes)) => {
            let entries = required.get(member).and_then(Json::as_object);
            let removed = changes.values().filter(|change| change.is_null()).count();
            entries.is_none_or(|entries| entries.len() > removed)
        }
        None | Some(_) => true,
    });
    if !left {
        let sentence = format!("remove policy `{id}`, which asks for nothing else");
        return Some((sentence, Json::Null));
    }
    let sentence = format!("{} in policy `{id}`", words.join(", and "));
    Some((sentence, json!({ "require": patch })))
}

fn merge(patch: &mut Map<String, Json>, member: &str, value: Json) {
    match (patch.get_mut(member), value) {
        (Some(Json::Object(known)), Json::Object(more)) => known.extend(more),
        (_, value) => {
            patch.insert(member.to_owned(), value);
        }
    }
}

/// What is asked for less, so that one condition holds: in words, and the member of `require` that
/// becomes another.
fn less(denial: &Denial, required: &Map<String, Json>) -> Option<(String, &'static str, Json)> {
    let seen = text(denial, "seen");
    let whole = Json::Object(required.clone());
    let with = |member: &'static str, seen: &str| {
        let mut all = strings(&whole, member);
        all.push(seen.to_owned());
        Some((format!("add `{seen}` to `{member}`"), member, json!(all)))
    };
    let without =
        |member: &'static str| Some((format!("no longer ask for `{member}`"), member, Json::Null));
    let without_one = |member: &'static str| {
        let wanted = text(denial, "name")?;
        let entries = required.get(member)?.as_object()?;
        let (name, _) = entries
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        let words = format!("no longer ask for `{name}` in `{member}`");
        Some((words, member, json!({ name: null })))
    };
    match (text(denial, "condition")?, seen) {
        ("method", Some(seen)) => with("methods", seen),
        ("environment", Some(seen)) => with("environments", seen),
        ("country", Some(seen)) => with("countries", seen),
        ("app", Some(seen)) if seen != "none" => with("apps", seen),
        ("media_type", Some(seen)) if seen != "none" => {
            let essence = seen.split(';').next()?.trim().to_ascii_lowercase();
            with("media_types", &essence)
        }
        ("size", Some(seen)) => match seen.parse::<u64>() {
            Ok(bytes) => {
                let most = size(bytes.max(number(denial, "expected")?));
                let words = format!("raise `max_size` to {most}");
                Some((words, "max_size", json!(most)))
            }
            Err(_) => without("max_size"),
        },
        ("time", _) => without("time"),
        ("network", _) => without("lists"),
        ("country", _) => without("countries"),
        ("app", _) => without("apps"),
        ("media_type", _) => without("media_types"),
        ("group", _) => without("groups"),
        ("access_role", _) => without("access_roles"),
        ("header", _) => without_one("headers"),
        ("claim", _) => without_one("claims"),
        ("body", _) => without_one("body"),
        _ => None,
    }
}
