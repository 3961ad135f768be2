//! Fixes where another service decides: what a policy makes of its answers.

use super::Candidate;
use super::case::Case;
use crate::document::Change;
use crate::explanation::Step;
use postern_model::denial::{Code, Denial};
use postern_model::entity::Policy;
use serde_json::{Value, json};

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let policies = case.policies(denial, "external").into_iter();
    let candidate = |(id, _, policy): (&String, &Value, &Policy)| {
        let (sentence, patch, reach) = match denial.code {
            Code::ExternalUnavailable => (
                format!("let requests pass while policy `{id}` has no answer"),
                json!({"decider": {"on_failure": "allow"}}),
                format!("whoever calls while nobody answers policy `{id}`"),
            ),
            _ => (
                format!("have policy `{id}` only note whom it would refuse"),
                json!({"mode": "shadow"}),
                format!("everybody whom policy `{id}` refuses"),
            ),
        };
        let step = Step::Change(Change::new("policy", id, patch));
        // That the other service says no, or nothing, is what the policy is there for.
        Candidate::new(denial.code, sentence, step)
            .reach(reach)
            .audience(Case::audience_of(policy))
            .if_wrong()
    };
    policies.map(candidate).collect()
}
