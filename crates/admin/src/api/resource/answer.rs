//! How documents are shown, and how what goes wrong with one is said.

use crate::api::problem::{Code, FieldError, Place, Problem};
use crate::api::reply::Reply;
use postern_control::documents;
use postern_control::{Refusal, Seen};
use serde_json::{Map, Value};

/// A document with its id and version.
pub(crate) fn shown(seen: Seen) -> Value {
    let mut members = Map::new();
    members.insert("id".to_owned(), seen.id.into());
    members.insert("version".to_owned(), seen.version.into());
    if let Value::Object(document) = seen.document {
        members.extend(document);
    }
    Value::Object(members)
}

/// A document as the answer.
pub(crate) fn reply(seen: Seen) -> Reply {
    let version = seen.version;
    Reply::json(&shown(seen)).version(version)
}

/// What a refused change of a document means to whoever sent it: places in the configuration
/// become places in the body where they are about this document.
pub(crate) fn problem(refusal: Refusal, kind: &str, id: &str, removing: bool) -> Problem {
    let refused = refusal.code.clone();
    let mut problem = Problem::from(refusal);
    if refused != "configuration" {
        return problem;
    }
    let own = documents::place(kind, id);
    let mut others = false;
    for error in &mut problem.errors {
        match error.pointer.strip_prefix(&own) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                error.pointer = rest.to_owned();
                error.place = Place::Body;
            }
            _ => others = true,
        }
    }
    if let [only] = &problem.errors[..] {
        problem.detail.clone_from(&only.detail);
    } else if !problem.errors.is_empty() {
        problem.detail = format!("{} things would be wrong.", problem.errors.len());
    }
    if removing && others {
        problem.code = Code::InUse;
        problem.detail = format!("Others refer to {kind} `{id}`: {}.", named(&problem.errors));
    }
    problem
}

/// The things that errors are about: `services/orders`, `policies/office`.
fn named(errors: &[FieldError]) -> String {
    let mut names: Vec<String> = Vec::new();
    for error in errors {
        let steps = error.pointer.split('/').skip(1).take(2);
        let name = steps.collect::<Vec<_>>().join("/");
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}
