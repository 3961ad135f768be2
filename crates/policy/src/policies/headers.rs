//! Kind `headers`: what a request's head must look like, and whether its body looks like it says.

use super::media;
use crate::facts::Facts;
use crate::fields::Known;
use postern_model::entity::{HeadersRule, Method, Name};
use serde::{Deserialize, Serialize};

/// How many bytes of a body are looked at.
pub(crate) const SNIFFED: usize = 64;

/// Compiled.
#[derive(Debug)]
pub(crate) struct Headers {
    methods: Vec<Method>,
    required: Vec<Field>,
    values: Vec<(Field, Vec<Name>)>,
    content_types: Vec<Name>,
    sniff: bool,
    length_required: bool,
}

/// A header that a rule names.
#[derive(Debug)]
struct Field {
    name: Name,
    known: Known,
}

/// What is wrong with a head.
#[derive(Debug)]
pub(crate) enum Wrong<'a> {
    /// A header is missing.
    Missing(&'a Name),
    /// A header has a value that it may not have.
    Value { name: &'a Name, allowed: &'a [Name] },
    /// There is a body and no media type.
    TypeMissing { accepted: &'a [Name] },
    /// The body's media type is not accepted.
    Type { accepted: &'a [Name] },
    /// The body does not look like its media type.
    Disguised {
        looks_like: Option<&'a str>,
        accepted: &'a [Name],
    },
    /// The body has no length.
    Length,
}

impl Field {
    fn new(name: &Name) -> Self {
        Self {
            name: name.clone(),
            known: Known::of(name.as_bytes()),
        }
    }

    fn value<'a>(&'a self, facts: &'a dyn Facts, nth: usize) -> Option<&'a [u8]> {
        match self.known {
            Known::Other => facts.header_named(self.name.as_bytes(), nth),
            known => facts.header(known, nth),
        }
    }
}

impl Headers {
    pub(super) fn new(rule: &HeadersRule) -> Self {
        Self {
            methods: rule.methods.clone(),
            required: rule.required.iter().map(Field::new).collect(),
            values: rule
                .values
                .iter()
                .map(|v| (Field::new(&v.header), v.allowed.clone()))
                .collect(),
            content_types: rule.content_types.clone(),
            sniff: rule.sniff,
            length_required: rule.length_required,
        }
    }

    /// The headers that it names and [`Known`] does not, with the values that each may have.
    pub(super) fn others(&self) -> impl Iterator<Item = (&Name, &[Name])> {
        let required = self.required.iter().map(|field| (field, &[][..]));
        let values = self.values.iter().map(|(field, v)| (field, v.as_slice()));
        let all = required.chain(values);
        all.filter(|(field, _)| field.known == Known::Other)
            .map(|(field, values)| (&field.name, values))
    }

    fn is_about(&self, method: Option<Method>) -> bool {
        self.methods.is_empty() || method.is_some_and(|method| self.methods.contains(&method))
    }

    /// Judges what can be told before the body.
    pub(crate) fn judge(&self, facts: &dyn Facts, method: Option<Method>) -> Option<Wrong<'_>> {
        if !self.is_about(method) {
            return None;
        }
        if let Some(field) = self.required.iter().find(|f| f.value(facts, 0).is_none()) {
            return Some(Wrong::Missing(&field.name));
        }
        let wrong = self.values.iter().find(|(field, allowed)| {
            (0..)
                .map_while(|nth| field.value(facts, nth))
                .any(|value| !allowed.iter().any(|a| permits(a, value)))
        });
        if let Some((field, allowed)) = wrong {
            return Some(Wrong::Value {
                name: &field.name,
                allowed,
            });
        }
        if !facts.has_body() {
            return None;
        }
        if self.length_required && facts.header(Known::ContentLength, 0).is_none() {
            return Some(Wrong::Length);
        }
        let accepted = self.content_types.as_slice();
        if accepted.is_empty() {
            return None;
        }
        let Some(sent) = facts.header(Known::ContentType, 0) else {
            return Some(Wrong::TypeMissing { accepted });
        };
        let essence = media::essence(sent);
        let twice = facts.header(Known::ContentType, 1).is_some();
        let fits = !twice && accepted.iter().any(|range| media::covers(range, essence));
        (!fits).then_some(Wrong::Type { accepted })
    }

    /// Whether the body's beginning has to be looked at.
    pub(crate) fn wants_body(&self, facts: &dyn Facts, method: Option<Method>) -> bool {
        self.sniff && self.is_about(method) && facts.has_body()
    }

    /// What is wrong with a body that does not look like its media type.
    pub(crate) fn disguised<'a>(&'a self, looks_like: Option<&'a str>) -> Wrong<'a> {
        Wrong::Disguised {
            looks_like,
            accepted: &self.content_types,
        }
    }
}

/// A body that does not look like its media type.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Disguise {
    /// What it looks like, if that can be told.
    pub(crate) looks_like: Option<Box<str>>,
}

/// Whether a body that begins so is in disguise.
pub(crate) fn disguise(facts: &dyn Facts, start: &[u8]) -> Option<Disguise> {
    let sent = facts.header(Known::ContentType, 0);
    (!media::fits(sent, start)).then(|| Disguise {
        looks_like: media::looks_like(start).map(Into::into),
    })
}

/// Whether an allowed value, perhaps with `*` at its end, permits a value. Case counts.
fn permits(allowed: &str, value: &[u8]) -> bool {
    match allowed.strip_suffix('*') {
        Some(start) => value.starts_with(start.as_bytes()),
        None => allowed.as_bytes() == value,
    }
}
