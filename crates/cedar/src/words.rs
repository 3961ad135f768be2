//! Conditions in people's words: what is expected, and what was seen.

use crate::bounds::{MOST_SHOWN, MOST_VALUES};
use crate::conjunct::{About, Conjunct, shortened};
use crate::question::{Question, iso};
use crate::uid::{Kind, parts};
use cedar_policy_core::ast::{
    BinaryOp, EntityUID, Expr, ExprKind, Literal, SlotEnv, UnaryOp, Value, ValueKind, Var,
};
use cedar_policy_core::evaluator::Evaluator;
use postern_model::denial::printable;

/// A text of others between backticks, harmless and cut.
pub(crate) fn quoted(text: &str) -> String {
    format!("`{}`", printable(text.as_bytes(), MOST_SHOWN))
}

/// What a condition expects, in words.
pub(crate) fn expected(conjunct: &Conjunct, document: &str, evaluator: &Evaluator<'_>) -> String {
    let (mut expr, mut is_negated) = (&*conjunct.expr, false);
    while let ExprKind::UnaryApp {
        op: UnaryOp::Not,
        arg,
    } = expr.expr_kind()
    {
        (expr, is_negated) = (arg, !is_negated);
    }
    let words = in_words(expr, is_negated, evaluator);
    shortened(
        words.unwrap_or_else(|| conjunct.text(document)),
        MOST_SHOWN * 2,
    )
}

fn in_words(expr: &Expr, is_negated: bool, evaluator: &Evaluator<'_>) -> Option<String> {
    let not = |yes: &'static str, no: &'static str| if is_negated { no } else { yes };
    let value = |expr: &Expr| value_of(expr, evaluator);
    Some(match expr.expr_kind() {
        ExprKind::BinaryApp { op, arg1, arg2 } => {
            let turned = leaf(arg1).is_none() && leaf(arg2).is_some();
            match op {
                BinaryOp::Eq => {
                    let (of, to) = if turned { (arg2, arg1) } else { (arg1, arg2) };
                    let label = leaf(of)?.label();
                    format!("{label}: {}{}", not("", "anything but "), value(to)?)
                }
                BinaryOp::Less | BinaryOp::LessEq => {
                    let or_equal = matches!(op, BinaryOp::LessEq);
                    // What is turned and what is negated looks the other way.
                    let is_less = turned == is_negated;
                    let (of, to) = if turned { (arg2, arg1) } else { (arg1, arg2) };
                    let words = match (is_less, or_equal != is_negated) {
                        (true, true) => "at most",
                        (true, false) => "less than",
                        (false, true) => "at least",
                        (false, false) => "more than",
                    };
                    format!("{}: {words} {}", leaf(of)?.label(), value(to)?)
                }
                BinaryOp::In => {
                    format!(
                        "{} {} {}",
                        leaf(arg1)?.label(),
                        not("in", "not in"),
                        value(arg2)?
                    )
                }
                BinaryOp::Contains if leaf(arg1).is_some() => {
                    let label = leaf(arg1)?.label();
                    format!("{label}: {} {}", not("with", "without"), value(arg2)?)
                }
                BinaryOp::Contains => {
                    let label = leaf(arg2)?.label();
                    format!("{label}: {} of {}", not("one", "none"), value(arg1)?)
                }
                BinaryOp::ContainsAll => {
                    let label = leaf(arg1)?.label();
                    format!(
                        "{label}: {} {}",
                        not("with all of", "not with all of"),
                        value(arg2)?
                    )
                }
                BinaryOp::ContainsAny => {
                    let label = leaf(arg1)?.label();
                    format!(
                        "{label}: {} of {}",
                        not("with one", "with none"),
                        value(arg2)?
                    )
                }
                _ => return None,
            }
        }
        ExprKind::HasAttr { expr: of, attr } => {
            format!("{}{}", not("", "no "), has(of, attr)?.label())
        }
        ExprKind::Like { expr: of, pattern } => {
            let label = leaf(of)?.label();
            format!(
                "{label}: {}like {}",
                not("", "not "),
                quoted(&pattern.to_string())
            )
        }
        ExprKind::Is {
            expr: of,
            entity_type,
        } => {
            let noun = Kind::of(entity_type)?.noun();
            format!("{}: {}a {noun}", leaf(of)?.label(), not("", "not "))
        }
        ExprKind::ExtensionFunctionApp { fn_name, args } if args.len() == 2 => {
            let (of, to) = (args.first()?, args.get(1)?);
            (fn_name.to_string() == "isInRange").then_some(())?;
            format!(
                "{}: {} {}",
                leaf(of)?.label(),
                not("in", "not in"),
                value(to)?
            )
        }
        ExprKind::GetAttr { .. } => format!("{}: {}", leaf(expr)?.label(), not("true", "false")),
        _ => return None,
    })
}

/// What a condition looks at, and what that was, in words.
pub(crate) fn seen(
    conjunct: &Conjunct,
    question: &Question<'_>,
    evaluator: &Evaluator<'_>,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    each_leaf(&conjunct.expr, &mut |leaf| {
        let line = match leaf.what {
            What::Caller => entities(&question.caller),
            What::Resource => entities(&question.place.keys),
            What::Context("time") => format!("{}: {}", leaf.label(), iso(question.now)),
            _ => {
                let value = value_of(&leaf.expr(), evaluator);
                let value = value.map(|value| {
                    if leaf.is_shown(question) {
                        value
                    } else {
                        "a value that is not recorded".to_owned()
                    }
                });
                format!(
                    "{}: {}",
                    leaf.label(),
                    value.unwrap_or_else(|| "none".to_owned())
                )
            }
        };
        if !found.contains(&line) && found.len() < MOST_VALUES {
            found.push(line);
        }
    });
    found
}

fn entities(keys: &[(Kind, Box<str>)]) -> String {
    let names = keys
        .iter()
        .take(MOST_VALUES)
        .map(|(kind, name)| match kind {
            Kind::Anonymous => kind.noun().to_owned(),
            _ => format!("{} {}", kind.noun(), quoted(name)),
        });
    let mut words = names.collect::<Vec<_>>().join(", in ");
    // The first one is it; it is in the others.
    if keys.len() > MOST_VALUES {
        words.push_str(", …");
    }
    words
}

/// What somebody would have to change first.
pub(crate) fn about(conjunct: &Conjunct) -> About {
    let mut all = Vec::new();
    each_leaf(&conjunct.expr, &mut |leaf| all.push(leaf.about()));
    all.sort();
    all.into_iter().next().unwrap_or(About::Request)
}

/// What the caller would have to be put in for a condition to hold: a group, or an access role.
pub(crate) fn joins(conjunct: &Conjunct) -> Option<(&'static str, String)> {
    match conjunct.expr.expr_kind() {
        ExprKind::BinaryApp {
            op: BinaryOp::In,
            arg1,
            arg2,
        } => {
            matches!(arg1.expr_kind(), ExprKind::Var(Var::Principal)).then_some(())?;
            let ExprKind::Lit(Literal::EntityUID(uid)) = arg2.expr_kind() else {
                return None;
            };
            let (kind, name) = parts(uid)?;
            matches!(kind, Kind::Group | Kind::AccessRole).then(|| (kind.name(), name.to_owned()))
        }
        ExprKind::BinaryApp {
            op: BinaryOp::Contains,
            arg1,
            arg2,
        } => {
            let ExprKind::Lit(Literal::String(name)) = arg2.expr_kind() else {
                return None;
            };
            let kind = match leaf(arg1)?.what {
                What::Principal("groups") => Kind::Group,
                What::Principal("access_roles") => Kind::AccessRole,
                _ => return None,
            };
            Some((kind.name(), name.to_string()))
        }
        _ => None,
    }
}

/// Something that the request says.
struct Leaf<'a> {
    what: What<'a>,
    expr: std::borrow::Cow<'a, Expr>,
}

#[derive(Clone, Copy)]
enum What<'a> {
    Caller,
    Action,
    Resource,
    Principal(&'a str),
    Operation(&'a str),
    Parameter(&'a str),
    Context(&'a str),
    Header(&'a str),
    Body(&'a str),
    Token(&'a str),
}

impl Leaf<'_> {
    /// Whether its value may be shown: what records do not keep does not stand in them by another
    /// name.
    fn is_shown(&self, question: &Question<'_>) -> bool {
        match self.what {
            What::Header(name) => (question.shows_header)(&name.to_ascii_lowercase()),
            What::Parameter(name) => question.shown_parameters.iter().any(|one| **one == *name),
            What::Body(_) => false,
            _ => true,
        }
    }

    fn expr(&self) -> Expr {
        self.expr.clone().into_owned()
    }

    fn label(&self) -> String {
        let plain = |name: &str| name.replace('_', " ");
        match self.what {
            What::Caller => "caller".to_owned(),
            What::Action => "method".to_owned(),
            What::Resource | What::Operation("name") => "operation".to_owned(),
            What::Principal("name") => "the caller's name".to_owned(),
            What::Principal("environment") => "environment of the credential".to_owned(),
            What::Operation(name) => format!("{} of the operation", plain(name)),
            What::Parameter(name) => format!("path parameter {}", quoted(name)),
            What::Context("client") => "client address".to_owned(),
            What::Context("hour") => "hour (UTC)".to_owned(),
            What::Context("weekday") => "day of the week (1 is Monday)".to_owned(),
            What::Context("size") => "bytes of the body".to_owned(),
            What::Context("secure") => "sent over TLS".to_owned(),
            What::Principal(name) | What::Context(name) => plain(name),
            What::Header(name) => format!("header {}", quoted(name)),
            What::Body(pointer) => format!("{} in the body", quoted(pointer)),
            What::Token(name) => format!("{} of the token", plain(name)),
        }
    }

    fn about(&self) -> About {
        match self.what {
            What::Header(name) => About::Header(name.into()),
            What::Body(pointer) => About::Body(pointer.into()),
            What::Parameter(name) => About::Parameter(name.into()),
            What::Principal("scopes") => About::Scopes,
            What::Token(_) | What::Context("token") => About::Token,
            What::Context("time" | "hour" | "weekday") => About::Time,
            What::Context("client" | "country") => About::Place,
            What::Context("size") => About::Size,
            What::Caller | What::Principal(_) => About::Caller,
            What::Action | What::Resource | What::Operation(_) | What::Context(_) => About::Request,
        }
    }
}

fn leaf(expr: &Expr) -> Option<Leaf<'_>> {
    let what = match expr.expr_kind() {
        ExprKind::Var(Var::Principal) => What::Caller,
        ExprKind::Var(Var::Action) => What::Action,
        ExprKind::Var(Var::Resource) => What::Resource,
        ExprKind::GetAttr { expr: of, attr } => attribute(of, attr)?,
        _ => return None,
    };
    Some(Leaf {
        what,
        expr: std::borrow::Cow::Borrowed(expr),
    })
}

fn has<'a>(of: &'a Expr, attr: &'a str) -> Option<Leaf<'a>> {
    let what = attribute(of, attr)?;
    let expr = Expr::get_attr(of.clone(), attr.into());
    Some(Leaf {
        what,
        expr: std::borrow::Cow::Owned(expr),
    })
}

fn attribute<'a>(of: &'a Expr, attr: &'a str) -> Option<What<'a>> {
    Some(match of.expr_kind() {
        ExprKind::Var(Var::Principal) => What::Principal(attr),
        ExprKind::Var(Var::Resource) => What::Operation(attr),
        ExprKind::Var(Var::Context) => What::Context(attr),
        ExprKind::GetAttr {
            expr: of,
            attr: outer,
        } => match (of.expr_kind(), &**outer) {
            (ExprKind::Var(Var::Context), "headers") => What::Header(attr),
            (ExprKind::Var(Var::Context), "body") => What::Body(attr),
            (ExprKind::Var(Var::Context), "token") => What::Token(attr),
            (ExprKind::Var(Var::Resource), "path") => What::Parameter(attr),
            _ => return None,
        },
        _ => return None,
    })
}

fn each_leaf<'a>(expr: &'a Expr, with: &mut impl FnMut(Leaf<'a>)) {
    if let Some(leaf) = leaf(expr) {
        with(leaf);
        return;
    }
    if let ExprKind::HasAttr { expr: of, attr } = expr.expr_kind()
        && let Some(leaf) = has(of, attr)
    {
        with(leaf);
        return;
    }
    let mut parts = Vec::new();
    crate::check::each_part(expr, |part| parts.push(part));
    for part in parts {
        each_leaf(part, with);
    }
}

fn value_of(expr: &Expr, evaluator: &Evaluator<'_>) -> Option<String> {
    // What was written is nearer to people than what was made of it.
    if let ExprKind::ExtensionFunctionApp { args, .. } = expr.expr_kind()
        && let Some(ExprKind::Lit(Literal::String(written))) = args.first().map(Expr::expr_kind)
        && args.len() == 1
    {
        return Some(printable(written.as_bytes(), MOST_SHOWN));
    }
    let value = evaluator.interpret(expr, &SlotEnv::new()).ok()?;
    Some(shown(&value))
}

fn shown(value: &Value) -> String {
    match value.value_kind() {
        ValueKind::Lit(Literal::String(text)) => quoted(text),
        ValueKind::Lit(Literal::EntityUID(uid)) => entity(uid),
        ValueKind::Lit(other) => other.to_string(),
        ValueKind::Set(set) if set.is_empty() => "none".to_owned(),
        ValueKind::Set(set) => {
            let mut members: Vec<String> = set.iter().take(MOST_VALUES).map(shown).collect();
            members.sort();
            let more = if set.len() > MOST_VALUES { ", …" } else { "" };
            format!("{}{more}", members.join(", "))
        }
        ValueKind::Record(_) => "a record".to_owned(),
        ValueKind::ExtensionValue(_) => {
            // `ip("10.0.0.1")`.
            let text = value.to_string();
            let inner = text.split('"').nth(1);
            printable(inner.unwrap_or(&text).as_bytes(), MOST_SHOWN)
        }
    }
}

fn entity(uid: &EntityUID) -> String {
    match parts(uid) {
        Some((Kind::Action, name)) => name.to_owned(),
        Some((kind, name)) => format!("{} {}", kind.noun(), quoted(name)),
        None => quoted(&uid.to_string()),
    }
}
