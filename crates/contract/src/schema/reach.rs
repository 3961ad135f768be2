//! How much `unevaluatedProperties` and `unevaluatedItems` reach.
//!
//! To know what others have looked at, the library copies, when it compiles such a keyword, whatever
//! stands beside it: through compositions and references, and as often as they lead there. So what
//! they reach has to be small before it is compiled.

use super::effort::all;
use serde_json::{Map, Value};

/// Values of schemas that are copied at most, of all such keywords of one schema together.
const COPIED: u64 = 500_000;

/// Schemas within schemas, through references.
const DEPTH: usize = 64;

const KEYWORDS: [&str; 2] = ["unevaluatedItems", "unevaluatedProperties"];

/// Keywords that look at the same value with others: one, a list, and named ones.
const ONE: [&str; 3] = ["else", "if", "then"];
const LIST: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Whether it is little enough in a schema that [`Normal`](super::normal::Normal) made.
pub(super) fn is_small(normal: &Value) -> bool {
    let mut walk = Walk {
        definitions: normal.get("$defs"),
        path: Vec::new(),
        left: COPIED,
    };
    walk.compile(normal)
}

struct Walk<'a> {
    definitions: Option<&'a Value>,
    /// What is being copied: it is not copied within itself.
    path: Vec<&'a Map<String, Value>>,
    left: u64,
}

impl<'a> Walk<'a> {
    /// Whether compiling a schema copies little. Everything that is written within it counts as a
    /// schema, though some is not: that is too careful, and never too careless.
    fn compile(&mut self, schema: &'a Value) -> bool {
        let mut open = vec![schema];
        while let Some(next) = open.pop() {
            match next {
                Value::Array(items) => open.extend(items),
                Value::Object(members) => {
                    let copies = KEYWORDS.iter().any(|name| members.contains_key(*name));
                    if copies && !self.copy(next, members) {
                        return false;
                    }
                    open.extend(members.values());
                }
                _ => {}
            }
        }
        true
    }

    /// Whether copying what a schema looks at takes little.
    fn copy(&mut self, schema: &'a Value, members: &'a Map<String, Value>) -> bool {
        if self.path.iter().any(|known| std::ptr::eq(*known, members)) {
            return true;
        }
        let left = self.left.saturating_sub(all(schema));
        self.left = left;
        if left == 0 || self.path.len() >= DEPTH {
            return false;
        }
        self.path.push(members);
        let within = self.within(members);
        self.path.pop();
        within
    }

    fn within(&mut self, members: &'a Map<String, Value>) -> bool {
        let lists = LIST
            .iter()
            .filter_map(|name| members.get(*name)?.as_array());
        let dependent = members.get("dependentSchemas").and_then(Value::as_object);
        let ones = ONE.iter().filter_map(|name| members.get(*name));
        let beside = ones
            .chain(lists.flatten())
            .chain(dependent.into_iter().flat_map(Map::values));
        for schema in beside {
            // It is compiled anew, and then copied.
            if !self.compile(schema) || !self.copy_one(schema) {
                return false;
            }
        }
        let target = members.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|to| to.strip_prefix("#/$defs/"));
        let target = target.and_then(|name| self.definitions?.get(name));
        target.is_none_or(|schema| self.copy_one(schema))
    }

    fn copy_one(&mut self, schema: &'a Value) -> bool {
        schema
            .as_object()
            .is_none_or(|members| self.copy(schema, members))
    }
}
