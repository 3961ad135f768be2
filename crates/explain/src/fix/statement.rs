//! Fixes for what Cedar policies refuse: the caller is put where a condition holds, or the condition
//! that is not met gets an exception for this caller.

use super::Candidate;
use super::case::{Case, strings};
use crate::document::Change;
use crate::explanation::Step;
use postern_model::denial::{Code, Denial};
use postern_model::entity::PolicyRule;
use postern_policy::stages::NearMiss;
use serde_json::json;

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let Some(near) = &case.decided.near_miss else {
        return Vec::new();
    };
    let mut found: Vec<Candidate> = joined(case, denial, near).into_iter().collect();
    found.extend(excepted(case, denial, near));
    found
}

/// All that the nearest permit lacks is a group, or an access role, that the app is not in.
fn joined(case: &Case<'_>, denial: &Denial, near: &NearMiss) -> Option<Candidate> {
    let [one] = near.failing.as_slice() else {
        return None;
    };
    let (kind, name) = one.joins.as_ref()?;
    let identity = case.decided.identity.as_ref()?;
    let app = &identity.app.name;
    let (kind, field, sentence) = match *kind {
        "Group" => (
            "group",
            "groups",
            format!("put app `{app}` into group `{name}`"),
        ),
        _ => (
            "access_role",
            "access_roles",
            format!("give app `{app}` the access role `{name}`"),
        ),
    };
    let document = case.document(kind, name)?;
    let mut all = strings(case.document("app", app)?, field);
    if all.iter().any(|has| has == name) {
        return None;
    }
    all.push(name.clone());
    let step = Step::Change(Change::new("app", app, json!({ field: all })));
    let candidate = Candidate::new(denial.code, sentence, step)
        .reach(format!("everything that is for `{name}`, for app `{app}`"))
        .audience(case.audience_of_list(document));
    Some(candidate)
}

/// An exception where the condition stands, for this caller and nobody else.
fn excepted(case: &Case<'_>, denial: &Denial, near: &NearMiss) -> Option<Candidate> {
    let exempt = near.exempt.as_ref()?;
    let policy = case.rules().configuration().policies.get(near.policy)?;
    let PolicyRule::Cedar(_) = &policy.rule else {
        return None;
    };
    let denial_by = denial.policy.as_ref()?;
    let (id, _, _) = case.policies(denial, "cedar").into_iter().next()?;
    if *denial_by != policy.name {
        return None;
    }
    let change = Change::new("policy", id, json!({ "policies": exempt.text }));
    let (statement, who) = (&near.statement, &exempt.who);
    let is_forbid = denial.code == Code::Forbidden;
    let sentence = if is_forbid {
        format!("except {who} from {statement} of policy `{id}`")
    } else if exempt.is_added {
        format!("permit {who} what {statement} of policy `{id}` permits, by a statement of its own")
    } else {
        format!("except {who} from the condition of {statement} of policy `{id}` that is not met")
    };
    let candidate = Candidate::new(denial.code, sentence, Step::Change(change))
        .reach(format!("{who}, and nobody else"))
        .audience(Case::audience_of(policy))
        .weight(2);
    Some(if is_forbid {
        candidate.if_wrong()
    } else {
        candidate
    })
}
