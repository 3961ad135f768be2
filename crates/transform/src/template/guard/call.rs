//! What is called by name: filters and functions.

use super::expression::is_scalar;
use super::{Done, Writer, fault, whole, word};
use crate::template::TemplateFault;
use crate::template::allowed::{
    FILTERS, FUNCTIONS, Filter, Gives, Guard, MAPPED, SHORT, TESTS, filter_named,
};
use minijinja::machinery::ast::{self, CallArg, Expr};
use std::ops::Range;

fn constant_text<'e>(argument: Option<&'e CallArg<'_>>) -> Option<&'e str> {
    match argument {
        Some(CallArg::Pos(Expr::Const(constant))) => constant.value.as_str(),
        _ => None,
    }
}

/// That there is no such thing, and what is like it.
pub(super) fn unknown<'w>(
    what: &str,
    name: &str,
    words: impl Iterator<Item = &'w str>,
    range: Range<usize>,
) -> TemplateFault {
    let near = |word: &&str| strsim::normalized_damerau_levenshtein(word, name);
    let near = words
        .filter(|word| near(word) > 0.5)
        .max_by(|a, b| near(a).total_cmp(&near(b)));
    let more = near.map(|near| format!("; did you mean `{near}`?"));
    let more = more.unwrap_or_default();
    fault(range, format!("there is no {what} `{name}`{more}"))
}

impl<'t> Writer<'t> {
    pub(super) fn filter(&mut self, filter: &ast::Spanned<ast::Filter<'t>>) -> Done {
        let range = word(filter.span(), filter.name.len());
        let Some(known) = filter_named(filter.name) else {
            let names = FILTERS.iter().map(|filter| filter.name);
            return Err(unknown("filter", filter.name, names, range));
        };
        let Some(subject) = &filter.expr else {
            return Err(fault(range, "a filter stands behind a value"));
        };
        let guard = Self::named(known, &filter.args, &range)?;
        self.push(match known.gives {
            Gives::Made => "__made(",
            _ => "",
        });
        self.guarded(subject, guard, false)?;
        self.push("|");
        self.push(filter.name);
        self.filtering(&filter.args, known.arguments, range)?;
        self.push(match known.gives {
            Gives::Made => ")",
            _ => "",
        });
        Ok(())
    }

    /// What filters carry out that are told by name what to do: it has to be known beforehand.
    /// What their subject goes through.
    fn named(
        filter: &Filter,
        arguments: &[CallArg<'t>],
        range: &Range<usize>,
    ) -> Result<Guard, TemplateFault> {
        let is_named = |name: &str| {
            let named =
                |argument: &CallArg<'_>| matches!(argument, CallArg::Kwarg(n, _) if *n == name);
            arguments.iter().any(named)
        };
        let at = match filter.name {
            "map" if is_named("attribute") => return Ok(Guard::Free),
            "map" => {
                let Some(name) = constant_text(arguments.first()) else {
                    let problem = "`map` takes an attribute or the name of a filter: \
                                   `map(attribute=\"id\")`, `map(\"upper\")`";
                    return Err(fault(range.clone(), problem));
                };
                if !MAPPED.contains(&name) {
                    let words = MAPPED.into_iter();
                    return Err(unknown("filter for `map`", name, words, range.clone()));
                }
                let guard = if arguments.len() > 1 && !matches!(name, "d" | "default") {
                    let scalar = |argument: &CallArg<'_>| matches!(argument, CallArg::Pos(e) | CallArg::Kwarg(_, e) if is_scalar(e));
                    arguments.iter().all(scalar)
                } else {
                    true
                };
                if !guard {
                    let problem = "what `map` hands to a filter is a short constant";
                    return Err(fault(range.clone(), problem));
                }
                return Ok(Guard::Weighed);
            }
            "select" | "reject" => 0,
            "selectattr" | "rejectattr" => 1,
            "sum" if arguments.len() > 1 || is_named("start") => {
                let problem = "`sum` adds numbers and takes at most an attribute";
                return Err(fault(range.clone(), problem));
            }
            _ => return Ok(filter.subject),
        };
        if at == 1 && constant_text(arguments.first()).is_none_or(|name| name.len() > SHORT) {
            let problem = format!("`{}` takes the name of a member in quotes", filter.name);
            return Err(fault(range.clone(), problem));
        }
        if arguments.len() > at {
            let Some(name) = constant_text(arguments.get(at)) else {
                let problem = format!(
                    "`{}` takes the name of a test in quotes, such as `\"equalto\"`",
                    filter.name
                );
                return Err(fault(range.clone(), problem));
            };
            if !TESTS.contains(&name) {
                return Err(unknown("test", name, TESTS.into_iter(), range.clone()));
            }
        }
        Ok(filter.subject)
    }

    /// Arguments of a filter: an attribute names members.
    fn filtering(&mut self, all: &[CallArg<'t>], guard: Guard, range: Range<usize>) -> Done {
        self.guarded_arguments(all, guard, Guard::Key, range)
    }

    /// Arguments, each through a guard.
    pub(super) fn arguments(
        &mut self,
        all: &[CallArg<'t>],
        guard: Guard,
        range: Range<usize>,
    ) -> Done {
        self.guarded_arguments(all, guard, guard, range)
    }

    fn guarded_arguments(
        &mut self,
        all: &[CallArg<'t>],
        guard: Guard,
        attribute: Guard,
        range: Range<usize>,
    ) -> Done {
        if all.is_empty() {
            return Ok(());
        }
        self.push("(");
        for (at, argument) in all.iter().enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            match argument {
                CallArg::Pos(expr) => self.guarded(expr, guard, false)?,
                CallArg::Kwarg(name, expr) => {
                    self.push(name);
                    self.push("=");
                    let is_key = *name == "attribute";
                    let guard = if is_key { attribute } else { guard };
                    self.guarded(expr, guard, false)?;
                }
                CallArg::PosSplat(_) | CallArg::KwargSplat(_) => {
                    return Err(fault(
                        range,
                        "arguments are written one by one, without `*`",
                    ));
                }
            }
        }
        self.push(")");
        Ok(())
    }

    pub(super) fn call(&mut self, call: &ast::Spanned<ast::Call<'t>>) -> Done {
        let range = whole(call.span());
        match &call.expr {
            Expr::Var(name) if name.id == "namespace" => Err(fault(
                word(name.span(), name.id.len()),
                "a namespace has a name of its own: `{% set ns = namespace(n=0) %}`",
            )),
            Expr::Var(name) if FUNCTIONS.contains(&name.id) => {
                if name.id == "range" {
                    self.push("__flat(");
                    self.range(call)?;
                    self.push(")");
                    return Ok(());
                }
                self.push("__weighed(dict");
                self.arguments_or_none(&call.args, Guard::Free, range)?;
                self.push(")");
                Ok(())
            }
            Expr::Var(name) => {
                let range = word(name.span(), name.id.len());
                let words = FUNCTIONS.into_iter();
                Err(unknown("function", name.id, words, range))
            }
            Expr::GetAttr(member) => {
                let is_loop = matches!(&member.expr, Expr::Var(name) if name.id == "loop");
                if is_loop && matches!(member.name, "cycle" | "changed") && !call.args.is_empty() {
                    self.push("loop.");
                    self.push(member.name);
                    return self.arguments(&call.args, Guard::Scalar, range);
                }
                let name = member.name;
                let problem = match filter_named(name) {
                    Some(_) => format!("values have no functions; filter them: `|{name}`"),
                    None => format!("there is no `{name}()`; values have no functions"),
                };
                Err(fault(range, problem))
            }
            _ => Err(fault(range, "only functions are called")),
        }
    }

    pub(super) fn namespace(&mut self, call: &ast::Spanned<ast::Call<'t>>) -> Done {
        let range = whole(call.span());
        let named = |argument: &CallArg<'_>| matches!(argument, CallArg::Kwarg(..));
        if !call.args.iter().all(named) {
            let problem = "a namespace is made with names: `namespace(n=0, text=\"\")`";
            return Err(fault(range, problem));
        }
        self.push("namespace");
        self.arguments_or_none(&call.args, Guard::Free, range)
    }

    /// Numbers that are there only while they are gone through.
    pub(super) fn range(&mut self, call: &ast::Spanned<ast::Call<'t>>) -> Done {
        self.push("range");
        self.arguments_or_none(&call.args, Guard::Bound, whole(call.span()))
    }

    fn arguments_or_none(
        &mut self,
        all: &[CallArg<'t>],
        guard: Guard,
        range: Range<usize>,
    ) -> Done {
        self.push(if all.is_empty() { "()" } else { "" });
        self.arguments(all, guard, range)
    }
}
