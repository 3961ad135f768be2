//! What a fault of a value is called: never by the value.

use crate::document::escaped;
use crate::violation::{MOST, Violation, kind_of};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

/// Values of an `enum` that are named.
const NAMED: usize = 10;

/// Alternatives within alternatives that are looked into.
const DEPTH: usize = 4;

/// Tells what is wrong there.
pub(super) fn tell(error: &ValidationError<'_>, whole: &Value, out: &mut Vec<Violation>) {
    within(error, whole, DEPTH, out);
}

fn within(error: &ValidationError<'_>, whole: &Value, depth: usize, out: &mut Vec<Violation>) {
    if out.len() >= MOST {
        return;
    }
    let place = error.instance_path().as_str();
    let seen = whole.pointer(place).map_or("nothing", kind_of);
    let mut say = |pointer: &str, rule: &str, expected: &str, seen: &str| {
        let one = Violation::new(pointer, rule, expected, seen);
        if out.len() < MOST && !out.contains(&one) {
            out.push(one);
        }
    };
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let pointer = format!("{place}/{}", escaped(name));
            say(&pointer, "required", "a value", "nothing");
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let rule = error.kind().keyword();
            for name in unexpected.iter().take(MOST) {
                let pointer = format!("{place}/{}", escaped(name));
                let seen = whole.pointer(&pointer).map_or("a value", kind_of);
                say(&pointer, rule, "no member of that name", seen);
            }
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let rule = error.kind().keyword();
            let forms = format!("one of {} forms", context.len());
            say(place, rule, &forms, seen);
            // Of the form that it comes nearest to, what is wrong.
            let nearest = context.iter().min_by_key(|errors| errors.len());
            if let (Some(nearest), Some(depth)) = (nearest, depth.checked_sub(1)) {
                for error in nearest.iter().take(MOST) {
                    within(error, whole, depth, out);
                }
            }
        }
        Kind::PropertyNames { error: inner } => {
            let expected = format!("other names of members: {}", expected(inner.kind()));
            say(place, "propertyNames", &expected, seen);
        }
        Kind::Custom { keyword, .. } if keyword == "readOnly" => {
            say(place, "readOnly", "nothing: only the service says it", seen);
        }
        kind => {
            let seen = size(kind, whole.pointer(place)).unwrap_or_else(|| seen.to_owned());
            say(place, kind.keyword(), &expected(kind), &seen);
        }
    }
}

/// How much there is of something of which there is too much or too little.
fn size(kind: &Kind, value: Option<&Value>) -> Option<String> {
    let about = matches!(
        kind,
        Kind::MinLength { .. }
            | Kind::MaxLength { .. }
            | Kind::MinItems { .. }
            | Kind::MaxItems { .. }
            | Kind::AdditionalItems { .. }
            | Kind::MinProperties { .. }
            | Kind::MaxProperties { .. }
    );
    if !about {
        return None;
    }
    Some(match value? {
        Value::String(text) => format!("a string of length {}", text.chars().count()),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(members) => format!("an object of {}", members.len()),
        _ => return None,
    })
}

fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Type { kind } => types(kind),
        Kind::Enum { options } => one_of(options),
        Kind::Constant { expected_value } => format!("`{expected_value}`"),
        Kind::Pattern { pattern } => format!("a string that matches `{pattern}`"),
        Kind::Format { format } => format!("a string that is a {format}"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::AdditionalItems { limit } => format!("at most {limit} items"),
        Kind::MinProperties { limit } => format!("at least {limit} members"),
        Kind::MaxProperties { limit } => format!("at most {limit} members"),
        Kind::UniqueItems => "no item twice".to_owned(),
        Kind::Contains => "an item that the schema asks for".to_owned(),
        Kind::Not { .. } => "something else".to_owned(),
        Kind::OneOfMultipleValid { .. } => "one form only: it fits several".to_owned(),
        Kind::FalseSchema => "nothing".to_owned(),
        Kind::UnevaluatedItems { .. } => "no further items".to_owned(),
        _ => "what the schema says".to_owned(),
    }
}

fn types(kind: &TypeKind) -> String {
    let name = |name: &str| match name {
        "null" => "null".to_owned(),
        "array" | "integer" | "object" => format!("an {name}"),
        name => format!("a {name}"),
    };
    match kind {
        TypeKind::Single(one) => name(&one.to_string()),
        TypeKind::Multiple(several) => {
            let names: Vec<String> = several.iter().map(|one| name(&one.to_string())).collect();
            names.join(" or ")
        }
    }
}

fn one_of(options: &Value) -> String {
    let options = options.as_array().map_or(&[][..], Vec::as_slice);
    let named: Vec<String> = options
        .iter()
        .take(NAMED)
        .map(|option| match option {
            Value::String(text) => format!("`{text}`"),
            other => format!("`{other}`"),
        })
        .collect();
    let more = if options.len() > NAMED { ", …" } else { "" };
    format!("one of {}{more}", named.join(", "))
}
