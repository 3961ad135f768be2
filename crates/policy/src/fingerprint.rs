//! Whose refusal an upstream's answer looks like: what stood behind the gateway and said no, and why.
//!
//! A table of signs, each of which is a few marks in status, header fields and the beginning of the
//! body. What is said of an answer is written here and nowhere copied from the answer, so nothing
//! secret can come into it. That a product stands *on the path* does not mean that it *issued* the
//! refusal: its name in a field of an answer that it passed on is told apart.

mod edges;
mod frameworks;
mod gateways;
mod servers;
#[cfg(test)]
mod tests;

use crate::fields::Fields;
use memchr::memmem;
use serde::{Deserialize, Serialize};

/// Most hints that are given besides the best.
const OTHERS: usize = 2;
/// Most names of products on the path.
const ON_THE_PATH: usize = 4;

/// An upstream's answer, as far as it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Its status.
    pub status: u16,
    /// Its header fields, as the upstream sent them.
    pub fields: &'a Fields,
    /// How its body begins, without a content coding.
    pub body: &'a [u8],
}

/// What kind of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A check against cross-site request forgery.
    Csrf,
    /// Who calls is not known.
    Authentication,
    /// Who calls may not do this.
    Permission,
    /// A web application firewall, or a rule of an edge network.
    Firewall,
    /// A wall against programs that are no browsers.
    Challenge,
    /// A storage of objects.
    Storage,
    /// A rule of another gateway.
    Gateway,
    /// A page of a web server.
    Server,
    /// Too much of something.
    Limit,
    /// The path, the method or the host leads nowhere there.
    Routing,
    /// The request is not as the application asks for it.
    Validation,
}

impl Kind {
    /// The kind in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Csrf => "check against cross-site requests (CSRF)",
            Self::Authentication => "authentication",
            Self::Permission => "permissions",
            Self::Firewall => "firewall",
            Self::Challenge => "wall against bots",
            Self::Storage => "object storage",
            Self::Gateway => "rules of a gateway",
            Self::Server => "web server",
            Self::Limit => "rate limit",
            Self::Routing => "routing",
            Self::Validation => "validation",
        }
    }
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Others say the same.
    Low,
    /// Few others do.
    Medium,
    /// Nobody else is known to.
    High,
}

/// What one sign says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// Which product.
    pub who: &'static str,
    /// What kind of refusal.
    pub kind: Kind,
    /// How sure it is.
    pub confidence: Confidence,
    /// What says so.
    pub evidence: Vec<String>,
    /// What to do next.
    pub next: &'static str,
}

/// What is said of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Likeness {
    /// What it looks like, the surest first; empty: like nothing that is known.
    pub hints: Vec<Hint>,
    /// What stands on the way to whatever issued it, by its own fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_the_path: Vec<&'static str>,
}

impl Likeness {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.hints.is_empty() && self.on_the_path.is_empty()
    }
}

/// A row of the table: whatever has all the marks looks like it.
struct Sign {
    who: &'static str,
    kind: Kind,
    confidence: Confidence,
    marks: &'static [Mark],
    next: &'static str,
}

/// One thing that an answer may have.
#[derive(Debug, Clone, Copy)]
enum Mark {
    /// One of these statuses.
    Status(&'static [u16]),
    /// A field whose value has that in it, whatever its case; an empty one: the field.
    Field(&'static str, &'static str),
    /// No field of that name.
    NoField(&'static str),
    /// The body has that in it.
    Body(&'static str),
    /// The body is that and nothing else, but for white space around it.
    Exactly(&'static str),
    /// There is no body.
    Empty,
}

const fn sign(
    who: &'static str,
    kind: Kind,
    confidence: Confidence,
    marks: &'static [Mark],
    next: &'static str,
) -> Sign {
    Sign {
        who,
        kind,
        confidence,
        marks,
        next,
    }
}

/// Every sign. Of two that are as sure, the first stands first.
const TABLES: [&[Sign]; 5] = [
    frameworks::CSRF,
    frameworks::APPLICATIONS,
    edges::SIGNS,
    gateways::SIGNS,
    servers::SIGNS,
];

/// Looks an answer up in the table.
pub fn recognise(answer: Answer<'_>) -> Likeness {
    let signs = TABLES.iter().copied().flatten();
    let mut found: Vec<&Sign> = signs.filter(|sign| sign.fits(answer)).collect();
    // A sort that keeps the order of the table; more marks say more.
    found.sort_by_key(|sign| std::cmp::Reverse((sign.confidence, sign.marks.len())));
    let mut hints: Vec<Hint> = Vec::new();
    for sign in found {
        // What a surer sign says of the same product includes what this one says.
        let said = hints.iter().any(|hint| hint.who == sign.who);
        if !said && hints.len() <= OTHERS {
            hints.push(sign.hint());
        }
    }
    let on_the_path = edges::ON_THE_PATH
        .iter()
        .filter(|(mark, who)| mark.is_in(answer) && hints.iter().all(|hint| hint.who != *who))
        .map(|(_, who)| *who);
    let mut names: Vec<&'static str> = Vec::new();
    for who in on_the_path {
        if !names.contains(&who) && names.len() < ON_THE_PATH {
            names.push(who);
        }
    }
    Likeness {
        hints,
        on_the_path: names,
    }
}

impl Sign {
    fn fits(&self, answer: Answer<'_>) -> bool {
        self.marks.iter().all(|mark| mark.is_in(answer))
    }

    fn hint(&self) -> Hint {
        Hint {
            who: self.who,
            kind: self.kind,
            confidence: self.confidence,
            evidence: self.marks.iter().filter_map(|mark| mark.words()).collect(),
            next: self.next,
        }
    }
}

impl Mark {
    fn is_in(self, answer: Answer<'_>) -> bool {
        match self {
            Self::Status(any) => any.contains(&answer.status),
            Self::Field(name, part) => answer
                .fields
                .named(name.as_bytes())
                .any(|value| has_word(value, part.as_bytes())),
            Self::NoField(name) => answer.fields.named(name.as_bytes()).next().is_none(),
            Self::Body(text) => memmem::find(answer.body, text.as_bytes()).is_some(),
            Self::Exactly(text) => answer.body.trim_ascii() == text.as_bytes(),
            Self::Empty => answer.body.trim_ascii().is_empty(),
        }
    }

    /// What the mark says; `None` where it is an absence, or stands in the record anyway.
    fn words(self) -> Option<String> {
        match self {
            Self::Status(_) | Self::NoField(_) => None,
            Self::Field(name, "") => Some(format!("header `{name}` is there")),
            Self::Field(name, part) => Some(format!("header `{name}` says `{part}`")),
            Self::Body(text) => Some(format!("body says `{text}`")),
            Self::Exactly(text) => Some(format!("body is `{text}`")),
            Self::Empty => Some("body is empty".to_owned()),
        }
    }
}

/// Whether `part` is in `value`, whatever its case.
fn has_word(value: &[u8], part: &[u8]) -> bool {
    part.is_empty()
        || value
            .windows(part.len())
            .any(|at| at.eq_ignore_ascii_case(part))
}
