//! What a statement asks for, one by one: the constraints of its scope, and what stands between `&&`
//! in its `when` and `unless`.

use crate::bounds::MOST_CONDITION;
use cedar_policy_core::ast::{
    ActionConstraint, BinaryOp, EntityReference, EntityType, Expr, ExprKind, Policy,
    PrincipalOrResourceConstraint, UnaryOp, Var,
};
use std::ops::Range;
use std::sync::Arc;

/// Where in a statement something is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `principal …` of the scope.
    Principal,
    /// `action …` of the scope.
    Action,
    /// `resource …` of the scope.
    Resource,
    /// `when` or `unless`.
    Condition,
}

/// What somebody would have to change for a condition to come true.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A header that is sent.
    Header(Box<str>),
    /// A value in the body, by its JSON pointer.
    Body(Box<str>),
    /// A path parameter.
    Parameter(Box<str>),
    /// The scopes that the caller has.
    Scopes,
    /// The time.
    Time,
    /// The address or the country that is called from.
    Place,
    /// How much is sent.
    Size,
    /// How it is called: method, host, environment, or what is called.
    Request,
    /// Who calls, and what they belong to.
    Caller,
    /// What the caller's token says.
    Token,
}

/// One thing that a statement asks for.
#[derive(Debug, Clone)]
pub(crate) struct Conjunct {
    pub(crate) part: Part,
    pub(crate) expr: Arc<Expr>,
    /// Where it stands in the document's text; none where it was made here.
    pub(crate) span: Option<Range<usize>>,
    /// It stands in an `unless`, or behind `!`: what stands there must not hold.
    pub(crate) is_negated: bool,
    /// It looks at the body.
    pub(crate) at_body: bool,
}

impl Conjunct {
    fn new(part: Part, expr: Expr, span: Option<Range<usize>>, is_negated: bool) -> Self {
        let at_body = crate::looks::Looks::of(&expr).at_body();
        Self {
            part,
            expr: Arc::new(expr),
            span,
            is_negated,
            at_body,
        }
    }

    /// As it is written, on one line; what must not hold, with `!` before it.
    pub(crate) fn text(&self, document: &str) -> String {
        let written = self.span.clone().and_then(|span| document.get(span));
        let written = written.map_or_else(|| self.expr.to_string(), str::to_owned);
        let mut line = String::with_capacity(written.len());
        for word in written.split_whitespace() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if self.is_negated {
            line = format!("!({line})");
        }
        shortened(line, MOST_CONDITION)
    }
}

/// At most so many bytes of a text.
pub(crate) fn shortened(mut text: String, most: usize) -> String {
    if text.len() > most {
        let end = (0..=most).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    text
}

/// Everything that a statement asks for, in the order in which it stands.
pub(crate) fn conjuncts(policy: &Policy) -> Vec<Conjunct> {
    let mut found = Vec::new();
    scope(policy, &mut found);
    if let Some(conditions) = policy.non_scope_constraints() {
        split(conditions, false, &mut found);
    }
    found
}

fn scope(policy: &Policy, found: &mut Vec<Conjunct>) {
    let principal = policy.principal_constraint();
    found.extend(one(Part::Principal, Var::Principal, principal.as_inner()));
    found.extend(action(policy.action_constraint()));
    let resource = policy.resource_constraint();
    found.extend(one(Part::Resource, Var::Resource, resource.as_inner()));
}

fn one(part: Part, var: Var, constraint: &PrincipalOrResourceConstraint) -> Option<Conjunct> {
    let var = || Expr::var(var);
    let entity = |reference: &EntityReference| match reference {
        EntityReference::EUID(uid) => Some(Expr::val(uid.clone())),
        EntityReference::Slot(_) => None,
    };
    let is = |ty: &EntityType| Expr::is_entity_type(var(), ty.clone());
    let expr = match constraint {
        PrincipalOrResourceConstraint::Any => return None,
        PrincipalOrResourceConstraint::Eq(reference) => Expr::is_eq(var(), entity(reference)?),
        PrincipalOrResourceConstraint::In(reference) => Expr::is_in(var(), entity(reference)?),
        PrincipalOrResourceConstraint::Is(ty) => is(ty),
        PrincipalOrResourceConstraint::IsIn(ty, reference) => {
            Expr::and(is(ty), Expr::is_in(var(), entity(reference)?))
        }
    };
    Some(Conjunct::new(part, expr, None, false))
}

fn action(constraint: &ActionConstraint) -> Option<Conjunct> {
    let action = Expr::var(Var::Action);
    let expr = match constraint {
        ActionConstraint::Any => return None,
        ActionConstraint::Eq(uid) => Expr::is_eq(action, Expr::val(uid.clone())),
        ActionConstraint::In(uids) => {
            if let [one] = uids.as_slice() {
                Expr::is_in(action, Expr::val(one.clone()))
            } else {
                let uids = uids.iter().map(|uid| Expr::val(uid.clone()));
                Expr::is_in(action, Expr::set(uids))
            }
        }
    };
    Some(Conjunct::new(Part::Action, expr, None, false))
}

/// Takes `&&` apart, and `!` of `||`, which is `&&` of what must not hold. Evaluated one after the
/// other until one does not hold, the parts say what the whole says.
fn split(expr: &Expr, is_negated: bool, found: &mut Vec<Conjunct>) {
    match (expr.expr_kind(), is_negated) {
        (ExprKind::And { left, right }, false) | (ExprKind::Or { left, right }, true) => {
            split(left, is_negated, found);
            split(right, is_negated, found);
        }
        (
            ExprKind::UnaryApp {
                op: UnaryOp::Not,
                arg,
            },
            _,
        ) if !is_comparison(arg) || arg.source_loc() != expr.source_loc() => {
            split(arg, !is_negated, found);
        }
        _ => {
            let span = expr.source_loc().map(|place| place.start()..place.end());
            let whole = if is_negated {
                Expr::not(expr.clone())
            } else {
                expr.clone()
            };
            found.push(Conjunct::new(Part::Condition, whole, span, is_negated));
        }
    }
}

/// `>`, `>=` and `!=` are kept as the `!` of the other one.
pub(crate) fn is_comparison(expr: &Expr) -> bool {
    matches!(
        expr.expr_kind(),
        ExprKind::BinaryApp {
            op: BinaryOp::Less | BinaryOp::LessEq | BinaryOp::Eq,
            ..
        }
    )
}
