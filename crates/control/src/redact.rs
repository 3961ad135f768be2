//! What the audit trail shows of documents: everything but secrets.

use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// What stands in the place of a secret.
const HIDDEN: &str = "(hidden)";

/// The same where it is another than before.
const CHANGED: &str = "(hidden, changed)";

/// Members that hold a secret, or what a guess could be tried against.
const SECRET: [&str; 9] = [
    "digest",
    "hash",
    "hmac",
    "password",
    "salt_prefix",
    "salt_suffix",
    "sha256",
    "signature",
    "totp",
];

/// Members that say where a secret is; what stands there itself is one.
const REFERENCE: [&str; 3] = ["client_secret", "secret", "signing_key"];

/// Endings of the names of members like [`SECRET`].
const ENDINGS: [&str; 4] = ["_digest", "_hash", "_hmac", "_password"];

/// A document before and after a change, without its secrets. Where one changed, that is shown.
pub(crate) fn pair(before: Option<Value>, after: Option<Value>) -> (Option<Value>, Option<Value>) {
    let shown = after.map(|mut after| {
        hide(&mut after, before.as_ref());
        after
    });
    let before = before.map(|mut before| {
        hide(&mut before, None);
        before
    });
    (before, shown)
}

fn hide(value: &mut Value, before: Option<&Value>) {
    match value {
        Value::Object(members) => hide_members(members, before),
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                hide(item, before.and_then(|before| before.get(at)));
            }
        }
        Value::String(text) if text.contains("PRIVATE KEY-----") || text.starts_with("sealed:") => {
            cover(value, before);
        }
        _ => {}
    }
}

fn hide_members(members: &mut Map<String, Value>, before: Option<&Value>) {
    for (name, value) in members {
        let before = before.and_then(|before| before.get(name));
        if is_secret(name, value) {
            cover(value, before);
        } else {
            hide(value, before);
        }
    }
}

fn is_secret(name: &str, value: &Value) -> bool {
    let Value::String(text) = value else {
        // What a service asks of signatures is a mapping, and no secret; and of a credential's user
        // name and password the name is none.
        let has_parts = matches!(name, "signature" | "password") && value.is_object();
        return SECRET.contains(&name) && !value.is_null() && !has_parts;
    };
    let named = SECRET.contains(&name) || ENDINGS.iter().any(|ending| name.ends_with(ending));
    let refers = ["env:", "file:"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    named || (REFERENCE.contains(&name) && !refers)
}

fn cover(value: &mut Value, before: Option<&Value>) {
    let changed = before.is_some_and(|before| before != value);
    *value = Value::from(if changed { CHANGED } else { HIDDEN });
}
