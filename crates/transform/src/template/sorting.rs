//! Filters that put items in order: what they go by are numbers and texts, in an order that is
//! total, and each is read once.

#![expect(
    clippy::needless_pass_by_value,
    reason = "the engine hands arguments over by value"
)]

use super::filters::pairs;
use super::weigh::{items, length};
use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most names of an `attribute`.
const MOST: usize = 8;

/// What an item goes by. Nothing comes before flags, those before numbers, those before texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Nothing,
    Flag(bool),
    Number(Number),
    Text(String),
}

/// A number, with the nearest one that can have a fraction.
#[derive(Debug, Clone, Copy)]
struct Number {
    near: f64,
    whole: Option<i128>,
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let near = self.near.total_cmp(&other.near);
        near.then_with(|| self.whole.cmp(&other.whole))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Key {
    /// # Errors
    /// Lists and mappings have no order.
    fn new(value: &Value, is_cased: bool) -> Result<Self, Error> {
        let near = || f64::try_from(value.clone());
        Ok(match (value.as_str(), value.kind()) {
            (Some(text), _) if is_cased => Self::Text(text.to_owned()),
            (Some(text), _) => Self::Text(text.to_lowercase()),
            (None, ValueKind::Undefined | ValueKind::None) => Self::Nothing,
            (None, ValueKind::Bool) => Self::Flag(value.is_true()),
            (None, ValueKind::Number) if value.is_integer() => {
                let whole = i128::try_from(value.clone())?;
                let near = near().or_else(|_| whole.to_string().parse());
                Self::Number(Number {
                    near: near.unwrap_or_default(),
                    whole: Some(whole),
                })
            }
            (None, ValueKind::Number) => Self::Number(Number {
                near: near()?,
                whole: None,
            }),
            _ => return Err(Error::from(ErrorKind::InvalidOperation)),
        })
    }

    const fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            _ => 0,
        }
    }
}

/// By what items are put in order.
struct By {
    names: Vec<String>,
    is_cased: bool,
}

impl By {
    fn new(named: &Kwargs, attribute: Option<String>) -> Result<Self, Error> {
        let attribute = match attribute {
            Some(attribute) => Some(attribute),
            None => named.get::<Option<String>>("attribute")?,
        };
        let names = attribute.iter().flat_map(|names| names.split(','));
        let names = names.map(|name| name.trim().to_owned());
        let names: Vec<String> = names.take(MOST + 1).collect();
        if names.len() > MOST {
            return Err(Error::from(ErrorKind::InvalidOperation));
        }
        let is_cased = named.get::<Option<bool>>("case_sensitive")?;
        named.assert_all_used()?;
        Ok(Self {
            names,
            is_cased: is_cased.unwrap_or(false),
        })
    }

    fn key(&self, item: &Value) -> Result<Vec<Key>, Error> {
        if self.names.is_empty() {
            return Ok(vec![Key::new(item, self.is_cased)?]);
        }
        let names = self.names.iter();
        let keys = names.map(|name| Key::new(&part(item, name), self.is_cased));
        keys.collect()
    }

    /// Each item with what it goes by. To put them in order is paid for.
    fn keyed(&self, state: &State<'_, '_>, value: &Value) -> Result<Vec<(Vec<Key>, Value)>, Error> {
        let items = items(state, value)?;
        let rounds = u64::from(usize::BITS - items.len().leading_zeros());
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            let key = self.key(&item)?;
            let bytes: usize = key.iter().map(Key::bytes).sum();
            let read = length(bytes / 32) + rounds * length(bytes / 512);
            state.consume_fuel(1 + rounds / 2 + read)?;
            keyed.push((key, item));
        }
        Ok(keyed)
    }
}

/// What is at the end of a way of names.
fn part(item: &Value, way: &str) -> Value {
    let mut at = item.clone();
    for name in way.split('.') {
        let next = match name.parse::<usize>() {
            Ok(number) => at.get_item(&Value::from(number)),
            Err(_) => at.get_attr(name),
        };
        at = next.unwrap_or_default();
        if at.is_undefined() {
            break;
        }
    }
    at
}

fn sort(state: &State<'_, '_>, value: Value, named: Kwargs) -> Result<Value, Error> {
    let is_reverse = named.get::<Option<bool>>("reverse")?.unwrap_or(false);
    let mut keyed = By::new(&named, None)?.keyed(state, &value)?;
    keyed.sort_by(|(a, _), (b, _)| if is_reverse { b.cmp(a) } else { a.cmp(b) });
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

fn unique(state: &State<'_, '_>, value: Value, named: Kwargs) -> Result<Value, Error> {
    let keyed = By::new(&named, None)?.keyed(state, &value)?;
    let mut seen = BTreeSet::new();
    let first = keyed
        .into_iter()
        .filter_map(|(key, item)| seen.insert(key).then_some(item));
    Ok(first.collect())
}

fn min(state: &State<'_, '_>, value: Value, named: Kwargs) -> Result<Value, Error> {
    let keyed = By::new(&named, None)?.keyed(state, &value)?;
    let found = keyed
        .into_iter()
        .reduce(|best, next| if next.0 < best.0 { next } else { best });
    Ok(found.map(|(_, item)| item).unwrap_or_default())
}

fn max(state: &State<'_, '_>, value: Value, named: Kwargs) -> Result<Value, Error> {
    let keyed = By::new(&named, None)?.keyed(state, &value)?;
    let found = keyed
        .into_iter()
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    Ok(found.map(|(_, item)| item).unwrap_or_default())
}

/// Pairs of name and value of a mapping.
fn dictsort(state: &State<'_, '_>, value: Value, named: Kwargs) -> Result<Value, Error> {
    let is_reverse = named.get::<Option<bool>>("reverse")?.unwrap_or(false);
    let by = named.get::<Option<String>>("by")?;
    let at = if by.as_deref() == Some("value") {
        "1"
    } else {
        "0"
    };
    let pairs = Value::from(pairs(state, &value)?);
    let mut keyed = By::new(&named, Some(at.to_owned()))?.keyed(state, &pairs)?;
    keyed.sort_by(|(a, _), (b, _)| if is_reverse { b.cmp(a) } else { a.cmp(b) });
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// Items that go by the same: a pair, whose parts have names as well.
#[derive(Debug)]
struct Group {
    by: Value,
    items: Value,
}

impl Object for Group {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (key.as_usize(), key.as_str()) {
            (Some(0), _) | (_, Some("grouper")) => Some(self.by.clone()),
            (Some(1), _) | (_, Some("list")) => Some(self.items.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(2)
    }
}

fn groupby(
    state: &State<'_, '_>,
    value: Value,
    attribute: Option<String>,
    named: Kwargs,
) -> Result<Value, Error> {
    let by = By::new(&named, attribute)?;
    let [name] = &*by.names else {
        return Err(Error::from(ErrorKind::MissingArgument));
    };
    let mut keyed = by.keyed(state, &value)?;
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut groups: Vec<(Vec<Key>, Vec<Value>)> = Vec::new();
    for (key, item) in keyed {
        match groups.last_mut() {
            Some((last, group)) if *last == key => group.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    let groups = groups.into_iter().map(|(_, items)| {
        let by = items.first().map(|first| part(first, name));
        Value::from_object(Group {
            by: by.unwrap_or_default(),
            items: Value::from(items),
        })
    });
    Ok(groups.collect())
}

/// Puts them in the place of the engine's.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("sort", sort);
    environment.add_filter("unique", unique);
    environment.add_filter("min", min);
    environment.add_filter("max", max);
    environment.add_filter("dictsort", dictsort);
    environment.add_filter("groupby", groupby);
}
