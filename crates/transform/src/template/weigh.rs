//! What a value weighs, and who pays for it.

use super::allowed::SHORT;
use minijinja::value::{DynObject, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};

/// Deepest nesting of what templates make. A body has half of it.
const DEEPEST: usize = 128;
/// The largest number that says where something is.
const FARTHEST: i64 = 1 << 31;
/// Values that are walked through for one unit of fuel.
const PER_FUEL: u64 = 4;
/// Bytes of a text that weigh as much as a value.
const BYTES: usize = 256;
/// So many values are walked through before they are paid for.
const CREDIT: u64 = 256;

/// Pays for a value with everything that is in it, as often as it is in it: whatever the engine
/// then does to the whole of it has been paid for.
///
/// # Errors
/// The fuel does not suffice, or it is nested too deeply.
pub(super) fn weigh(state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    let mut scale = Scale { state, owed: 0 };
    scale.walk(value, DEEPEST)?;
    scale.settle()
}

struct Scale<'s, 't, 'e> {
    state: &'s State<'t, 'e>,
    owed: u64,
}

impl Scale<'_, '_, '_> {
    fn add(&mut self, values: u64) -> Result<(), Error> {
        self.owed = self.owed.saturating_add(values);
        if self.owed < CREDIT {
            return Ok(());
        }
        self.settle()
    }

    fn settle(&mut self) -> Result<(), Error> {
        let fuel = self.owed / PER_FUEL;
        self.owed %= PER_FUEL;
        self.state.consume_fuel(fuel)
    }

    fn walk(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Error::from(ErrorKind::OutOfFuel));
        };
        if let Some(text) = value.as_str() {
            return self.add(1 + length(text.len() / BYTES));
        }
        self.add(1)?;
        match value.kind() {
            ValueKind::Map => {
                let pairs = value.as_object().and_then(DynObject::try_iter_pairs);
                for (key, value) in pairs.into_iter().flatten() {
                    self.walk(&key, depth)?;
                    self.walk(&value, depth)?;
                }
            }
            ValueKind::Seq | ValueKind::Iterable => {
                for item in value.try_iter()? {
                    self.walk(&item, depth)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// A number of things as what is counted with.
pub(super) fn length(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}

/// Whether it is neither list nor mapping.
pub(super) fn is_scalar(value: &Value) -> bool {
    !matches!(
        value.kind(),
        ValueKind::Seq | ValueKind::Map | ValueKind::Iterable | ValueKind::Plain
    )
}

/// Guard of what a text is made of. The engine charges for the text that is given back.
pub(super) fn text(value: Value) -> Result<Value, Error> {
    is_scalar(&value)
        .then_some(value)
        .ok_or_else(|| Error::from(ErrorKind::BadSerialization))
}

/// Guard of what is reckoned with.
pub(super) fn scalar(value: Value) -> Result<Value, Error> {
    is_scalar(&value)
        .then_some(value)
        .ok_or_else(|| Error::from(ErrorKind::InvalidOperation))
}

/// Guard of what names a member.
pub(super) fn key(value: Value) -> Result<Value, Error> {
    if value.as_str().is_some_and(|name| name.len() > SHORT) {
        return Err(Error::from(ErrorKind::InvalidOperation));
    }
    scalar(value)
}

/// Guard of what is compared, or put into something.
pub(super) fn weighed(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    weigh(state, &value)?;
    Ok(value)
}

/// Guard of what a filter has put together.
pub(super) fn made(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    weigh(state, &value)?;
    flat(state, value)
}

/// Guard of numbers that the engine reckons with unchecked.
pub(super) fn bound(value: Value) -> Result<Value, Error> {
    let is_far = |number: i64| !(-FARTHEST..=FARTHEST).contains(&number);
    let is_number = value.kind() == ValueKind::Number;
    if is_number && value.as_i64().is_none_or(is_far) {
        return Err(Error::from(ErrorKind::InvalidOperation));
    }
    scalar(value)
}

/// Guard of what is read to its end whatever is taken of it. The engine charges for what is given
/// back.
pub(super) const fn read(value: Value) -> Value {
    value
}

/// Makes a list of what would be made anew each time it is looked at: otherwise such would be
/// stacked upon each other without end.
pub(super) fn flat(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    if value.kind() != ValueKind::Iterable {
        return Ok(value);
    }
    items(state, &value).map(Value::from)
}

/// The items of a list, the keys of a mapping: each is paid for.
///
/// # Errors
/// It is none, or the fuel does not suffice.
pub(super) fn items(state: &State<'_, '_>, value: &Value) -> Result<Vec<Value>, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let mut items = Vec::new();
    for (at, item) in value.try_iter()?.enumerate() {
        state.consume_fuel(u64::from(at.is_multiple_of(2)))?;
        items.push(item);
    }
    Ok(items)
}

/// An item that is asked for by a number, or by a name that is not known beforehand.
///
/// # Errors
/// There is nothing that has items, or the fuel does not suffice.
pub(super) fn item(state: &State<'_, '_>, of: &Value, key: &Value) -> Result<Value, Error> {
    if of.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    if let Some(text) = of.as_str() {
        // Its characters are counted.
        state.consume_fuel(length(text.len() / 64))?;
    }
    Ok(of.get_item(key).unwrap_or_default())
}
