//! What stands around the operations of an import: service, version and upstream.

use super::plan::Before;
use super::{Import, State};
use crate::Refusal;
use postern_openapi::{Imported, Operation, Report};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What a new service is called, and whose it is.
pub(super) fn described(given: &Import, imported: &Imported, service: &mut Map<String, Value>) {
    let texts = [
        ("title", &imported.title),
        ("description", &imported.description),
        ("tenant", &given.tenant),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            service.insert(name.to_owned(), text.clone().into());
        }
    }
}

/// Nobody is asked for anything.
pub(super) fn open(operations: &mut [Operation], report: &mut Report) {
    for operation in operations {
        if !operation.scopes.is_empty() {
            let what = "an operation that asks for scopes";
            let instead = "everybody may call, as was said for this import";
            report.add(&operation.pointer, what, instead);
        }
        operation.scopes.clear();
        operation.anonymous = false;
    }
}

/// A new service asks for a key, unless it was said that everybody may call.
pub(super) fn authentication(
    given: &Import,
    new: bool,
    imported: &Imported,
    service: &mut Map<String, Value>,
    also: &mut Vec<String>,
) -> Result<(), Refusal> {
    if service.contains_key("authentication") || given.open {
        return Ok(());
    }
    let mut asking = imported.operations.iter();
    if !new {
        let Some(first) = asking.find(|operation| !operation.scopes.is_empty()) else {
            return Ok(());
        };
        let message = format!(
            "service `{}` asks for no credential, and operation `{}` of the document needs scopes",
            given.service, first.name
        );
        return Err(Refusal::new("conflict", message).help(
            "add `authentication: {api_key: {}}` to the service, or say that everybody may call \
             (`--open`)",
        ));
    }
    if !imported.secured {
        also.push(
            "the document says nothing about who may call: the service asks for an API key"
                .to_owned(),
        );
    }
    let places = &imported.key_places;
    let mut api_key = Map::new();
    if !places.headers.is_empty() {
        api_key.insert("header".to_owned(), json!(places.headers));
    }
    if !places.query.is_empty() {
        api_key.insert("query".to_owned(), json!(places.query));
    }
    service.insert("authentication".to_owned(), json!({ "api_key": api_key }));
    Ok(())
}

/// Scopes of the document that the service does not have yet.
pub(super) fn scopes(
    imported: &Imported,
    service: &mut Map<String, Value>,
    also: &mut Vec<String>,
) {
    let used: BTreeSet<&str> = imported
        .operations
        .iter()
        .flat_map(|operation| operation.scopes.iter().map(String::as_str))
        .collect();
    if used.is_empty() {
        return;
    }
    let Value::Object(declared) = service.entry("scopes").or_insert_with(|| json!({})) else {
        return;
    };
    let mut new = Vec::new();
    for scope in used {
        if !declared.contains_key(scope) {
            let said = imported.scopes.get(scope).map_or(scope, String::as_str);
            declared.insert(scope.to_owned(), said.into());
            new.push(scope);
        }
    }
    if !new.is_empty() {
        also.push(format!("scopes are declared: {}", new.join(", ")));
    }
}

/// The version, as far as it is not operations. A new one needs an upstream.
pub(super) fn version(
    given: &Import,
    imported: &Imported,
    before: &Before,
    service: &Map<String, Value>,
    documents: &mut Vec<(&'static str, String, Option<Value>)>,
    also: &mut Vec<String>,
) -> Result<Map<String, Value>, Refusal> {
    let found = service
        .get("versions")
        .and_then(|all| all.get(&given.version));
    let known = found.and_then(Value::as_object);
    let mut version = known.cloned().unwrap_or_default();
    if known.is_none() {
        let state = match given.state {
            State::Draft => "draft",
            State::Published => "published",
        };
        also.push(format!("version {} is new: a {state} one", given.version));
        version.insert("state".to_owned(), state.into());
        if !imported.base_path.is_empty() {
            version.insert("base_path".to_owned(), imported.base_path.clone().into());
        }
    } else {
        let base = version
            .get("base_path")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let earlier = before.kept.base_path.as_deref();
        if base != imported.base_path && earlier != Some(&imported.base_path) {
            also.push(format!(
                "the version keeps its prefix `{base}`; the document has `{}`",
                imported.base_path
            ));
        }
    }
    if let Some(url) = &given.upstream_url {
        let name = format!("{}-{}", given.service, given.version);
        let name: String = name.chars().take(64).collect();
        let (target, prefix) = split(url);
        let base = version.get("base_path").and_then(Value::as_str);
        let mut path = Map::new();
        if let Some(strip) = service.get("base_path") {
            // What the document describes begins after the service's own prefix.
            path.insert("strip".to_owned(), strip.clone());
        }
        // A server's URL ends with the prefix that the version has from it.
        if !prefix.is_empty() && base != Some(prefix) {
            path.insert("prefix".to_owned(), prefix.into());
        }
        let mut upstream = json!({ "targets": [target] });
        if let Value::Object(members) = &mut upstream
            && !path.is_empty()
        {
            members.insert("path".to_owned(), path.into());
        }
        if let (Value::Object(members), Some(tenant)) = (&mut upstream, service.get("tenant")) {
            members.insert("tenant".to_owned(), tenant.clone());
        }
        also.push(format!("upstream {name} is made"));
        documents.push(("upstream", name.clone(), Some(upstream)));
        version.insert("upstream".to_owned(), name.into());
    } else if let Some(upstream) = &given.upstream {
        version.insert("upstream".to_owned(), upstream.clone().into());
    } else if !version.contains_key("upstream") {
        let message = format!(
            "version `{}` of service `{}` is new, and needs an upstream",
            given.version, given.service
        );
        let servers: Vec<String> = imported.servers.iter().take(5).cloned().collect();
        let mut help =
            "name one with `--upstream`, or say where a new one goes with `--upstream-url`"
                .to_owned();
        if !servers.is_empty() {
            help.push_str("; the document names ");
            help.push_str(&servers.join(", "));
        }
        return Err(Refusal::invalid(message).help(help));
    }
    Ok(version)
}

/// A URL without its path, and the path, without a slash at its end.
fn split(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(authority..).unwrap_or_default();
    let end = rest.find('/').map_or(url.len(), |at| authority + at);
    let (target, path) = url.split_at_checked(end).unwrap_or((url, ""));
    (target, path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_url_ends_where_its_path_begins() {
        for (url, parts) in [
            ("http://a:9000", ("http://a:9000", "")),
            ("http://a:9000/", ("http://a:9000", "")),
            ("https://a/shop/v1/", ("https://a", "/shop/v1")),
            ("a:9000/x", ("a:9000", "/x")),
            ("", ("", "")),
        ] {
            assert_eq!(split(url), parts, "{url}");
        }
    }
}
