//! One policy document, as it is decided by.

use crate::bounds::{MOST_IN_BUCKET, MOST_STATEMENTS, MOST_TEXT};
use crate::check::too_large;
use crate::conjunct::{Conjunct, conjuncts};
use crate::fault::{Fault, parse_faults};
use crate::index::{Index, Methods, methods};
use crate::looks::Looks;
use crate::uid::Kind;
use cedar_policy_core::ast::{Effect, Expr, Policy, Var};
use cedar_policy_core::parser::parse_policyset;
use postern_model::entity::Level;
use std::ops::Range;

/// Statements that hold together: the text of one policy.
#[derive(Debug)]
pub struct Document {
    pub(crate) text: Box<str>,
    digest: [u8; 32],
    pub(crate) statements: Vec<Statement>,
    pub(crate) permits: Index,
    pub(crate) forbids: Index,
    looks: Looks,
}

/// One `permit` or `forbid`.
#[derive(Debug)]
pub struct Statement {
    /// What it is called: its `@id`, or which one it is.
    pub name: Box<str>,
    pub(crate) is_permit: bool,
    pub(crate) methods: Methods,
    /// The whole of it, and that it is at its level.
    pub(crate) condition: Expr,
    /// Of that, what is told before the body is read; none if nothing looks at it.
    pub(crate) head: Option<Expr>,
    pub(crate) conjuncts: Vec<Conjunct>,
    /// Where it stands in the text.
    pub(crate) span: Range<usize>,
}

impl Document {
    /// Reads a text whose statements hold at a level, and nowhere else. What the schema says of it
    /// is [`Checker`](crate::Checker)'s.
    ///
    /// # Errors
    /// It is no Cedar, or more than is allowed.
    pub fn compile(text: &str, level: &Level) -> Result<Self, Vec<Fault>> {
        let policies = parse(text)?;
        let mut document = Self {
            text: text.into(),
            digest: postern_model::key::digest(text.as_bytes()),
            statements: Vec::with_capacity(policies.len()),
            permits: Index::default(),
            forbids: Index::default(),
            looks: Looks::default(),
        };
        for (at, policy) in policies.iter().enumerate() {
            let statement = Statement::new(policy, at, level);
            document.looks.read(&statement.condition);
            let index = if statement.is_permit {
                &mut document.permits
            } else {
                &mut document.forbids
            };
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            if index.add(policy, at) > MOST_IN_BUCKET {
                let message = format!("more than {MOST_IN_BUCKET} statements have the same scope");
                let label = "each of them would be evaluated for every such request";
                let fault = Fault::at(statement.span.clone(), message, label);
                return Err(vec![
                    fault.help("name a principal or a resource in their scopes"),
                ]);
            }
            document.statements.push(statement);
        }
        Ok(document)
    }

    /// Its statements, in their order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// What they look at.
    pub fn looks(&self) -> &Looks {
        &self.looks
    }

    /// The text that it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The SHA-256 of that text.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    pub(crate) fn statement(&self, at: u32) -> Option<&Statement> {
        self.statements.get(at as usize)
    }
}

/// The statements of a text, in their order.
pub(crate) fn parse(text: &str) -> Result<Vec<Policy>, Vec<Fault>> {
    if text.len() > MOST_TEXT {
        let message = format!("the policies have more than {} MiB", MOST_TEXT >> 20);
        return Err(vec![Fault::whole(message, "too much to read")]);
    }
    let set = parse_policyset(text).map_err(|errors| parse_faults(&errors, text))?;
    if let Some(template) = set.templates().next() {
        let place = template
            .loc()
            .map_or(0..0, |place| place.start()..place.end());
        let fault = Fault::at(
            place,
            "a statement has a slot",
            "`?principal` or `?resource`",
        );
        return Err(vec![
            fault.help("name who, or what, is meant: nothing fills slots here"),
        ]);
    }
    let mut policies: Vec<Policy> = set.into_policies().collect();
    policies.sort_by_key(|policy| {
        policy
            .loc()
            .map_or(0, cedar_policy_core::parser::Loc::start)
    });
    if policies.len() > MOST_STATEMENTS {
        let message = format!("there are more than {MOST_STATEMENTS} statements");
        return Err(vec![Fault::whole(message, "too many")]);
    }
    let faults: Vec<Fault> = policies.iter().filter_map(too_large).collect();
    if faults.is_empty() {
        Ok(policies)
    } else {
        Err(faults)
    }
}

impl Statement {
    fn new(policy: &Policy, at: usize, level: &Level) -> Self {
        let conjuncts = conjuncts(policy);
        let at_body = conjuncts.iter().any(|one| one.at_body);
        let head = at_body.then(|| {
            // A forbid may fail at what comes first; a permit that does not hold is not needed.
            let is_permit = policy.effect() == Effect::Permit;
            let first = conjuncts.iter().position(|one| one.at_body);
            let first = first.filter(|_| !is_permit).unwrap_or(conjuncts.len());
            let others = conjuncts.iter().take(first).filter(|one| !one.at_body);
            let others = others.map(|one| (*one.expr).clone());
            confined(
                others.reduce(Expr::and).unwrap_or_else(|| Expr::val(true)),
                level,
            )
        });
        let id = policy
            .annotations()
            .find(|(key, _)| key.as_ref() as &str == "id");
        let name = id.map(|(_, id)| id.val.as_str()).filter(|id| is_name(id));
        Self {
            name: name.map_or_else(|| format!("statement {}", at + 1).into(), Into::into),
            is_permit: policy.effect() == Effect::Permit,
            methods: methods(policy.action_constraint()),
            condition: confined(policy.condition(), level),
            head,
            conjuncts,
            span: policy
                .loc()
                .map_or(0..0, |place| place.start()..place.end()),
        }
    }

    /// Whether it permits.
    pub fn is_permit(&self) -> bool {
        self.is_permit
    }
}

/// What may stand in a line that people read.
fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() || c == ' ';
    !text.is_empty() && text.len() <= 64 && text.chars().all(plain)
}

/// With the condition that it is at that level: a narrower level cannot reach further, whatever its
/// statements say.
fn confined(condition: Expr, level: &Level) -> Expr {
    let inside = match level {
        Level::Platform => return condition,
        Level::Tenant(tenant) => Kind::Tenant.uid(tenant),
        Level::Service(service) => Kind::Service.uid(service),
        Level::Version(service, version) => Kind::Version.uid(&format!("{service}/{version}")),
        Level::Operation(service, version, operation) => {
            Kind::Operation.uid(&format!("{service}/{version}/{operation}"))
        }
    };
    let inside = Expr::is_in(Expr::var(Var::Resource), Expr::val(inside));
    Expr::and(inside, condition)
}
