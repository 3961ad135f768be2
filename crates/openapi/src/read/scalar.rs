//! What a plain scalar of YAML is (YAML 1.2.2 §10.3.2, the core schema).

use serde_json::{Number, Value};

/// Members whose values are texts even where they look like numbers: `version: 1.10`.
const TEXTS: [&str; 3] = ["openapi", "swagger", "version"];

/// The value of a plain scalar that stands under this key.
pub(super) fn plain(text: &str, key: Option<&str>) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if key.is_some_and(|key| TEXTS.contains(&key)) {
        return text.into();
    }
    number(text).map_or_else(|| text.into(), Value::Number)
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let first = digits.bytes().next()?;
    if !first.is_ascii_digit() && first != b'.' {
        return None;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).ok().map(Number::from);
        }
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        // A number with a zero before it is a text to most people: a postal code, a date.
        if digits.len() > 1 && first == b'0' {
            return None;
        }
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        let negative = || unsigned.parse::<i64>().ok().map(Number::from);
        let whole = unsigned.parse::<u64>().ok().map(Number::from);
        if let Some(whole) = whole.or_else(negative) {
            return Some(whole);
        }
    }
    let shaped = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !shaped {
        return None;
    }
    Number::from_f64(text.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_are_what_the_core_schema_says() {
        for (text, value) in [
            ("", json!(null)),
            ("true", json!(true)),
            ("yes", json!("yes")),
            ("17", json!(17)),
            ("-3", json!(-3)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("007", json!("007")),
            ("0.5", json!(0.5)),
            ("1e3", json!(1000.0)),
            ("1.2.3", json!("1.2.3")),
            ("2026-11-26", json!("2026-11-26")),
            (".inf", json!(".inf")),
            ("1e999", json!("1e999")),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
        ] {
            assert_eq!(plain(text, None), value, "{text}");
        }
        assert_eq!(plain("1.10", Some("version")), json!("1.10"));
    }
}
