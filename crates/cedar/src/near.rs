//! Near misses: which permit came closest to a request that nothing permits, and what it lacked.

use crate::bounds::MOST_NEAR;
use crate::conjunct::{About, Conjunct, Part};
use crate::decide::Found;
use crate::document::{Document, Statement};
use crate::question::{Question, holds};
use crate::words;
use cedar_policy_core::evaluator::Evaluator;
use std::collections::HashSet;

/// What one condition says of a request, on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It cannot be evaluated; why.
    Errs(String),
    /// It looks at something that is not known.
    Unknown,
}

/// A condition that a request does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// Which one of its statement.
    pub conjunct: usize,
    /// Where in the statement it stands.
    pub part: Part,
    /// As it is written.
    pub text: String,
    /// What it expects.
    pub expected: String,
    /// What it looked at, and what that was.
    pub seen: Vec<String>,
    /// What somebody would have to change.
    pub about: About,
    /// What the caller would have to be put in: `Group` or `AccessRole`, and its name.
    pub joins: Option<(&'static str, String)>,
    /// It cannot be evaluated.
    pub is_error: bool,
}

/// A permit that does not hold, and what it lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Which.
    pub permit: Found,
    /// How many conditions it has.
    pub conditions: usize,
    /// Those that are not met.
    pub failing: Vec<Failing>,
}

/// The permits that a request was compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nearest {
    /// Those that lack the least first.
    pub near: Vec<Near>,
    /// How many permits there are.
    pub permits: usize,
}

/// Evaluates every condition of every permit on its own. Of very many permits
/// ([`MOST_NEAR`](crate::MOST_NEAR)), those come first whose scopes fit the caller and the
/// operation, then those about the operation, then the others in their order.
pub fn nearest(documents: &[&Document], question: &Question<'_>, most: usize) -> Nearest {
    let evaluator = question.evaluator();
    let mut compared: Vec<(usize, Found, Vec<usize>)> = Vec::new();
    for (found, statement) in chosen(documents, question) {
        let failing = failing(statement, &evaluator);
        compared.push((failing.len(), found, failing));
    }
    compared.sort_by_key(|(count, found, _)| (*count, found.document, found.statement));
    compared.truncate(most);
    let near = compared.into_iter().filter_map(|(_, permit, failing)| {
        let document = documents.get(permit.document)?;
        let statement = document.statement(permit.statement)?;
        let failing = failing.into_iter().filter_map(|at| {
            let conjunct = statement.conjuncts.get(at)?;
            Some(told(at, conjunct, document, question, &evaluator))
        });
        Some(Near {
            permit,
            conditions: statement.conjuncts.len(),
            failing: failing.collect(),
        })
    });
    let permits = documents.iter().flat_map(|document| &document.statements);
    Nearest {
        near: near.collect(),
        permits: permits.filter(|one| one.is_permit).count(),
    }
}

fn chosen<'d>(
    documents: &'d [&'d Document],
    question: &Question<'_>,
) -> Vec<(Found, &'d Statement)> {
    let mut seen: HashSet<(usize, u32)> = HashSet::new();
    let mut found = Vec::new();
    let mut add = |at: usize, document: &'d Document, statements: &mut dyn Iterator<Item = u32>| {
        for statement in statements {
            if found.len() >= MOST_NEAR {
                return;
            }
            let Some(one) = document.statement(statement).filter(|one| one.is_permit) else {
                continue;
            };
            if seen.insert((at, statement)) {
                found.push((
                    Found {
                        document: at,
                        statement,
                    },
                    one,
                ));
            }
        }
    };
    for (at, document) in documents.iter().enumerate() {
        add(
            at,
            document,
            &mut document.permits.among(question.place, &question.caller),
        );
    }
    for (at, document) in documents.iter().enumerate() {
        add(at, document, &mut document.permits.about(question.place));
    }
    for (at, document) in documents.iter().enumerate() {
        let all = u32::try_from(document.statements.len()).unwrap_or(u32::MAX);
        add(at, document, &mut (0..all));
    }
    found
}

/// What each condition of a statement says.
pub(crate) fn judged(statement: &Statement, evaluator: &Evaluator<'_>) -> Vec<Seen> {
    let judge = |conjunct: &Conjunct| match holds(evaluator, &conjunct.expr) {
        None => Seen::Unknown,
        Some(Ok(true)) => Seen::Holds,
        Some(Ok(false)) => Seen::Fails,
        Some(Err(error)) => Seen::Errs(error),
    };
    statement.conjuncts.iter().map(judge).collect()
}

/// The conditions that are not met. One that cannot be evaluated behind one that is not met would
/// not have been evaluated: it counts with that one.
pub(crate) fn failing(statement: &Statement, evaluator: &Evaluator<'_>) -> Vec<usize> {
    let mut failing = Vec::new();
    for (at, seen) in judged(statement, evaluator).iter().enumerate() {
        match seen {
            Seen::Fails => failing.push(at),
            Seen::Errs(_) if failing.is_empty() => failing.push(at),
            Seen::Holds | Seen::Unknown | Seen::Errs(_) => {}
        }
    }
    failing
}

fn told(
    at: usize,
    conjunct: &Conjunct,
    document: &Document,
    question: &Question<'_>,
    evaluator: &Evaluator<'_>,
) -> Failing {
    Failing {
        conjunct: at,
        part: conjunct.part,
        text: conjunct.text(&document.text),
        expected: words::expected(conjunct, &document.text, evaluator),
        seen: words::seen(conjunct, question, evaluator),
        about: words::about(conjunct),
        joins: words::joins(conjunct),
        is_error: matches!(holds(evaluator, &conjunct.expr), Some(Err(_))),
    }
}

/// What the conditions of a statement looked at, and what that was.
pub fn values(document: &Document, statement: u32, question: &Question<'_>) -> Vec<String> {
    let evaluator = question.evaluator();
    let mut found: Vec<String> = Vec::new();
    let conjuncts = document
        .statement(statement)
        .map_or(&[][..], |one| &one.conjuncts);
    for conjunct in conjuncts {
        for line in words::seen(conjunct, question, &evaluator) {
            if !found.contains(&line) && found.len() < 2 * crate::bounds::MOST_VALUES {
                found.push(line);
            }
        }
    }
    found
}
