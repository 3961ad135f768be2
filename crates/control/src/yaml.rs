//! JSON as the lines of a configuration file.

use crate::documents;
use crate::shorthand::Change;
use serde_json::Value;

#[cfg(test)]
mod tests;

/// The lines that a change comes to in a file, below the name of their section.
pub(crate) fn lines(change: &Change) -> String {
    let kind = documents::kind(&change.kind)
        .map_or_else(|_| change.kind.clone(), |kind| kind.as_str().to_owned());
    let (section, named) = documents::section(&kind).unwrap_or(("", false));
    let Some(value) = change.put.as_ref().or(change.patch.as_ref()) else {
        return if named {
            format!("# in `{section}`, without `{}`\n", change.id)
        } else {
            format!("# without `{section}`\n")
        };
    };
    let mut out = format!("{section}:");
    let depth = if named {
        out.push_str("\n  ");
        out.push_str(&scalar(&change.id));
        out.push(':');
        2
    } else {
        1
    };
    write(&mut out, value, depth);
    out
}

/// Writes what follows a key.
fn write(out: &mut String, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push('\n');
            for (name, value) in members {
                out.push_str(&indent);
                out.push_str(&scalar(name));
                out.push(':');
                write(out, value, depth + 1);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            out.push('\n');
            for item in items {
                out.push_str(&indent);
                out.push_str("- ");
                out.push_str(&flow(item));
                out.push('\n');
            }
        }
        value => {
            out.push(' ');
            out.push_str(&flow(value));
            out.push('\n');
        }
    }
}

/// A value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", scalar(name), flow(value)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// A text, in quotes where YAML could take it for something else.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@'))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if plain {
        text.to_owned()
    } else {
        // A JSON string is a YAML string.
        Value::from(text).to_string()
    }
}
