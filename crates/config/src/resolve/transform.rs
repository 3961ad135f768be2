//! Policies of the kind `transform`.

mod text;

use super::Resolver;
use super::route::Route;
use crate::code::Code;
use crate::document::policy as policies;
use crate::document::transform as document;
use crate::findings::quote;
use crate::located::{At, Map, OneOrMany};
use crate::scalar::path::{Part, parts};
use crate::source::Span;
use postern_model::entity::{
    BodyChange, BodyValue, Changes, FieldChanges, Level, Mode, Name, TransformRule,
};
use postern_transform::{Form, Names, Pointer, is_credential, is_reserved, placeholders};
use text::within;

/// How long a body is read to be changed or looked through: usually, and at most.
const USUAL: usize = 1 << 20;
const LONGEST: usize = 16 << 20;
/// Most steps of one list.
const MOST: usize = 100;

/// A parameter of operations that a policy names.
pub(super) struct Wanted {
    pub(super) policy: String,
    pub(super) level: Level,
    pub(super) name: String,
    pub(super) span: Span,
}

/// Where a text stands, and what of messages it may read.
struct Place<'a> {
    /// The policy.
    shown: &'a str,
    /// Whether there is an answer.
    answers: bool,
    wanted: &'a mut Vec<(String, Span)>,
}

impl Resolver<'_, '_> {
    pub(super) fn transform(
        &mut self,
        key: &At<String>,
        shown: &str,
        given: &policies::Policy,
        level: Option<&Level>,
    ) -> TransformRule {
        let mut wanted = Vec::new();
        let mut rule = TransformRule {
            max_body: self.longest_body(shown, given),
            validate: given.validate.as_ref().is_some_and(|at| at.value),
            ..TransformRule::default()
        };
        if let Some(request) = &given.request {
            let mut place = Place {
                shown,
                answers: false,
                wanted: &mut wanted,
            };
            let given = &request.value;
            rule.request = Changes {
                headers: self.header_changes(given.headers.as_ref(), &mut place),
                query: self.query_changes(given.query.as_ref(), &mut place),
                path: self.path_change(given.path.as_ref(), &mut place),
                body: self.body_changes(given.body.as_ref(), &mut place),
            };
        }
        if let Some(response) = &given.response {
            let mut place = Place {
                shown,
                answers: true,
                wanted: &mut wanted,
            };
            let given = &response.value;
            rule.response = Changes {
                headers: self.header_changes(given.headers.as_ref(), &mut place),
                body: self.body_changes(given.body.as_ref(), &mut place),
                ..Changes::default()
            };
        }
        if rule.request.is_empty() && rule.response.is_empty() && key.intact {
            let message = format!("{shown} changes nothing");
            self.findings
                .error(Code::MissingField, key.span, &message, "it has no step")
                .help("add `request` or `response` with `headers` or `body`, say");
        }
        if let Some(level) = level {
            self.wanted
                .extend(wanted.into_iter().map(|(name, span)| Wanted {
                    policy: shown.to_owned(),
                    level: level.clone(),
                    name,
                    span,
                }));
        }
        rule
    }

    /// What has no meaning in shadow mode, where answers go out as they are.
    pub(super) fn not_in_shadow(&mut self, shown: &str, mode: Mode, given: &policies::Policy) {
        let at = given.mode.as_ref();
        if let (Mode::Shadow { .. }, Some(at)) = (mode, at) {
            let message = format!("{shown} refuses nothing, so that there is nothing to shadow");
            let label = "what is not changed cannot be seen";
            self.findings
                .error(Code::InvalidValue, at.span, &message, label)
                .help("try it at one operation, or in an environment of its own; `mode: off` turns it off");
        }
    }

    pub(super) fn longest_body(&mut self, shown: &str, given: &policies::Policy) -> usize {
        let Some(size) = &given.max_body else {
            return USUAL;
        };
        match usize::try_from(size.value.0) {
            Ok(most) if (1..=LONGEST).contains(&most) => most,
            _ => {
                let message = format!("{shown} would hold bodies of any size in memory");
                let label = "expected up to 16MiB";
                self.findings
                    .error(Code::InvalidValue, size.span, &message, label);
                USUAL
            }
        }
    }

    fn header_changes(
        &mut self,
        given: Option<&document::HeaderChanges>,
        place: &mut Place<'_>,
    ) -> FieldChanges {
        let Some(given) = given else {
            return FieldChanges::default();
        };
        let mut changes = FieldChanges::default();
        for name in many(given.remove.as_ref()) {
            if self.may_change(&name.value.0, name.span, place) {
                changes.remove.push(name.value.0.clone());
            }
        }
        for (name, to) in pairs(given.rename.as_ref()) {
            let from: Name = name.value.to_ascii_lowercase().into();
            let good = self.may_change(&from, name.span, place)
                && self.may_change(&to.value.0, to.span, place);
            let secret = [(&*from, name.span), (&*to.value.0, to.span)];
            let secret = secret.into_iter().find(|(name, _)| is_credential(name));
            if let Some((name, span)) = secret {
                let message = format!("{} renames {}", place.shown, quote(name));
                let label = "a credential by another name would be taken for none";
                self.findings
                    .error(Code::InvalidHeader, span, &message, label)
                    .help("records know credentials by the names of their headers, and leave them out");
            } else if good {
                changes.rename.push((from, to.value.0.clone()));
            }
        }
        for (list, into) in [
            (&given.set, &mut changes.set),
            (&given.add, &mut changes.add),
        ] {
            for (name, text) in pairs(list.as_ref()) {
                let lower: Name = name.value.to_ascii_lowercase().into();
                let names = self.text(text, Form::Text, place);
                if self.may_change(&lower, name.span, place) {
                    self.header_value(text, place.shown);
                    into.push((lower, text.value.as_str().into()));
                }
                Self::want(names, text.span, place);
            }
        }
        changes
    }

    /// A literal that cannot stand in a header.
    fn header_value(&mut self, text: &At<String>, shown: &str) {
        let legal = |c: char| c == '\t' || (' '..='~').contains(&c);
        if !postern_transform::is_template(&text.value) && !text.value.chars().all(legal) {
            let message = format!("{shown} has a value that no header can have");
            let label = "expected printable ASCII characters";
            self.findings
                .error(Code::InvalidHeader, text.span, &message, label);
        }
    }

    fn may_change(&mut self, name: &str, span: Span, place: &Place<'_>) -> bool {
        if !is_reserved(name) {
            return true;
        }
        let message = format!("{} changes {}", place.shown, quote(name));
        let label = "this header is the gateway's";
        self.findings
            .error(Code::InvalidHeader, span, &message, label)
            .note("what frames a message, is about one connection, or is said by the gateway alone cannot be changed");
        false
    }

    fn query_changes(
        &mut self,
        given: Option<&document::QueryChanges>,
        place: &mut Place<'_>,
    ) -> FieldChanges {
        let Some(given) = given else {
            return FieldChanges::default();
        };
        let mut changes = FieldChanges::default();
        for name in many(given.remove.as_ref()) {
            changes.remove.push(name.value.as_str().into());
        }
        for (name, to) in pairs(given.rename.as_ref()) {
            let pair = (name.value.as_str().into(), to.value.as_str().into());
            changes.rename.push(pair);
        }
        for (list, into) in [
            (&given.set, &mut changes.set),
            (&given.add, &mut changes.add),
        ] {
            for (name, text) in pairs(list.as_ref()) {
                let names = self.text(text, Form::Text, place);
                Self::want(names, text.span, place);
                into.push((name.value.as_str().into(), text.value.as_str().into()));
            }
        }
        changes
    }

    fn path_change(&mut self, given: Option<&At<String>>, place: &mut Place<'_>) -> Option<Name> {
        let given = given?;
        let shown = place.shown;
        if postern_transform::is_template(&given.value) {
            let names = self.text(given, Form::Path, place);
            Self::want(names, given.span, place);
        } else {
            let problem = if given.value.starts_with('/') {
                placeholders(&given.value).map(|names| {
                    let names = names.into_iter().map(|name| (name.to_owned(), given.span));
                    place.wanted.extend(names);
                })
            } else {
                Err("a path begins with `/`".to_owned())
            };
            if let Err(problem) = problem {
                let message = format!("{shown} has a path that is none");
                self.findings
                    .error(Code::InvalidPath, given.span, &message, &problem)
                    .help("write `/v2/orders/{id}`, say");
            }
        }
        Some(given.value.as_str().into())
    }

    fn body_changes(
        &mut self,
        given: Option<&At<Vec<At<document::BodyStep>>>>,
        place: &mut Place<'_>,
    ) -> Vec<BodyChange> {
        let Some(given) = given else {
            return Vec::new();
        };
        self.not_too_many(place.shown, given.value.len(), given.span);
        let steps = given.value.iter();
        steps
            .filter_map(|step| self.body_step(step, place))
            .collect()
    }

    pub(super) fn not_too_many(&mut self, shown: &str, count: usize, span: Span) {
        if count > MOST {
            let message = format!("{shown} has more than {MOST} steps in one list");
            self.findings
                .error(Code::InvalidValue, span, &message, "too many");
        }
    }

    fn body_step(
        &mut self,
        step: &At<document::BodyStep>,
        place: &mut Place<'_>,
    ) -> Option<BodyChange> {
        let given = &step.value;
        let verbs = [
            &given.set,
            &given.remove,
            &given.rename,
            &given.moved,
            &given.replace,
        ];
        let verbs = verbs.into_iter().flatten().count();
        let values = [&given.value, &given.json].into_iter().flatten().count();
        let is_right = verbs == 1
            && values == usize::from(given.set.is_some())
            && given.to.is_some() == (given.rename.is_some() || given.moved.is_some());
        if !is_right {
            if step.intact {
                let message = format!("{} has a step that does not say one thing", place.shown);
                let label = "expected `set` with `value` or `json`, `remove`, `rename` or `move` with `to`, or `replace`";
                self.findings
                    .error(Code::InvalidValue, step.span, &message, label);
            }
            return None;
        }
        if let Some(at) = &given.set {
            let (text, form) = match (&given.value, &given.json) {
                (Some(text), _) => (text, Form::Text),
                (None, Some(text)) => (text, Form::Json),
                (None, None) => return None,
            };
            let names = self.text(text, form, place);
            Self::want(names, text.span, place);
            let name: Name = text.value.as_str().into();
            return Some(BodyChange::Set {
                at: self.pointer(at, place)?,
                value: match form {
                    Form::Json => BodyValue::Json(name),
                    Form::Text | Form::Path => BodyValue::Text(name),
                },
            });
        }
        if let Some(at) = &given.remove {
            let at = self.pointer(at, place)?;
            return Some(BodyChange::Remove { at });
        }
        if let Some(text) = &given.replace {
            let names = self.text(text, Form::Json, place);
            Self::want(names, text.span, place);
            return Some(BodyChange::Replace(text.value.as_str().into()));
        }
        let to = given.to.as_ref()?;
        if let Some(at) = &given.rename {
            let at = self.pointer(at, place)?;
            let to = to.value.as_str().into();
            return Some(BodyChange::Rename { at, to });
        }
        let from = self.pointer(given.moved.as_ref()?, place)?;
        let to = self.pointer(to, place)?;
        Some(BodyChange::Move { from, to })
    }

    /// A JSON pointer to one place.
    fn pointer(&mut self, at: &At<String>, place: &Place<'_>) -> Option<Name> {
        if let Err(fault) = Pointer::single(&at.value) {
            let message = format!("{} has a place that is none", place.shown);
            self.findings
                .error(Code::InvalidValue, at.span, &message, &fault.to_string())
                .help("write `/customer/name`, say");
            return None;
        }
        Some(at.value.as_str().into())
    }

    /// Checks a text that may be a template, and JSON that is none.
    fn text(&mut self, text: &At<String>, form: Form, place: &Place<'_>) -> Names {
        let fault = if form == Form::Json && !postern_transform::is_template(&text.value) {
            let read = postern_transform::Json::read(text.value.as_bytes());
            read.err().map(|broken| {
                let range = Some(broken.at..broken.at);
                (format!("it is no JSON: {}", broken.what), range)
            })
        } else {
            match postern_transform::check(&text.value, form, place.answers) {
                Ok(names) => return names,
                Err(fault) => Some((fault.problem, fault.range)),
            }
        };
        if let Some((problem, range)) = fault {
            let span = range.as_ref().map_or(text.span, |range| {
                within(self.findings.written(text.span), &text.value, range).map_or(
                    text.span,
                    |found| {
                        let start = text.span.start;
                        Span::new(start + found.start, start + found.end)
                    },
                )
            });
            let message = format!("{} has a text that cannot be used", place.shown);
            self.findings
                .error(Code::InvalidText, span, &message, &problem)
                .within(&text.value, range.as_ref());
        }
        Names::default()
    }

    fn want(names: Names, span: Span, place: &mut Place<'_>) {
        let names = names.params.into_iter();
        place.wanted.extend(names.map(|name| (name, span)));
    }

    /// Finds parameters that policies name and operations do not have.
    pub(super) fn wanted_parameters(&mut self, routes: &[Route]) {
        for wanted in std::mem::take(&mut self.wanted) {
            let lacks = routes.iter().find(|route| {
                let mut names = parts(&route.path).filter_map(Part::parameter);
                route.is_at(&wanted.level) && !names.any(|name| name == wanted.name)
            });
            let Some(route) = lacks else {
                continue;
            };
            let shown = format!("`{{{}}}`", wanted.name);
            let message = format!(
                "{} needs a parameter that operation {} does not have",
                wanted.policy,
                quote(&route.name)
            );
            let label = format!("no {shown} in its path {}", quote(&route.path));
            let names = parts(&route.path).filter_map(Part::parameter);
            self.findings
                .error(Code::UnknownParameter, wanted.span, &message, &label)
                .did_you_mean(&wanted.name, names);
        }
    }
}

fn many<T>(list: Option<&OneOrMany<T>>) -> impl Iterator<Item = &T> {
    list.into_iter().flat_map(|list| &list.0)
}

fn pairs<T, K>(map: Option<&Map<T, K>>) -> impl Iterator<Item = (&At<String>, &T)> {
    map.into_iter()
        .flat_map(|map| map.0.iter().map(|(key, value)| (key, value)))
}
