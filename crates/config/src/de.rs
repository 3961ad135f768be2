//! Deserialises documents from a tree that has been checked. What was found to be wrong is left
//! out, so that the rest can be checked further.

use crate::located::{AT, MANY};
use crate::tree::{Entry, Kind, Node};
use serde::de::value::{BorrowedStrDeserializer, Error, MapAccessDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// Deserialises a value from a checked tree.
pub(crate) fn from_tree<'de, T: serde::Deserialize<'de>>(node: &'de Node) -> Result<T, Error> {
    T::deserialize(Tree(node))
}

#[derive(Clone, Copy)]
struct Tree<'de>(&'de Node);

impl<'de> Deserializer<'de> for Tree<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0.kind {
            Kind::Scalar { text, .. } => visitor.visit_borrowed_str(text),
            Kind::Seq(items) => {
                let good = items.iter().filter(|item| !item.bad).map(Tree);
                visitor.visit_seq(SeqDeserializer::new(good))
            }
            Kind::Map(entries) => visitor.visit_map(Entries {
                rest: entries.iter(),
                value: None,
            }),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match boolean(self.0) {
            Some(value) => visitor.visit_bool(value),
            None => Err(Error::custom("expected true or false")),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match integer(self.0).and_then(|n| u64::try_from(n).ok()) {
            Some(value) => visitor.visit_u64(value),
            None => Err(Error::custom("expected a whole number")),
        }
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match (name, &self.0.kind) {
            (AT, _) => visitor.visit_seq(Place {
                node: self.0,
                next: 0,
            }),
            (MANY, Kind::Seq(_)) => self.deserialize_any(visitor),
            (MANY, _) => visitor.visit_seq(SeqDeserializer::new(std::iter::once(self))),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.0.kind {
            Kind::Scalar { text, .. } => {
                BorrowedStrDeserializer::new(text).deserialize_enum(name, variants, visitor)
            }
            Kind::Map(entries) => MapAccessDeserializer::new(Entries {
                rest: entries.iter(),
                value: None,
            })
            .deserialize_enum(name, variants, visitor),
            Kind::Seq(_) => Err(Error::custom("expected a word")),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for Tree<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// `true` and `false` as in YAML 1.2; without quotes.
pub(crate) fn boolean(node: &Node) -> Option<bool> {
    match &node.kind {
        Kind::Scalar { text, plain: true } => match text.as_str() {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number in decimal; without quotes.
pub(crate) fn integer(node: &Node) -> Option<i128> {
    match &node.kind {
        Kind::Scalar { text, plain: true } => {
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            let fits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            // Longer ones are out of every range anyhow.
            fits.then(|| text.parse().unwrap_or(i128::MAX))
        }
        _ => None,
    }
}

/// The good entries of a mapping.
struct Entries<'de> {
    rest: std::slice::Iter<'de, Entry>,
    value: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(entry) = self.rest.find(|entry| !entry.value.bad) else {
            return Ok(None);
        };
        self.value = Some(&entry.value);
        seed.deserialize(Key(entry)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.value.take() {
            Some(node) => seed.deserialize(Tree(node)),
            None => Err(Error::custom("a value without a key")),
        }
    }
}

/// A key, which has a place too.
#[derive(Clone, Copy)]
struct Key<'de>(&'de Entry);

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(&self.0.key)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(KeyPlace {
            entry: self.0,
            next: 0,
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The parts of an [`crate::located::At`].
struct Place<'de> {
    node: &'de Node,
    next: u8,
}

impl<'de> SeqAccess<'de> for Place<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.next += 1;
        let node = self.node;
        match self.next {
            1 => seed.deserialize(node.span.start.into_deserializer()),
            2 => seed.deserialize(node.span.end.into_deserializer()),
            3 => seed.deserialize(node.intact.into_deserializer()),
            4 => seed.deserialize(Tree(node)),
            _ => return Ok(None),
        }
        .map(Some)
    }
}

struct KeyPlace<'de> {
    entry: &'de Entry,
    next: u8,
}

impl<'de> SeqAccess<'de> for KeyPlace<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.next += 1;
        let entry = self.entry;
        match self.next {
            1 => seed.deserialize(entry.key_span.start.into_deserializer()),
            2 => seed.deserialize(entry.key_span.end.into_deserializer()),
            3 => seed.deserialize(entry.value.intact.into_deserializer()),
            4 => seed.deserialize(Key(entry)),
            _ => return Ok(None),
        }
        .map(Some)
    }
}
