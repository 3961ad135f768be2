//! What of a changed operation its callers may fail at.

use crate::workflow::time::read;
use jiff::Timestamp;
use serde_json::Value;

/// Whether callers that were let in before may fail after a member of an operation changed so.
pub(super) fn breaks(member: &str, before: Option<&Value>, after: Option<&Value>) -> bool {
    match member {
        // What a parameter is called is nothing that callers send.
        "path" => match (before.map(nameless), after.map(nameless)) {
            (Some(before), Some(after)) => before != after,
            _ => true,
        },
        // Without methods, it takes every one.
        "methods" => match (texts(before), texts(after)) {
            (_, after) if after.is_empty() => false,
            (before, after) => before.is_empty() || before.iter().any(|one| !after.contains(one)),
        },
        // All of them are needed.
        "scopes" => {
            let before = texts(before);
            texts(after).iter().any(|one| !before.contains(one))
        }
        "access_roles" => match (before.map(list), after.map(list)) {
            (_, Some(after)) if after.is_empty() => false,
            // One of them is needed.
            (Some(before), Some(after)) => {
                before.is_empty() || before.iter().any(|one| !after.contains(one))
            }
            // What holds instead is said by the version, or the service.
            (None, _) | (_, None) => true,
        },
        "anonymous" | "websocket" => is_set(before) && !is_set(after),
        // The time that a caller may count on.
        "sunset_at" => match (moment(before), moment(after)) {
            (Some(before), Some(after)) => after < before,
            _ => after.is_some(),
        },
        // A version that names none is served in every one.
        "environments" => match (texts(before), texts(after)) {
            (_, after) if after.is_empty() => false,
            (before, after) => before.is_empty() || before.iter().any(|one| !after.contains(one)),
        },
        _ => false,
    }
}

/// A path without the names of its parameters.
fn nameless(path: &Value) -> String {
    let path = path.as_str().unwrap_or_default();
    let mut bare = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, name)) = rest.split_once('{') {
        let Some((name, after)) = name.split_once('}') else {
            break;
        };
        bare.push_str(before);
        bare.push_str(if name.starts_with('*') { "{*}" } else { "{}" });
        rest = after;
    }
    bare.push_str(rest);
    bare
}

/// The moment that is written there.
fn moment(value: Option<&Value>) -> Option<Timestamp> {
    read(value?.as_str()?)
}

fn is_set(value: Option<&Value>) -> bool {
    value.and_then(Value::as_bool).unwrap_or_default()
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    value.map(list).unwrap_or_default()
}

fn list(value: &Value) -> Vec<&str> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_takes_something_from_callers_breaks() {
        let none = Value::Null;
        for (member, before, after, expected) in [
            ("path", json!("/a"), json!("/b"), true),
            ("methods", json!(["GET"]), json!(["GET", "POST"]), false),
            ("methods", json!(["GET", "POST"]), json!(["GET"]), true),
            ("methods", json!(["GET"]), none.clone(), false),
            ("methods", none.clone(), json!(["GET"]), true),
            ("scopes", json!(["a"]), json!(["a", "b"]), true),
            ("scopes", json!(["a", "b"]), json!(["a"]), false),
            ("access_roles", json!(["a"]), json!(["a", "b"]), false),
            ("access_roles", json!(["a", "b"]), json!(["a"]), true),
            ("access_roles", json!([]), json!(["a"]), true),
            ("access_roles", json!(["a"]), json!([]), false),
            ("access_roles", json!(["a"]), none.clone(), true),
            ("anonymous", json!(true), none.clone(), true),
            ("anonymous", none.clone(), json!(true), false),
            ("websocket", json!(true), json!(false), true),
            ("title", json!("A"), json!("B"), false),
            ("path", json!("/a/{id}"), json!("/a/{number}"), false),
            ("path", json!("/a/{id}"), json!("/a/{*rest}"), true),
            ("path", json!("/a/{id}/b"), json!("/a/{id}/c"), true),
            (
                "sunset_at",
                none.clone(),
                json!("2027-01-01T00:00:00Z"),
                true,
            ),
            (
                "sunset_at",
                json!("2027-01-01T00:00:00Z"),
                json!("2027-01-02T00:00:00+09:00"),
                false,
            ),
            (
                "sunset_at",
                json!("2027-01-02T00:00:00Z"),
                json!("2027-01-01T00:00:00Z"),
                true,
            ),
            ("environments", json!(["a"]), json!(["a", "b"]), false),
            ("environments", json!(["a", "b"]), json!(["a"]), true),
            ("environments", none.clone(), json!(["a"]), true),
            ("environments", json!(["a"]), none.clone(), false),
        ] {
            let said = |value: &'_ Value| (!value.is_null()).then(|| value.clone());
            let (old, new) = (said(&before), said(&after));
            let breaks = breaks(member, old.as_ref(), new.as_ref());
            assert_eq!(breaks, expected, "{member}: {before} to {after}");
        }
    }
}
