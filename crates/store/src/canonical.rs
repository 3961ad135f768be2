//! One text for one JSON value.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

#[cfg(test)]
mod tests;

/// Levels of nesting a document may have. `serde_json` reads 128.
pub(crate) const MAX_DEPTH: usize = 100;

/// Whether a value is nested no deeper than [`MAX_DEPTH`].
pub(crate) fn is_shallow(value: &Value) -> bool {
    fn within(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(items) => {
                left > 0
                    && items
                        .iter()
                        .all(|item| within(item, left.saturating_sub(1)))
            }
            Value::Object(members) => {
                left > 0
                    && members
                        .values()
                        .all(|item| within(item, left.saturating_sub(1)))
            }
            _ => true,
        }
    }
    within(value, MAX_DEPTH)
}

/// The value without spaces, the members of objects in the order of their names' bytes.
pub(crate) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| name.as_bytes());
            text.push('{');
            for (at, (name, item)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(item, text);
            }
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    array(digest(&SHA256, bytes).as_ref())
}

/// The 32 bytes that SHA-256, and HMAC with it, give.
pub(crate) fn array(given: &[u8]) -> [u8; 32] {
    given.try_into().unwrap_or_default()
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
