//! What an import comes to.

use super::around::{authentication, described, open, scopes, version};
use super::kept::{self, KeptDocument};
use super::{Import, policies};
use crate::Refusal;
use crate::credential::hex;
use aws_lc_rs::digest::{SHA256, digest};
use postern_config::{TextKind, check_text};
use postern_openapi::{Difference, Imported, Operation, Report, difference, excerpt};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

#[cfg(test)]
mod tests;

/// What was there before.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// The service.
    pub(super) service: Option<Map<String, Value>>,
    /// What an earlier import kept.
    pub(super) kept: KeptDocument,
    /// Policies of earlier imports, as they are.
    pub(super) policies: Map<String, Value>,
    /// The versions of all these documents, by kind and id; what is not here was not there, or was
    /// not looked for.
    pub(super) versions: Versions,
}

/// Versions of documents, by kind and id.
pub(super) type Versions = HashMap<(&'static str, String), u64>;

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    /// Service and version.
    pub(super) service: String,
    /// What the document calls its version.
    pub(super) api_version: Option<String>,
    pub(super) title: Option<String>,
    pub(super) dialect: &'static str,
    /// How many operations the document has.
    pub(super) found: usize,
    pub(super) report: Report,
    pub(super) difference: Difference,
    /// What is done besides.
    pub(super) also: Vec<String>,
    /// Whether the original is kept.
    pub(super) document_kept: bool,
    /// The versions of what it was made up from.
    pub(super) versions: Versions,
    /// Kind, id and what becomes of it; removed without a value.
    pub(super) documents: Vec<(&'static str, String, Option<Value>)>,
    /// The id of what is kept, and what it is.
    pub(super) kept: (String, Value),
}

/// Whether service and version can be called so.
pub(super) fn names(given: &Import) -> Result<(), Refusal> {
    let all = [
        ("a service", Some(&given.service), TextKind::Name),
        ("a version", Some(&given.version), TextKind::Name),
        ("a tenant", given.tenant.as_ref(), TextKind::Name),
        ("an upstream", given.upstream.as_ref(), TextKind::Name),
        ("a base path", given.base_path.as_ref(), TextKind::BasePath),
    ];
    for (what, text, kind) in all {
        if let Some(text) = text
            && let Err(rejected) = check_text(kind, text)
        {
            let shown: String = text.chars().take(80).flat_map(char::escape_debug).collect();
            let refusal = Refusal::invalid(format!("`{shown}` is not {what}: {}", rejected.why));
            return Err(match rejected.better {
                Some(better) => refusal.help(format!("`{better}` would be")),
                None => refusal,
            });
        }
    }
    if given.upstream.is_some() && given.upstream_url.is_some() {
        let message = "an upstream that is there and a new one cannot both be meant";
        return Err(Refusal::invalid(message).help("give one of `upstream` and `upstream_url`"));
    }
    Ok(())
}

impl Plan {
    /// Makes it up.
    pub(super) fn make(
        given: &Import,
        mut imported: Imported,
        before: &Before,
        text: &[u8],
    ) -> Result<Self, Refusal> {
        let mut also = Vec::new();
        let mut report = std::mem::take(&mut imported.report);
        let new = before.service.is_none();
        let mut service = before.service.clone().unwrap_or_default();
        if given.open {
            open(&mut imported.operations, &mut report);
        }
        authentication(given, new, &imported, &mut service, &mut also)?;
        scopes(&imported, &mut service, &mut also);
        if new {
            described(given, &imported, &mut service);
        }
        if new && let Some(path) = given.base_path.as_ref().filter(|path| !path.is_empty()) {
            service.insert("base_path".to_owned(), path.clone().into());
        }
        let mut documents = Vec::new();
        let mut version = version(
            given,
            &imported,
            before,
            &service,
            &mut documents,
            &mut also,
        )?;
        held(given, &imported, &mut version, &mut report, &mut also);
        let now = match version.get("operations") {
            Some(Value::Object(operations)) => operations.clone(),
            _ => Map::new(),
        };
        let origin = &before.kept.operations;
        let mut difference = difference(&imported.operations, &now, origin, &mut report);
        let operations = std::mem::take(&mut difference.operations);
        let policies = self::policies(given, &imported, before, &difference, &mut also);
        version.insert("operations".to_owned(), Value::Object(operations));
        let versions = service.entry("versions").or_insert_with(|| json!({}));
        if let Value::Object(versions) = versions {
            versions.insert(given.version.clone(), Value::Object(version));
        }
        let value = Value::Object(service);
        documents.push(("service", given.service.clone(), Some(value)));
        let changes = policies.changes.into_iter();
        documents.extend(changes.map(|(id, value)| ("policy", id, value)));
        let (title, api_version) = (imported.title.clone(), imported.version.clone());
        let (dialect, found) = (imported.dialect.as_str(), imported.operations.len());
        let digest = hex(digest(&SHA256, text).as_ref());
        let name = given.name.rsplit('/').next().unwrap_or_default();
        let name: String = name.chars().take(200).collect();
        let origin = std::mem::take(&mut difference.origin);
        let (value, document_kept) = kept::value(&name, &digest, imported, &origin, &policies.kept);
        if !document_kept {
            let what = "the document is too large to be kept";
            let instead = "its operations are imported; an export is written without it";
            report.add("", what, instead);
        }
        Ok(Self {
            service: kept::id(&given.service, &given.version),
            api_version,
            title,
            dialect,
            found,
            report,
            difference,
            also,
            document_kept,
            versions: before.versions.clone(),
            documents,
            kept: (kept::id(&given.service, &given.version), value),
        })
    }
}

/// Puts what requests are compared with into the version, where they are to be held to it, or where
/// an earlier import has done so.
fn held(
    given: &Import,
    imported: &Imported,
    version: &mut Map<String, Value>,
    report: &mut Report,
    also: &mut Vec<String>,
) {
    let before = version.get("openapi").and_then(Value::as_str);
    let is_inline = before.is_some_and(|text| text.starts_with('{'));
    if !given.contract && !is_inline {
        return;
    }
    match excerpt(imported) {
        Ok(text) if before == Some(&text) => {}
        Ok(text) => {
            also.push("what requests are held to is that of the document".to_owned());
            version.insert("openapi".to_owned(), text.into());
        }
        Err(why) => {
            let what = format!("a document that requests cannot be held to: {why}");
            report.add("", what, "requests are held to what they were before");
        }
    }
}

fn policies(
    given: &Import,
    imported: &Imported,
    before: &Before,
    difference: &Difference,
    also: &mut Vec<String>,
) -> policies::Policies {
    let mut wanted = Vec::new();
    let held = policies::contract(&given.service, &given.version);
    // What was held to the document once is not let go by an import that does not say so again.
    if given.contract || before.kept.policies.contains_key(&held.0) {
        also.push("a policy that holds requests to the document".to_owned());
        wanted.push(held);
    }
    if given.policies {
        let by_pointer: HashMap<&str, &Operation> = imported
            .operations
            .iter()
            .map(|operation| (operation.pointer.as_str(), operation))
            .collect();
        for (name, origin) in &difference.origin {
            let pointer = origin.get("pointer").and_then(Value::as_str);
            if let Some(operation) = pointer.and_then(|pointer| by_pointer.get(pointer)) {
                let (service, version) = (&given.service, &given.version);
                wanted.extend(policies::of(service, version, name, operation));
            }
        }
        also.push(match wanted.len() {
            1 => "1 policy about bodies".to_owned(),
            count => format!("{count} policies about bodies"),
        });
    }
    let removed: HashSet<&str> = difference.removed.iter().map(String::as_str).collect();
    let gone = |policy: &Value| {
        let operation = policy.pointer("/on/operation").and_then(Value::as_str);
        operation.is_some_and(|name| removed.contains(name))
    };
    policies::changes(wanted, &before.kept.policies, &before.policies, gone, also)
}
