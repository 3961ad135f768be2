//! Schemas: compiled from a document, and what speaks against a value.

mod effort;
mod metered;
mod normal;
mod reach;
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

/// Steps that comparing takes at most; those that it may take for a larger value, for each value in
/// it and each of the schema; and those that it never takes more of. Only schemas that look at the
/// same value over and over take as many.
const STEPS: u64 = 500_000;
const STEPS_EACH: u64 = 4;
const STEPS_EVER: u64 = 200_000_000;

/// Steps that it takes at most to tell what is wrong, and those more for each value.
const TELLING: u64 = 100_000;
const TELLING_EACH: u64 = 200;

/// Bytes that a compiled pattern has at most, and those of one that is not counted.
const LARGE: usize = 2 << 20;
const SMALL: usize = 64 << 10;

/// What comes of comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Admitted,
    Refused,
    /// Nobody knows: it would take too many steps.
    TooMuch,
}

/// A schema that values are compared with.
#[derive(Debug)]
pub(crate) struct Schema {
    /// Admits everything where nothing is left to pay with: asked by `verdict` and `tell` alone.
    validator: Validator,
    /// How many values it is written with.
    size: u64,
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
        if !reach::is_small(&normal) {
            let what = "`unevaluatedProperties` or `unevaluatedItems` that reaches too many schemas by references and compositions";
            let help = "write `additionalProperties` or `items`, or refer to fewer beside it";
            return Err(vec![found.fault(what, help)]);
        }
        let mark = mark(&normal.to_string());
        let size = effort::all(&normal);
        let metered = metered::metered(normal);
        let validator = options(LARGE).build(&metered).map_err(|error| {
            let what = format!("a schema that cannot be compiled: {error}");
            vec![found.fault(crate::violation::cut(&what), "mend the schema")]
        })?;
        Ok(Self {
            validator,
            size,
            shape: Shape::of(document, found),
            mark,
        })
    }

    /// Whether a value is as the schema wants it.
    pub(crate) fn admits(&self, value: &Value) -> bool {
        self.verdict(value) == Verdict::Admitted
    }

    /// What speaks against a value; empty: nothing.
    pub(crate) fn against(&self, value: &Value) -> Vec<Violation> {
        let whole = |expected: &str| {
            let seen = crate::violation::kind_of(value);
            vec![Violation::new("", "schema", expected, seen)]
        };
        match self.verdict(value) {
            Verdict::Admitted => return Vec::new(),
            Verdict::TooMuch => {
                return whole("what takes fewer steps to compare with the schema");
            }
            Verdict::Refused => {}
        }
        let values = count(value, TOLD);
        if values >= TOLD {
            return whole("what the schema says; it has too many values to tell which are wrong");
        }
        match self.tell(value, values) {
            Some(told) if !told.is_empty() => told,
            _ => whole("what the schema says; it takes too many steps to tell what is wrong"),
        }
    }

    /// Compares a value. Only if the first steps are too few it is counted how large the value is,
    /// and how many more there are.
    fn verdict(&self, value: &Value) -> Verdict {
        let compare = |steps| effort::within(steps, || self.validator.is_valid(value));
        let more = || {
            let each = self.size.saturating_mul(STEPS_EACH);
            let all = effort::all(value).saturating_mul(each);
            all.saturating_add(STEPS).min(STEPS_EVER)
        };
        match compare(STEPS).or_else(|| compare(more())) {
            Some(true) => Verdict::Admitted,
            Some(false) => Verdict::Refused,
            None => Verdict::TooMuch,
        }
    }

    /// What is wrong with a value of so many values; `None`: it takes too many steps to tell.
    ///
    /// All errors are looked for before the first is told, those of each alternative by
    /// themselves: of alternatives within alternatives there are exponentially many.
    fn tell(&self, value: &Value, values: usize) -> Option<Vec<Violation>> {
        let more = TELLING_EACH.saturating_mul(u64::try_from(values).unwrap_or(u64::MAX));
        effort::within(TELLING.saturating_add(more), || {
            let mut out = Vec::new();
            for error in self.validator.iter_errors(value) {
                told::tell(&error, value, &mut out);
                if out.len() >= MOST {
                    break;
                }
            }
            out.truncate(MOST);
            out
        })
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
        .with_keyword(effort::KEYWORD, effort::keyword)
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
mod bounds;
#[cfg(test)]
mod tests;
