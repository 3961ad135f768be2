//! From bytes to a value. Everything is bounded: bytes, nesting, values and texts after aliases
//! have been replaced by what they stand for.

mod json;
mod scalar;
mod size;
mod yaml;

pub(crate) use size::Size;

use crate::pointer::Pointer;
use crate::report::{Report, quote};
use serde_json::Value;
use std::fmt;

#[cfg(test)]
mod tests;

/// Longest document, in bytes.
pub const MAX_BYTES: usize = 24 << 20;

/// Deepest nesting. The store keeps 100 levels, of which its own document takes some.
pub const MAX_DEPTH: usize = 90;

/// Most values, where each use of an alias counts all values that it stands for.
pub const MAX_VALUES: usize = 1_500_000;

/// Most bytes of texts, counted in the same way.
const MAX_TEXT: usize = 2 * MAX_BYTES;

/// Why nothing was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Unreadable {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Unreadable {}

/// What was read so far, and what there is room for.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    values: usize,
    text: usize,
}

/// A bound that a document is beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beyond {
    Depth,
    Values,
    Text,
}

impl Budget {
    /// Takes room for so many values with so many bytes of text.
    pub(crate) fn take(&mut self, values: usize, text: usize) -> Result<(), Beyond> {
        self.values = self.values.saturating_add(values);
        self.text = self.text.saturating_add(text);
        if self.values > MAX_VALUES {
            return Err(Beyond::Values);
        }
        if self.text > MAX_TEXT {
            return Err(Beyond::Text);
        }
        Ok(())
    }
}

impl From<Beyond> for Unreadable {
    fn from(beyond: Beyond) -> Self {
        match beyond {
            Beyond::Depth => Self::new("the document nests too deep")
                .help(format!("at most {MAX_DEPTH} levels are read")),
            Beyond::Values => Self::new("the document has too many values").help(format!(
                "at most {MAX_VALUES} are read, after aliases are replaced; split it"
            )),
            Beyond::Text => Self::new("the document has too much text").help(format!(
                "at most {} MiB are read, after aliases are replaced",
                MAX_TEXT >> 20
            )),
        }
    }
}

/// Reads a document, JSON or YAML. What can be read over is reported.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn read(bytes: &[u8], report: &mut Report) -> Result<Value, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::new(format!(
            "the document has {} MiB, which is too large",
            bytes.len().div_ceil(1 << 20)
        ))
        .help(format!(
            "at most {} MiB are read: split it, or leave out examples",
            MAX_BYTES >> 20
        )));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, &error))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Unreadable::new("the document is empty").help("expected OpenAPI or Swagger"));
    }
    let braced = text.trim_start().starts_with('{');
    if !braced {
        return yaml::read(text, report);
    }
    match json::read(text, report) {
        Ok(value) => Ok(value),
        Err(json::Fault::Beyond(beyond)) => Err(beyond.into()),
        // YAML has braces too.
        Err(json::Fault::Syntax(error)) => {
            let mut again = Report::default();
            match yaml::read(text, &mut again) {
                Ok(value) => {
                    *report = again;
                    Ok(value)
                }
                Err(_) => Err(Unreadable::new(format!(
                    "the document is not JSON: {error}"
                ))),
            }
        }
    }
}

fn not_utf8(bytes: &[u8], error: &std::str::Utf8Error) -> Unreadable {
    let at = error.valid_up_to();
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.split(|byte| *byte == b'\n').count();
    let wide = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, ..]);
    let found = if wide {
        "it seems to be UTF-16: save it as UTF-8"
    } else {
        "save it as UTF-8"
    };
    Unreadable::new(format!(
        "the document is not UTF-8: byte {at}, in line {line}"
    ))
    .help(found)
}

/// A name that stands twice in one mapping.
fn twice(report: &mut Report, place: &Pointer<'_>, name: &str) {
    report.add(
        place,
        format!("{} stands twice in one mapping", quote(name)),
        "the first one counts",
    );
}

/// A text of a document, where it may also be written as a number: versions often are.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
