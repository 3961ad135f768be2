//! What speaks against a request, piece by piece. No value that was sent stands in it: it may be a
//! secret.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Pieces that are told of one request.
pub(crate) const MOST: usize = 20;

/// Most characters of a text in it.
const LENGTH: usize = 200;

/// One thing that is not as a schema wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole.
    pub pointer: Box<str>,
    /// The keyword of the schema.
    pub rule: Box<str>,
    /// What would be right.
    pub expected: Box<str>,
    /// What kind of thing came.
    pub seen: Box<str>,
}

impl Violation {
    /// Cuts what is longer than what is shown.
    pub fn new(pointer: &str, rule: &str, expected: &str, seen: &str) -> Self {
        Self {
            pointer: cut(pointer),
            rule: cut(rule),
            expected: cut(expected),
            seen: cut(seen),
        }
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        let (rule, expected, seen) = (&self.rule, &self.expected, &self.seen);
        write!(f, "{rule}: expected {expected}, came {seen}")
    }
}

/// A text without control characters, and not too long.
pub(crate) fn cut(text: &str) -> Box<str> {
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == LENGTH {
            out.push('…');
            break;
        }
        if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.into()
}

/// What kind of thing a value is.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
