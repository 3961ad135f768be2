//! Fields of forms: from texts to the members of an object.

use super::{BodyFault, unreadable};
use crate::document::{Found, escaped};
use crate::fault::Fault;
use crate::media::Format;
use crate::multipart::Part;
use crate::pairs::{self, Blank, decode};
use crate::parameter::{Place, Style, Written, members_of};
use crate::schema::Shape;
use crate::violation::{Violation, cut};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Most fields of a form.
const MOST: usize = 5_000;

/// How one field is written.
#[derive(Debug)]
pub(super) struct Encoding {
    style: Style,
    explode: bool,
    /// The media types that it may have.
    pub(super) types: Vec<Arc<str>>,
}

impl Encoding {
    pub(super) fn compile(found: &Found<'_>) -> Result<Self, Vec<Fault>> {
        let style = Style::of(found.text("style"), Place::Query);
        let style = style.ok_or_else(|| {
            let what = "a style of a field by which none is read";
            let help = "use `form`, `spaceDelimited`, `pipeDelimited` or `deepObject`";
            vec![found.fault(what, help)]
        })?;
        let types = found.text("contentType").unwrap_or_default();
        let types = types
            .split(',')
            .map(str::trim)
            .filter(|one| !one.is_empty());
        let explode = match found.value.get("explode") {
            Some(Value::Bool(explode)) => *explode,
            _ => style == Style::Form,
        };
        Ok(Self {
            style,
            explode,
            types: types.map(|one| one.to_ascii_lowercase().into()).collect(),
        })
    }

    fn is_json(&self) -> bool {
        let mut types = self.types.iter();
        types.any(|one| Format::of(one.as_bytes()) == Format::Json)
    }
}

/// Fields as they were sent, their names decoded.
type Pairs<'a> = Vec<(String, &'a [u8])>;

/// The fields of a form, their names decoded.
pub(super) fn pairs(bytes: &[u8]) -> Result<Pairs<'_>, BodyFault> {
    let mut out = Vec::new();
    for (at, (name, value)) in pairs::pairs(bytes).enumerate() {
        if at == MOST {
            return Err(unreadable("form", at, 0, "at most 5000 fields"));
        }
        let expected = "UTF-8, with `%` before two hexadecimal digits";
        let wrong = || unreadable("form", at + 1, 0, expected);
        let name = decode(name, Blank::Plus).ok_or_else(wrong)?;
        decode(value, Blank::Plus).ok_or_else(wrong)?;
        out.push((name, value));
    }
    Ok(out)
}

/// A form as an object.
pub(super) fn object<'e>(
    bytes: &[u8],
    shape: &Shape,
    encoding: impl Fn(&str) -> Option<&'e Encoding>,
) -> Result<Value, BodyFault> {
    let usual = Encoding {
        style: Style::Form,
        explode: true,
        types: Vec::new(),
    };
    let mut fields: Vec<(String, Pairs<'_>)> = Vec::new();
    let mut index = std::collections::HashMap::new();
    for (name, value) in pairs(bytes)? {
        // `field[member]` belongs to `field`, where that is written so.
        let field = name.split_once('[').map(|(field, _)| field);
        let is_deep = |field: &&str| {
            encoding(field).is_some_and(|one| one.style == Style::DeepObject)
                && members_of(field, &name).is_some()
        };
        let field = field.filter(is_deep).unwrap_or(&name).to_owned();
        let at = *index.entry(field.clone()).or_insert(fields.len());
        if at == fields.len() {
            fields.push((field, Vec::new()));
        }
        if let Some((_, values)) = fields.get_mut(at) {
            values.push((name, value));
        }
    }
    let nothing = Shape::default();
    let mut out = Map::new();
    for (name, values) in fields {
        let inner = shape.property(&name).unwrap_or(&nothing);
        let encoding = encoding(&name).unwrap_or(&usual);
        let value = field(&name, &values, inner, encoding)?;
        out.insert(name, value);
    }
    Ok(Value::Object(out))
}

fn field(
    name: &str,
    values: &[(String, &[u8])],
    shape: &Shape,
    encoding: &Encoding,
) -> Result<Value, BodyFault> {
    let written = Written {
        shape,
        blank: Blank::Plus,
    };
    let at = |violation| wrong(name, violation);
    if encoding.style == Style::DeepObject {
        return written.members(name, encoding.style, values).map_err(at);
    }
    let values: Vec<&[u8]> = values.iter().map(|(_, value)| *value).collect();
    if encoding.is_json() || (shape.is_object() && encoding.types.is_empty()) {
        let [only] = values.as_slice() else {
            return Err(twice(name));
        };
        let text = decode(only, Blank::Plus).unwrap_or_default();
        return json(name, text.as_bytes());
    }
    let read = written.values(encoding.style, encoding.explode, &values, false);
    let mut candidates = read.map_err(at)?.into_iter();
    Ok(candidates.next().unwrap_or(Value::Null))
}

/// The value of a part that is no file.
pub(super) fn value(
    at: usize,
    part: &Part<'_>,
    shape: Option<&Shape>,
    types: &[Arc<str>],
) -> Result<Value, BodyFault> {
    let label = part.label.as_deref();
    let fits = |label: &str| {
        let mut types = types.iter();
        types.any(|range| crate::media::covers(range, label.as_bytes()))
    };
    if let Some(label) = label.filter(|label| !types.is_empty() && !fits(label)) {
        let seen = format!("`{}`", cut(label));
        let expected = format!("one of {}", types.join(", "));
        let violation = Violation::new("", "contentType", &expected, &seen);
        return Err(wrong(&part.name, violation));
    }
    let is_json = |media: &str| Format::of(media.as_bytes()) == Format::Json;
    let labelled = label.map_or_else(|| types.iter().any(|one| is_json(one)), is_json);
    if labelled || (label.is_none() && shape.is_some_and(Shape::is_object)) {
        return json(&part.name, part.bytes);
    }
    let text = std::str::from_utf8(part.bytes)
        .map_err(|_| unreadable("multipart", at, 0, "UTF-8, or a file"))?;
    Ok(shape.map_or_else(|| Value::String(text.to_owned()), |shape| shape.value(text)))
}

fn json(name: &str, bytes: &[u8]) -> Result<Value, BodyFault> {
    crate::json::read(bytes).map_err(|why| {
        let expected = format!(
            "JSON; line {}, column {}: {}",
            why.line, why.column, why.what
        );
        wrong(
            name,
            Violation::new("", "contentType", &expected, "something else"),
        )
    })
}

/// What is wrong with a field.
fn wrong(name: &str, violation: Violation) -> BodyFault {
    let pointer = format!("/{}{}", escaped(name), violation.pointer);
    BodyFault::Mismatch(vec![Violation {
        pointer: cut(&pointer),
        ..violation
    }])
}

/// A field that came several times, and is no list.
pub(super) fn twice(name: &str) -> BodyFault {
    wrong(name, crate::parameter::once())
}
