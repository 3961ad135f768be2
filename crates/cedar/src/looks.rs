//! What policies look at: names that stand in their conditions.

use cedar_policy_core::ast::{Expr, ExprKind, Var};
use std::collections::BTreeSet;

/// What the statements of a document look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Looks {
    /// Headers, as they are written there.
    pub headers: BTreeSet<Box<str>>,
    /// JSON pointers into the body.
    pub body: BTreeSet<Box<str>>,
    /// Path parameters.
    pub parameters: BTreeSet<Box<str>>,
    /// Attributes of the context, but for the two above.
    context: BTreeSet<Box<str>>,
    /// Attributes of the principal.
    principal: BTreeSet<Box<str>>,
    /// Everything that there is, but for names that nobody has written: `context` stands alone.
    all: bool,
}

/// An attribute of an attribute of a variable, or one of a variable.
enum Named<'a> {
    One(Var, &'a str),
    Two(Var, &'a str, &'a str),
}

impl Looks {
    /// Whether an attribute of the context is looked at.
    pub fn at(&self, attribute: &str) -> bool {
        self.all || self.context.contains(attribute)
    }

    /// Whether an attribute of the principal is looked at.
    pub fn at_caller(&self, attribute: &str) -> bool {
        self.all || self.principal.contains(attribute)
    }

    /// With what another one looks at.
    pub fn add(&mut self, other: &Self) {
        let add = |mine: &mut BTreeSet<Box<str>>, theirs: &BTreeSet<Box<str>>| {
            mine.extend(theirs.iter().cloned());
        };
        add(&mut self.headers, &other.headers);
        add(&mut self.body, &other.body);
        add(&mut self.parameters, &other.parameters);
        add(&mut self.context, &other.context);
        add(&mut self.principal, &other.principal);
        self.all |= other.all;
    }

    /// Of an expression, all parts included.
    pub(crate) fn of(expr: &Expr) -> Self {
        let mut looks = Self::default();
        looks.read(expr);
        looks
    }

    pub(crate) fn read(&mut self, expr: &Expr) {
        // Each part is looked at once; what stands above a variable says what is looked at.
        let mut under_attribute = 0usize;
        let mut variables = 0usize;
        for part in expr.subexpressions() {
            match part.expr_kind() {
                ExprKind::GetAttr { expr, attr } | ExprKind::HasAttr { expr, attr } => {
                    under_attribute += usize::from(is_context(expr));
                    self.all |= !is_plain(expr);
                    self.named(named(expr, attr));
                }
                ExprKind::ExtHasAttr { expr, attrs } => {
                    under_attribute += usize::from(is_context(expr));
                    self.all |= !is_plain(expr);
                    let first: &str = &attrs.head;
                    self.named(named(expr, first));
                    if let (ExprKind::Var(var), Some(second)) = (expr.expr_kind(), attrs.get(1)) {
                        self.named(Some(Named::Two(*var, first, second)));
                    }
                }
                ExprKind::Var(Var::Context) => variables += 1,
                _ => {}
            }
        }
        self.all |= variables > under_attribute;
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "whoever calls has made it for this"
    )]
    fn named(&mut self, named: Option<Named<'_>>) {
        match named {
            Some(Named::Two(Var::Context, "headers", name)) => {
                self.headers.insert(name.into());
            }
            Some(Named::Two(Var::Context, "body", name)) => {
                self.body.insert(name.into());
            }
            Some(Named::Two(Var::Resource, "path", name)) => {
                self.parameters.insert(name.into());
            }
            Some(Named::One(Var::Context, name)) => {
                self.context.insert(name.into());
            }
            Some(Named::One(Var::Principal, name)) => {
                self.principal.insert(name.into());
            }
            _ => {}
        }
    }

    /// Whether something may be told without the request: nothing is looked at that not every one
    /// has, for then it would be told that it has it.
    pub fn may_stand(&self) -> bool {
        const OPTIONAL: [&str; 3] = ["country", "size", "token"];
        !OPTIONAL.iter().any(|attribute| self.at(attribute))
    }

    /// Whether the body is looked at.
    pub fn at_body(&self) -> bool {
        !self.body.is_empty()
    }
}

/// Whether it is told from the text whose attribute is meant.
fn is_plain(expr: &Expr) -> bool {
    match expr.expr_kind() {
        ExprKind::Var(_) => true,
        ExprKind::GetAttr { expr, .. } => is_plain(expr),
        _ => false,
    }
}

fn is_context(expr: &Expr) -> bool {
    matches!(expr.expr_kind(), ExprKind::Var(Var::Context))
}

fn named<'a>(expr: &'a Expr, attr: &'a str) -> Option<Named<'a>> {
    match expr.expr_kind() {
        ExprKind::Var(var) => Some(Named::One(*var, attr)),
        ExprKind::GetAttr { expr, attr: outer } => match expr.expr_kind() {
            ExprKind::Var(var) => Some(Named::Two(*var, outer, attr)),
            _ => None,
        },
        _ => None,
    }
}
