//! Checks a tree against the JSON schema. Every fault is found, and what is at fault is marked,
//! so that the rest can be checked further without faults that are only consequences.

use crate::code::Code;
use crate::de::{boolean, integer};
use crate::findings::{Findings, quote};
use crate::scalar::{self, Entry};
use crate::source::Span;
use crate::tree::{Kind, Node};
use serde_json::Value;
use std::fmt::Write as _;

/// Checks a document.
pub(crate) fn check(root: &mut Node, schema: &Value, findings: &mut Findings<'_>) {
    let mut walk = Walk {
        definitions: schema.get("$defs"),
        findings,
        place: Vec::new(),
    };
    let start = Span::new(root.span.start, root.span.start);
    walk.node(root, schema, start);
}

/// A step from a value to one inside of it.
enum Step {
    Key(String),
    Item(usize),
}

struct Walk<'a, 'f> {
    /// What the schema's references refer to.
    definitions: Option<&'a Value>,
    findings: &'a mut Findings<'f>,
    place: Vec<Step>,
}

impl<'a> Walk<'a, '_> {
    /// Checks a value. `key` is where its key stands, or its beginning where it has none.
    fn node(&mut self, node: &mut Node, schema: &'a Value, key: Span) {
        let schema = self.variant(node, schema);
        if node.is_null() {
            self.nothing(node, schema, key);
        } else if let Some(entry) = self.keyword(schema, "x-kind").and_then(kind) {
            self.scalar(node, schema, entry);
        } else if let Some(words) = self.words(schema) {
            self.word(node, &words);
        } else {
            match self.keyword(schema, "type").and_then(Value::as_str) {
                Some("object") => self.mapping(node, schema, key),
                Some("array") => self.list(node, schema),
                Some("boolean") if boolean(node).is_none() => {
                    self.wrong_type(node, "`true` or `false`");
                }
                Some("integer") => self.number(node, schema),
                Some("string") if !matches!(node.kind, Kind::Scalar { .. }) => {
                    self.wrong_type(node, "a text");
                }
                _ => {}
            }
        }
    }

    /// A keyword of a schema, or of the one it refers to.
    fn keyword(&self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        if let Some(value) = schema.get(name) {
            return Some(value);
        }
        // Every reference of our schema is of this form; a pointer is far slower to follow.
        let reference = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
        self.keyword(self.definitions?.get(reference)?, name)
    }

    /// Of several alternatives the one that has the same shape as the value.
    fn variant(&self, node: &Node, schema: &'a Value) -> &'a Value {
        let variants = self.keyword(schema, "anyOf").and_then(Value::as_array);
        let Some(variants) = variants else {
            return schema;
        };
        let shape = |variant: &'a Value| {
            let shape = self.keyword(variant, "type").and_then(Value::as_str);
            let shape = shape.filter(|shape| matches!(*shape, "object" | "array"));
            shape.unwrap_or("scalar")
        };
        let given = match node.kind {
            Kind::Map(_) => "object",
            Kind::Seq(_) => "array",
            Kind::Scalar { .. } => "scalar",
        };
        let fits = variants.iter().find(|variant| shape(variant) == given);
        // What fits none is not even a text.
        let text = || variants.iter().find(|variant| shape(variant) == "scalar");
        fits.or_else(text).unwrap_or(schema)
    }

    /// The words a value may be, if it is one of several.
    fn words(&self, schema: &'a Value) -> Option<Vec<&'a str>> {
        if let Some(words) = self.keyword(schema, "enum").and_then(Value::as_array) {
            return Some(words.iter().filter_map(Value::as_str).collect());
        }
        let variants = self.keyword(schema, "oneOf")?.as_array()?;
        let words = |variant: &'a Value| match variant.get("const") {
            Some(word) => word.as_str().into_iter().collect(),
            None => self.words(variant).unwrap_or_default(),
        };
        Some(variants.iter().flat_map(words).collect())
    }

    fn nothing(&mut self, node: &mut Node, schema: &'a Value, key: Span) {
        node.reject();
        let object = self.keyword(schema, "type").is_some_and(|t| t == "object");
        let span = if node.span.start == node.span.end {
            key
        } else {
            node.span
        };
        let message = format!("{} has no value", self.name());
        let found = self
            .findings
            .error(Code::WrongType, span, &message, "nothing stands here");
        if object {
            found.help("write `{}` for a mapping that has nothing but defaults");
        }
    }

    fn wrong_type(&mut self, node: &mut Node, expected: &str) {
        node.reject();
        let message = format!("{} must be {expected}", self.name());
        let label = format!("found {}", describe(node));
        let span = first_line(node);
        self.findings.error(Code::WrongType, span, &message, &label);
    }

    fn word(&mut self, node: &mut Node, words: &[&str]) {
        let Kind::Scalar { text, .. } = &node.kind else {
            self.wrong_type(node, &one_of(words));
            return;
        };
        if words.contains(&text.as_str()) {
            return;
        }
        let message = format!("{} cannot be {}", self.name(), quote(text));
        let label = format!("expected {}", one_of(words));
        self.findings
            .error(Code::InvalidValue, node.span, &message, &label)
            .did_you_mean(text, words.iter().copied());
        node.reject();
    }

    fn scalar(&mut self, node: &mut Node, schema: &'a Value, entry: &Entry) {
        let Kind::Scalar { text, .. } = &node.kind else {
            self.wrong_type(
                node,
                &format!("{}, such as `{}`", entry.what, entry.example),
            );
            return;
        };
        match (entry.check)(text) {
            Ok(magnitude) => {
                let bound = |name| self.keyword(schema, name).and_then(Value::as_u64);
                let (least, most) = (bound("x-minimum"), bound("x-maximum"));
                let Some(value) = magnitude else { return };
                let label = match (least, most) {
                    (Some(least), _) if value < least => {
                        format!("at least {}", (entry.show)(least))
                    }
                    (_, Some(most)) if value > most => format!("at most {}", (entry.show)(most)),
                    _ => return,
                };
                self.out_of_range(node, &label);
            }
            Err(problem) => {
                let name = self.name();
                let message = format!("{name} is not {}", entry.what);
                let label = problem.label.as_str();
                let found = if self.keyword(schema, "x-secret").is_some() {
                    self.findings.secret(entry.code, node.span, &message, label)
                } else {
                    self.findings
                        .error(entry.code, first_line(node), &message, label)
                };
                if let Some(better) = problem.suggestion {
                    found.help(format!("did you mean {}?", quote(&better)));
                }
                node.reject();
            }
        }
    }

    fn out_of_range(&mut self, node: &mut Node, label: &str) {
        let message = format!("{} is out of range", self.name());
        let span = first_line(node);
        self.findings.error(Code::OutOfRange, span, &message, label);
        node.reject();
    }

    fn number(&mut self, node: &mut Node, schema: &'a Value) {
        let Some(value) = integer(node) else {
            self.wrong_type(node, "a whole number");
            return;
        };
        let bound = |name| self.keyword(schema, name).and_then(Value::as_i64);
        let (least, most) = (bound("minimum"), bound("maximum"));
        match (least, most) {
            (Some(least), _) if value < i128::from(least) => {
                self.out_of_range(node, &format!("at least {least}"));
            }
            (_, Some(most)) if value > i128::from(most) => {
                self.out_of_range(node, &format!("at most {most}"));
            }
            _ => {}
        }
    }

    fn list(&mut self, node: &mut Node, schema: &'a Value) {
        let Kind::Seq(items) = &mut node.kind else {
            self.wrong_type(node, "a list");
            return;
        };
        let bound = |name| self.keyword(schema, name).and_then(Value::as_u64);
        let (least, most) = (bound("minItems"), bound("maxItems"));
        let count = items.len() as u64;
        let mut intact = true;
        if let Some(schema) = self.keyword(schema, "items") {
            for (at, item) in items.iter_mut().enumerate() {
                self.place.push(Step::Item(at));
                let start = Span::new(item.span.start, item.span.start);
                self.node(item, schema, start);
                self.place.pop();
                intact &= item.intact;
            }
        }
        node.intact = intact;
        match (least, most) {
            (Some(least), _) if count < least => {
                self.out_of_range(node, &format!("at least {least} must be here"));
            }
            (_, Some(most)) if count > most => {
                self.out_of_range(node, &format!("at most {most} may be here"));
            }
            _ => {}
        }
    }

    fn mapping(&mut self, node: &mut Node, schema: &'a Value, key: Span) {
        let Kind::Map(entries) = &mut node.kind else {
            self.wrong_type(node, "a mapping");
            return;
        };
        let properties = self
            .keyword(schema, "properties")
            .and_then(Value::as_object);
        let others = self
            .keyword(schema, "additionalProperties")
            .filter(|s| s.is_object());
        let mut intact = true;
        let names = self.keyword(schema, "propertyNames");
        let names = names.and_then(|names| self.keyword(names, "x-kind").and_then(kind));
        // Fields that unknown ones were probably meant to be: they are not missing as well.
        let mut meant = Vec::new();
        for entry in &mut *entries {
            let known = properties.and_then(|p| p.get(&entry.key));
            let Some(inner) = known.or(others) else {
                entry.value.reject();
                intact = false;
                let names = properties.into_iter().flat_map(|p| p.keys());
                let names: Vec<&str> = names.map(String::as_str).collect();
                meant.extend(self.unknown_field(&entry.key, entry.key_span, &names));
                continue;
            };
            self.place.push(Step::Key(entry.key.clone()));
            if let (None, Some(names)) = (known, names) {
                self.entity_name(&entry.key, entry.key_span, names);
            }
            self.node(&mut entry.value, inner, entry.key_span);
            self.place.pop();
            intact &= entry.value.intact;
        }
        let required = self.keyword(schema, "required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if entries.iter().any(|entry| entry.key == name) {
                continue;
            }
            intact = false;
            if !meant.contains(&name) {
                let schema = properties.and_then(|p| p.get(name));
                self.missing_field(name, schema, key);
            }
        }
        node.intact = intact;
    }

    /// A bad name is found, but does no harm to what it names.
    fn entity_name(&mut self, name: &str, span: Span, names: &Entry) {
        if let Err(problem) = (names.check)(name) {
            let message = format!("{} is not {}", quote(name), names.what);
            self.findings
                .error(names.code, span, &message, &problem.label);
        }
    }

    /// Gives the field that was probably meant.
    fn unknown_field<'n>(&mut self, name: &str, span: Span, names: &[&'n str]) -> Option<&'n str> {
        let place = self.place();
        let message = if place.is_empty() {
            format!("there is no section {}", quote(name))
        } else {
            format!("{} has no field {}", quote(&place), quote(name))
        };
        let found = self
            .findings
            .error(Code::UnknownField, span, &message, "unknown field");
        let near = crate::findings::nearest(name, names.iter().copied());
        if near.is_some() {
            found.did_you_mean(name, near);
        } else if name == "<<" {
            found.help("merge keys are not part of YAML 1.2; repeat the fields");
        } else {
            let names = names.iter().filter(|n| !n.starts_with('$'));
            let list: Vec<_> = names.map(|n| quote(n)).collect();
            found.help(format!("the fields are {}", list.join(", ")));
        }
        near
    }

    fn missing_field(&mut self, name: &str, schema: Option<&'a Value>, span: Span) {
        let place = self.place();
        let message = format!("{} has no {}", quote(&place), quote(name));
        let label = format!("{} is missing", quote(name));
        let kind = schema.and_then(|s| self.keyword(s, "x-kind").and_then(kind));
        let description = schema.and_then(|s| self.keyword(s, "description"));
        let found = self
            .findings
            .error(Code::MissingField, span, &message, &label);
        if let Some(kind) = kind {
            found.help(format!("add `{name}: {}`, say", kind.example));
        } else if let Some(text) = description.and_then(Value::as_str) {
            let first = text.split_once(". ").map_or(text, |(first, _)| first);
            let first = first.trim_end_matches('.').replace('\n', " ");
            found.help(format!("{} is for: {}", quote(name), lower_first(&first)));
        }
    }

    /// The value's place, as in `services.orders.hosts[0]`.
    fn place(&self) -> String {
        let mut out = String::new();
        for step in &self.place {
            match step {
                Step::Key(key) if out.is_empty() => out.push_str(key),
                Step::Key(key) => {
                    out.push('.');
                    out.push_str(key);
                }
                Step::Item(at) => {
                    let _ = write!(out, "[{at}]");
                }
            }
        }
        out
    }

    fn name(&self) -> String {
        if self.place.is_empty() {
            return "the configuration".to_owned();
        }
        format!("`{}`", self.place())
    }
}

fn kind(name: &Value) -> Option<&'static Entry> {
    name.as_str().and_then(scalar::find)
}

/// What is marked of a value: a collection's first character, a text as a whole.
fn first_line(node: &Node) -> Span {
    match node.kind {
        Kind::Scalar { .. } => node.span,
        _ => Span::new(node.span.start, node.span.start),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn describe(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Seq(_) => "a list",
        Kind::Map(_) => "a mapping",
        Kind::Scalar { plain: false, .. } => "a text",
        Kind::Scalar { .. } if boolean(node).is_some() => "a boolean",
        Kind::Scalar { .. } if integer(node).is_some() => "a number",
        Kind::Scalar { .. } => "a text",
    }
}
