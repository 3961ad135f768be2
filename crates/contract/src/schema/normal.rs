//! A schema of a document as one of JSON Schema 2020-12 that stands alone: with everything that it
//! refers to, and without what no request is compared with.

use super::Pattern;
use crate::document::{Dialect, Document, Found};
use crate::fault::{Fault, MOST};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Schemas that one refers to, and those refer to, at most.
const REFERRED: usize = 5_000;

/// Large patterns of one at most, and patterns.
const LARGE: usize = 50;
const PATTERNS: usize = 2_000;

/// Composed schemas that are looked through for what is read-only: of one, one within another, and
/// of all together.
const COMPOSED: usize = 16;
const ALL_COMPOSED: usize = 1_000;

/// Keywords that hold as they stand.
const PLAIN: [&str; 19] = [
    "const",
    "dependentRequired",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "type",
    "uniqueItems",
];

/// Keywords with one schema.
const ONE: [&str; 10] = [
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords with a list of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords with named schemas.
const NAMED: [&str; 2] = ["dependentSchemas", "patternProperties"];

/// Formats that everybody reads alike, and that are no strings.
const FORMATS: [&str; 5] = ["date", "date-time", "ipv4", "ipv6", "uuid"];

/// What is being made.
pub(super) struct Normal<'d> {
    document: &'d Document,
    /// By where they stand, the schemas that are referred to.
    referred: HashMap<String, usize>,
    /// Those that are still to be made.
    open: Vec<Found<'d>>,
    /// Patterns, and the large ones among them.
    patterns: [usize; 2],
    faults: Vec<Fault>,
}

impl<'d> Normal<'d> {
    /// The schema that stands somewhere.
    ///
    /// # Errors
    /// What of it cannot be compared with.
    pub(super) fn of(document: &'d Document, found: &Found<'d>) -> Result<Value, Vec<Fault>> {
        let mut normal = Self {
            document,
            referred: HashMap::new(),
            open: Vec::new(),
            patterns: [0, 0],
            faults: Vec::new(),
        };
        let whole = normal.schema(found, &BTreeSet::new());
        let mut definitions = Map::new();
        let mut made = 0;
        while let Some(next) = normal.open.get(made).cloned() {
            let schema = normal.schema(&next, &BTreeSet::new());
            definitions.insert(made.to_string(), schema);
            made += 1;
        }
        if normal.faults.is_empty() {
            Ok(json!({"allOf": [whole], "$defs": definitions}))
        } else {
            Err(normal.faults)
        }
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < MOST && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// One schema. What `read_only` names is not asked for.
    fn schema(&mut self, found: &Found<'d>, read_only: &BTreeSet<&'d str>) -> Value {
        let members = match found.value {
            Value::Bool(all) => return Value::Bool(*all),
            Value::Object(members) => members,
            _ => {
                self.fault(found.fault("a schema that is no mapping", "write a schema"));
                return Value::Bool(false);
            }
        };
        let is_30 = self.document.dialect() == Dialect::V30;
        let mut out = Map::new();
        if let Some(to) = found.text("$ref") {
            if let Some(reference) = self.reference(found, to) {
                out.insert("$ref".to_owned(), reference);
            }
            // What stands beside it does not count there.
            if is_30 {
                return Value::Object(out);
            }
        }
        for name in ["$dynamicRef", "$recursiveRef", "$id", "$anchor"] {
            if found.value.get(name).is_some() {
                let what = format!("`{name}`, by which no request is checked");
                self.fault(found.fault(what, "refer by `$ref: \"#/components/schemas/…\"`"));
            }
        }
        let mut hidden: BTreeSet<&str> = read_only.clone();
        self.read_only(found, COMPOSED, &mut HashSet::new(), &mut hidden);
        for name in PLAIN {
            if let Some(value) = members.get(name) {
                out.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(pattern) = found.text("pattern") {
            let here = found.member("pattern");
            self.pattern(here.as_ref().unwrap_or(found), pattern);
        }
        for name in ONE {
            if let Some(inner) = found.member(name) {
                let schema = self.schema(&inner, &BTreeSet::new());
                out.insert(name.to_owned(), schema);
            }
        }
        for name in LIST {
            let Some(list) = found.member(name) else {
                continue;
            };
            let composed = matches!(name, "allOf" | "anyOf" | "oneOf");
            let nothing = BTreeSet::new();
            let hidden = if composed { &hidden } else { &nothing };
            let schemas = list.items().map(|inner| self.schema(&inner, hidden));
            let schemas: Vec<Value> = schemas.collect();
            if !schemas.is_empty() {
                out.insert(name.to_owned(), Value::Array(schemas));
            }
        }
        for name in NAMED {
            let Some(map) = found.member(name) else {
                continue;
            };
            let mut schemas = Map::new();
            for (key, inner) in map.members() {
                if name == "patternProperties" {
                    self.pattern(&inner, key);
                }
                let schema = self.schema(&inner, &BTreeSet::new());
                schemas.insert(key.to_owned(), schema);
            }
            out.insert(name.to_owned(), Value::Object(schemas));
        }
        self.object(found, &hidden, &mut out);
        format_of(members, &mut out);
        if is_30 {
            bounds(members, &mut out);
            return nullable(members, out);
        }
        Value::Object(out)
    }

    /// Properties, and which have to be there.
    fn object(&mut self, found: &Found<'d>, hidden: &BTreeSet<&str>, out: &mut Map<String, Value>) {
        if let Some(properties) = found.member("properties") {
            let mut schemas = Map::new();
            for (name, inner) in properties.members() {
                let schema = if self.is_read_only(&inner) {
                    json!({"readOnly": true})
                } else {
                    self.schema(&inner, &BTreeSet::new())
                };
                schemas.insert(name.to_owned(), schema);
            }
            out.insert("properties".to_owned(), Value::Object(schemas));
        }
        let required = found.value.get("required").and_then(Value::as_array);
        if let Some(required) = required {
            let names = required.iter().filter_map(Value::as_str);
            let names: Vec<&str> = names.filter(|name| !hidden.contains(name)).collect();
            out.insert("required".to_owned(), json!(names));
        }
    }

    /// A reference to what is made beside.
    fn reference(&mut self, found: &Found<'d>, to: &str) -> Option<Value> {
        let target = match self.document.find(found, to) {
            Ok(target) => target,
            Err(fault) => {
                self.fault(fault);
                return None;
            }
        };
        let next = self.open.len();
        if next >= REFERRED {
            self.fault(found.fault(
                format!("a schema that refers to more than {REFERRED} others"),
                "split it",
            ));
            return None;
        }
        let at = *self.referred.entry(target.pointer.clone()).or_insert(next);
        if at == next {
            self.open.push(target);
        }
        Some(Value::String(format!("#/$defs/{at}")))
    }

    /// Whether a pattern can be matched, and how many there are.
    fn pattern(&mut self, found: &Found<'d>, pattern: &str) {
        let shown = crate::violation::cut(pattern);
        let size = Pattern::of(pattern);
        self.patterns[0] += 1;
        self.patterns[1] += usize::from(size == Pattern::Large);
        let [all, large] = self.patterns;
        if size == Pattern::Refused {
            let what =
                format!("the pattern `{shown}` cannot be matched in linear time and little memory");
            let help = "write it without look-around, back references and long repetitions; `maxLength` bounds a length";
            self.fault(found.fault(what, help));
        } else if all > PATTERNS || large > LARGE {
            let what = format!("more than {PATTERNS} patterns, or {LARGE} large ones");
            let help = "split the operation, or write shorter repetitions";
            self.fault(found.fault(what, help));
        }
    }

    /// Whether only answers have a property.
    fn is_read_only(&self, found: &Found<'d>) -> bool {
        let is_30 = self.document.dialect() == Dialect::V30;
        if found.says("readOnly") && !(is_30 && found.text("$ref").is_some()) {
            return true;
        }
        let target = self.document.follow(found.clone());
        found.text("$ref").is_some() && target.is_ok_and(|target| target.says("readOnly"))
    }

    /// The read-only properties of a schema and of those that it is composed of.
    /// Those that are in `seen` have been looked through, by where they stand and how deep.
    fn read_only(
        &self,
        found: &Found<'d>,
        depth: usize,
        seen: &mut HashSet<(String, usize)>,
        out: &mut BTreeSet<&'d str>,
    ) {
        let (Some(depth), Ok(found)) = (depth.checked_sub(1), self.document.follow(found.clone()))
        else {
            return;
        };
        if seen.len() >= ALL_COMPOSED || !seen.insert((found.pointer.clone(), depth)) {
            return;
        }
        if let Some(properties) = found.member("properties") {
            let all = properties.members();
            let hidden = all.filter(|(_, inner)| self.is_read_only(inner));
            out.extend(hidden.map(|(name, _)| name));
        }
        if let Some(list) = found.member("allOf") {
            for inner in list.items().take(COMPOSED) {
                self.read_only(&inner, depth, seen, out);
            }
        }
    }
}

/// What a format adds: bounds of numbers, and how texts are written that everybody reads alike.
/// Others are no more than a word for people.
fn format_of(members: &Map<String, Value>, out: &mut Map<String, Value>) {
    let Some(format) = members.get("format").and_then(Value::as_str) else {
        return;
    };
    let bounds = match format {
        "int32" => Some(json!({"minimum": i32::MIN, "maximum": i32::MAX})),
        "int64" => Some(json!({"minimum": i64::MIN, "maximum": i64::MAX})),
        _ => None,
    };
    if let Some(bounds) = bounds {
        let all = out.entry("allOf").or_insert_with(|| json!([]));
        if let Value::Array(all) = all {
            all.push(bounds);
        }
    } else if FORMATS.contains(&format) {
        out.insert("format".to_owned(), format.into());
    }
    if format == "binary" {
        // A file is no text: its length is bounded by the limit of its body.
        for name in ["minLength", "maxLength", "pattern"] {
            out.remove(name);
        }
    }
}

/// `exclusiveMinimum: true` of `OpenAPI` 3.0, which makes the bound beside it one that is not reached.
fn bounds(members: &Map<String, Value>, out: &mut Map<String, Value>) {
    for (name, exclusive) in [
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ] {
        let Some(Value::Bool(is_exclusive)) = members.get(exclusive) else {
            continue;
        };
        out.remove(exclusive);
        if let Some(bound) = out.remove(name) {
            let name = if *is_exclusive { exclusive } else { name };
            out.insert(name.to_owned(), bound);
        }
    }
}

/// `nullable: true` of `OpenAPI` 3.0, however it is written: `null` may stand there, too.
fn nullable(members: &Map<String, Value>, mut out: Map<String, Value>) -> Value {
    if members.get("nullable") != Some(&Value::Bool(true)) {
        return Value::Object(out);
    }
    let alone = !["allOf", "anyOf", "oneOf", "not", "const"]
        .iter()
        .any(|name| out.contains_key(*name));
    match (alone, out.get("type").cloned()) {
        (true, Some(Value::String(kind))) => {
            out.insert("type".to_owned(), json!([kind, "null"]));
            if let Some(Value::Array(values)) = out.get_mut("enum")
                && !values.contains(&Value::Null)
            {
                values.push(Value::Null);
            }
            Value::Object(out)
        }
        _ => json!({"anyOf": [{"type": "null"}, out]}),
    }
}
