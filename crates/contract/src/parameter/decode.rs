//! From what is written to what is meant (OpenAPI 3.1 §4.8.12.3, after RFC 6570).

use super::{Place, encoding, once};
use crate::pairs::{Blank, decode};
use crate::schema::Shape;
use crate::violation::Violation;
use serde_json::{Map, Value};

/// Most values of one parameter.
const MOST: usize = 10_000;

/// How values with parts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// With commas, in paths and headers.
    Simple,
    /// As pairs, or with commas.
    Form,
    /// With `%20` between items, or as pairs.
    SpaceDelimited,
    /// With `|` between items, or as pairs.
    PipeDelimited,
    /// `name[member]=value`.
    DeepObject,
}

impl Style {
    /// That of a name; without one, the usual one. `None` where it is not read.
    pub(crate) fn of(name: Option<&str>, place: Place) -> Option<Self> {
        match (place, name) {
            (Place::Path | Place::Header, None | Some("simple")) => Some(Self::Simple),
            (Place::Query | Place::Cookie, None | Some("form")) => Some(Self::Form),
            (Place::Query, Some("spaceDelimited")) => Some(Self::SpaceDelimited),
            (Place::Query, Some("pipeDelimited")) => Some(Self::PipeDelimited),
            (Place::Query, Some("deepObject")) => Some(Self::DeepObject),
            _ => None,
        }
    }
}

/// The member that `name[member]` names.
pub(crate) fn members_of<'a>(name: &str, written: &'a str) -> Option<&'a str> {
    written.strip_prefix(name)?.strip_prefix('[')
}

/// How a value is written, and what it may be.
pub(crate) struct Written<'a> {
    pub(crate) shape: &'a Shape,
    pub(crate) blank: Blank,
}

impl Written<'_> {
    /// What values may mean, the likeliest first. Those of headers are raw: nothing in them is
    /// encoded.
    pub(crate) fn values(
        &self,
        style: Style,
        explode: bool,
        written: &[&[u8]],
        raw: bool,
    ) -> Result<Vec<Value>, Violation> {
        if self.shape.is_array() {
            let items = self.items(style, explode, written, raw)?;
            return Ok(vec![Value::Array(items)]);
        }
        if self.shape.is_object() {
            return Ok(vec![self.object(style, explode, written, raw)?]);
        }
        let [only] = written else {
            return Err(once());
        };
        Ok(self.shape.candidates(&self.text(only, raw)?))
    }

    fn text(&self, written: &[u8], raw: bool) -> Result<String, Violation> {
        let text = if raw {
            String::from_utf8(written.trim_ascii().to_vec()).ok()
        } else {
            decode(written, self.blank)
        };
        text.ok_or_else(encoding)
    }

    fn items(
        &self,
        style: Style,
        explode: bool,
        written: &[&[u8]],
        raw: bool,
    ) -> Result<Vec<Value>, Violation> {
        let nothing = Shape::default();
        let shape = self.shape.items.as_deref().unwrap_or(&nothing);
        let mut items = Vec::new();
        let pairs = explode && style != Style::Simple;
        if !pairs && !raw && written.len() > 1 {
            return Err(once());
        }
        for value in written {
            let parts = if pairs {
                vec![*value]
            } else {
                split(style, value)
            };
            for part in parts {
                if items.len() == MOST {
                    let most = format!("at most {MOST} values");
                    return Err(Violation::new("", "maxItems", &most, "more"));
                }
                items.push(shape.value(&self.text(part, raw)?));
            }
        }
        Ok(items)
    }

    /// `a,1,b,2`, or `a=1,b=2`.
    fn object(
        &self,
        style: Style,
        explode: bool,
        written: &[&[u8]],
        raw: bool,
    ) -> Result<Value, Violation> {
        let [only] = written else {
            return Err(once());
        };
        let parts = split(style, only);
        let mut object = Map::new();
        let mut parts = parts.into_iter();
        while let Some(part) = parts.next() {
            let pair = if explode {
                crate::pairs::split(part, b'=')
            } else {
                parts.next().map(|value| (part, value))
            };
            let Some((name, value)) = pair else {
                let expected = "names and values by turns";
                return Err(Violation::new("", "style", expected, "something else"));
            };
            let name = self.text(name, raw)?;
            let value = self.property(&name).value(&self.text(value, raw)?);
            if object.insert(name, value).is_some() {
                return Err(once());
            }
        }
        Ok(Value::Object(object))
    }

    /// The members of an object that has pairs of its own.
    pub(crate) fn members(
        &self,
        name: &str,
        style: Style,
        pairs: &[(String, &[u8])],
    ) -> Result<Value, Violation> {
        let mut object = Map::new();
        for (written, value) in pairs {
            let member = if style == Style::DeepObject {
                let inner = members_of(name, written);
                let inner = inner.and_then(|inner| inner.strip_suffix(']'));
                let inner = inner.filter(|inner| !inner.contains(['[', ']']));
                inner.ok_or_else(|| {
                    let expected = format!("`{name}[member]`");
                    Violation::new("", "style", &expected, "something else")
                })?
            } else {
                written
            };
            let shape = self.property(member);
            let text = self.text(value, false)?;
            if shape.is_array() {
                let nothing = Shape::default();
                let item = shape.items.as_deref().unwrap_or(&nothing).value(&text);
                let items = object
                    .entry(member)
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(items) = items {
                    items.push(item);
                }
            } else if object
                .insert(member.to_owned(), shape.value(&text))
                .is_some()
            {
                return Err(once());
            }
        }
        Ok(Value::Object(object))
    }

    fn property(&self, name: &str) -> &Shape {
        static NOTHING: std::sync::LazyLock<Shape> = std::sync::LazyLock::new(Shape::default);
        self.shape.property(name).unwrap_or(&NOTHING)
    }
}

/// The parts of a value, as they were sent: what is encoded separates nothing, but for blanks, which
/// are always written so.
fn split(style: Style, value: &[u8]) -> Vec<&[u8]> {
    if value.is_empty() {
        return Vec::new();
    }
    match style {
        Style::SpaceDelimited => at(value, b'+', *b"%20"),
        Style::PipeDelimited => at(value, b'|', *b"%7C"),
        Style::Simple | Style::Form | Style::DeepObject => value.split(|&b| b == b',').collect(),
    }
}

/// What stands between separators that are written in either way. It looks at every byte once.
fn at(value: &[u8], bare: u8, encoded: [u8; 3]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let (mut start, mut place) = (0, 0);
    while let Some(rest) = value.get(place..).filter(|rest| !rest.is_empty()) {
        let is_encoded = |three: &[u8]| three.eq_ignore_ascii_case(&encoded);
        let length = if rest.first() == Some(&bare) {
            1
        } else if rest.get(..3).is_some_and(is_encoded) {
            3
        } else {
            place += 1;
            continue;
        };
        parts.push(value.get(start..place).unwrap_or_default());
        place += length;
        start = place;
    }
    parts.push(value.get(start..).unwrap_or_default());
    parts
}
