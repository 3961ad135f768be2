//! How much work comparing a value makes: counted while it is done, so that it has an end.
//!
//! The library that compares knows no bound. It remembers what it has found out of references that
//! lead back to themselves, and only of arrays and objects; whatever else is referred to twice, it
//! looks at twice, and within that twice again; and to tell what is wrong it remembers nothing. So
//! [`metered`](super::metered::metered) puts `if: {effort}, then: …` around each schema that has
//! others in it. The effort is paid before anything of such a schema is done, for all that it does
//! by itself: what its own keywords cost, times the members or items that they are asked of. Once
//! nothing is left, the condition does not hold, and what is behind it is done no more, neither to
//! judge nor to tell what is wrong: what is still open runs out over what has been paid for. What
//! has come of it then means nothing, and [`within`] does not say it.

use jsonschema::paths::Location;
use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value};
use std::cell::Cell;

/// The keyword that pays; no document has it, because only known ones are taken over.
pub(super) const KEYWORD: &str = "x-postern-effort";

/// Bytes of the stack that comparing takes at most: threads have 2 MiB.
const STACK: usize = 1 << 20;

/// Bytes of a text that count as one step.
const TEXT: usize = 64;

/// What is left of an effort, and where the stack was when it began.
#[derive(Clone, Copy)]
struct Meter {
    left: u64,
    start: usize,
}

const NOTHING: Meter = Meter { left: 0, start: 0 };

thread_local! {
    static METER: Cell<Meter> = const { Cell::new(NOTHING) };
}

/// Does something that takes less than an effort; `None`: it would have taken more.
pub(super) fn within<T>(effort: u64, run: impl FnOnce() -> T) -> Option<T> {
    METER.set(Meter {
        left: effort,
        start: here(),
    });
    let out = run();
    let left = METER.replace(NOTHING).left;
    (left > 0).then_some(out)
}

/// Whether there is so much left, which then is less.
fn pay(cost: u64) -> bool {
    let meter = METER.get();
    let is_deep = meter.start.abs_diff(here()) > STACK;
    let left = if is_deep {
        0
    } else {
        meter.left.saturating_sub(cost)
    };
    METER.set(Meter { left, ..meter });
    left > 0
}

/// About where the stack is.
#[inline(never)]
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&mark)).addr()
}

/// What a schema costs by itself, in steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Once for a value.
    pub(super) once: u64,
    /// For each of its members or items.
    pub(super) each: u64,
    /// Whether it looks at everything that is in the value.
    pub(super) deep: bool,
}

impl Weight {
    /// As the keyword has it.
    pub(super) fn written(self) -> Value {
        Value::Array(vec![self.once.into(), self.each.into(), self.deep.into()])
    }

    fn read(written: &Value) -> Self {
        let number = |at: usize| written.get(at).and_then(Value::as_u64).unwrap_or(1);
        Self {
            once: number(0),
            each: number(1),
            deep: written.get(2) == Some(&Value::Bool(true)),
        }
    }

    /// What it costs for a value.
    fn of(self, value: &Value) -> u64 {
        let each = self.each.saturating_add(1);
        let parts = match value {
            Value::String(text) => steps(text),
            Value::Array(items) => items.iter().fold(0, |sum: u64, item| {
                sum.saturating_add(each).saturating_add(own(item))
            }),
            Value::Object(members) => members.iter().fold(0, |sum: u64, (name, member)| {
                let texts = steps(name).saturating_add(own(member));
                sum.saturating_add(each).saturating_add(texts)
            }),
            _ => 0,
        };
        let deep = if self.deep { all(value) } else { 0 };
        self.once
            .saturating_add(1)
            .saturating_add(parts)
            .saturating_add(deep)
    }
}

fn steps(text: &str) -> u64 {
    u64::try_from(text.len() / TEXT).unwrap_or(u64::MAX)
}

/// The steps of a value that is a text.
fn own(value: &Value) -> u64 {
    value.as_str().map_or(0, steps)
}

/// The steps of everything that is in a value, itself included.
pub(super) fn all(value: &Value) -> u64 {
    let mut sum = 0_u64;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        sum = sum.saturating_add(1).saturating_add(own(value));
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                for (name, member) in members {
                    sum = sum.saturating_add(steps(name));
                    open.push(member);
                }
            }
            _ => {}
        }
    }
    sum
}

/// What stands for the keyword where values are compared.
struct Effort(Weight);

impl<'i> Keyword<'i> for Effort {
    fn validate(&self, value: &'i Value) -> Result<(), ValidationError<'i>> {
        if pay(self.0.of(value)) {
            Ok(())
        } else {
            Err(ValidationError::custom("less to compare"))
        }
    }

    fn is_valid(&self, value: &'i Value) -> bool {
        pay(self.0.of(value))
    }
}

/// Makes the keyword.
#[expect(
    clippy::unnecessary_wraps,
    reason = "what makes a keyword may fail elsewhere"
)]
pub(super) fn keyword<'a>(
    _: &'a Map<String, Value>,
    written: &'a Value,
    _: Location,
) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
    Ok(Box::new(Effort(Weight::read(written))))
}
