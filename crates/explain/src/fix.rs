//! What operators and publishers can change: proved by deciding the facts again, or offered with the
//! reason why no record can prove it.

mod about;
mod account;
mod address;
mod bounds;
mod browser;
pub(crate) mod case;
mod connection;
mod contract;
mod credential;
mod decider;
mod demands;
mod limit;
mod place;
mod prove;
mod role;
mod route;
mod signature;
mod statement;
mod token;

use crate::explain::Other;
use crate::explanation::{Audience, Fix, NewKey, Reach, Step};
use crate::overlay::Assumed;
use case::Case;
use postern_model::denial::{Code, Denial};
use prove::Proved;

/// One change that might help, before it is proved.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The refusals that it is meant against.
    pub(crate) against: Vec<Code>,
    pub(crate) sentence: String,
    /// None: the command does it.
    pub(crate) step: Option<Step>,
    /// The command that does it; none: `postern fix`.
    pub(crate) command: Option<String>,
    /// Why no record can prove it.
    pub(crate) unproved: Option<String>,
    /// What is assumed about the request, besides what the step changes.
    pub(crate) assumed: Assumed,
    /// The same in words.
    pub(crate) assuming: Option<&'static str>,
    /// Whom else it lets in.
    pub(crate) reach: String,
    /// The refusal was right by the rules.
    pub(crate) if_wrong: bool,
    /// The narrowest audience that may do it.
    pub(crate) audience: Audience,
    /// How much it opens, compared with the others.
    pub(crate) weight: u32,
}

impl Candidate {
    pub(crate) fn new(code: Code, sentence: String, step: Step) -> Self {
        Self {
            step: Some(step),
            ..Self::by_hand(code, sentence)
        }
    }

    /// One that is no change of a document: a command does it.
    pub(crate) fn by_hand(code: Code, sentence: String) -> Self {
        Self {
            against: vec![code],
            sentence,
            step: None,
            command: None,
            unproved: None,
            assumed: Assumed::default(),
            assuming: None,
            reach: String::new(),
            if_wrong: false,
            audience: Audience::Operator,
            weight: 1,
        }
    }

    pub(crate) fn command(mut self, command: String) -> Self {
        self.command = Some(command);
        self
    }

    /// No record can prove it; why, in words.
    pub(crate) fn unproved(mut self, why: impl Into<String>) -> Self {
        self.unproved = Some(why.into());
        self
    }

    pub(crate) fn reach(mut self, reach: String) -> Self {
        self.reach = reach;
        self
    }

    pub(crate) fn if_wrong(mut self) -> Self {
        self.if_wrong = true;
        self
    }

    pub(crate) fn audience(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }

    pub(crate) fn weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    pub(crate) fn assuming(mut self, assumed: Assumed, words: &'static str) -> Self {
        self.assumed = assumed;
        self.assuming = Some(words);
        self
    }
}

/// Other recorded refusals, for a fix's reach.
#[derive(Clone, Copy)]
pub(crate) struct Others<'a> {
    pub(crate) refusals: &'a [Other<'a>],
    /// Over which time, in words.
    pub(crate) over: &'a str,
}

/// Who asks for fixes.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) audience: Audience,
    /// The request, for commands.
    pub(crate) id: Option<&'a str>,
}

/// Most changes in one fix.
const MOST_STEPS: usize = 3;
/// Most candidates that are combined.
const MOST_CANDIDATES: usize = 12;
/// Most combinations that are tried.
const MOST_PROOFS: usize = 48;
/// Most fixes that are offered, and most that are not proved.
const MOST_FIXES: usize = 5;
const MOST_UNPROVED: usize = 3;

/// The fixes for everything that refuses, the smallest first; those that open what was closed on
/// purpose last. Behind them what no record can prove, against what refused.
pub(crate) fn fixes(case: &Case<'_>, asker: Asker<'_>, others: Others<'_>) -> Vec<Fix> {
    let denials = &case.decided.denials;
    let Some(first) = denials.first() else {
        return Vec::new();
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    for denial in denials {
        for candidate in of(case, denial) {
            // Two refusals of one policy may have the same remedy.
            let same = |other: &&mut Candidate| {
                other.sentence == candidate.sentence && other.step == candidate.step
            };
            match candidates.iter_mut().find(same) {
                Some(other) => other.against.extend(candidate.against),
                None => candidates.push(candidate),
            }
        }
    }
    candidates.retain(|candidate| asker.audience.reads(candidate.audience));
    let (mut unproved, mut candidates): (Vec<_>, Vec<_>) = candidates
        .into_iter()
        .partition(|candidate| candidate.unproved.is_some());
    candidates.truncate(MOST_CANDIDATES);
    let codes: Vec<Code> = denials.iter().map(|denial| denial.code).collect();
    let mut proved: Vec<(Vec<&Candidate>, Proved)> = Vec::new();
    let mut tried = 0;
    for size in 1..=MOST_STEPS.min(candidates.len()) {
        for chosen in combinations(&candidates, size) {
            if !covers(&chosen, &codes) || tried == MOST_PROOFS {
                continue;
            }
            tried += 1;
            if let Some(proof) = prove::prove(case, &chosen, first.stage()) {
                proved.push((chosen, proof));
            }
        }
        // A larger fix is only looked for while every smaller one opens too much.
        if proved
            .iter()
            .any(|(chosen, _)| chosen.iter().all(|c| !c.if_wrong))
        {
            break;
        }
    }
    proved.sort_by_key(|(chosen, _)| {
        let weight: u32 = chosen.iter().map(|candidate| candidate.weight).sum();
        (chosen.iter().any(|c| c.if_wrong), chosen.len(), weight)
    });
    proved.truncate(MOST_FIXES);
    let mut fixes: Vec<Fix> = Vec::new();
    for (chosen, proof) in proved {
        let counted = prove::reach(case, &proof.changed, others);
        let offered = offer(fixes.len() + 1, &chosen, asker.id, counted);
        fixes.push(Fix {
            proof: Some(proof.proof),
            ..offered
        });
    }
    unproved.retain(|candidate| candidate.against.contains(&first.code));
    add_unproved(&mut fixes, unproved, asker.id, others.over);
    fixes
}

/// What might mend a refusal of which nothing was kept that could be decided again.
pub fn unproved(denial: &Denial, audience: Audience, id: Option<&str>) -> Vec<Fix> {
    let mut found: Vec<Candidate> = bounds::candidates(denial);
    found.retain(|candidate| audience.reads(candidate.audience));
    let mut fixes = Vec::new();
    add_unproved(&mut fixes, found, id, "");
    fixes
}

fn add_unproved(fixes: &mut Vec<Fix>, found: Vec<Candidate>, id: Option<&str>, over: &str) {
    for candidate in found.into_iter().take(MOST_UNPROVED) {
        let offered = offer(fixes.len() + 1, &[&candidate], id, Reach::nobody(over));
        fixes.push(Fix {
            unproved: candidate.unproved,
            ..offered
        });
    }
}

/// A fix, and how many others would have passed with it; how far it is proved is said by whoever
/// knows.
fn offer(number: usize, chosen: &[&Candidate], id: Option<&str>, counted: Reach) -> Fix {
    let by_hand: Option<Vec<String>> = chosen.iter().map(|c| c.command.clone()).collect();
    let commands = by_hand.unwrap_or_else(|| {
        id.map(|id| format!("postern fix {id} {number}"))
            .into_iter()
            .collect()
    });
    let words = |of: fn(&Candidate) -> &str, between: &str| {
        let parts = chosen.iter().map(|candidate| of(candidate));
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        parts.join(between)
    };
    Fix {
        number,
        sentence: words(|candidate| &candidate.sentence, ", and "),
        commands,
        steps: chosen
            .iter()
            .filter_map(|candidate| candidate.step.clone())
            .collect(),
        proof: None,
        unproved: None,
        reach: Reach {
            sentence: words(|candidate| &candidate.reach, "; "),
            ..counted
        },
        if_wrong: chosen.iter().any(|candidate| candidate.if_wrong),
        may_apply: None,
        needs_approval: None,
    }
}

/// Whether each refusal has something against it, and nothing is there twice.
fn covers(chosen: &[&Candidate], codes: &[Code]) -> bool {
    let keys = chosen
        .iter()
        .filter(|c| matches!(c.step, Some(Step::CreateKey(_))));
    let against = |code: &Code| {
        chosen
            .iter()
            .any(|candidate| candidate.against.contains(code))
    };
    keys.count() <= 1 && codes.iter().all(against) && distinct(chosen)
}

/// Whether no document is changed twice in the same field.
fn distinct(chosen: &[&Candidate]) -> bool {
    let fields = |candidate: &Candidate| -> Vec<(String, String, String)> {
        let Some(Step::Change(change)) = &candidate.step else {
            return Vec::new();
        };
        let names = change.patch.as_object().into_iter().flatten();
        names
            .map(|(name, _)| (change.kind.clone(), change.id.clone(), name.clone()))
            .collect()
    };
    let mut seen = Vec::new();
    for field in chosen.iter().flat_map(|candidate| fields(candidate)) {
        if seen.contains(&field) {
            return false;
        }
        seen.push(field);
    }
    true
}

/// Every choice of `size` candidates, in order.
fn combinations(candidates: &[Candidate], size: usize) -> Vec<Vec<&Candidate>> {
    let Some((first, rest)) = candidates.split_first() else {
        return Vec::new();
    };
    if size == 0 {
        return Vec::new();
    }
    let mut found = if size == 1 {
        vec![vec![first]]
    } else {
        let smaller = combinations(rest, size - 1).into_iter();
        smaller
            .map(|mut more| {
                more.insert(0, first);
                more
            })
            .collect()
    };
    found.extend(combinations(rest, size));
    found
}

/// What might help against one refusal.
fn of(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    match denial.code.family() {
        "connection" => connection::candidates(case, denial),
        "client" => address::not_a_proxy(case, denial).into_iter().collect(),
        "edge" | "network" => {
            let mut found = place::candidates(case, denial);
            found.extend(address::candidates(case, denial));
            found
        }
        "cors" | "csrf" => browser::candidates(case, denial),
        "route" => route::candidates(case, denial),
        "headers" | "body" | "parameter" => {
            let mut found = demands::candidates(case, denial);
            found.extend(contract::candidates(case, denial));
            found
        }
        "credential" => credential::candidates(case, denial),
        "token" | "session" | "identity_provider" => token::candidates(case, denial),
        "signature" => signature::candidates(case, denial),
        "account" | "subscription" | "authorization" | "tenant" => {
            account::candidates(case, denial)
        }
        "limit" => limit::candidates(case, denial),
        _ => Vec::new(),
    }
}

/// The command that makes a key.
fn create_key(key: &NewKey) -> String {
    let mut command = format!(
        "postern keys create --app {} --environment {}",
        key.app, key.environment
    );
    if let Some(scopes) = &key.scopes {
        command.push_str(" --scopes ");
        command.push_str(&scopes.join(","));
    }
    command
}
