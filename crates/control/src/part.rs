//! A part of a configuration: what belongs to one tenant, what carries a tag, some kinds.

use crate::Refusal;
use crate::documents::{Document, kind};
use postern_store::{Belongs, Kind, Scope, belongs};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

#[cfg(test)]
mod tests;

/// Which documents are meant; all of them where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Only what belongs to this tenant: itself and its defaults, what says `tenant`, the keys and
    /// subscriptions of its apps, the revoked tokens of its issuers, the policies on it and on its services, and what those were
    /// imported from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Only what carries this tag, the keys and subscriptions of such apps, and the policies and
    /// imported documents of such services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Only documents of these kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
}

impl Part {
    /// Whether everything is meant.
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a document's own words do not tell if it is meant.
    fn looks_around(&self) -> bool {
        self.tenant.is_some() || self.tag.is_some()
    }

    /// How it is said on a command line.
    pub fn words(&self) -> String {
        let tenant = self.tenant.iter().map(|name| format!("--tenant {name}"));
        let tag = self.tag.iter().map(|name| format!("--tag {name}"));
        let kinds = self.kinds.iter().map(|name| format!("--kind {name}"));
        tenant.chain(tag).chain(kinds).collect::<Vec<_>>().join(" ")
    }
}

/// What other documents are told by.
#[derive(Debug, Clone, Default)]
struct Marks {
    tenant: Option<Box<str>>,
    tagged: bool,
}

/// Tells which documents belong to a part.
#[derive(Debug)]
pub(crate) struct Members {
    part: Part,
    kinds: Vec<Kind>,
    apps: HashMap<String, Marks>,
    services: HashMap<String, Marks>,
    issuers: HashMap<String, Marks>,
}

impl Members {
    /// Knows nothing yet of the documents that others are told by.
    ///
    /// # Errors
    /// The part names a kind that there is not.
    pub(crate) fn new(part: Part) -> Result<Self, Refusal> {
        let kinds = part.kinds.iter().map(|name| kind(name));
        Ok(Self {
            kinds: kinds.collect::<Result<_, _>>()?,
            part,
            apps: HashMap::new(),
            services: HashMap::new(),
            issuers: HashMap::new(),
        })
    }

    pub(crate) const fn part(&self) -> &Part {
        &self.part
    }

    /// What has to be [looked at](Self::look_at) first.
    pub(crate) fn told_by(&self) -> Result<Vec<Scope>, Refusal> {
        if !self.part.looks_around() {
            return Ok(Vec::new());
        }
        Ok(vec![
            Scope::Kind(Kind::new("app")?),
            Scope::Kind(Kind::new("service")?),
            Scope::Kind(Kind::new("issuer")?),
        ])
    }

    /// Notes what others are told by. What was noted under the name before is forgotten.
    pub(crate) fn look_at(&mut self, kind: &str, id: &str, value: &Value) {
        let all = match kind {
            "app" => &mut self.apps,
            "service" => &mut self.services,
            "issuer" => &mut self.issuers,
            _ => return,
        };
        let marks = Marks {
            tenant: text(value, "tenant").map(Into::into),
            tagged: is_tagged(value, self.part.tag.as_deref()),
        };
        all.insert(id.to_owned(), marks);
    }

    /// Whether a document belongs to the part.
    pub(crate) fn have(&self, kind: &Kind, id: &str, value: &Value) -> bool {
        if !self.kinds.is_empty() && !self.kinds.contains(kind) {
            return false;
        }
        if !self.part.looks_around() {
            return true;
        }
        let marks = self.marks(kind.as_str(), id, value);
        let tenant = self.part.tenant.as_deref();
        tenant.is_none_or(|name| marks.tenant.as_deref() == Some(name))
            && (self.part.tag.is_none() || marks.tagged)
    }

    fn marks(&self, kind: &str, id: &str, value: &Value) -> Marks {
        let mut marks = match belongs(kind, id, value).0 {
            Belongs::Platform => Marks::default(),
            Belongs::Tenant(tenant) => Marks {
                tenant: Some(tenant.into()),
                tagged: false,
            },
            Belongs::With(kind, name) => {
                let all = match kind {
                    "app" => &self.apps,
                    "issuer" => &self.issuers,
                    _ => &self.services,
                };
                all.get(name).cloned().unwrap_or_default()
            }
        };
        marks.tagged |= is_tagged(value, self.part.tag.as_deref());
        marks
    }

    /// Refuses documents that do not belong to the part.
    pub(crate) fn check(&self, all: &[Document]) -> Result<(), Refusal> {
        let outside = all
            .iter()
            .filter(|one| !self.have(&one.kind, &one.id, &one.value));
        let outside = outside.map(|one| (one.kind.clone(), one.id.clone()));
        match refusal(outside.collect()) {
            Some(refusal) => Err(refusal.help(format!(
                "with {} a file may have only what belongs to it",
                self.part.words()
            ))),
            None => Ok(()),
        }
    }
}

/// What is outside of the part, if anything is.
pub(crate) fn refusal(mut outside: Vec<(Kind, Box<str>)>) -> Option<Refusal> {
    const FEW: usize = 10;
    outside.sort_unstable();
    let mut named: Vec<String> = outside
        .iter()
        .take(FEW)
        .map(|(kind, id)| format!("{kind} `{}`", id.escape_debug()))
        .collect();
    if outside.len() > FEW {
        named.push(format!("{} more", outside.len() - FEW));
    }
    (!named.is_empty()).then(|| {
        let message = format!(
            "outside of the part that is meant: {}; nothing was changed",
            named.join(", ")
        );
        Refusal::invalid(message)
    })
}

fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str)
}

fn is_tagged(value: &Value, tag: Option<&str>) -> bool {
    let tags = value.get("tags").and_then(Value::as_array);
    tags.into_iter()
        .flatten()
        .any(|found| tag.is_some() && found.as_str() == tag)
}
