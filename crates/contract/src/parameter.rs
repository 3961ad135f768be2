//! Parameters: how they are written, what they say, and what speaks against them.

mod decode;

pub(crate) use decode::{Style, Written, members_of};

use crate::document::{Document, Found};
use crate::fault::Fault;
use crate::pairs::Blank;
use crate::schema::Schema;
use crate::violation::{Violation, kind_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

impl Place {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "path" => Self::Path,
            "query" => Self::Query,
            "header" => Self::Header,
            "cookie" => Self::Cookie,
            _ => return None,
        })
    }

    const fn blank(self) -> Blank {
        match self {
            Self::Query => Blank::Plus,
            Self::Path | Self::Header | Self::Cookie => Blank::Percent,
        }
    }
}

/// What a request brings besides its body.
pub trait Sent {
    /// A parameter of the path, as it was sent, by its name in the template.
    fn path(&self, name: &str) -> Option<&[u8]>;
    /// The query, as it was sent.
    fn query(&self) -> Option<&[u8]>;
    /// The nth value of a header.
    fn header<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]>;
    /// The nth value of a cookie.
    fn cookie<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]>;
}

/// A parameter that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterFault {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: Box<str>,
    /// Whether it is not there at all.
    pub missing: bool,
    /// What is wrong with it: a pointer into what it says, and the rule.
    pub violation: Violation,
}

/// A parameter of an operation.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is what the document says of it"
)]
pub(crate) struct Parameter {
    pub(crate) place: Place,
    /// As the document calls it.
    pub(crate) name: Box<str>,
    /// As the path template calls it.
    in_path: Option<Box<str>>,
    required: bool,
    /// Whether an empty value says as much as none.
    may_be_empty: bool,
    style: Style,
    explode: bool,
    /// It is JSON.
    json: bool,
    schema: Option<Schema>,
}

impl Parameter {
    /// Compiles one; `None` where the document says that it does not count.
    ///
    /// # Errors
    /// What of it cannot be checked.
    pub(crate) fn compile(
        document: &Document,
        found: &Found<'_>,
        names: &[(&str, &str)],
    ) -> Result<Option<Self>, Vec<Fault>> {
        let help = "write `name` and `in: path`, `query`, `header` or `cookie`";
        let place = found.text("in").and_then(Place::of);
        let Some((place, name)) = place.zip(found.text("name")) else {
            return Err(vec![found.fault("a parameter without name or place", help)]);
        };
        // They are described elsewhere (OpenAPI 3.1 §4.8.12.2).
        let elsewhere = ["accept", "content-type", "authorization"];
        let is_elsewhere = |other: &&str| name.eq_ignore_ascii_case(other);
        if place == Place::Header && elsewhere.iter().any(is_elsewhere) {
            return Ok(None);
        }
        let in_path = names.iter().find(|(theirs, _)| *theirs == name);
        let in_path = in_path.map(|(_, ours)| (*ours).into());
        if place == Place::Path && in_path.is_none() {
            return Ok(None);
        }
        let style = Style::of(found.text("style"), place).ok_or_else(|| {
            let what = format!(
                "the style `{}` in {}, by which no parameter is read",
                crate::violation::cut(found.text("style").unwrap_or_default()),
                place.as_str()
            );
            let help = "use `simple` in paths and headers, and `form`, `spaceDelimited`, `pipeDelimited` or `deepObject` in queries";
            vec![found.fault(what, help)]
        })?;
        let explode = match found.value.get("explode") {
            Some(Value::Bool(explode)) => *explode,
            _ => style == Style::Form,
        };
        let content = found.member("content");
        let content = content.and_then(|content| content.members().next());
        let (json, schema) = match &content {
            Some((media, inner)) => {
                let is_json = crate::media::Format::of(media.as_bytes());
                (
                    is_json == crate::media::Format::Json,
                    inner.member("schema"),
                )
            }
            None => (false, found.member("schema")),
        };
        let schema = schema.map(|schema| Schema::compile(document, &schema));
        Ok(Some(Self {
            place,
            name: name.into(),
            in_path,
            required: found.says("required") || place == Place::Path,
            may_be_empty: found.says("allowEmptyValue"),
            style,
            explode,
            json,
            schema: schema.transpose()?,
        }))
    }

    /// What stands for it, where its answers are kept.
    pub(crate) fn mark(&self) -> String {
        let schema = self.schema.as_ref().map_or(0, |schema| schema.mark);
        format!(
            "{} {} {} {} {:?} {} {} {schema}",
            self.place.as_str(),
            self.name,
            self.required,
            self.may_be_empty,
            self.style,
            self.explode,
            self.json,
        )
    }

    /// Whether a query parameter belongs to it, by its decoded name.
    pub(crate) fn owns(&self, name: &str) -> bool {
        if self.place != Place::Query {
            return false;
        }
        let object = self
            .schema
            .as_ref()
            .filter(|schema| schema.shape.is_object());
        match (self.style, object) {
            (Style::DeepObject, _) => members_of(&self.name, name).is_some(),
            (Style::Form, Some(schema)) if self.explode && !self.json => {
                schema.shape.property(name).is_some()
            }
            _ => *self.name == *name,
        }
    }

    /// What speaks against what a request says of it.
    pub(crate) fn against(&self, sent: &dyn Sent, out: &mut Vec<ParameterFault>) {
        let fault = |violation, missing| ParameterFault {
            place: self.place,
            name: self.name.clone(),
            missing,
            violation,
        };
        match self.read(sent) {
            Ok(None) if self.required => {
                let violation = Violation::new("", "required", "a value", "nothing");
                out.push(fault(violation, true));
            }
            Ok(None) => {}
            Ok(Some(values)) => {
                let Some(schema) = &self.schema else {
                    return;
                };
                if values.iter().any(|value| schema.admits(value)) {
                    return;
                }
                // What it means most likely is told.
                let against = values.first().map(|value| schema.against(value));
                let against = against.unwrap_or_default();
                out.extend(against.into_iter().map(|violation| fault(violation, false)));
            }
            Err(violation) => out.push(fault(violation, false)),
        }
    }

    /// What it may mean, the likeliest first; `None` if it is not there.
    fn read(&self, sent: &dyn Sent) -> Result<Option<Vec<Value>>, Violation> {
        let written = match self.place {
            Place::Path => {
                let name = self.in_path.as_deref().unwrap_or(&self.name);
                sent.path(name).map(|value| vec![value]).unwrap_or_default()
            }
            Place::Query => {
                return self.in_query(sent.query().unwrap_or_default());
            }
            Place::Header => values(|nth| sent.header(&self.name, nth)),
            Place::Cookie => values(|nth| sent.cookie(&self.name, nth)),
        };
        if written.is_empty() {
            return Ok(None);
        }
        self.meaning(&written)
    }

    fn in_query(&self, query: &[u8]) -> Result<Option<Vec<Value>>, Violation> {
        let mut pairs = Vec::new();
        for (name, value) in crate::pairs::pairs(query) {
            // Another parameter may be written as it likes.
            let Some(name) = crate::pairs::decode(name, Blank::Plus) else {
                continue;
            };
            if self.owns(&name) {
                pairs.push((name, value));
            }
        }
        if pairs.is_empty() {
            return Ok(None);
        }
        let shape = self.schema.as_ref().map(|schema| &schema.shape);
        if let (false, Some(shape)) = (self.json, shape)
            && (self.style == Style::DeepObject || (shape.is_object() && self.explode))
        {
            let written = Written {
                shape,
                blank: Blank::Plus,
            };
            return written
                .members(&self.name, self.style, &pairs)
                .map(|object| Some(vec![object]));
        }
        let values: Vec<&[u8]> = pairs.iter().map(|(_, value)| *value).collect();
        self.meaning(&values)
    }

    fn meaning(&self, written: &[&[u8]]) -> Result<Option<Vec<Value>>, Violation> {
        let blank = self.place.blank();
        if self.may_be_empty && written.iter().all(|value| value.is_empty()) {
            return Ok(None);
        }
        if self.json {
            return self.json(written);
        }
        let Some(schema) = &self.schema else {
            return Ok(Some(Vec::new()));
        };
        let written_as = Written {
            shape: &schema.shape,
            blank,
        };
        let raw = matches!(self.place, Place::Header);
        written_as
            .values(self.style, self.explode, written, raw)
            .map(Some)
    }

    fn json(&self, written: &[&[u8]]) -> Result<Option<Vec<Value>>, Violation> {
        let [only] = written else {
            return Err(once());
        };
        let text = if self.place == Place::Header {
            std::str::from_utf8(only).ok().map(str::to_owned)
        } else {
            crate::pairs::decode(only, self.place.blank())
        };
        let text = text.ok_or_else(encoding)?;
        let value = crate::json::read(text.as_bytes()).map_err(|why| {
            let expected = format!("JSON; column {}: {}", why.column, why.what);
            Violation::new("", "content", &expected, "something else")
        })?;
        Ok(Some(vec![value]))
    }
}

fn values<'a>(nth: impl Fn(usize) -> Option<&'a [u8]>) -> Vec<&'a [u8]> {
    (0..).map_while(nth).collect()
}

/// A value that came several times.
pub(crate) fn once() -> Violation {
    Violation::new("", "once", "one value", "several")
}

/// A value that cannot be told from how it is written.
pub(crate) fn encoding() -> Violation {
    let expected = "UTF-8, with `%` before two hexadecimal digits";
    Violation::new("", "encoding", expected, "something else")
}

/// A query parameter that the operation does not have.
pub(crate) fn unknown(name: &str) -> ParameterFault {
    ParameterFault {
        place: Place::Query,
        name: crate::violation::cut(name),
        missing: false,
        violation: Violation::new(
            "",
            "unknown",
            "only parameters of the operation",
            kind_of(&Value::String(String::new())),
        ),
    }
}

#[cfg(test)]
mod tests;
