//! Constants, as templates write them.

use minijinja::Value;
use minijinja::value::ValueKind;

/// Writes one.
pub(super) fn written(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("\"{escaped}\"");
    }
    match value.kind() {
        ValueKind::Bool => if value.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::Number if value.is_integer() => value.to_string(),
        ValueKind::Number => match f64::try_from(value.clone()) {
            Ok(number) if number.is_finite() => format!("{number:?}"),
            // So large that it is none.
            _ => "1e999".to_owned(),
        },
        _ => "none".to_owned(),
    }
}
