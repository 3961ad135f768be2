//! Whether policies mean something: that what they name is there, and of the type that is compared.

use crate::bounds::{MOST_DEPTH, MOST_PARTS};
use crate::document::{Document, parse};
use crate::fault::{Fault, validation_fault, without_policy};
use crate::index::{READ, WRITE};
use crate::looks::Looks;
use crate::schema::{Parameters, Wanted};
use crate::uid::{Kind, parts};
use cedar_policy::{PolicySet, ValidationMode, ValidationWarning, Validator};
use cedar_policy_core::ast::{
    ActionConstraint, BinaryOp, EntityReference, EntityUID, Expr, ExprKind, Literal, Policy,
    PrincipalOrResourceConstraint,
};
use postern_model::entity::{Level, Method};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// Most faults of one document that are listed.
const MOST_FAULTS: usize = 50;

/// What there is that policies may refer to. The kinds are the types of entities without their
/// namespace; versions are named `service/version`, and operations `service/version/operation`.
pub trait References {
    /// Whether there is one of that name, or may be.
    fn may_have(&self, kind: &str, name: &str) -> bool;
    /// The names that are known.
    fn names(&self, kind: &str) -> Vec<String>;
    /// The path parameters of the operations in a service, a version or an operation.
    fn parameters(&self, kind: &str, name: &str) -> Parameters;
    /// Whether a header of that name, lower case, holds what callers prove themselves with.
    fn is_secret(&self, header: &str) -> bool;
}

/// Checks documents. Keeps the schemas that it has made.
#[derive(Default)]
pub struct Checker {
    schemas: HashMap<Wanted, Validator>,
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

impl Checker {
    /// Everything that is wrong with a text of policies that hold at a level, whose operations have
    /// those path parameters.
    pub fn check(
        &mut self,
        text: &str,
        level: &Level,
        parameters: &Parameters,
        references: &dyn References,
    ) -> Vec<Fault> {
        let policies = match parse(text) {
            Ok(policies) => policies,
            Err(faults) => return faults,
        };
        if policies.is_empty() {
            return vec![Fault::whole(
                "there is no statement",
                "nothing is permitted or forbidden",
            )];
        }
        let mut looks = Looks::default();
        let mut names = Vec::new();
        let mut faults = Vec::new();
        for policy in &policies {
            let conditions = policy.non_scope_constraints();
            if let Some(conditions) = conditions {
                looks.read(conditions);
                names_in(conditions, &mut names, &mut faults);
            }
            scope_names(policy, &mut names);
        }
        let methods = refer(&names, references, &mut faults);
        look_at(&policies, &looks, parameters, references, &mut faults);
        if faults.is_empty() {
            // A statement about one operation may count on its path.
            let mut groups: BTreeMap<Option<(Kind, &str)>, Vec<&Policy>> = BTreeMap::new();
            for policy in &policies {
                groups
                    .entry(narrower(policy, level))
                    .or_default()
                    .push(policy);
            }
            for (of, policies) in groups {
                let own = of.map(|(kind, name)| references.parameters(kind.name(), name));
                let parameters = own.as_ref().unwrap_or(parameters);
                let wanted = Wanted::new(&looks, parameters, methods.clone());
                self.validate(&policies, wanted, &mut faults);
            }
        }
        if faults.iter().all(|fault| fault.is_warning) {
            faults.extend(Document::compile(text, level).err().into_iter().flatten());
        }
        faults.sort_by(|a, b| {
            let key = |fault: &Fault| fault.span.as_ref().map(|span| (span.start, span.end));
            (key(a), &a.message).cmp(&(key(b), &b.message))
        });
        faults.dedup();
        faults.truncate(MOST_FAULTS);
        faults
    }

    fn validate(&mut self, policies: &[&Policy], wanted: Wanted, faults: &mut Vec<Fault>) {
        let validator = match self.schemas.entry(wanted) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => match place.key().schema() {
                Ok(schema) => place.insert(Validator::new(schema)),
                Err(error) => {
                    faults.push(Fault::whole(error, "no schema can be made for these names"));
                    return;
                }
            },
        };
        let policies = policies.iter().map(|policy| (*policy).clone().into());
        let set = match PolicySet::from_policies(policies) {
            Ok(set) => set,
            Err(error) => {
                faults.push(Fault::whole(error.to_string(), "it cannot be read"));
                return;
            }
        };
        let result = validator.validate(&set, ValidationMode::Strict);
        faults.extend(result.validation_errors().map(validation_fault));
        if faults.is_empty() {
            // Behind an error they are its consequences.
            faults.extend(result.validation_warnings().map(warning));
        }
    }
}

/// What a statement's scope names, where that is less than its level.
fn narrower<'p>(policy: &'p Policy, level: &Level) -> Option<(Kind, &'p str)> {
    let rank = match level {
        Level::Platform => 0,
        Level::Tenant(_) => 1,
        Level::Service(_) => 2,
        Level::Version(..) => 3,
        Level::Operation(..) => 4,
    };
    let template = policy.template();
    let constraint = template.resource_constraint();
    let (PrincipalOrResourceConstraint::Eq(EntityReference::EUID(uid))
    | PrincipalOrResourceConstraint::In(EntityReference::EUID(uid))
    | PrincipalOrResourceConstraint::IsIn(_, EntityReference::EUID(uid))) = constraint.as_inner()
    else {
        return None;
    };
    let (kind, name) = parts(uid)?;
    let own = match kind {
        Kind::Service => 2,
        Kind::Version => 3,
        Kind::Operation => 4,
        _ => return None,
    };
    (own > rank).then_some((kind, name))
}

fn warning(warning: &ValidationWarning) -> Fault {
    use miette::Diagnostic as _;
    let place = warning.labels().and_then(|mut labels| labels.next());
    let span = place.map(|place| place.offset()..place.offset() + place.len());
    let text = warning.to_string();
    let (message, label) = match warning {
        ValidationWarning::ImpossiblePolicy(_) => {
            ("a statement can never hold", "no request fits it")
        }
        _ => (without_policy(&text), "look twice"),
    };
    Fault {
        span,
        ..Fault::whole(message, label)
    }
    .warning()
}

/// The fault of a statement that is larger than is evaluated.
pub(crate) fn too_large(policy: &Policy) -> Option<Fault> {
    let conditions = policy.non_scope_constraints()?;
    let (mut parts, mut open) = (0, vec![(conditions, 1usize)]);
    while let Some((expr, depth)) = open.pop() {
        parts += 1;
        if depth > MOST_DEPTH || parts > MOST_PARTS {
            let place = policy
                .loc()
                .map_or(0..0, |place| place.start()..place.end());
            let message = format!(
                "a statement has more than {MOST_DEPTH} levels of conditions, or {MOST_PARTS} parts"
            );
            return Some(Fault::at(place, message, "make several of it"));
        }
        each_part(expr, |part| open.push((part, depth + 1)));
    }
    None
}

/// The parts that an expression is directly made of.
pub(crate) fn each_part<'a>(expr: &'a Expr, mut with: impl FnMut(&'a Expr)) {
    match expr.expr_kind() {
        ExprKind::If {
            test_expr,
            then_expr,
            else_expr,
        } => {
            with(test_expr);
            with(then_expr);
            with(else_expr);
        }
        ExprKind::And { left, right } | ExprKind::Or { left, right } => {
            with(left);
            with(right);
        }
        ExprKind::BinaryApp { arg1, arg2, .. } => {
            with(arg1);
            with(arg2);
        }
        ExprKind::UnaryApp { arg: expr, .. }
        | ExprKind::GetAttr { expr, .. }
        | ExprKind::HasAttr { expr, .. }
        | ExprKind::ExtHasAttr { expr, .. }
        | ExprKind::Like { expr, .. }
        | ExprKind::Is { expr, .. } => with(expr),
        ExprKind::ExtensionFunctionApp { args, .. } | ExprKind::Set(args) => {
            args.iter().for_each(with);
        }
        ExprKind::Record(members) => members.values().for_each(with),
        ExprKind::Lit(_) | ExprKind::Var(_) | ExprKind::Slot(_) | ExprKind::Unknown(_) => {}
    }
}

/// An entity that a text names, and where.
type Named<'a> = (&'a EntityUID, Option<Range<usize>>);

fn scope_names<'a>(policy: &'a Policy, names: &mut Vec<Named<'a>>) {
    let template = policy.template();
    let mut one = |constraint: &'a PrincipalOrResourceConstraint| {
        if let PrincipalOrResourceConstraint::Eq(EntityReference::EUID(uid))
        | PrincipalOrResourceConstraint::In(EntityReference::EUID(uid))
        | PrincipalOrResourceConstraint::IsIn(_, EntityReference::EUID(uid)) = constraint
        {
            names.push((uid, uid.loc().map(|place| place.start()..place.end())));
        }
    };
    one(template.principal_constraint().as_inner());
    one(template.resource_constraint().as_inner());
    let mut action = |uid: &'a EntityUID| {
        names.push((uid, uid.loc().map(|place| place.start()..place.end())));
    };
    match policy.action_constraint() {
        ActionConstraint::Any => {}
        ActionConstraint::Eq(uid) => action(uid),
        ActionConstraint::In(uids) => uids.iter().for_each(|uid| action(uid)),
    }
}

/// The entities that conditions name. What is written down as one has no attributes and is in
/// nothing: only of the request's own is that known.
fn names_in<'a>(conditions: &'a Expr, names: &mut Vec<Named<'a>>, faults: &mut Vec<Fault>) {
    let is_name = |expr: &Expr| matches!(expr.expr_kind(), ExprKind::Lit(Literal::EntityUID(_)));
    let place = |expr: &Expr| expr.source_loc().map(|place| place.start()..place.end());
    for expr in conditions.subexpressions() {
        match expr.expr_kind() {
            ExprKind::Lit(Literal::EntityUID(uid)) => names.push((uid, place(expr))),
            ExprKind::GetAttr { expr: of, .. }
            | ExprKind::HasAttr { expr: of, .. }
            | ExprKind::ExtHasAttr { expr: of, .. }
            | ExprKind::BinaryApp {
                op: BinaryOp::In,
                arg1: of,
                ..
            } if is_name(of) => {
                let fault = Fault {
                    span: place(expr),
                    ..Fault::whole(
                        "a condition asks about somebody or something else than the request's own",
                        "nothing is known of it here",
                    )
                };
                faults.push(fault.help("ask about `principal`, `action`, `resource` or `context`"));
            }
            _ => {}
        }
    }
}

/// Looks up what is named; the result is the methods.
fn refer(
    names: &[Named<'_>],
    references: &dyn References,
    faults: &mut Vec<Fault>,
) -> BTreeSet<Method> {
    let mut methods = BTreeSet::new();
    let mut missing: BTreeSet<(Kind, &str)> = BTreeSet::new();
    for (uid, place) in names {
        let Some((kind, name)) = parts(uid) else {
            // The validator says so, with the type that is nearest.
            continue;
        };
        let is_there = match kind {
            Kind::Action => match Method::parse(name.as_bytes()) {
                Some(method) => {
                    methods.insert(method);
                    true
                }
                None => name == READ || name == WRITE,
            },
            Kind::User | Kind::Anonymous => true,
            _ => references.may_have(kind.name(), name),
        };
        if is_there || !missing.insert((kind, name)) {
            continue;
        }
        let known = match kind {
            Kind::Action => {
                let methods = Method::ALL.iter().map(|method| method.as_str());
                methods.chain([READ, WRITE]).map(str::to_owned).collect()
            }
            _ => references.names(kind.name()),
        };
        let noun = kind.noun();
        let message = format!("there is no {noun} {}", crate::words::quoted(name));
        let fault = Fault {
            span: place.clone(),
            ..Fault::whole(message, format!("not the name of a{} {noun}", n(noun)))
        };
        faults.push(fault.unknown(name, known));
    }
    methods
}

fn n(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "n"
    } else {
        ""
    }
}

/// What is looked at by a name that somebody chose: path parameters have to be there, pointers have
/// to be pointers, and what proves who calls is not looked at.
fn look_at(
    policies: &[Policy],
    looks: &Looks,
    parameters: &Parameters,
    references: &dyn References,
    faults: &mut Vec<Fault>,
) {
    let place = |name: &str| -> Option<Range<usize>> {
        let all = policies
            .iter()
            .filter_map(|policy| policy.non_scope_constraints());
        let mut parts = all.flat_map(Expr::subexpressions);
        let found = parts.find(|part| match part.expr_kind() {
            ExprKind::GetAttr { attr, .. } | ExprKind::HasAttr { attr, .. } => *attr == *name,
            ExprKind::ExtHasAttr { attrs, .. } => attrs.iter().any(|attr| *attr == *name),
            _ => false,
        })?;
        found.source_loc().map(|place| place.start()..place.end())
    };
    let quoted = crate::words::quoted;
    for name in &looks.parameters {
        if !parameters.names().any(|known| *known == **name) {
            let message = format!("there is no path parameter {}", quoted(name));
            let label = "no operation here has it in its path";
            let fault = Fault {
                span: place(name),
                ..Fault::whole(message, label)
            };
            let known = parameters.names().map(str::to_owned).collect();
            faults.push(fault.unknown(name, known));
        }
    }
    for pointer in looks
        .body
        .iter()
        .filter(|pointer| !pointer.starts_with('/'))
    {
        let message = format!("{} is no JSON pointer", quoted(pointer));
        let label = "expected something like `/order/id`";
        faults.push(Fault {
            span: place(pointer),
            ..Fault::whole(message, label)
        });
    }
    for header in &looks.headers {
        if references.is_secret(&header.to_ascii_lowercase()) {
            let message = format!("a condition looks at the header {}", quoted(header));
            let label = "it holds what callers prove themselves with";
            let fault = Fault {
                span: place(header),
                ..Fault::whole(message, label)
            };
            faults.push(
                fault.help("`principal` says who calls, and `context.token` what a token says"),
            );
        }
    }
}
