//! Near misses: what the nearest permit lacked, and what would let the caller pass.

use super::given::Asked;
use super::said::{How, Refused, Told};
use super::{Half, Set};
use crate::facts::Facts;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_cedar::{
    About, Document, Exempt, Failing, Found, Near, Question, Verdict, excepting, exempting, nearest,
};
use postern_model::entity::Policy;

/// How many permits are told.
const TOLD: usize = 4;

/// The refusal of what nothing permits, with the permit that came nearest.
pub(super) fn lacking(set: &Set<'_>, question: &Question<'_>) -> Refused {
    let found = nearest(&set.documents(), question, TOLD);
    let near = found.near.first();
    let at = near.map_or(0, |near| near.permit.document);
    let policy = set.policies.get(at);
    let name = policy.map_or_else(|| "".into(), |(policy, _)| policy.name.clone());
    let mut refused = Refused::new(How::NotPermitted, name);
    let Some((near, others)) = found.near.split_first() else {
        return refused;
    };
    let failing = &near.failing;
    let each = |of: fn(&Failing) -> &String| Told::Many(failing.iter().map(of).cloned().collect());
    let mut seen: Vec<String> = failing.iter().flat_map(|one| &one.seen).cloned().collect();
    seen.dedup();
    let others = others
        .iter()
        .map(|near| format!("{}: {}", called(set, near), met(near)));
    refused.saw("permit", Told::One(called(set, near)));
    refused.saw("condition", each(|one| &one.text));
    refused.saw("expected", each(|one| &one.expected));
    refused.saw("seen", Told::Many(seen));
    refused.saw("met", Told::One(met(near)));
    refused.saw("others", Told::Many(others.collect()));
    refused.saw("lacks", Told::Many(lacks(failing)));
    refused
}

fn met(near: &Near) -> String {
    let met = near.conditions.saturating_sub(near.failing.len());
    let s = if near.conditions == 1 { "" } else { "s" };
    format!("{met} of {} condition{s}", near.conditions)
}

/// A permit's name, and its policy's.
fn called(set: &Set<'_>, near: &Near) -> String {
    let policy = set.policies.get(near.permit.document);
    let at = near.permit.statement as usize;
    let statement = policy.and_then(|(_, document)| document.statements().get(at));
    match (policy, statement) {
        (Some((policy, _)), Some(statement)) => format!("{} of {}", statement.name, policy.name),
        _ => String::new(),
    }
}

/// What the caller can change about its request; nothing, where that is not all.
fn lacks(failing: &[Failing]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for one in failing {
        let word = match &one.about {
            About::Header(name) => format!("header `{name}`"),
            About::Body(pointer) => format!("value of `{pointer}` in the body"),
            About::Parameter(name) => format!("value of path parameter `{name}`"),
            About::Scopes => "set of scopes".to_owned(),
            About::Time => "time".to_owned(),
            About::Place => "address".to_owned(),
            About::Size => "size".to_owned(),
            About::Token => "token".to_owned(),
            About::Request | About::Caller => return Vec::new(),
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// What would let the caller of a refused request pass, and nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The policy, by index into
    /// [`Configuration::policies`](postern_model::entity::Configuration).
    pub policy: usize,
    /// What the statement is called.
    pub statement: String,
    /// What the nearest permit lacks; empty: a forbid holds.
    pub failing: Vec<Failing>,
    /// The text of the policy that lets the caller pass.
    pub exempt: Option<Exempt>,
}

/// Looks again at what refused.
pub(crate) fn near_miss(
    progress: &Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Option<NearMiss> {
    let at = snapshot.rules.policies().cedar(progress.route?.plan)?;
    let set = Set::of(progress, snapshot, facts.now(), false)?;
    let asked = Asked::new(progress, snapshot, facts, at, Half::Head);
    // What was looked for here says nothing about anything else.
    let _ = facts.not_kept();
    let asked = asked.ok()?;
    let given = asked.given(progress, snapshot, facts, at);
    let question = Question::new(&given, &at.looks).ok()?;
    let documents = set.documents();
    match postern_cedar::decide_without_body(&documents, &question).at_least() {
        Verdict::Forbidden(found) => {
            let (policy, document) = found_in(&set, snapshot, found)?;
            let exempt = excepting(document, found.statement, &question);
            told(policy, document, found, Vec::new(), exempt)
        }
        Verdict::NotPermitted | Verdict::Open | Verdict::Closed(_) => {
            let near = nearest(&documents, &question, 1).near.into_iter().next()?;
            let (policy, document) = found_in(&set, snapshot, near.permit)?;
            let exempt = exempting(document, near.permit.statement, &near.failing, &question);
            told(policy, document, near.permit, near.failing, exempt)
        }
        Verdict::Permitted | Verdict::Unavailable(..) => None,
    }
}

fn told(
    policy: usize,
    document: &Document,
    found: Found,
    failing: Vec<Failing>,
    exempt: Option<Exempt>,
) -> Option<NearMiss> {
    let statement = document.statements().get(found.statement as usize)?;
    Some(NearMiss {
        policy,
        statement: statement.name.to_string(),
        failing,
        exempt,
    })
}

fn found_in<'a>(
    set: &Set<'a>,
    snapshot: &Snapshot<'_>,
    found: Found,
) -> Option<(usize, &'a Document)> {
    let (policy, document) = set.policies.get(found.document)?;
    let mut all = snapshot.rules.configuration().policies.iter();
    let at = all.position(|one: &Policy| std::ptr::eq(one, *policy))?;
    Some((at, document))
}
