//! A document as plain values, for whoever stores it or changes parts of it.

use crate::de;
use crate::diagnostic::Report;
use crate::findings::Findings;
use crate::source::Source;
use crate::tree::{self, Kind, Node};
use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// Reads YAML or JSON as JSON, aliases replaced by what they stand for, without looking at what it
/// says. What [`crate::parse`] accepts, it accepts again after this. `name` is the file's name for
/// diagnostics.
///
/// # Errors
/// What keeps it from being read.
pub fn values(name: &str, text: &str) -> Result<Value, Report> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source::new(name, text);
    let mut findings = Findings::new(&source);
    match tree::read(text, &mut findings) {
        Some(root) if !findings.failed() => Ok(value(&root)),
        root => {
            if let Some(root) = root {
                findings.point(&root);
            }
            Err(findings.into_report())
        }
    }
}

fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Seq(items) => Value::Array(items.iter().map(value).collect()),
        Kind::Map(entries) => {
            let member = |entry: &tree::Entry| (entry.key.clone(), value(&entry.value));
            Value::Object(entries.iter().map(member).collect::<Map<_, _>>())
        }
        Kind::Scalar { .. } if node.is_null() => Value::Null,
        Kind::Scalar { text, .. } => scalar(node, text),
    }
}

/// A boolean or a number only where nothing is lost by it: `1.10` and `007` stay texts.
fn scalar(node: &Node, text: &str) -> Value {
    if let Some(boolean) = de::boolean(node) {
        return Value::Bool(boolean);
    }
    let whole = de::integer(node).and_then(|number| i64::try_from(number).ok());
    match whole {
        Some(number) if number.to_string() == text => Value::from(number),
        _ => Value::from(text),
    }
}
