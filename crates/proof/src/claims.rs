//! Where a token says who it is for.

use postern_model::entity::Name;
use serde_json::{Map, Value};

/// Most texts that are taken from one claim.
pub(crate) const MOST_TEXTS: usize = 128;

/// Most bytes of a text that is taken from a claim.
pub(crate) const MOST_TEXT: usize = 256;

/// The first claim of these names that is there.
pub(crate) fn first<'a>(claims: &'a Map<String, Value>, names: &[Name]) -> Option<&'a Value> {
    let mut found = names.iter().filter_map(|name| find(claims, name));
    found.find(|value| !value.is_null())
}

/// A claim of that name; if there is none, one inside of others.
pub(crate) fn find<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let mut steps = name.split('.');
    let mut here = claims.get(steps.next()?)?;
    for step in steps {
        here = here.as_object()?.get(step)?;
    }
    Some(here)
}

/// A text; a number as it is written.
pub(crate) fn text(value: &Value) -> Option<Box<str>> {
    match value {
        Value::String(text) if !text.is_empty() && text.len() <= MOST_TEXT => Some((**text).into()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string().into()),
        _ => None,
    }
}

/// Texts: of a list, or in one text with blanks between them (RFC 6749 §3.3). What is no text, or
/// too long, is none.
pub(crate) fn texts(value: &Value) -> Vec<Box<str>> {
    match value {
        Value::Array(items) => items.iter().filter_map(text).take(MOST_TEXTS).collect(),
        Value::String(text) => {
            let words = text.split_ascii_whitespace();
            let words = words.filter(|word| word.len() <= MOST_TEXT);
            words.take(MOST_TEXTS).map(Into::into).collect()
        }
        _ => Vec::new(),
    }
}

/// Texts as they stand: of a list, or one. What is no text, number, `true` or `false` is none.
pub(crate) fn values(value: &Value) -> Vec<Box<str>> {
    let one = |value: &Value| match value {
        Value::Bool(is) => Some(is.to_string().into()),
        other => text(other),
    };
    match value {
        Value::Array(items) => items.iter().filter_map(one).take(MOST_TEXTS).collect(),
        other => one(other).into_iter().collect(),
    }
}
