//! Policies that a document asks for: which media types a body may have, and how large it may be.

use crate::credential::hex;
use aws_lc_rs::digest::{SHA256, digest};
use postern_openapi::Operation;
use serde_json::{Map, Value, json};

/// Longest name of a policy.
const LONGEST: usize = 64;

/// The policy that holds the requests of a version to its document, by its id.
pub(super) fn contract(service: &str, version: &str) -> (String, Value) {
    let on = json!({"service": service, "version": version});
    let id = named(&format!("{service}.{version}"), "contract");
    (id, json!({"kind": "contract", "on": on}))
}

/// The id of a policy about something.
fn named(about: &str, what: &str) -> String {
    let plain = format!("{about}.{what}");
    if plain.len() <= LONGEST {
        return plain;
    }
    let digest = digest(&SHA256, plain.as_bytes());
    let short = digest.as_ref().get(..12).unwrap_or_default();
    format!("import.{}.{what}", hex(short))
}

/// The policies of an operation, by their ids.
pub(super) fn of(
    service: &str,
    version: &str,
    name: &str,
    operation: &Operation,
) -> Vec<(String, Value)> {
    let on = json!({"service": service, "version": version, "operation": name});
    let id = |what: &str| named(&format!("{service}.{version}.{name}"), what);
    let mut out = Vec::new();
    if !operation.media_types.is_empty() {
        let value = json!({"kind": "headers", "on": on, "content_types": operation.media_types});
        out.push((id("media-types"), value));
    }
    if let Some(most) = operation.max_body {
        let value = json!({"kind": "body", "on": on, "max_size": most});
        out.push((id("body"), value));
    }
    out
}

/// What becomes of policies.
#[derive(Debug, Default)]
pub(super) struct Policies {
    /// By id, what they become; removed without a value.
    pub(super) changes: Vec<(String, Option<Value>)>,
    /// What is kept of them for the next import.
    pub(super) kept: Map<String, Value>,
}

/// What becomes of the policies of earlier imports: those that were changed by hand stay as they
/// are, of the others those that are wanted no longer go. `stored` is what they are now.
pub(super) fn changes(
    wanted: Vec<(String, Value)>,
    earlier: &Map<String, Value>,
    stored: &Map<String, Value>,
    gone: impl Fn(&Value) -> bool,
    also: &mut Vec<String>,
) -> Policies {
    let Policies {
        mut changes,
        mut kept,
    } = Policies::default();
    for (id, value) in wanted {
        match (stored.get(&id), earlier.get(&id)) {
            (Some(now), Some(before)) if now != before => {
                also.push(format!("policy {id} was changed by hand, and stays"));
            }
            _ => changes.push((id.clone(), Some(value.clone()))),
        }
        kept.insert(id, value);
    }
    for (id, before) in earlier {
        let Some(now) = stored.get(id).filter(|_| !kept.contains_key(id)) else {
            continue;
        };
        // One whose operation is gone cannot stay.
        if now == before || gone(now) {
            also.push(format!("policy {id} is removed"));
            changes.push((id.clone(), None));
        } else {
            also.push(format!("policy {id} was changed by hand, and stays"));
            kept.insert(id.clone(), before.clone());
        }
    }
    Policies { changes, kept }
}
