//! A record that is read to its end, whatever is in it, and forgotten.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Was read. Unlike `IgnoredAny`, this goes where pointers lead; how deep and how far is bounded
/// by the decoder.
pub(crate) struct Whole;

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Whole, E> {
        Ok(Whole)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Whole, E> {
        Ok(Whole)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Whole, E> {
        Ok(Whole)
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Whole, E> {
        Ok(Whole)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Whole, E> {
        Ok(Whole)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Whole, E> {
        Ok(Whole)
    }

    fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<Whole, E> {
        Ok(Whole)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Whole, A::Error> {
        while items.next_element::<Whole>()?.is_some() {}
        Ok(Whole)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Whole, A::Error> {
        while entries.next_entry::<Whole, Whole>()?.is_some() {}
        Ok(Whole)
    }
}
