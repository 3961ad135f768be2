//! Schemas: compiled from a document, and what speaks against a value.

mod normal;
mod shape;
mod told;

pub(crate) use shape::Shape;

use crate::document::{Document, Found};
use crate::fault::Fault;
use crate::violation::{MOST, Violation};
use jsonschema::{Draft, PatternOptions, Validator};
use normal::Normal;
use serde_json::{Map, Value, json};

/// Values of a body of which it is told one by one what is wrong: to look for everything that is
/// wrong costs memory, and a hostile body has much of it.
const TOLD: usize = 5_000;

/// Bytes that a compiled pattern has at most, and those of one that is not counted.
const LARGE: usize = 2 << 20;
const SMALL: usize = 64 << 10;

/// A schema that values are compared with.
#[derive(Debug)]
pub(crate) struct Schema {
    validator: Validator,
    pub(crate) shape: Shape,
    /// Tells it from others.
    pub(crate) mark: u64,
}

impl Schema {
    /// Compiles the schema that stands somewhere in a document.
    ///
    /// # Errors
    /// What of it values cannot be compared with.
    pub(crate) fn compile(document: &Document, found: &Found<'_>) -> Result<Self, Vec<Fault>> {
        let normal = Normal::of(document, found)?;
        let mark = mark(&normal.to_string());
        let validator = options(LARGE).build(&normal).map_err(|error| {
            let what = format!("a schema that cannot be compiled: {error}");
            vec![found.fault(crate::violation::cut(&what), "mend the schema")]
        })?;
        Ok(Self {
            validator,
            shape: Shape::of(document, found),
            mark,
        })
    }

    /// Whether a value is as the schema wants it.
    pub(crate) fn admits(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// What speaks against a value; empty: nothing.
    pub(crate) fn against(&self, value: &Value) -> Vec<Violation> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        if count(value, TOLD) >= TOLD {
            let expected = "what the schema says; it has too many values to tell which are wrong";
            let seen = crate::violation::kind_of(value);
            return vec![Violation::new("", "schema", expected, seen)];
        }
        let mut out = Vec::new();
        for error in self.validator.iter_errors(value) {
            told::tell(&error, value, &mut out);
            if out.len() >= MOST {
                break;
            }
        }
        out.truncate(MOST);
        out
    }
}

/// How schemas are compiled: by one dialect, with patterns whose time is linear and whose size, in
/// bytes, is bounded, and what follows no reference out of the document.
fn options(size: usize) -> jsonschema::ValidationOptions<'static> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(size))
        .with_keyword("readOnly", read_only)
}

/// What a pattern takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Little.
    Small,
    /// Much, as long repetitions do.
    Large,
    /// More than there is, or what cannot be matched in linear time.
    Refused,
}

impl Pattern {
    /// What this one takes.
    pub(crate) fn of(pattern: &str) -> Self {
        let fits = |size| options(size).build(&json!({"pattern": pattern})).is_ok();
        if fits(SMALL) {
            Self::Small
        } else if fits(LARGE) {
            Self::Large
        } else {
            Self::Refused
        }
    }
}

/// What must not be sent at all.
struct ReadOnly;

impl<'i> jsonschema::Keyword<'i> for ReadOnly {
    fn validate(&self, _: &'i Value) -> Result<(), jsonschema::ValidationError<'i>> {
        Err(jsonschema::ValidationError::custom(
            "nothing: only the service says it",
        ))
    }

    fn is_valid(&self, _: &Value) -> bool {
        false
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what makes a keyword may fail elsewhere"
)]
fn read_only<'a>(
    _: &'a Map<String, Value>,
    _: &'a Value,
    _: jsonschema::paths::Location,
) -> Result<Box<dyn for<'i> jsonschema::Keyword<'i>>, jsonschema::ValidationError<'a>> {
    Ok(Box::new(ReadOnly))
}

/// How many values there are in a value; not more than `most` are counted.
fn count(value: &Value, most: usize) -> usize {
    let mut open = vec![value];
    let mut counted = 0;
    while let Some(value) = open.pop() {
        counted += 1;
        if counted + open.len() >= most {
            return most;
        }
        match value {
            Value::Array(items) => {
                open.extend(items.iter().take(most));
            }
            Value::Object(members) => open.extend(members.values().take(most)),
            _ => {}
        }
    }
    counted
}

/// FNV-1a of a text: the same in every version.
pub(crate) fn mark(text: &str) -> u64 {
    let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests;
