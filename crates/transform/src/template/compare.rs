//! Tests that compare: the engine's would do so without charge, and `select` may carry one out for
//! each item.

use super::weigh::{is_scalar, length, weigh};
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, State, Value};
use std::cmp::Ordering;

/// A comparison.
type Holds = fn(&Value, &Value) -> bool;

/// All of them.
const COMPARISONS: [(&[&str], Holds); 8] = [
    (&["eq", "equalto", "=="], |a, b| a == b),
    (&["ne", "!="], |a, b| a != b),
    (&["lt", "lessthan", "<"], |a, b| {
        a.partial_cmp(b) == Some(Ordering::Less)
    }),
    (&["le", "<="], |a, b| a <= b),
    (&["gt", "greaterthan", ">"], |a, b| {
        a.partial_cmp(b) == Some(Ordering::Greater)
    }),
    (&["ge", ">="], |a, b| a >= b),
    (&["startingwith"], |a, b| {
        texts(a, b).is_some_and(|(a, b)| a.starts_with(&b))
    }),
    (&["endingwith"], |a, b| {
        texts(a, b).is_some_and(|(a, b)| a.ends_with(&b))
    }),
];

/// Both as texts; a list or mapping is none.
fn texts(a: &Value, b: &Value) -> Option<(String, String)> {
    (is_scalar(a) && is_scalar(b)).then(|| (a.to_string(), b.to_string()))
}

/// Puts them in the place of the engine's.
pub(super) fn add(environment: &mut Environment<'_>) {
    for (names, holds) in COMPARISONS {
        for name in names {
            let test = move |state: &State<'_, '_>, a: &Value, b: &Value| -> Result<bool, Error> {
                weigh(state, a)?;
                weigh(state, b)?;
                Ok(holds(a, b))
            };
            environment.add_test(*name, test);
        }
    }
    environment.add_test("in", is_in);
    environment.add_test("lower", |state: &State<'_, '_>, value: &Value| {
        cased(state, value, minijinja::tests::is_lower)
    });
    environment.add_test("upper", |state: &State<'_, '_>, value: &Value| {
        cased(state, value, minijinja::tests::is_upper)
    });
}

fn cased(state: &State<'_, '_>, value: &Value, holds: fn(&Value) -> bool) -> Result<bool, Error> {
    let bytes = value.as_str().map_or(0, str::len);
    state.consume_fuel(length(bytes / 32))?;
    Ok(holds(value))
}

fn is_in(state: &State<'_, '_>, value: &Value, within: &Value) -> Result<bool, Error> {
    weigh(state, value)?;
    weigh(state, within)?;
    if let Some(text) = within.as_str() {
        return Ok(is_scalar(value) && text.contains(&value.to_string()));
    }
    match within.kind() {
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::Map => Ok(within
            .get_item(value)
            .is_ok_and(|found| !found.is_undefined())),
        ValueKind::Seq | ValueKind::Iterable => Ok(within.try_iter()?.any(|item| item == *value)),
        _ => Err(Error::from(ErrorKind::InvalidOperation)),
    }
}
