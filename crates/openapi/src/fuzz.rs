//! The whole way from bytes to a document again, for fuzzing.

use crate::import::{Imported, import, parameter_shape};
use crate::{Export, Exported, KeyPlaces, Report, difference, export};
use postern_config::{TextKind, check_text};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};

/// Reads any bytes, and says what did not hold of the result: what is imported can stand in a
/// configuration, a second import of the same changes nothing, and what is exported is read again.
///
/// # Errors
/// What did not hold.
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    let Ok(imported) = import(data) else {
        return Ok(());
    };
    configurable(&imported)?;
    let mut report = Report::default();
    let nothing = Map::new();
    let first = difference(&imported.operations, &nothing, &nothing, &mut report);
    let again = difference(
        &imported.operations,
        &first.operations,
        &first.origin,
        &mut report,
    );
    if again.operations != first.operations || again.unchanged != first.operations.len() {
        return Err("a second import of the same changes something".to_owned());
    }
    come_back(&imported)
}

/// Whether what was imported can stand in a configuration.
fn configurable(imported: &Imported) -> Result<(), String> {
    let fits = |kind: TextKind, text: &str| {
        check_text(kind, text).map_err(|why| format!("{kind:?} {text:?}: {}", why.why))
    };
    let mut names = HashSet::new();
    let mut places = HashSet::new();
    for operation in &imported.operations {
        fits(TextKind::Name, &operation.name)?;
        fits(TextKind::PathTemplate, &operation.path)?;
        if !names.insert(&operation.name) {
            return Err(format!("the name {:?} stands twice", operation.name));
        }
        if !places.insert((&operation.method, parameter_shape(&operation.path))) {
            return Err(format!("two operations at {:?}", operation.path));
        }
        for scope in &operation.scopes {
            fits(TextKind::Scope, scope)?;
            if !imported.scopes.contains_key(scope) {
                return Err(format!("the scope {scope:?} is not among the API's"));
            }
        }
        for kind in &operation.media_types {
            fits(TextKind::MediaType, kind)?;
        }
        if operation.anonymous && !operation.scopes.is_empty() {
            return Err("strangers need a scope".to_owned());
        }
        if imported.document.pointer(&operation.pointer).is_none() {
            return Err(format!("nothing stands at {:?}", operation.pointer));
        }
        let texts = [&operation.title, &operation.description];
        for text in texts.into_iter().flatten().chain(&operation.tags) {
            fits(TextKind::Text, text)?;
        }
    }
    for (scope, said) in &imported.scopes {
        fits(TextKind::Scope, scope)?;
        fits(TextKind::Text, said)?;
    }
    fits(TextKind::BasePath, &imported.base_path)?;
    for line in imported.report.lines() {
        let text = format!("{} {} {}", line.pointer, line.what, line.instead);
        if text.chars().any(char::is_control) {
            return Err("control characters in a report".to_owned());
        }
    }
    Ok(())
}

/// Whether an export has the same operations when it is read again.
fn come_back(imported: &Imported) -> Result<(), String> {
    let operations: Vec<Exported<'_>> = imported
        .operations
        .iter()
        .map(|operation| Exported {
            name: &operation.name,
            methods: vec![&operation.method],
            path: &operation.path,
            scopes: operation.scopes.iter().map(String::as_str).collect(),
            anonymous: operation.anonymous,
            pointer: Some(&operation.pointer),
            ..Exported::default()
        })
        .collect();
    let document = export(&Export {
        title: "fuzz",
        version: "v1",
        operations: &operations,
        scopes: imported.scopes.clone(),
        key_places: Some(KeyPlaces {
            headers: vec!["X-API-Key".to_owned()],
            query: Vec::new(),
        }),
        requirements: BTreeMap::new(),
        original: Some((&imported.document, imported.dialect)),
        servers: &[],
    });
    let Ok(text) = serde_json::to_vec(&document) else {
        return Err("an export cannot be written".to_owned());
    };
    // What comes to a document can be more than is read.
    let Ok(again) = import(&text) else {
        return Ok(());
    };
    let plain = |path: &str| path.replace("{*", "{");
    let before: HashSet<(String, String)> = imported
        .operations
        .iter()
        .filter(|operation| operation.method != "QUERY")
        .map(|operation| {
            (
                operation.method.clone(),
                parameter_shape(&plain(&operation.path)),
            )
        })
        .collect();
    let after: HashSet<(String, String)> = again
        .operations
        .iter()
        .map(|operation| (operation.method.clone(), parameter_shape(&operation.path)))
        .collect();
    if before != after {
        return Err(format!("other operations come back: {before:?}, {after:?}"));
    }
    let open = |all: &Imported| -> usize { all.operations.iter().filter(|o| o.anonymous).count() };
    if before.len() == imported.operations.len() && open(imported) != open(&again) {
        return Err("others may call what comes back".to_owned());
    }
    let Value::Object(_) = again.document else {
        return Err("an export is no mapping".to_owned());
    };
    Ok(())
}
