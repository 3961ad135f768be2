//! Bodies: what may come as one, and what speaks against one that came.

mod fields;

use crate::document::{Document, Found};
use crate::fault::Fault;
use crate::media::{self, Format, Range};
use crate::multipart::Part;
use crate::schema::Schema;
use crate::violation::{Violation, cut};
use crate::{json, multipart, upload, xml};
use fields::Encoding;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Media types of one body at most.
const MEDIA: usize = 50;

/// What an operation says of bodies.
#[derive(Debug)]
pub struct Body {
    /// Whether there has to be one.
    pub required: bool,
    media: Vec<Media>,
}

/// One media type that a body may have.
#[derive(Debug)]
pub struct Media {
    range: Box<str>,
    /// How it is read.
    pub format: Format,
    schema: Option<Schema>,
    encodings: Vec<(Box<str>, Encoding)>,
}

/// Which files may come, besides what the document says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Uploads<'a> {
    /// Their types; empty: any.
    pub types: &'a [Arc<str>],
    /// What they may be called, `*` for any text; empty: anything.
    pub names: &'a [Arc<str>],
}

/// What speaks against a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyFault {
    /// It is none of its media type.
    Unreadable {
        /// As what it was read.
        format: Box<str>,
        /// The line, from 1; of a form the field or the part.
        line: u64,
        /// The column in bytes; of a form the byte, as far as it was understood.
        column: u64,
        /// What was expected there.
        expected: Box<str>,
    },
    /// It is not as its schema wants it.
    Mismatch(Vec<Violation>),
    /// A file that may not come.
    File {
        /// The field.
        part: Box<str>,
        /// What it is by its bytes; without it, its name is wrong.
        detected: Option<Box<str>>,
        /// What may come.
        accepted: Vec<Box<str>>,
    },
}

impl Body {
    pub(crate) fn compile(document: &Document, given: Found<'_>) -> Result<Self, Vec<Fault>> {
        let found = document.follow(given).map_err(|fault| vec![fault])?;
        let content = found.member("content");
        let mut media = Vec::new();
        let mut faults = Vec::new();
        for (range, inner) in content.iter().flat_map(Found::members).take(MEDIA) {
            match Media::compile(document, range, &inner) {
                Ok(one) => media.push(one),
                Err(more) => faults.extend(more),
            }
        }
        if faults.is_empty() {
            let required = found.says("required");
            Ok(Self { required, media })
        } else {
            Err(faults)
        }
    }

    pub(crate) fn mark(&self) -> String {
        let of = |one: &Media| {
            let schema = one.schema.as_ref().map_or(0, |schema| schema.mark);
            format!("{} {schema} {:?}", one.range, one.encodings)
        };
        let all: Vec<String> = self.media.iter().map(of).collect();
        format!("{} {all:?}", self.required)
    }

    /// The media types that may come; none: any.
    pub fn accepted(&self) -> impl Iterator<Item = &str> {
        self.media.iter().map(|media| &*media.range)
    }

    /// What is asked of bodies of a media type; the most precise range that covers it.
    pub fn media(&self, content_type: &[u8]) -> Option<&Media> {
        let fitting = self
            .media
            .iter()
            .filter(|media| media::covers(&media.range, content_type));
        fitting.max_by_key(|media| {
            let range = Range::of(media::essence(media.range.as_bytes()));
            range.map_or(0, |range| range.precision())
        })
    }
}

impl Media {
    fn compile(document: &Document, range: &str, found: &Found<'_>) -> Result<Self, Vec<Fault>> {
        let schema = found.member("schema");
        let schema = schema.map(|schema| Schema::compile(document, &schema));
        let format = Format::of(range.as_bytes());
        let mut encodings = Vec::new();
        let given = found.member("encoding");
        if matches!(format, Format::Form | Format::Multipart) {
            for (name, given) in given.iter().flat_map(Found::members) {
                encodings.push((name.into(), Encoding::compile(&given)?));
            }
        }
        Ok(Self {
            range: range.to_ascii_lowercase().into(),
            format,
            schema: schema.transpose()?,
            encodings,
        })
    }

    /// How bodies of a media type that it covers are read: a range may cover several formats.
    pub fn format_of(&self, content_type: &[u8]) -> Format {
        match self.format {
            Format::Other => Format::of(media::essence(content_type)),
            format => format,
        }
    }

    /// Whether such a body has to be read to be checked.
    pub fn reads(&self, content_type: &[u8], uploads: Uploads<'_>) -> bool {
        match self.format_of(content_type) {
            Format::Json | Format::Form | Format::Multipart | Format::Xml => true,
            Format::Text => self.schema.is_some(),
            Format::Other => !uploads.types.is_empty(),
        }
    }

    /// What speaks against a body.
    ///
    /// # Errors
    /// That.
    pub fn check(
        &self,
        content_type: &[u8],
        bytes: &[u8],
        uploads: Uploads<'_>,
    ) -> Result<(), BodyFault> {
        match self.format_of(content_type) {
            Format::Json => {
                is_utf8(content_type)?;
                let value = json::read(bytes).map_err(|why| not_json(&why))?;
                self.check_value(&value)
            }
            Format::Form => self.form(bytes),
            Format::Multipart => self.multipart(content_type, bytes, uploads),
            // Schemas are of JSON; how XML is to be one, documents seldom say.
            Format::Xml => xml::check(bytes)
                .map_err(|why| unreadable("xml", why.line, why.column, why.expected)),
            Format::Text => self.text(bytes),
            Format::Other => {
                let label = String::from_utf8_lossy(media::essence(content_type));
                file("", bytes, Some(&label), None, &[], uploads)
            }
        }
    }

    /// What speaks against the value of a JSON body that was read before.
    ///
    /// # Errors
    /// That.
    pub fn check_json(
        &self,
        content_type: &[u8],
        read: Result<&Value, &json::Unreadable>,
    ) -> Result<(), BodyFault> {
        is_utf8(content_type)?;
        self.check_value(read.map_err(not_json)?)
    }

    fn check_value(&self, value: &Value) -> Result<(), BodyFault> {
        let against = self.schema.as_ref().map(|schema| schema.against(value));
        match against {
            Some(violations) if !violations.is_empty() => Err(BodyFault::Mismatch(violations)),
            _ => Ok(()),
        }
    }

    fn encoding(&self, name: &str) -> Option<&Encoding> {
        let mut all = self.encodings.iter();
        all.find(|(known, _)| **known == *name).map(|(_, one)| one)
    }

    fn form(&self, bytes: &[u8]) -> Result<(), BodyFault> {
        let Some(schema) = &self.schema else {
            return fields::pairs(bytes).map(drop);
        };
        let value = fields::object(bytes, &schema.shape, |name| self.encoding(name))?;
        self.check_value(&value)
    }

    fn text(&self, bytes: &[u8]) -> Result<(), BodyFault> {
        let Some(schema) = &self.schema else {
            return Ok(());
        };
        let text = std::str::from_utf8(bytes)
            .map_err(|error| unreadable("text", 0, error.valid_up_to(), "UTF-8"))?;
        let candidates = schema.shape.candidates(text);
        if candidates.iter().any(|value| schema.admits(value)) {
            return Ok(());
        }
        candidates
            .first()
            .map_or(Ok(()), |value| self.check_value(value))
    }

    fn multipart(
        &self,
        content_type: &[u8],
        bytes: &[u8],
        uploads: Uploads<'_>,
    ) -> Result<(), BodyFault> {
        let parts = multipart::read(content_type, bytes)
            .map_err(|why| unreadable("multipart", why.part, why.at, why.expected))?;
        let mut object = Map::new();
        for (at, part) in parts.iter().enumerate() {
            self.part(at + 1, part, uploads, &mut object)?;
        }
        self.check_value(&Value::Object(object))
    }

    /// Checks a part by itself, and makes it a member of the form.
    fn part(
        &self,
        at: usize,
        part: &Part<'_>,
        uploads: Uploads<'_>,
        object: &mut Map<String, Value>,
    ) -> Result<(), BodyFault> {
        let shape = self
            .schema
            .as_ref()
            .and_then(|schema| schema.shape.property(&part.name));
        let is_list = shape.is_some_and(crate::schema::Shape::is_array);
        let one = if is_list {
            shape.and_then(|shape| shape.items.as_deref())
        } else {
            shape
        };
        let encoding = self.encoding(&part.name);
        let types = encoding.map_or(&[][..], |encoding| &encoding.types);
        let is_file = part.file.is_some() || one.is_some_and(|one| one.binary);
        let value = if is_file {
            let (label, name) = (part.label.as_deref(), part.file.as_deref());
            file(&part.name, part.bytes, label, name, types, uploads)?;
            Value::String(String::new())
        } else {
            fields::value(at, part, one, types)?
        };
        let known = object.get_mut(&part.name);
        match known {
            None if is_list => {
                object.insert(part.name.clone(), Value::Array(vec![value]));
            }
            None => {
                object.insert(part.name.clone(), value);
            }
            Some(Value::Array(items)) if is_list => items.push(value),
            Some(_) => return Err(fields::twice(&part.name)),
        }
        Ok(())
    }
}

/// JSON is UTF-8 (RFC 8259 §8.1), whatever its label says; what says otherwise is read otherwise.
fn is_utf8(content_type: &[u8]) -> Result<(), BodyFault> {
    let behind = content_type.contains(&b';');
    if !behind || !contains_charset(content_type) {
        return Ok(());
    }
    let charset = media::parameter(content_type, "charset");
    match charset {
        Some(name) if name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8") => {
            Ok(())
        }
        _ => Err(unreadable("json", 0, 0, "`charset=utf-8`, or none")),
    }
}

fn contains_charset(content_type: &[u8]) -> bool {
    content_type
        .windows(7)
        .any(|seven| seven.eq_ignore_ascii_case(b"charset"))
}

fn not_json(why: &json::Unreadable) -> BodyFault {
    unreadable("json", why.line, why.column, &why.what)
}

fn unreadable(format: &str, line: usize, column: usize, expected: &str) -> BodyFault {
    BodyFault::Unreadable {
        format: format.into(),
        line: line as u64,
        column: column as u64,
        expected: cut(expected),
    }
}

/// Whether a file may come.
fn file(
    part: &str,
    bytes: &[u8],
    label: Option<&str>,
    name: Option<&str>,
    types: &[Arc<str>],
    uploads: Uploads<'_>,
) -> Result<(), BodyFault> {
    let fault = |detected: Option<&str>, accepted: &[Arc<str>]| BodyFault::File {
        part: cut(part),
        detected: detected.map(Into::into),
        accepted: accepted.iter().map(|one| (**one).into()).collect(),
    };
    let detected = upload::detect(bytes);
    for accepted in [types, uploads.types] {
        if !accepted.is_empty() && !upload::fits(detected, label, accepted) {
            return Err(fault(Some(detected), accepted));
        }
    }
    let fits = |name: &str| {
        let plain = !name.contains(['/', '\0']) && !name.starts_with('.');
        plain && uploads.names.iter().any(|pattern| matches(pattern, name))
    };
    match name {
        Some(name) if !uploads.names.is_empty() && !fits(name) => Err(fault(None, uploads.names)),
        _ => Ok(()),
    }
}

/// Whether a name is one of a pattern, in any case; `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests;
