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

/// A section of a configuration whose members have names.
pub(crate) fn member(out: &mut String, id: &str, value: &Value) {
    out.push_str("  ");
    out.push_str(&scalar(id));
    out.push(':');
    write(out, value, 2);
}

/// A section of a configuration that is one document.
pub(crate) fn settings(out: &mut String, section: &str, value: &Value) {
    out.push_str(section);
    out.push(':');
    write(out, value, 1);
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
        Value::String(text) if is_block(text) => {
            out.push_str(if text.ends_with('\n') {
                " |\n"
            } else {
                " |-\n"
            });
            for line in text.lines() {
                if !line.is_empty() {
                    out.push_str(&indent);
                    out.push_str(line);
                }
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

/// Whether a text of several lines, such as a certificate, may stand as it is.
fn is_block(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    let blank = |line: &str| line.starts_with(' ') && line.trim().is_empty();
    lines.contains('\n')
        && !lines.starts_with(['\n', ' '])
        && !lines.ends_with('\n')
        && !lines.lines().any(blank)
        && text.chars().all(|c| c == '\n' || is_plain(c))
}

/// Whether a character stands for itself in every YAML text, and on every terminal.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
        && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A value on one line.
pub(crate) fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
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
    if plain { text.to_owned() } else { quoted(text) }
}

/// A text in quotes. A JSON string is a YAML string.
pub(crate) fn quoted(text: &str) -> String {
    use std::fmt::Write as _;
    let json = Value::from(text).to_string();
    if json.chars().all(is_plain) {
        return json;
    }
    json.chars().fold(String::new(), |mut out, c| {
        if is_plain(c) {
            out.push(c);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
        out
    })
}
