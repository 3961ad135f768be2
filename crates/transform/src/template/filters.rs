//! Filters in the place of the engine's that do more than they charge for, or that would stack
//! views of lists upon each other.

#![expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands arguments over by value"
)]

use super::weigh::{is_scalar, item, items, length};
use minijinja::value::{DynObject, Kwargs, Tuple, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters};
use std::borrow::Cow;

/// Most characters that `trim` takes away.
const TRIMMED: usize = 32;
/// Most digits that `round` rounds to, before or after the point.
const DIGITS: u32 = 30;

/// Puts them there.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("split", split);
    environment.add_filter("lines", lines);
    environment.add_filter("trim", trim);
    environment.add_filter("round", round);
    environment.add_filter("reverse", reverse);
    environment.add_filter("chain", chain);
    environment.add_filter("last", last);
    environment.add_filter("attr", item);
    environment.add_filter("items", pairs);
}

/// A list of texts, each paid for before it is there.
fn texts<'t>(state: &State<'_, '_>, pieces: impl Iterator<Item = &'t str>) -> Result<Value, Error> {
    let mut made = Vec::new();
    for piece in pieces {
        state.consume_fuel(1)?;
        made.push(Value::from(piece));
    }
    Ok(Value::from(made))
}

fn split(
    state: &State<'_, '_>,
    text: Cow<'_, str>,
    by: Option<Cow<'_, str>>,
    most: Option<usize>,
) -> Result<Value, Error> {
    let most = most.map_or(usize::MAX, |most| most.saturating_add(1));
    match by {
        Some(by) => texts(state, text.splitn(most, &*by)),
        None if most == usize::MAX => texts(state, text.split_whitespace()),
        // What is left over stays as it is.
        None => texts(state, text.trim().splitn(most, char::is_whitespace)),
    }
}

fn lines(state: &State<'_, '_>, text: Cow<'_, str>) -> Result<Value, Error> {
    texts(state, text.lines())
}

/// Takes characters away at both ends: each of the text is looked for among them.
fn trim(
    state: &State<'_, '_>,
    text: Cow<'_, str>,
    away: Option<Cow<'_, str>>,
) -> Result<String, Error> {
    let Some(away) = away else {
        return Ok(text.trim().to_owned());
    };
    let away: Vec<char> = away.chars().take(TRIMMED + 1).collect();
    if away.len() > TRIMMED {
        return Err(Error::from(ErrorKind::InvalidOperation));
    }
    state.consume_fuel(length(text.len() / 64))?;
    Ok(text.trim_matches(&*away).to_owned())
}

/// Rounds, by way of all digits of a number.
fn round(
    state: &State<'_, '_>,
    value: Value,
    digits: Option<i32>,
    way: Option<&str>,
    named: Kwargs,
) -> Result<Value, Error> {
    let digits = match digits {
        Some(digits) => Some(digits),
        None => named.get::<Option<i32>>("precision")?,
    };
    if digits.is_some_and(|digits| digits.unsigned_abs() > DIGITS) {
        return Err(Error::from(ErrorKind::InvalidOperation));
    }
    state.consume_fuel(16)?;
    filters::round(value, digits, way, named)
}

fn reverse(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    if let Some(text) = value.as_str() {
        return Ok(Value::from(text.chars().rev().collect::<String>()));
    }
    let mut items = items(state, &value)?;
    items.reverse();
    Ok(Value::from(items))
}

fn last(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    if let Some(text) = value.as_str() {
        return Ok(text
            .chars()
            .next_back()
            .map(Value::from)
            .unwrap_or_default());
    }
    match (value.kind(), value.len()) {
        (ValueKind::Seq, Some(count)) => {
            let last = count.checked_sub(1).map(Value::from);
            Ok(last
                .and_then(|at| value.get_item(&at).ok())
                .unwrap_or_default())
        }
        _ => Ok(items(state, &value)?.pop().unwrap_or_default()),
    }
}

/// Pairs of name and value of a mapping.
pub(super) fn pairs(state: &State<'_, '_>, value: &Value) -> Result<Vec<Value>, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    if value.kind() != ValueKind::Map {
        return Err(Error::from(ErrorKind::InvalidOperation));
    }
    let mut made = Vec::new();
    let pairs = value.as_object().and_then(DynObject::try_iter_pairs);
    for (name, value) in pairs.into_iter().flatten() {
        state.consume_fuel(2)?;
        made.push(Value::from(Tuple::from(vec![name, value])));
    }
    Ok(made)
}

/// Lists one after the other, or mappings, of which later ones count.
fn chain(
    state: &State<'_, '_>,
    value: Value,
    others: minijinja::value::Rest<Value>,
) -> Result<Value, Error> {
    let all: Vec<&Value> = std::iter::once(&value).chain(others.iter()).collect();
    if all.iter().all(|one| one.kind() == ValueKind::Map) {
        let mut pairs = Vec::new();
        for one in all {
            for pair in one
                .as_object()
                .and_then(DynObject::try_iter_pairs)
                .into_iter()
                .flatten()
            {
                state.consume_fuel(1)?;
                pairs.push(pair);
            }
        }
        return Ok(Value::from_pairs(pairs));
    }
    if all.iter().any(|one| is_scalar(one)) {
        return Err(Error::from(ErrorKind::InvalidOperation));
    }
    let mut chained = Vec::new();
    for one in all {
        chained.extend(items(state, one)?);
    }
    Ok(Value::from(chained))
}
