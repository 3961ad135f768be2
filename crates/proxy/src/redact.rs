//! Texts of others without what is secret in them.
//!
//! Owns what is taken out of headers and bodies before the call log has them: credentials, cookies,
//! keys of ours, whatever is named like a secret, and what a service's capture policy names.
//! Whatever was found to be secret is taken out wherever else it stands, so that an upstream that
//! repeats a password in a sentence does not give it away. What cannot be read is left out: a body
//! whose rules cannot be applied is not kept. Refuses to own what is kept, and where.

mod body;
mod form;
mod json;
mod names;
mod seen;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use body::Body;

use body::Kind;
use names::Names;
use postern_model::denial::printable;
use postern_model::entity::Service;
use postern_policy::fields::{Fields, Known};
use postern_policy::head::Head;
use seen::Seen;

/// Stands for what was taken out.
const REDACTED: &str = "[redacted]";

/// So much of a header's value is looked at, bytes; no more of one is ever kept.
const LONGEST: usize = 4096;

/// What is secret in one request and in its response.
#[derive(Debug)]
pub(crate) struct Redactor<'a> {
    names: Names<'a>,
    seen: Seen,
}

impl<'a> Redactor<'a> {
    /// By the rules of the service that the request was for, if one was found.
    pub(crate) fn new(head: &Head, service: Option<&'a Service>) -> Self {
        let mut redactor = Self {
            names: Names::new(service),
            seen: Seen::default(),
        };
        redactor.learn(&head.fields);
        let query = String::from_utf8_lossy(head.query().unwrap_or_default());
        form::learn(&query, &redactor.names, &mut redactor.seen);
        redactor
    }

    /// Takes note of what the credentials and cookies among these fields are.
    pub(crate) fn learn(&mut self, fields: &Fields) {
        for field in fields.iter() {
            if !self.names.header(field.name) {
                continue;
            }
            let value = String::from_utf8_lossy(field.value);
            match field.known {
                Known::Cookie => value
                    .split(';')
                    .filter_map(|pair| pair.split_once('='))
                    .for_each(|(_, value)| self.seen.add(value.trim().trim_matches('"'))),
                Known::Authorization | Known::ProxyAuthorization => self.seen.authorization(&value),
                Known::Other if field.name.eq_ignore_ascii_case(b"set-cookie") => {
                    let pair = value.split(';').next().unwrap_or_default();
                    if let Some((_, value)) = pair.split_once('=') {
                        self.seen.add(value.trim().trim_matches('"'));
                    }
                }
                _ => self.seen.add(value.trim()),
            }
        }
    }

    /// A header's value: printable ASCII, at most so many bytes of it.
    pub(crate) fn header(&self, name: &[u8], value: &[u8], most: usize) -> String {
        if self.names.header(name) {
            return REDACTED.to_owned();
        }
        let cut = value.len() > LONGEST;
        let value = String::from_utf8_lossy(value.get(..LONGEST).unwrap_or(value));
        let value = text::without_queries(&value);
        let value = text::redacted(&value, &self.names);
        let value = text::patterns(&value);
        let value = self.seen.mask(&value);
        let value = if cut {
            self.seen.without_beginnings(&value)
        } else {
            &value
        };
        printable(value.as_bytes(), most)
    }

    /// A text that was redacted, without what was found to be secret since.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.seen.mask(text).into_owned()
    }

    /// The beginning of a body, and what its head says of it. `cut`: there was more.
    pub(crate) fn body(&mut self, fields: &Fields, bytes: &[u8], cut: bool) -> Body {
        if let Some(coding) = body::coding(fields) {
            return Body::LeftOut(format!("it is compressed ({coding})"));
        }
        let kind = match Kind::of(fields.get(Known::ContentType), bytes) {
            Ok(kind) => kind,
            Err(why) => return Body::LeftOut(why),
        };
        let text = body::lossy(bytes, cut);
        let text = kind.redacted(&text, &self.names, &mut self.seen);
        if self.seen.is_full() {
            return Body::LeftOut("there are too many secrets in it".to_owned());
        }
        let text = text::patterns(&text);
        let text = self.seen.mask(&text);
        let text = if cut {
            self.seen.without_beginnings(&text)
        } else {
            &text
        };
        Body::Text(body::presentable(text, Body::most(bytes.len())))
    }
}

/// Whether a header's value is a credential or another secret, by its name.
pub(crate) fn hides_header(service: Option<&Service>, name: &[u8]) -> bool {
    Names::new(service).header(name)
}

/// The same of a parameter of a query.
pub(crate) fn hides_parameter(service: Option<&Service>, name: &str) -> bool {
    Names::new(service).field(name, false)
}

/// For fuzzing: what holds of any body.
///
/// # Errors
/// What did not hold.
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    const SECRET: &str = "Canary7Canary7";
    let (kind, rest) = data.split_first().unwrap_or((&0, &[]));
    let kinds: [&[u8]; 6] = [
        b"application/json",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=b",
        b"text/event-stream",
        b"text/plain",
        b"",
    ];
    let mut head = Head::default();
    head.fields.push(b"X-API-Key", SECRET.as_bytes());
    let mut fields = Fields::default();
    let kind = kinds.get(usize::from(*kind) % kinds.len());
    fields.push(b"Content-Type", kind.copied().unwrap_or_default());
    let mut redactor = Redactor::new(&head, None);
    for cut in [false, true] {
        let Body::Text(text) = redactor.body(&fields, rest, cut) else {
            continue;
        };
        if text.contains(SECRET) {
            return Err(format!("a secret is shown: {text:?}"));
        }
        if text.len() > Body::most(rest.len()) {
            return Err(format!("{} bytes became {}", rest.len(), text.len()));
        }
    }
    Ok(())
}
