//! JSON Merge Patch (RFC 7396).

use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// Applies a patch to a value (RFC 7396 §2): members of an object are merged, `null` removes one,
/// anything else replaces what was there. The value stands as though absent when it is `null`.
///
/// Recurses as deep as the patch is nested.
pub fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, patch) in members {
        if patch.is_null() {
            // `remove` of a map that keeps order moves the last member; order means nothing here.
            target.swap_remove(name);
        } else {
            merge_patch(target.entry(name.as_str()).or_insert(Value::Null), patch);
        }
    }
}
