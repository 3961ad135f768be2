//! The JSON schema of the document, made from the types. It serves editors, the reference, and
//! [`crate::check`]: what it says is what is enforced.

use crate::document::Document;
use crate::document::expectation::Expectations;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use serde_json::{Map, Value};

/// The schema of configuration files.
pub(crate) fn build() -> Value {
    of::<Document>()
}

/// The schema of a kind of files.
pub(crate) fn of<T: schemars::JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    RecursiveTransform(|schema: &mut schemars::Schema| {
        if let Some(object) = schema.as_object_mut() {
            without_null(object);
        }
    })
    .transform(&mut schema);
    schema.to_value()
}

/// A field that may be left out is not one that may be null: `tls:` with nothing behind it is
/// probably not what was meant.
fn without_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|t| t != "null");
        if let [single] = types.as_slice() {
            let single = single.clone();
            schema.insert("type".to_owned(), single);
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    let Some(Value::Array(variants)) = schema.get_mut("anyOf") else {
        return;
    };
    let is_null = |v: &Value| v.get("type").is_some_and(|t| t == "null");
    let before = variants.len();
    variants.retain(|variant| !is_null(variant));
    if variants.len() == before {
        return;
    }
    if let [Value::Object(single)] = variants.as_slice() {
        let single = single.clone();
        schema.shift_remove("anyOf");
        for (key, value) in single {
            schema.entry(key).or_insert(value);
        }
    }
}

/// The JSON schema of configuration files, as text with a line feed at its end.
pub fn json_schema() -> String {
    text(&build())
}

/// The same of files of expectations.
pub fn expectations_schema() -> String {
    text(&of::<Expectations>())
}

fn text(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
