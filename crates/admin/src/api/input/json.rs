//! JSON with bounds: nothing is built of what is too much, however it is written.

use super::super::problem::{Place, Problem};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Values in a document at most, each member and item counted.
pub(super) const MAX_VALUES: usize = 500_000;

/// How deep they may be nested.
const MAX_DEPTH: usize = 64;

const ACCEPTED: &str = "a JSON document in UTF-8 (RFC 8259)";

/// Reads JSON in which no name stands twice.
pub(super) fn read(bytes: &[u8]) -> Result<Value, Problem> {
    let wrong = |what: String| Problem::field(Place::Body, "", what, ACCEPTED);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| wrong(format!("Byte {} is not UTF-8.", error.valid_up_to())))?;
    if text.trim().is_empty() {
        return Err(wrong("The body is empty.".to_owned()));
    }
    let mut found = Found {
        left: MAX_VALUES,
        refused: None,
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let node = Node {
        found: &mut found,
        at: None,
        depth: 0,
    };
    let value = node
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| match found.refused {
        Some(refused) => refused,
        None => wrong(format!("The body is not JSON: {error}.")),
    })
}

/// What was found while reading.
struct Found {
    /// Values that there may still be.
    left: usize,
    /// Why JSON that is JSON is not taken.
    refused: Option<Problem>,
}

/// Where a value stands: its name or number, and where what it is in stands.
struct At<'a> {
    within: Option<&'a At<'a>>,
    name: Name<'a>,
}

enum Name<'a> {
    Member(&'a str),
    Item(usize),
}

impl At<'_> {
    /// As a JSON pointer (RFC 6901).
    fn pointer(&self) -> String {
        let mut pointer = self.within.map_or_else(String::new, At::pointer);
        pointer.push('/');
        match self.name {
            Name::Member(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Name::Item(number) => pointer.push_str(&number.to_string()),
        }
        pointer
    }
}

/// One value that is to be read.
struct Node<'a> {
    found: &'a mut Found,
    at: Option<&'a At<'a>>,
    depth: usize,
}

impl Node<'_> {
    /// Gives up: what is wrong is kept, since errors of serde have no room for it.
    fn refuse<E: serde::de::Error>(self, detail: String, accepted: &str) -> E {
        let pointer = self.at.map_or_else(String::new, At::pointer);
        let error = E::custom(&detail);
        self.found.refused = Some(Problem::field(Place::Body, &pointer, detail, accepted));
        error
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        if self.found.left == 0 {
            let detail = format!("The body has more than {MAX_VALUES} values.");
            return Err(self.refuse(detail, "fewer; send it in parts"));
        }
        if self.depth > MAX_DEPTH {
            let detail = format!("The body is nested deeper than {MAX_DEPTH} levels.");
            return Err(self.refuse(detail, "less deep nesting"));
        }
        self.found.left -= 1;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        loop {
            let at = At {
                within: self.at,
                name: Name::Item(all.len()),
            };
            let item = Node {
                found: self.found,
                at: Some(&at),
                depth: self.depth + 1,
            };
            match items.next_element_seed(item)? {
                Some(value) => all.push(value),
                None => return Ok(Value::Array(all)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let at = At {
                within: self.at,
                name: Name::Member(&name),
            };
            let member = Node {
                found: self.found,
                at: Some(&at),
                depth: self.depth + 1,
            };
            if all.contains_key(&name) {
                let shown: String = name.chars().take(80).flat_map(char::escape_debug).collect();
                let detail = format!("The name `{shown}` stands twice.");
                return Err(member.refuse(detail, "each name once"));
            }
            let value = members.next_value_seed(member)?;
            all.insert(name, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What is wrong, and where.
    fn refused(text: &str) -> (String, String) {
        let error = read(text.as_bytes()).unwrap_err().errors.remove(0);
        (error.pointer, error.detail)
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let text = r#"{"b": [null, true, -1, 18446744073709551615, 0.5], "a": {"é\n": ""}}"#;
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(read, serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(read.as_object().unwrap().keys().next().unwrap(), "b");
    }

    #[test]
    fn a_long_text_is_one_value() {
        let text = "\"\n".repeat(10 << 20);
        let body = json!({ "text": text }).to_string();
        assert_eq!(read(body.as_bytes()).unwrap(), json!({ "text": text }));
    }

    #[test]
    fn what_is_too_much_is_not_built() {
        let zeros = format!("{{\"a\": [0{}]}}", ",0".repeat(MAX_VALUES));
        let (pointer, detail) = refused(&zeros);
        assert_eq!(detail, "The body has more than 500000 values.");
        assert_eq!(pointer, format!("/a/{}", MAX_VALUES - 2));
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let (_, detail) = refused(&deep);
        assert_eq!(detail, "The body is nested deeper than 64 levels.");
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_by_its_place() {
        let (pointer, detail) = refused(r#"[{"a/b": {"c": 1, "c": 2}}]"#);
        assert_eq!(pointer, "/0/a~1b/c");
        assert_eq!(detail, "The name `c` stands twice.");
    }

    #[test]
    fn what_is_no_json_is_said_with_its_place() {
        for (text, says) in [
            ("", "The body is empty."),
            ("{", "line 1 column 1"),
            ("{} {}", "trailing characters"),
            ("{'a': 1}", "line 1 column 2"),
        ] {
            let (pointer, detail) = refused(text);
            assert!(detail.contains(says), "{detail}");
            assert_eq!(pointer, "");
        }
    }
}
