//! What a set of policies says of a request, and what is kept of that.

use super::given::{Asked, Unusable};
use super::near::lacking;
use super::{Half, Set};
use crate::facts::Facts;
use crate::kept::{self, Kept, Key};
use postern_cedar::{Found, MOST_BODY, Question, Verdict};
use postern_model::denial::{Code, Denial};
use postern_model::entity::Name;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a set says.
pub(super) enum Said {
    /// Nothing against it.
    Passes,
    /// It hangs on the body.
    Open,
    /// It refuses.
    Refused(Box<Refused>),
    /// It hangs on something that a record did not keep.
    CannotTell(&'static str),
}

/// How a set refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum How {
    Forbidden,
    NotPermitted,
    Unavailable,
    /// The body cannot be read.
    Unreadable,
    /// It is longer than what is read.
    TooLong,
}

/// A refusal, as records keep it. Values that records do not keep are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refused {
    how: How,
    policy: Name,
    told: Vec<(Box<str>, Told)>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Told {
    One(String),
    Number(u64),
    Many(Vec<String>),
}

/// The names of evidence of these refusals.
const NAMES: [&str; 15] = [
    "statement",
    "conditions",
    "values",
    "lacks",
    "permit",
    "condition",
    "expected",
    "seen",
    "met",
    "others",
    "error",
    "format",
    "line",
    "column",
    "limit",
];

impl Refused {
    pub(super) const fn new(how: How, policy: Name) -> Self {
        Self {
            how,
            policy,
            told: Vec::new(),
        }
    }

    /// Adds evidence, unless there is nothing in it.
    pub(super) fn saw(&mut self, name: &'static str, told: Told) {
        if !matches!(&told, Told::Many(texts) if texts.is_empty()) {
            self.told.push((name.into(), told));
        }
    }

    pub(super) fn denial(&self) -> Denial {
        let code = match self.how {
            How::Forbidden => Code::Forbidden,
            How::NotPermitted => Code::NotPermitted,
            How::Unavailable => Code::AuthorizationUnavailable,
            How::Unreadable => Code::BodyUnreadable,
            How::TooLong => Code::BodyTooLarge,
        };
        let mut denial = Denial::new(code).by_policy(self.policy.clone());
        for (name, told) in &self.told {
            let Some(name) = NAMES.into_iter().find(|known| *known == &**name) else {
                continue;
            };
            denial = match told {
                Told::One(text) => denial.saw(name, text.clone()),
                Told::Number(number) => denial.saw(name, *number),
                Told::Many(texts) => {
                    let texts = texts.iter().map(|text| Cow::Owned(text.clone()));
                    denial.saw(name, texts.collect::<Vec<_>>())
                }
            };
        }
        denial
    }
}

/// What a set says. Where it looks at what no record keeps, its word is kept, under everything that
/// it hung on besides.
pub(super) fn ask(
    facts: &dyn Facts,
    asked: &Asked<'_>,
    question: &Question<'_>,
    set: &Set<'_>,
    half: Half,
    kept: &mut Vec<Kept>,
) -> Said {
    let key = |word: &str| key(word, question, set, half);
    if facts.is_recorded() && asked.is_unkept {
        if facts.kept(key("passes")).is_some() {
            return Said::Passes;
        }
        if facts.kept(key("open")).is_some() {
            return Said::Open;
        }
        if let Some(refused) = facts.kept(key("refused")).and_then(Kept::against) {
            return Said::Refused(refused);
        }
    }
    let documents = set.documents();
    if let Some(why) = &asked.unusable {
        let refused = unusable(set, why);
        if let Ok(against) = serde_json::to_value(&refused) {
            kept.push(Kept {
                key: key("refused"),
                against: Some(against),
            });
        }
        return Said::Refused(Box::new(refused));
    }
    let verdict = match half {
        Half::Head => postern_cedar::decide_without_body(&documents, question),
        Half::Whole => postern_cedar::decide(&documents, question),
    };
    let said = match (verdict, asked.missing) {
        // Not only the body is missing.
        (Verdict::Open | Verdict::Closed(_), Some(what)) => Said::CannotTell(what),
        (verdict, _) => told(verdict.at_least(), question, set),
    };
    if asked.is_unkept && !facts.is_recorded() {
        let (word, against) = match &said {
            Said::Passes => ("passes", None),
            Said::Open | Said::CannotTell(_) => ("open", None),
            Said::Refused(refused) => ("refused", serde_json::to_value(refused).ok()),
        };
        let key = key(word);
        kept.push(Kept { key, against });
    }
    said
}

/// What a verdict comes to, in words where it refuses.
fn told(verdict: Verdict, question: &Question<'_>, set: &Set<'_>) -> Said {
    match verdict {
        Verdict::Permitted => Said::Passes,
        Verdict::Open | Verdict::Closed(_) => Said::Open,
        Verdict::Forbidden(found) => {
            let mut refused = by(How::Forbidden, set, found);
            if let Some((_, document)) = set.policies.get(found.document) {
                let held = postern_cedar::held(document, found.statement);
                refused.saw("conditions", Told::Many(held));
                let values = postern_cedar::values(document, found.statement, question);
                refused.saw("values", Told::Many(values));
            }
            Said::Refused(Box::new(refused))
        }
        Verdict::Unavailable(found, error) => {
            let mut refused = by(How::Unavailable, set, found);
            refused.saw("error", Told::One(error));
            Said::Refused(Box::new(refused))
        }
        Verdict::NotPermitted => Said::Refused(Box::new(lacking(set, question))),
    }
}

/// The refusal of a body that nothing can be decided by.
fn unusable(set: &Set<'_>, why: &Unusable) -> Refused {
    let policy = set.policies.first();
    let name = policy.map_or_else(|| "".into(), |(policy, _)| policy.name.clone());
    match why {
        Unusable::TooLong(seen) => {
            let mut refused = Refused::new(How::TooLong, name);
            refused.saw("limit", Told::Number(MOST_BODY));
            refused.saw("seen", Told::Number(*seen));
            refused
        }
        Unusable::Unreadable(why) => {
            let mut refused = Refused::new(How::Unreadable, name);
            refused.saw("format", Told::One("json".to_owned()));
            let place = [("line", why.line), ("column", why.column)];
            for (name, number) in place.into_iter().filter(|_| why.line > 0) {
                refused.saw(name, Told::Number(number as u64));
            }
            refused.saw("expected", Told::One(why.what.to_string()));
            refused
        }
    }
}

/// The refusal that one statement makes.
fn by(how: How, set: &Set<'_>, found: Found) -> Refused {
    let policy = set.policies.get(found.document);
    let at = found.statement as usize;
    let statement = policy.and_then(|(_, document)| document.statements().get(at));
    let name = policy.map_or_else(|| "".into(), |(policy, _)| policy.name.clone());
    let mut refused = Refused::new(how, name);
    if let Some(statement) = statement {
        refused.saw("statement", Told::One(statement.name.to_string()));
    }
    refused
}

/// Stands for the set, and for everything that its word hangs on besides what is not kept.
fn key(word: &str, question: &Question<'_>, set: &Set<'_>, half: Half) -> Key {
    let half: &[u8] = match half {
        Half::Head => b"head",
        Half::Whole => b"whole",
    };
    let known = question.known();
    let mut parts: Vec<&[u8]> = vec![b"cedar", word.as_bytes(), half, known.as_bytes()];
    for (policy, document) in &set.policies {
        parts.extend([policy.name.as_bytes(), document.digest()]);
    }
    kept::key(&parts)
}
