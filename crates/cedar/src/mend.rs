//! Changes to the text of a document that let one caller pass, and nobody else.

use crate::conjunct::{Conjunct, Part};
use crate::document::{Document, Statement};
use crate::near::{Failing, Seen, judged};
use crate::question::Question;
use std::fmt::Write as _;
use std::ops::Range;

/// A document's text, with one condition changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exempt {
    /// The whole text after the change.
    pub text: String,
    /// Whom it is for, in words: an app and its name.
    pub who: String,
    /// A statement was added; otherwise one was changed.
    pub is_added: bool,
}

/// Lets the caller pass where a permit's conditions are not met, and changes nothing for anybody
/// else. Conditions of `when` and `unless` get an exception where they stand; what the scope leaves
/// out gets a statement of its own, with every condition that is met.
///
/// `None` where the conditions cannot be told apart in the text.
pub fn exempting(
    document: &Document,
    statement: u32,
    failing: &[Failing],
    question: &Question<'_>,
) -> Option<Exempt> {
    let of = document.statement(statement)?;
    let (kind, name) = question.caller.first()?;
    let who = format!("{} `{name}`", kind.noun());
    let principal = kind.uid(name).to_string();
    let in_conditions = failing.iter().all(|one| one.part == Part::Condition);
    let text = if in_conditions {
        excepted(document, of, failing, question, &principal)?
    } else {
        added(document, of, failing, question, &principal)?
    };
    Some(Exempt {
        text,
        who,
        is_added: !in_conditions,
    })
}

/// Leaves the caller out of what a forbid is about.
pub fn excepting(document: &Document, statement: u32, question: &Question<'_>) -> Option<Exempt> {
    let of = document.statement(statement)?;
    let (kind, name) = question.caller.first()?;
    let mut text = document.text.to_string();
    let written = text.get(of.span.clone())?;
    let end = of.span.start + written.trim_end().trim_end_matches(';').len();
    let principal = kind.uid(name);
    text.insert_str(end, &format!(" unless {{ principal == {principal} }}"));
    let who = format!("{} `{name}`", kind.noun());
    Some(Exempt {
        text,
        who,
        is_added: false,
    })
}

fn excepted(
    document: &Document,
    statement: &Statement,
    failing: &[Failing],
    question: &Question<'_>,
    principal: &str,
) -> Option<String> {
    let mut places = places(document, statement, failing, question)?;
    // From behind, so that the places before stay where they are.
    places.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = document.text.to_string();
    for (span, is_negated) in places {
        let written = text.get(span.clone())?;
        let changed = if is_negated {
            format!("(principal != {principal} && ({written}))")
        } else {
            format!("(principal == {principal} || ({written}))")
        };
        text.replace_range(span, &changed);
    }
    Some(text)
}

/// The places of the conditions that are not met. What cannot be evaluated because one before it is
/// not met goes with that one.
fn places(
    document: &Document,
    statement: &Statement,
    failing: &[Failing],
    question: &Question<'_>,
) -> Option<Vec<(Range<usize>, bool)>> {
    let evaluator = question.evaluator();
    let judged = judged(statement, &evaluator);
    let mut places: Vec<(Range<usize>, bool)> = Vec::new();
    let all = statement.conjuncts.iter().zip(&judged).enumerate();
    for (at, (conjunct, seen)) in all {
        let span = || conjunct.span.clone();
        if failing.iter().any(|one| one.conjunct == at) {
            places.push((span()?, conjunct.is_negated));
        } else if matches!(seen, Seen::Errs(_)) {
            let (last, is_negated) = places.last_mut()?;
            let next = span()?;
            let between = document.text.get(last.end..next.start)?;
            if *is_negated || conjunct.is_negated || between.trim() != "&&" {
                return None;
            }
            last.end = next.end;
        }
    }
    Some(places)
}

fn added(
    document: &Document,
    statement: &Statement,
    failing: &[Failing],
    question: &Question<'_>,
    principal: &str,
) -> Option<String> {
    let evaluator = question.evaluator();
    let judged = judged(statement, &evaluator);
    let fails = |part: Part| failing.iter().any(|one| one.part == part);
    let written = |part: Part| statement.conjuncts.iter().find(|one| one.part == part);
    let kept = |part: Part, any: &str| -> String {
        written(part).map_or_else(|| any.to_owned(), scope_text)
    };
    let [action, resource] = [
        if fails(Part::Action) {
            let action = question.request.action().uid()?;
            format!("action == {action}")
        } else {
            kept(Part::Action, "action")
        },
        if fails(Part::Resource) {
            format!("resource == {}", question.place.uid)
        } else {
            kept(Part::Resource, "resource")
        },
    ];
    let conditions = statement.conjuncts.iter().zip(&judged);
    let conditions = conditions
        .filter(|(one, seen)| {
            one.part == Part::Condition && matches!(seen, Seen::Holds | Seen::Unknown)
        })
        .map(|(one, _)| {
            let written = document.text.get(one.span.clone()?)?;
            Some(if one.is_negated {
                format!("!({written})")
            } else {
                format!("({written})")
            })
        });
    let conditions: Vec<String> = conditions.collect::<Option<_>>()?;
    let mut text = document.text.trim_end().to_owned();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\npermit (principal == {principal}, {action}, {resource})"
    );
    if !conditions.is_empty() {
        let _ = write!(text, " when {{ {} }}", conditions.join(" && "));
    }
    text.push_str(";\n");
    Some(text)
}

/// A constraint as it may stand in a scope.
fn scope_text(conjunct: &Conjunct) -> String {
    use cedar_policy_core::ast::ExprKind;
    match conjunct.expr.expr_kind() {
        // `principal is App in Group::"a"` was made two.
        ExprKind::And { left, right } => match (left.expr_kind(), right.expr_kind()) {
            (ExprKind::Is { expr, entity_type }, ExprKind::BinaryApp { arg2, .. }) => {
                format!("{expr} is {entity_type} in {arg2}")
            }
            _ => conjunct.expr.to_string(),
        },
        _ => conjunct.expr.to_string(),
    }
}
