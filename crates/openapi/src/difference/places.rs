//! Which requests an operation has.

use crate::import::parameter_shape;
use serde_json::Value;
use std::collections::HashMap;

/// The methods and shapes of an operation as a configuration has it. One that names no methods is
/// in nobody's way.
pub(super) fn places_of(operation: &Value) -> Vec<(String, String)> {
    let path = operation.get("path").and_then(Value::as_str);
    let shape = parameter_shape(path.unwrap_or_default());
    let methods = operation.get("methods").and_then(Value::as_array);
    let methods = methods.into_iter().flatten().filter_map(Value::as_str);
    methods
        .map(|method| (shape.clone(), method.to_owned()))
        .collect()
}

/// Who has which requests.
#[derive(Debug, Default)]
pub(super) struct Places(HashMap<(String, String), String>);

impl Places {
    pub(super) fn take(&mut self, name: &str, operation: &Value) {
        for place in places_of(operation) {
            self.0.entry(place).or_insert_with(|| name.to_owned());
        }
    }

    /// Whose requests some of these are.
    pub(super) fn taken(&self, operation: &Value) -> Option<&str> {
        let place = places_of(operation)
            .into_iter()
            .find_map(|place| self.0.get(&place));
        place.map(String::as_str)
    }
}
