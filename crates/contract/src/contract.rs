//! What one operation asks of its requests.

use crate::body::Body;
use crate::document::{Document, Found};
use crate::fault::{Fault, MOST};
use crate::pairs::Blank;
use crate::parameter::{Parameter, ParameterFault, Place, Sent, unknown};
use serde_json::Value;

/// Parameters of one operation at most.
const PARAMETERS: usize = 200;

/// Media types that are offered at most.
const OFFERED: usize = 50;

/// What stands for what is asked, where answers are kept: of something else, they are others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// For what is asked of parameters.
    pub parameters: u64,
    /// For what is asked of bodies.
    pub body: u64,
    /// For what is offered.
    pub offers: u64,
}

/// An operation of a document, compiled.
#[derive(Debug)]
pub struct Contract {
    parameters: Vec<Parameter>,
    body: Option<Body>,
    offers: Vec<Box<str>>,
    /// Query parameters in which the document takes keys.
    keys: Vec<Box<str>>,
    marks: Marks,
}

impl Contract {
    /// Compiles an operation. `names`: what its path parameters are called in the template.
    pub(crate) fn compile(
        document: &Document,
        item: &Found<'_>,
        operation: &Found<'_>,
        names: &[(&str, &str)],
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let parameters = parameters(document, item, operation, names, &mut faults);
        let body = match operation.member("requestBody") {
            None
            | Some(Found {
                value: Value::Null, ..
            }) => None,
            Some(given) => Body::compile(document, given)
                .map_err(|more| faults.extend(more))
                .ok(),
        };
        if !faults.is_empty() {
            faults.truncate(MOST);
            return Err(faults);
        }
        let keys = document.key_parameters();
        let mark = parameters.iter().map(Parameter::mark).collect::<Vec<_>>();
        let offers = offers(document, operation);
        let marks = Marks {
            parameters: crate::schema::mark(&format!("{mark:?} {keys:?}")),
            body: body
                .as_ref()
                .map_or(0, |body| crate::schema::mark(&body.mark())),
            offers: crate::schema::mark(&offers.join(" ")),
        };
        Ok(Self {
            parameters,
            body,
            offers,
            keys,
            marks,
        })
    }

    /// What stands for what is asked.
    pub const fn marks(&self) -> Marks {
        self.marks
    }

    /// Whether anything is asked of parameters.
    pub fn has_parameters(&self) -> bool {
        !self.parameters.is_empty()
    }

    /// The media types of its answers; none where nothing is said of them.
    pub fn offers(&self) -> &[Box<str>] {
        &self.offers
    }

    /// What is asked of bodies; `None`: nothing.
    pub const fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    /// What speaks against the parameters of a request; empty: nothing.
    pub fn against(&self, sent: &dyn Sent) -> Vec<ParameterFault> {
        let mut out = Vec::new();
        for parameter in &self.parameters {
            parameter.against(sent, &mut out);
            if out.len() >= crate::violation::MOST {
                break;
            }
        }
        out.truncate(crate::violation::MOST);
        out
    }

    /// The query parameters that the operation does not have. `others` are known besides.
    pub fn unknown(&self, query: &[u8], others: &dyn Fn(&str) -> bool) -> Vec<ParameterFault> {
        let mut out: Vec<ParameterFault> = Vec::new();
        for (name, _) in crate::pairs::pairs(query) {
            let decoded = crate::pairs::decode(name, Blank::Plus);
            let is_known = decoded.as_ref().is_some_and(|name| {
                others(name)
                    || self.keys.iter().any(|key| **key == **name)
                    || self.parameters.iter().any(|one| one.owns(name))
            });
            if is_known {
                continue;
            }
            let shown = decoded.unwrap_or_else(|| String::from_utf8_lossy(name).into_owned());
            let fault = unknown(&shown);
            if !out.contains(&fault) {
                out.push(fault);
            }
            if out.len() == crate::violation::MOST {
                break;
            }
        }
        out
    }
}

/// The parameters of an operation, and those of its path that it does not say anew.
fn parameters(
    document: &Document,
    item: &Found<'_>,
    operation: &Found<'_>,
    names: &[(&str, &str)],
    faults: &mut Vec<Fault>,
) -> Vec<Parameter> {
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut out = Vec::new();
    for holder in [operation, item] {
        let list = holder.member("parameters");
        let list = list.iter().flat_map(Found::items);
        for given in list {
            let found = match document.follow(given) {
                Ok(found) => found,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            };
            let text = |name: &str| found.text(name).unwrap_or_default().to_owned();
            let mark = (text("in"), text("name"));
            if seen.contains(&mark) {
                continue;
            }
            seen.push(mark);
            if seen.len() > PARAMETERS {
                let what = format!("more than {PARAMETERS} parameters");
                faults.push(found.fault(what, "take some out"));
                return out;
            }
            match Parameter::compile(document, &found, names) {
                Ok(parameter) => out.extend(parameter),
                Err(more) => faults.extend(more),
            }
        }
    }
    out.sort_by_key(|one| match one.place {
        Place::Path => 0,
        Place::Query => 1,
        Place::Header => 2,
        Place::Cookie => 3,
    });
    out
}

/// The media types of the answers that say what was asked for.
fn offers(document: &Document, operation: &Found<'_>) -> Vec<Box<str>> {
    let Some(responses) = operation.member("responses") else {
        return Vec::new();
    };
    let of = |wanted: &dyn Fn(&str) -> bool| {
        let mut found: Vec<Box<str>> = Vec::new();
        for (_, response) in responses.members().filter(|(status, _)| wanted(status)) {
            let Ok(response) = document.follow(response) else {
                continue;
            };
            let content = response.member("content");
            for (media, _) in content.iter().flat_map(Found::members) {
                let media = media.to_ascii_lowercase();
                if found.len() < OFFERED && !found.iter().any(|known| **known == *media) {
                    found.push(media.into());
                }
            }
        }
        found
    };
    let found = of(&|status| status.starts_with('2'));
    if found.is_empty() {
        return of(&|status| status == "default");
    }
    found
}
