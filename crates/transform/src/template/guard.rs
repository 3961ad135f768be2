//! Writes a template anew with guards in it, and nothing that is not known.
//!
//! The engine charges fuel for what it makes, but looks only at the surface: a list that holds
//! another twice costs as much as one that holds two numbers, and two long texts are compared at
//! the price of two short ones. So a template is taken apart when it is loaded, and written anew:
//!
//! - What a text, a number or a key is made of goes through a guard that lets no list or mapping
//!   pass.
//! - What is compared, put into a list or mapping, or repeated by a filter goes through one that
//!   walks all of it and pays, a unit of fuel for four values or 1 KiB of text. So nothing is ever
//!   larger, all told, than what has been paid for it or came with the body, and nothing is nested
//!   deeper than 128.
//! - A name that is looked for has at most 256 bytes, since it may be looked for in each item; a
//!   number that says where something is is one the engine can add to without overflow.
//! - There are no views of lists, which would be stacked upon each other, or gone through for each
//!   item that is asked for: they are made lists, which is paid for.
//! - Filters, tests and functions are those of [`super::allowed`]. Those of the engine that do more
//!   than they charge for are replaced.
//! - A `namespace` is only ever looked into: it could hold itself.
//! - What is stacked upon each other in one tag is bounded, since the engine takes it apart and
//!   throws it away by recursion.
//!
//! One run so costs at most its fuel: 200,000 instructions, or 12 MiB of text made or looked
//! through, or 800,000 values walked through twice, or 200 MiB of text compared; and besides it
//! 16 MiB of JSON and what is written, which have bounds of their own. What is written keeps its
//! lines, so that a place in it is one in the template.

mod call;
mod depth;
mod expression;
mod literal;

use super::TemplateFault;
use super::allowed::FUNCTIONS;
use minijinja::machinery::ast::{Expr, Stmt};
use minijinja::machinery::{Span, parse};
use minijinja::syntax::SyntaxConfig;
use std::collections::BTreeSet;
use std::ops::Range;

type Done = Result<(), TemplateFault>;

/// The template with guards in it.
///
/// # Errors
/// What is wrong with it, or not known.
pub(super) fn guarded(text: &str) -> Result<String, TemplateFault> {
    depth::check(text)?;
    let tree = parse(text, "", SyntaxConfig::default()).map_err(|error| TemplateFault {
        problem: super::sentence(&error),
        range: super::place(&error, text),
    })?;
    let mut namespaces = BTreeSet::new();
    find_namespaces(std::slice::from_ref(&tree), &mut namespaces);
    let mut writer = Writer {
        out: String::with_capacity(text.len() * 2),
        line: 1,
        namespaces,
    };
    writer.statement(&tree)?;
    Ok(writer.out)
}

/// Names that somewhere are those of a `namespace`.
fn find_namespaces<'t>(statements: &[Stmt<'t>], found: &mut BTreeSet<&'t str>) {
    for statement in statements {
        match statement {
            Stmt::Template(template) => find_namespaces(&template.children, found),
            Stmt::ForLoop(each) => {
                find_namespaces(&each.body, found);
                find_namespaces(&each.else_body, found);
            }
            Stmt::IfCond(branch) => {
                find_namespaces(&branch.true_body, found);
                find_namespaces(&branch.false_body, found);
            }
            Stmt::WithBlock(with) => find_namespaces(&with.body, found),
            Stmt::SetBlock(set) => find_namespaces(&set.body, found),
            Stmt::Set(set) => {
                if let (Expr::Var(name), true) = (&set.target, is_call(&set.expr, "namespace")) {
                    found.insert(name.id);
                }
            }
            _ => {}
        }
    }
}

/// Whether it calls that function.
fn is_call(expr: &Expr<'_>, function: &str) -> bool {
    let Expr::Call(call) = expr else {
        return false;
    };
    matches!(&call.expr, Expr::Var(name) if name.id == function)
}

/// The place of a word at the beginning of a span.
fn word(span: Span, length: usize) -> Range<usize> {
    let start = usize::try_from(span.start_offset).unwrap_or_default();
    start..start + length
}

fn whole(span: Span) -> Range<usize> {
    let end = usize::try_from(span.end_offset).unwrap_or_default();
    let start = usize::try_from(span.start_offset).unwrap_or_default();
    start.min(end)..end
}

fn fault(range: Range<usize>, problem: impl Into<String>) -> TemplateFault {
    TemplateFault {
        problem: problem.into(),
        range: Some(range),
    }
}

/// Writes.
struct Writer<'t> {
    out: String,
    line: usize,
    namespaces: BTreeSet<&'t str>,
}

impl<'t> Writer<'t> {
    fn push(&mut self, text: &str) {
        self.line += text.bytes().filter(|byte| *byte == b'\n').count();
        self.out.push_str(text);
    }

    /// Goes to the line on which something stands, within a tag.
    fn reach(&mut self, span: Span) {
        while self.line < usize::from(span.start_line) {
            self.push("\n");
        }
    }

    fn tag(&mut self, span: Span, word: &str) {
        self.push("{% ");
        self.reach(span);
        self.push(word);
    }

    fn statements(&mut self, all: &[Stmt<'t>]) -> Done {
        all.iter().try_for_each(|one| self.statement(one))
    }

    fn statement(&mut self, statement: &Stmt<'t>) -> Done {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitRaw(raw) => {
                let has_tags = raw.raw.contains('{');
                self.push(if has_tags { "{% raw %}" } else { "" });
                self.push(raw.raw);
                self.push(if has_tags { "{% endraw %}" } else { "" });
                Ok(())
            }
            Stmt::EmitExpr(emit) => {
                self.push("{{ ");
                self.reach(emit.span());
                self.expression(&emit.expr)?;
                self.push(" }}");
                Ok(())
            }
            Stmt::IfCond(_) => self.branches(statement),
            Stmt::ForLoop(each) => {
                if each.recursive {
                    let problem = "a loop is not recursive; write one loop within another";
                    return Err(fault(word(each.span(), 3), problem));
                }
                self.tag(each.span(), "for ");
                self.target(&each.target)?;
                self.push(" in ");
                match &each.iter {
                    // It is gone through right here, and never has to be a list.
                    Expr::Call(call) if is_call(&each.iter, "range") => self.range(call)?,
                    iter => self.operand(iter)?,
                }
                if let Some(only) = &each.filter_expr {
                    self.push(" if ");
                    self.operand(only)?;
                }
                self.push(" %}");
                self.statements(&each.body)?;
                if !each.else_body.is_empty() {
                    self.push("{% else %}");
                    self.statements(&each.else_body)?;
                }
                self.push("{% endfor %}");
                Ok(())
            }
            Stmt::WithBlock(with) => {
                self.tag(with.span(), "with ");
                for (at, (target, expr)) in with.assignments.iter().enumerate() {
                    self.push(if at > 0 { ", " } else { "" });
                    if matches!(target, Expr::List(_)) {
                        self.push("(");
                        self.target(target)?;
                        self.push(")");
                    } else {
                        self.target(target)?;
                    }
                    self.push(" = ");
                    self.operand(expr)?;
                }
                self.push(" %}");
                self.statements(&with.body)?;
                self.push("{% endwith %}");
                Ok(())
            }
            Stmt::Set(set) => {
                self.tag(set.span(), "set ");
                self.target(&set.target)?;
                self.push(" = ");
                match (&set.target, &set.expr) {
                    (Expr::Var(_), Expr::Call(call)) if is_call(&set.expr, "namespace") => {
                        self.namespace(call)?;
                    }
                    _ => self.operand(&set.expr)?,
                }
                self.push(" %}");
                Ok(())
            }
            Stmt::SetBlock(set) if set.filter.is_none() => {
                self.tag(set.span(), "set ");
                self.target(&set.target)?;
                self.push(" %}");
                self.statements(&set.body)?;
                self.push("{% endset %}");
                Ok(())
            }
            Stmt::SetBlock(set) => Err(fault(
                word(set.span(), 3),
                "a block that is set has no filter; set it, and filter the name",
            )),
            Stmt::FilterBlock(filter) => Err(fault(
                word(filter.span(), 6),
                "there are no filter blocks; `{% set name %}`, and filter the name",
            )),
            Stmt::AutoEscape(escape) => Err(fault(
                word(escape.span(), 10),
                "values are always written as it is right where they stand",
            )),
            Stmt::Do(call) => Err(fault(word(call.span(), 2), "there is no `do`; use `set`")),
        }
    }

    /// An `if` with what else there is. As many stand in a row as may be.
    fn branches(&mut self, statement: &Stmt<'t>) -> Done {
        let (mut at, mut keyword) = (statement, "if ");
        while let Stmt::IfCond(branch) = at {
            self.tag(branch.expr.span(), keyword);
            self.operand(&branch.expr)?;
            self.push(" %}");
            self.statements(&branch.true_body)?;
            match &*branch.false_body {
                [] => break,
                [next @ Stmt::IfCond(_)] => (at, keyword) = (next, "elif "),
                other => {
                    self.push("{% else %}");
                    self.statements(other)?;
                    break;
                }
            }
        }
        self.push("{% endif %}");
        Ok(())
    }

    /// What gets a value.
    fn target(&mut self, target: &Expr<'t>) -> Done {
        match target {
            Expr::Var(name) => {
                let range = word(name.span(), name.id.len());
                if FUNCTIONS.contains(&name.id) {
                    return Err(fault(range, format!("`{}` is a function", name.id)));
                }
                Self::known(name.id, range)?;
                self.push(name.id);
                Ok(())
            }
            Expr::List(list) => {
                for (at, item) in list.items.iter().enumerate() {
                    self.push(if at > 0 { ", " } else { "" });
                    let is_nested = matches!(item, Expr::List(_));
                    self.push(if is_nested { "(" } else { "" });
                    self.target(item)?;
                    self.push(if is_nested { ")" } else { "" });
                }
                self.push(if list.items.len() == 1 { "," } else { "" });
                Ok(())
            }
            Expr::GetAttr(member) => match &member.expr {
                Expr::Var(name) if self.namespaces.contains(name.id) => {
                    self.push(name.id);
                    self.push(".");
                    self.push(member.name);
                    Ok(())
                }
                other => Err(fault(
                    whole(other.span()),
                    "only members of a `namespace` can be set: `{% set ns = namespace(n=0) %}`",
                )),
            },
            other => Err(fault(whole(other.span()), "nothing can be set there")),
        }
    }

    /// Names of the guards are nobody's.
    fn known(name: &str, range: Range<usize>) -> Done {
        if name.starts_with("__") {
            return Err(fault(range, format!("there is no `{name}`")));
        }
        Ok(())
    }
}
