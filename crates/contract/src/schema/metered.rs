//! A schema that pays for what it does, as `effort` says.

use super::effort::{KEYWORD, Weight, all};
use serde_json::{Map, Value, json};

/// How a keyword uses the schemas that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It has none.
    None,
    /// It refers to one.
    Reference,
    /// One, once; what it says is repeated in what is told.
    Not,
    /// One, once.
    One,
    /// A list, each once.
    List,
    /// Named ones, each once.
    Named,
    /// One, for each member or item.
    OneEach,
    /// Named ones, for each member or item.
    NamedEach,
}

impl Use {
    fn of(name: &str) -> Self {
        match name {
            "$ref" => Self::Reference,
            "not" => Self::Not,
            "if" | "then" | "else" => Self::One,
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => Self::List,
            "properties" | "dependentSchemas" => Self::Named,
            "additionalProperties"
            | "contains"
            | "items"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties" => Self::OneEach,
            "patternProperties" => Self::NamedEach,
            _ => Self::None,
        }
    }
}

/// Makes one of [`Normal`](super::normal::Normal) pay. It admits the same values.
///
/// Whatever has schemas in it is behind a condition, but for what is a reference and no more: that
/// leads to a definition, which is behind one even if it is a reference itself.
pub(super) fn metered(normal: Value) -> Value {
    let Value::Object(mut members) = normal else {
        return normal;
    };
    if let Some(Value::Array(whole)) = members.get_mut("allOf") {
        replace(whole.iter_mut(), true);
    }
    if let Some(Value::Object(definitions)) = members.get_mut("$defs") {
        replace(definitions.values_mut(), true);
    }
    Value::Object(members)
}

fn replace<'a>(schemas: impl Iterator<Item = &'a mut Value>, is_definition: bool) {
    for schema in schemas {
        *schema = one(schema.take(), is_definition);
    }
}

fn one(schema: Value, is_definition: bool) -> Value {
    let Value::Object(members) = schema else {
        return schema;
    };
    let mut weight = Weight::default();
    let mut pays = false;
    let mut out = Map::new();
    for (name, mut value) in members {
        let used = Use::of(&name);
        match used {
            Use::None | Use::Reference => {}
            Use::Not | Use::One | Use::OneEach => value = one(value, false),
            Use::List => replace(value.as_array_mut().into_iter().flatten(), false),
            Use::Named | Use::NamedEach => {
                let named = value.as_object_mut();
                replace(named.into_iter().flat_map(Map::values_mut), false);
            }
        }
        pays |= match used {
            Use::None => false,
            Use::Reference => is_definition,
            _ => true,
        };
        add(&mut weight, used, &name, &value);
        out.insert(name, value);
    }
    let out = Value::Object(out);
    if pays {
        json!({"if": {KEYWORD: weight.written()}, "then": out})
    } else {
        out
    }
}

/// Adds what a keyword costs. Schemas that pay for themselves are one step.
fn add(weight: &mut Weight, used: Use, name: &str, value: &Value) {
    weight.deep |= name == "uniqueItems";
    let steps = match value {
        Value::Array(list) if used == Use::List => costs(list.iter(), &mut weight.deep),
        Value::Object(named) if matches!(used, Use::Named | Use::NamedEach) => {
            costs(named.values(), &mut weight.deep)
        }
        _ if matches!(used, Use::One | Use::OneEach) => {
            costs(std::iter::once(value), &mut weight.deep)
        }
        _ if used == Use::Not => {
            costs(std::iter::once(value), &mut weight.deep).saturating_add(all(value))
        }
        _ => all(value),
    };
    let to = match used {
        Use::OneEach | Use::NamedEach => &mut weight.each,
        _ => &mut weight.once,
    };
    *to = to.saturating_add(steps).saturating_add(1);
}

fn costs<'a>(schemas: impl Iterator<Item = &'a Value>, deep: &mut bool) -> u64 {
    schemas.fold(0, |sum: u64, schema| {
        let pays = schema
            .get("if")
            .is_some_and(|condition| condition.get(KEYWORD).is_some());
        if pays {
            return sum.saturating_add(1);
        }
        // What is unique is compared with everything in it, and what is read-only is copied.
        *deep |= schema.get("uniqueItems").is_some() || schema.get("readOnly").is_some();
        sum.saturating_add(all(schema))
    })
}
