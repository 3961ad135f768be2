//! Lists of documents.

use super::remote::{Found, Remote};
use super::table;
use crate::cli::remote::Listed;
use serde_json::{Value, json};
use std::process::ExitCode;

/// What a list is of.
pub(super) struct List<'a> {
    pub(super) kind: &'a str,
    pub(super) having: &'a [(&'a str, Option<&'a String>)],
    pub(super) nothing: &'a str,
    pub(super) head: &'a [&'a str],
}

/// Lists documents, a row each.
pub(super) fn list(
    of: &List<'_>,
    listed: &Listed,
    row: impl Fn(&Found) -> Vec<String>,
) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&listed.shown.at)?;
    let (found, more) = remote.documents(of.kind, of.having, listed.limit)?;
    if listed.shown.json {
        let items: Vec<Value> = found.iter().map(Found::json).collect();
        table::json(&json!({"items": items, "more": more}));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = found.iter().map(row).collect();
    table::print(of.nothing, of.head, &rows, more);
    Ok(ExitCode::SUCCESS)
}

/// A list of texts in a document, as one text.
pub(super) fn joined(found: &Found, member: &str) -> String {
    let texts = found.document.get(member).and_then(Value::as_array);
    let texts: Vec<_> = texts
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    texts.join(",")
}
