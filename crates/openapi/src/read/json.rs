//! JSON, with bounds, and with a word about names that stand twice.

use super::{Beyond, Budget, MAX_DEPTH, twice};
use crate::pointer::Pointer;
use crate::report::Report;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Why a text was not read as JSON.
pub(super) enum Fault {
    /// There is too much of it.
    Beyond(Beyond),
    /// It is not JSON.
    Syntax(serde_json::Error),
}

pub(super) fn read(text: &str, report: &mut Report) -> Result<Value, Fault> {
    let mut state = State {
        budget: Budget::default(),
        beyond: None,
        report,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Seed {
        state: &mut state,
        place: &Pointer::ROOT,
        depth: 1,
    };
    let read = seed
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    match (read, state.beyond) {
        (Ok(value), _) => Ok(value),
        (Err(_), Some(beyond)) => Err(Fault::Beyond(beyond)),
        (Err(error), None) => Err(Fault::Syntax(error)),
    }
}

struct State<'a> {
    budget: Budget,
    beyond: Option<Beyond>,
    report: &'a mut Report,
}

impl State<'_> {
    fn take<E: serde::de::Error>(&mut self, text: usize) -> Result<(), E> {
        self.budget.take(1, text).map_err(|beyond| self.end(beyond))
    }

    fn end<E: serde::de::Error>(&mut self, beyond: Beyond) -> E {
        self.beyond = Some(beyond);
        E::custom("beyond a bound")
    }
}

/// Reads one value.
struct Seed<'a, 'r> {
    state: &'a mut State<'r>,
    place: &'a Pointer<'a>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(self.state.end(Beyond::Depth));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        self.state.take(0)?;
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.state.take(0)?;
        Ok(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.state.take(0)?;
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        self.state.take(0)?;
        Ok(value.into())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.state.take(0)?;
        Ok(Value::Null)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.state.take(value.len())?;
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.state.take::<A::Error>(0)?;
        let mut items = Vec::new();
        loop {
            let place = self.place.item(items.len());
            let seed = Seed {
                state: &mut *self.state,
                place: &place,
                depth: self.depth + 1,
            };
            match access.next_element_seed(seed)? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.state.take::<A::Error>(0)?;
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            self.state.take::<A::Error>(name.len())?;
            let place = self.place.member(&name);
            let seed = Seed {
                state: &mut *self.state,
                place: &place,
                depth: self.depth + 1,
            };
            let value = access.next_value_seed(seed)?;
            if members.contains_key(&name) {
                twice(self.state.report, &self.place.member(&name), &name);
            } else {
                members.insert(name, value);
            }
        }
        Ok(Value::Object(members))
    }
}
