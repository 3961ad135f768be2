//! References inside of the document. Those to other documents are not fetched.

use crate::report::quote;
use serde_json::Value;

/// References followed one after another.
const MOST: usize = 16;

/// A reference that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lost {
    /// To another document.
    External(String),
    /// To nothing.
    Missing(String),
    /// To itself, by way of others.
    Circle(String),
}

impl Lost {
    /// What was not understood, for the report.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::External(to) => format!("a reference to another document, {}", quote(to)),
            Self::Missing(to) => format!("a reference to {}, where nothing is", quote(to)),
            Self::Circle(to) => format!("a reference that leads back to itself, {}", quote(to)),
        }
    }
}

/// What a value says, if it is a reference.
pub(crate) fn target(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// Whether a reference is to another document.
pub(crate) fn is_external(to: &str) -> bool {
    !to.starts_with('#')
}

/// Follows a value that may be a reference to what it stands for.
pub(crate) fn follow<'a>(root: &'a Value, value: &'a Value) -> Result<&'a Value, Lost> {
    let mut value = value;
    for _ in 0..MOST {
        let Some(to) = target(value) else {
            return Ok(value);
        };
        value = find(root, to)?;
    }
    Err(Lost::Circle(target(value).unwrap_or_default().to_owned()))
}

/// What stands where a reference leads.
pub(crate) fn find<'a>(root: &'a Value, to: &str) -> Result<&'a Value, Lost> {
    let Some(fragment) = to.strip_prefix('#') else {
        return Err(Lost::External(to.to_owned()));
    };
    let plain = decoded(fragment);
    let found = root.pointer(fragment).or_else(|| root.pointer(&plain));
    found.ok_or_else(|| Lost::Missing(to.to_owned()))
}

/// A fragment without percent-encoding (RFC 6901 §6).
pub(crate) fn decoded(fragment: &str) -> String {
    let mut out = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        let digit = |b: &u8| char::from(*b).to_digit(16);
        let escaped = match (byte, rest.as_slice()) {
            (b'%', [high, low, ..]) => digit(high).zip(digit(low)),
            _ => None,
        };
        match escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(value) => {
                out.push(value);
                rest.nth(1);
            }
            None => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_followed_as_far_as_they_lead() {
        let root = json!({
            "a": {"$ref": "#/b~1c"}, "b/c": {"$ref": "#/d%20e"}, "d e": {"x": 1},
            "loop": {"$ref": "#/pool"}, "pool": {"$ref": "#/loop"},
        });
        let follow = |to: &str| {
            find(&root, to)
                .and_then(|found| super::follow(&root, found))
                .cloned()
        };
        assert_eq!(follow("#/a"), Ok(json!({"x": 1})));
        assert!(matches!(follow("#/loop"), Err(Lost::Circle(_))));
        assert!(matches!(follow("#/none"), Err(Lost::Missing(_))));
        assert!(matches!(follow("other.yaml#/a"), Err(Lost::External(_))));
        assert_eq!(follow("#"), Ok(root.clone()));
    }
}
