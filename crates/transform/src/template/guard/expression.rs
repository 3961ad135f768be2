//! Expressions.

use super::call::unknown;
use super::{Done, Writer, fault, literal, whole, word};
use crate::template::allowed::{FUNCTIONS, Gives, Guard, SHORT, TESTS, filter_named};
use minijinja::machinery::ast::{self, BinOpKind, CompareOpKind, Expr, UnaryOpKind};
use minijinja::value::ValueKind;
use std::ops::Range;

/// Operators of one rank stand in a row without brackets.
const fn rank(op: BinOpKind) -> u8 {
    match op {
        BinOpKind::ScOr => 0,
        BinOpKind::ScAnd => 1,
        BinOpKind::Eq
        | BinOpKind::Ne
        | BinOpKind::Lt
        | BinOpKind::Lte
        | BinOpKind::Gt
        | BinOpKind::Gte
        | BinOpKind::In => 2,
        BinOpKind::Add | BinOpKind::Sub => 3,
        BinOpKind::Concat => 4,
        BinOpKind::Mul | BinOpKind::Div | BinOpKind::FloorDiv | BinOpKind::Rem => 5,
        BinOpKind::Pow => 6,
    }
}

/// An operator, and what its sides go through.
const fn operator(op: BinOpKind) -> (&'static str, Guard) {
    match op {
        BinOpKind::Eq => (" == ", Guard::Weighed),
        BinOpKind::Ne => (" != ", Guard::Weighed),
        BinOpKind::Lt => (" < ", Guard::Weighed),
        BinOpKind::Lte => (" <= ", Guard::Weighed),
        BinOpKind::Gt => (" > ", Guard::Weighed),
        BinOpKind::Gte => (" >= ", Guard::Weighed),
        BinOpKind::In => (" in ", Guard::Weighed),
        BinOpKind::ScAnd => (" and ", Guard::Free),
        BinOpKind::ScOr => (" or ", Guard::Free),
        BinOpKind::Add => (" + ", Guard::Scalar),
        BinOpKind::Sub => (" - ", Guard::Scalar),
        BinOpKind::Mul => (" * ", Guard::Scalar),
        BinOpKind::Div => (" / ", Guard::Scalar),
        BinOpKind::FloorDiv => (" // ", Guard::Scalar),
        BinOpKind::Rem => (" % ", Guard::Scalar),
        BinOpKind::Pow => (" ** ", Guard::Scalar),
        BinOpKind::Concat => (" ~ ", Guard::Text),
    }
}

/// A comparison of a row of them.
const fn comparison(op: CompareOpKind) -> &'static str {
    match op {
        CompareOpKind::Eq => " == ",
        CompareOpKind::Ne => " != ",
        CompareOpKind::Lt => " < ",
        CompareOpKind::Lte => " <= ",
        CompareOpKind::Gt => " > ",
        CompareOpKind::Gte => " >= ",
        CompareOpKind::In => " in ",
        CompareOpKind::NotIn => " not in ",
    }
}

/// Whether it can be nothing but a text, a number or the like that is short or has been paid for: a
/// guard would find nothing.
pub(super) fn is_scalar(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Const(_) => is_short(expr),
        Expr::Test(_) | Expr::UnaryOp(_) | Expr::Compare(_) => true,
        Expr::BinOp(binary) => match binary.op {
            BinOpKind::ScAnd | BinOpKind::ScOr => {
                is_scalar(&binary.left) && is_scalar(&binary.right)
            }
            _ => true,
        },
        Expr::Filter(filter) => {
            filter_named(filter.name).is_some_and(|known| known.gives == Gives::Scalar)
        }
        _ => false,
    }
}

/// Whether it is a constant that is short.
fn is_short(expr: &Expr<'_>) -> bool {
    let Expr::Const(constant) = expr else {
        return false;
    };
    let text = constant.value.as_str();
    text.is_none_or(|text| text.len() <= SHORT)
}

/// Whether a guard could find anything.
fn is_needed(guard: Guard, expr: &Expr<'_>) -> bool {
    match guard {
        Guard::Bound => true,
        Guard::Key => !is_short(expr),
        _ => !is_scalar(expr),
    }
}

/// Whether a member of it can be named, or it be called, without brackets around it.
fn is_closed(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Const(constant) => constant.value.kind() == ValueKind::String,
        Expr::Var(_)
        | Expr::GetAttr(_)
        | Expr::GetItem(_)
        | Expr::Slice(_)
        | Expr::Call(_)
        | Expr::List(_)
        | Expr::Map(_)
        | Expr::Tuple(_) => true,
        _ => false,
    }
}

impl<'t> Writer<'t> {
    pub(super) fn expression(&mut self, expr: &Expr<'t>) -> Done {
        self.reach(expr.span());
        match expr {
            Expr::Const(constant) => {
                self.push(&literal::written(&constant.value));
                Ok(())
            }
            Expr::Var(name) => self.name(name.id, word(name.span(), name.id.len())),
            Expr::GetAttr(member) => {
                if member.name.len() > SHORT {
                    let problem = format!("a name has at most {SHORT} bytes");
                    return Err(fault(whole(member.span()), problem));
                }
                self.base(&member.expr)?;
                self.push(".");
                self.push(member.name);
                Ok(())
            }
            Expr::GetItem(item) => self.item(item),
            Expr::Slice(slice) => {
                self.push("__flat(__read(");
                self.expression(&slice.expr)?;
                self.push(")[");
                for (at, part) in [&slice.start, &slice.stop, &slice.step].iter().enumerate() {
                    self.push(if at > 0 { ":" } else { "" });
                    if let Some(part) = part {
                        self.guarded(part, Guard::Bound, false)?;
                    }
                }
                self.push("])");
                Ok(())
            }
            Expr::UnaryOp(unary) => match unary.op {
                UnaryOpKind::Not => {
                    self.push("not ");
                    self.operand(&unary.expr)
                }
                UnaryOpKind::Neg => {
                    self.push("-");
                    self.guarded(&unary.expr, Guard::Scalar, true)
                }
            },
            Expr::BinOp(binary) => self.binary(binary),
            Expr::Compare(compare) => {
                self.guarded(&compare.expr, Guard::Weighed, false)?;
                compare.ops.iter().try_for_each(|next| {
                    self.push(comparison(next.op));
                    self.guarded(&next.expr, Guard::Weighed, false)
                })
            }
            Expr::IfExpr(choice) => {
                self.operand(&choice.true_expr)?;
                self.push(" if ");
                self.operand(&choice.test_expr)?;
                if let Some(other) = &choice.false_expr {
                    self.push(" else ");
                    self.operand(other)?;
                }
                Ok(())
            }
            Expr::Filter(filter) => self.filter(filter),
            Expr::Test(test) => {
                if !TESTS.contains(&test.name) {
                    let range = word(test.span(), test.name.len());
                    return Err(unknown("test", test.name, TESTS.into_iter(), range));
                }
                self.operand(&test.expr)?;
                self.push(" is ");
                self.push(test.name);
                self.arguments(&test.args, Guard::Free, whole(test.span()))
            }
            Expr::Call(call) => self.call(call),
            Expr::List(_) | Expr::Map(_) | Expr::Tuple(_) => self.made(expr, false),
        }
    }

    /// As part of something that binds less than a filter.
    pub(super) fn operand(&mut self, expr: &Expr<'t>) -> Done {
        if is_closed(expr) || matches!(expr, Expr::Filter(_) | Expr::Const(_)) {
            return self.expression(expr);
        }
        self.bracketed(expr)
    }

    /// As something of which a member is named.
    fn base(&mut self, expr: &Expr<'t>) -> Done {
        match expr {
            Expr::Var(name) if self.namespaces.contains(name.id) => {
                self.push(name.id);
                Ok(())
            }
            _ if is_closed(expr) => self.expression(expr),
            _ => self.bracketed(expr),
        }
    }

    fn bracketed(&mut self, expr: &Expr<'t>) -> Done {
        self.push("(");
        self.expression(expr)?;
        self.push(")");
        Ok(())
    }

    /// Through a guard, where that could find anything. `is_tight`: it is part of something that
    /// binds more than a filter.
    pub(super) fn guarded(&mut self, expr: &Expr<'t>, guard: Guard, is_tight: bool) -> Done {
        match guard.function() {
            Some(function) if is_needed(guard, expr) => {
                self.push(function);
                self.bracketed(expr)
            }
            _ if is_tight && !matches!(expr, Expr::Const(_)) => self.bracketed(expr),
            _ => self.operand(expr),
        }
    }

    fn name(&mut self, name: &str, range: Range<usize>) -> Done {
        if self.namespaces.contains(name) {
            let problem = format!("`{name}` is a namespace; name a member of it: `{name}.n`");
            return Err(fault(range, problem));
        }
        if FUNCTIONS.contains(&name) {
            let problem = format!("`{name}` is a function; call it: `{name}(…)`");
            return Err(fault(range, problem));
        }
        Self::known(name, range)?;
        self.push(name);
        Ok(())
    }

    fn item(&mut self, item: &ast::GetItem<'t>) -> Done {
        let key = &item.subscript_expr;
        // A name that is known beforehand.
        if let Expr::Const(constant) = key
            && constant.value.kind() == ValueKind::String
            && is_short(key)
        {
            self.base(&item.expr)?;
            self.push("[");
            self.expression(key)?;
            self.push("]");
            return Ok(());
        }
        self.push("__item(");
        self.base(&item.expr)?;
        self.push(", ");
        self.guarded(key, Guard::Key, false)?;
        self.push(")");
        Ok(())
    }

    fn binary(&mut self, binary: &ast::BinOp<'t>) -> Done {
        let (written, guard) = operator(binary.op);
        match &binary.left {
            // A row of them, which comparisons do not form.
            left @ Expr::BinOp(inner)
                if rank(inner.op) == rank(binary.op) && rank(binary.op) != 2 =>
            {
                self.expression(left)?;
            }
            left => self.guarded(left, guard, false)?,
        }
        self.push(written);
        self.guarded(&binary.right, guard, false)
    }

    /// A list or mapping that is written down. `is_weighed`: as part of one that is weighed.
    fn made(&mut self, expr: &Expr<'t>, is_weighed: bool) -> Done {
        let items = match expr {
            Expr::List(list) => &list.items,
            Expr::Tuple(tuple) => &tuple.items,
            Expr::Map(map) => &map.values,
            other => return self.operand(other),
        };
        let is_weighed_here = !is_weighed && !items.iter().all(is_scalar);
        let is_weighed = is_weighed || is_weighed_here;
        self.push(if is_weighed_here { "__weighed(" } else { "" });
        self.reach(expr.span());
        match expr {
            Expr::Map(map) => {
                self.push("{");
                for (at, (key, value)) in map.keys.iter().zip(&map.values).enumerate() {
                    self.push(if at > 0 { ", " } else { "" });
                    self.guarded(key, Guard::Scalar, false)?;
                    self.push(": ");
                    self.made(value, is_weighed)?;
                }
                self.push("}");
            }
            Expr::List(_) => {
                self.push("[");
                for (at, item) in items.iter().enumerate() {
                    self.push(if at > 0 { ", " } else { "" });
                    self.made(item, is_weighed)?;
                }
                self.push("]");
            }
            _ => {
                self.push("(");
                for item in items {
                    self.made(item, is_weighed)?;
                    self.push(", ");
                }
                self.push(")");
            }
        }
        self.push(if is_weighed_here { ")" } else { "" });
        Ok(())
    }
}
