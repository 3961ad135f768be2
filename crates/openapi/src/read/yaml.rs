//! YAML, with bounds. Aliases are replaced by what they stand for, and counted as that; merge keys
//! (`<<`) are followed, since documents written by hand have them.

use super::scalar::plain;
use super::size::Size;
use super::{Beyond, Budget, MAX_DEPTH, Unreadable, twice};
use crate::pointer::Pointer;
use crate::report::Report;
use granit_parser::{Event, Options, Parser, ScalarStyle};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Bytes that a key may be away from its colon. Documents in JSON have no bound; this is one.
const KEY: usize = 8_192;

/// The key whose value is merged into the mapping around.
const MERGE: &str = "<<";

pub(super) fn read(text: &str, report: &mut Report) -> Result<Value, Unreadable> {
    let mut options = Options::default();
    options.simple_key_max_lookahead = KEY;
    options.flow_nesting_limit = MAX_DEPTH + 1;
    options.block_nesting_limit = MAX_DEPTH + 1;
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                if !builder.event(event, span.start.line(), report)? {
                    break;
                }
            }
            Err(error) => {
                let info = error.info();
                if info == "recursion limit exceeded" {
                    return Err(Beyond::Depth.into());
                }
                let at = error.marker();
                let found = Unreadable::new(format!(
                    "the document is neither JSON nor YAML: line {}, column {}: {info}",
                    at.line(),
                    at.col() + 1
                ));
                return Err(if info.contains("tab") {
                    found.help("indent with spaces")
                } else {
                    found
                });
            }
        }
    }
    Ok(builder.root.unwrap_or_default())
}

/// What an alias stands for.
struct Anchored {
    value: Value,
    size: Size,
}

/// A collection that is still open.
struct Open {
    anchor: usize,
    items: Items,
}

enum Items {
    Seq(Vec<Value>),
    Map {
        members: Map<String, Value>,
        merged: Vec<Value>,
        key: Option<Key>,
    },
}

/// A key that waits for its value.
enum Key {
    Name(String),
    /// Stands twice, or is no text: the value goes.
    Ignored(String),
    Merge,
}

impl Key {
    fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Ignored(name) => name,
            Self::Merge => MERGE,
        }
    }
}

#[derive(Default)]
struct Builder {
    stack: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    budget: Budget,
    documents: usize,
    root: Option<Value>,
}

impl Builder {
    /// Takes one event; `false` ends the reading.
    fn event(
        &mut self,
        event: Event<'_>,
        line: usize,
        report: &mut Report,
    ) -> Result<bool, Unreadable> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    report.add(
                        Pointer::ROOT,
                        format!("a second document begins in line {line}"),
                        "only the first one is read",
                    );
                    return Ok(false);
                }
            }
            Event::SequenceStart(_, anchor, ..) => self.open(Items::Seq(Vec::new()), anchor)?,
            Event::MappingStart(_, anchor, ..) => {
                let items = Items::Map {
                    members: Map::new(),
                    merged: Vec::new(),
                    key: None,
                };
                self.open(items, anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(closed) = self.stack.pop() {
                    let value = match closed.items {
                        Items::Seq(items) => Value::Array(items),
                        Items::Map {
                            members, merged, ..
                        } => self.merge(members, merged)?,
                    };
                    self.value(value, closed.anchor, report)?;
                }
            }
            Event::Scalar(text, style, anchor, ..) => {
                self.budget.take(1, text.len())?;
                let value = match style {
                    ScalarStyle::Plain if !self.wants_key() => plain(&text, self.key()),
                    _ => Value::String(text.into_owned()),
                };
                self.value(value, anchor, report)?;
            }
            Event::Alias(anchor) => {
                let Some(found) = self.anchors.get(&anchor) else {
                    return Err(Unreadable::new(format!(
                        "an alias in line {line} stands inside of what it refers to"
                    )));
                };
                self.budget.take(found.size.values, found.size.text)?;
                if self.stack.len() + found.size.height > MAX_DEPTH {
                    return Err(Beyond::Depth.into());
                }
                let value = found.value.clone();
                self.value(value, 0, report)?;
            }
            _ => {}
        }
        Ok(true)
    }

    fn open(&mut self, items: Items, anchor: usize) -> Result<(), Beyond> {
        self.budget.take(1, 0)?;
        if self.stack.len() >= MAX_DEPTH - 1 {
            return Err(Beyond::Depth);
        }
        self.stack.push(Open { anchor, items });
        Ok(())
    }

    /// Whether a key comes next.
    fn wants_key(&self) -> bool {
        let top = self.stack.last().map(|open| &open.items);
        matches!(top, Some(Items::Map { key: None, .. }))
    }

    /// The key whose value comes next.
    fn key(&self) -> Option<&str> {
        match self.stack.last().map(|open| &open.items) {
            Some(Items::Map { key: Some(key), .. }) => Some(key.name()),
            _ => None,
        }
    }

    /// A mapping with what merge keys add to it: what it says itself counts.
    fn merge(
        &mut self,
        mut members: Map<String, Value>,
        merged: Vec<Value>,
    ) -> Result<Value, Beyond> {
        for value in merged {
            let sources = match value {
                Value::Array(items) => items,
                value => vec![value],
            };
            for source in sources {
                if let Value::Object(source) = source {
                    for (name, value) in source {
                        self.budget.take(1, name.len())?;
                        members.entry(name).or_insert(value);
                    }
                }
            }
        }
        Ok(Value::Object(members))
    }

    /// A complete value: it becomes a key, a value, an item or the document itself.
    fn value(&mut self, value: Value, anchor: usize, report: &mut Report) -> Result<(), Beyond> {
        if anchor != 0 {
            let size = Size::of(&value);
            self.budget.take(size.values, size.text)?;
            let value = value.clone();
            self.anchors.insert(anchor, Anchored { value, size });
        }
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        match &mut open.items {
            Items::Seq(items) => items.push(value),
            Items::Map {
                members,
                merged,
                key,
            } => match key.take() {
                Some(Key::Name(name)) => {
                    members.insert(name, value);
                }
                Some(Key::Merge) => merged.push(value),
                Some(Key::Ignored(_)) => {}
                None => {
                    let key = self.new_key(value, report);
                    if let Some(Items::Map { key: place, .. }) =
                        self.stack.last_mut().map(|open| &mut open.items)
                    {
                        *place = Some(key);
                    }
                }
            },
        }
        Ok(())
    }

    fn new_key(&self, value: Value, report: &mut Report) -> Key {
        let Value::String(name) = value else {
            report.add(
                Pointer::of(&self.place()),
                "a key is not a text",
                "left out with its value",
            );
            return Key::Ignored(String::new());
        };
        if name == MERGE {
            return Key::Merge;
        }
        if let Some(Items::Map { members, .. }) = self.stack.last().map(|open| &open.items)
            && members.contains_key(&name)
        {
            let place = self.place();
            twice(report, &Pointer::of(&place).member(&name), &name);
            return Key::Ignored(name);
        }
        Key::Name(name)
    }

    /// Where the innermost open collection stands.
    fn place(&self) -> String {
        let mut out = String::new();
        let around = self.stack.len().saturating_sub(1);
        for open in self.stack.iter().take(around) {
            out = match &open.items {
                Items::Seq(items) => Pointer::of(&out).item(items.len()).to_string(),
                Items::Map { key, .. } => {
                    let name = key.as_ref().map_or("", Key::name);
                    Pointer::of(&out).member(name).to_string()
                }
            };
        }
        out
    }
}
