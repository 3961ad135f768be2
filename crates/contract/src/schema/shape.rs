//! What a schema makes of texts: in queries, headers and forms everything is one.

use crate::document::{Document, Found};
use serde_json::{Number, Value};

/// How deep texts are looked into: a form has fields, and a field has members or items.
const DEPTH: usize = 4;

/// References and compositions that are followed for one.
const STEPS: usize = 16;

/// Which types a value may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a type of JSON")]
pub(crate) struct Types {
    pub(crate) null: bool,
    pub(crate) boolean: bool,
    /// Numbers, integers included.
    pub(crate) number: bool,
    pub(crate) string: bool,
    pub(crate) array: bool,
    pub(crate) object: bool,
}

impl Types {
    fn add(&mut self, name: &str) {
        match name {
            "null" => self.null = true,
            "boolean" => self.boolean = true,
            "integer" | "number" => self.number = true,
            "string" => self.string = true,
            "array" => self.array = true,
            "object" => self.object = true,
            _ => {}
        }
    }

    fn add_of(&mut self, value: &Value) {
        self.add(match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        });
    }

    fn any(self) -> bool {
        self != Self::default()
    }
}

/// What a schema says of texts.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// None: nothing is said.
    pub(crate) types: Types,
    /// That of the items of an array.
    pub(crate) items: Option<Box<Shape>>,
    /// Those of the members of an object.
    pub(crate) properties: Vec<(Box<str>, Shape)>,
    /// A file: bytes that are no text.
    pub(crate) binary: bool,
}

impl Shape {
    /// That of a schema.
    pub(crate) fn of(document: &Document, found: &Found<'_>) -> Self {
        let mut shape = Self::default();
        shape.add(document, found, DEPTH, &mut { STEPS });
        shape
    }

    /// Whether it is an array, and nothing else but perhaps null.
    pub(crate) fn is_array(&self) -> bool {
        self.types.array && !self.types.object && !self.types.string
    }

    /// Whether it is an object, and nothing else but perhaps null.
    pub(crate) fn is_object(&self) -> bool {
        self.types.object && !self.types.array && !self.types.string
    }

    /// That of a member.
    pub(crate) fn property(&self, name: &str) -> Option<&Self> {
        let mut all = self.properties.iter();
        all.find(|(known, _)| **known == *name)
            .map(|(_, shape)| shape)
    }

    fn add(&mut self, document: &Document, found: &Found<'_>, depth: usize, steps: &mut usize) {
        let (Ok(found), Some(left)) = (document.follow(found.clone()), steps.checked_sub(1)) else {
            return;
        };
        *steps = left;
        match found.value.get("type") {
            Some(Value::String(name)) => self.types.add(name),
            Some(Value::Array(names)) => {
                let names = names.iter().filter_map(Value::as_str);
                names.for_each(|name| self.types.add(name));
            }
            _ => {
                let values = found.value.get("enum").and_then(Value::as_array);
                let values = values.into_iter().flatten();
                for value in values.chain(found.value.get("const")) {
                    self.types.add_of(value);
                }
            }
        }
        self.types.null |= found.says("nullable") && self.types.any();
        let encoded = found.value.get("contentMediaType").is_some()
            && found.value.get("contentEncoding").is_none();
        self.binary |= found.text("format") == Some("binary") || encoded;
        if let Some(depth) = depth.checked_sub(1) {
            if let Some(items) = found.member("items") {
                let mut inner = self.items.take().unwrap_or_default();
                inner.add(document, &items, depth, &mut { STEPS });
                self.items = Some(inner);
                if !self.types.any() {
                    self.types.array = true;
                }
            }
            if let Some(properties) = found.member("properties") {
                for (name, property) in properties.members() {
                    let mut inner = Self::default();
                    inner.add(document, &property, depth, &mut { STEPS });
                    self.properties.push((name.into(), inner));
                }
                if !self.types.any() {
                    self.types.object = true;
                }
            }
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            let list = found.member(name);
            for inner in list.iter().flat_map(Found::items) {
                self.add(document, &inner, depth, steps);
            }
        }
    }

    /// What a text may mean, the likeliest first.
    pub(crate) fn candidates(&self, text: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let types = self.types;
        if types.number
            && let Some(number) = number(text)
        {
            all.push(Value::Number(number));
        }
        match text {
            "true" | "false" if types.boolean => all.push(Value::Bool(text == "true")),
            "null" | "" if types.null => all.push(Value::Null),
            _ => {}
        }
        if types.string || all.is_empty() {
            all.push(Value::String(text.to_owned()));
        }
        all
    }

    /// What a text means, if nothing else tells.
    pub(crate) fn value(&self, text: &str) -> Value {
        let first = self.candidates(text).into_iter().next();
        first.unwrap_or(Value::Null)
    }
}

/// A number, written as JSON writes them (RFC 8259 §6): `01`, `+1`, `1e999` and ` 1` are none.
fn number(text: &str) -> Option<Number> {
    let starts = |c: char| c == '-' || c.is_ascii_digit();
    if !text.starts_with(starts) || !text.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    serde_json::from_str(text).ok()
}
