//! Deciding: one set of all documents. Forbid wins, and what nothing permits is refused.

use crate::document::{Document, Statement};
use crate::question::{Evaluated, Question, holds};
use cedar_policy_core::evaluator::Evaluator;

/// A statement of one of several documents, by their positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The document.
    pub document: usize,
    /// The statement in it.
    pub statement: u32,
}

/// What the set says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A permit holds, and no forbid.
    Permitted,
    /// This forbid holds.
    Forbidden(Found),
    /// No permit holds.
    NotPermitted,
    /// It cannot be told: evaluating this one failed, which says why.
    Unavailable(Found, String),
    /// At least this, which refuses; perhaps a forbid holds besides, which hangs on something that is
    /// not known.
    Closed(Box<Verdict>),
    /// It hangs on something that is not known: a body that was not read, or what a record did not
    /// keep.
    Open,
}

impl Verdict {
    /// What it is at least.
    #[must_use]
    pub fn at_least(self) -> Self {
        match self {
            Self::Closed(verdict) => *verdict,
            verdict => verdict,
        }
    }
}

/// Decides what is known whole.
///
/// What fails is left out by `cedar-policy`; here it refuses. A permit that fails is only needed
/// where no other one holds, so that another permit never takes anything away.
pub fn decide(documents: &[&Document], question: &Question<'_>) -> Verdict {
    walk(documents, question, |evaluator, statement| {
        holds(evaluator, &statement.condition)
    })
}

/// Decides as far as that is possible without the body. A statement that looks there is told only
/// where something else that it asks for does not hold.
pub fn decide_without_body(documents: &[&Document], question: &Question<'_>) -> Verdict {
    walk(documents, question, |evaluator, statement| {
        match &statement.head {
            None => holds(evaluator, &statement.condition),
            // What fails may stand behind something that would not have held.
            Some(head) => holds(evaluator, head).filter(|held| *held == Ok(false)),
        }
    })
}

fn walk(
    documents: &[&Document],
    question: &Question<'_>,
    judge: impl Fn(&Evaluator<'_>, &Statement) -> Evaluated,
) -> Verdict {
    let evaluator = question.evaluator();
    let (mut may_forbid, mut failed) = (false, None);
    for (found, statement) in candidates(documents, question, false) {
        match judge(&evaluator, statement) {
            Some(Ok(false)) => {}
            Some(Ok(true)) => return Verdict::Forbidden(found),
            Some(Err(error)) => {
                failed.get_or_insert((found, error));
            }
            None => may_forbid = true,
        }
    }
    let refused = |verdict: Verdict| {
        if may_forbid {
            Verdict::Closed(Box::new(verdict))
        } else {
            verdict
        }
    };
    if let Some((found, error)) = failed {
        return refused(Verdict::Unavailable(found, error));
    }
    let mut may_permit = false;
    for (found, statement) in candidates(documents, question, true) {
        match judge(&evaluator, statement) {
            Some(Ok(false)) => {}
            Some(Ok(true)) if may_forbid => return Verdict::Open,
            Some(Ok(true)) => return Verdict::Permitted,
            Some(Err(error)) => {
                failed.get_or_insert((found, error));
            }
            None => may_permit = true,
        }
    }
    match failed {
        _ if may_permit => Verdict::Open,
        Some((found, error)) => refused(Verdict::Unavailable(found, error)),
        None => refused(Verdict::NotPermitted),
    }
}

fn candidates<'d>(
    documents: &'d [&'d Document],
    question: &'d Question<'_>,
    is_permit: bool,
) -> impl Iterator<Item = (Found, &'d Statement)> {
    let all = documents.iter().enumerate();
    all.flat_map(move |(at, document)| {
        let index = if is_permit {
            &document.permits
        } else {
            &document.forbids
        };
        let among = index.among(question.place, &question.caller);
        among.filter_map(move |statement| {
            let found = Found {
                document: at,
                statement,
            };
            Some((found, document.statement(statement)?))
        })
    })
    .filter(|(_, statement)| statement.methods & question.method != 0)
}

/// The conditions of a statement, on one line each, that hold: what made a forbid refuse.
pub fn held(document: &Document, statement: u32) -> Vec<String> {
    let statement = document.statement(statement);
    let all = statement.map_or(&[][..], |statement| &statement.conjuncts);
    all.iter().map(|one| one.text(&document.text)).collect()
}
