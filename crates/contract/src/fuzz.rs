//! For fuzzing: foreign bytes, read in every way, and what must hold of it.

use crate::{Document, Sent, Uploads, multipart};
use serde_json::json;
use std::sync::LazyLock;

/// A document that uses every way of reading.
static DOCUMENT: LazyLock<Option<Document>> = LazyLock::new(|| {
    let object = json!({"type": "object", "properties": {
        "n": {"type": "integer", "format": "int32"}, "s": {"type": "string", "maxLength": 8},
        "list": {"type": "array", "items": {"type": "number"}},
        "o": {"type": "object", "properties": {"b": {"type": "boolean"}}},
        "file": {"type": "string", "format": "binary"},
    }});
    let parameter = |place: &str, name: &str, style: &str, explode: bool| json!({"in": place, "name": name, "style": style, "explode": explode, "schema": object});
    let list = |place: &str, name: &str, style: &str, explode: bool| {
        json!({"in": place, "name": name, "style": style, "explode": explode,
            "schema": {"type": "array", "items": {"type": "integer"}}})
    };
    let encoding = json!({"o": {"style": "deepObject"}, "list": {"explode": false}});
    Document::new(json!({"openapi": "3.0.3", "paths": {"/{p}": {"post": {
        "parameters": [
            parameter("path", "p", "simple", true), parameter("query", "q", "form", false),
            parameter("query", "d", "deepObject", true), parameter("query", "e", "form", true),
            parameter("header", "h", "simple", false), parameter("cookie", "c", "form", false),
            list("query", "l", "form", true), list("query", "m", "pipeDelimited", false),
            list("query", "k", "spaceDelimited", false),
            {"in": "query", "name": "j", "content": {"application/json": {"schema": object}}},
        ],
        "requestBody": {"content": {
            "application/json": {"schema": object},
            "application/x-www-form-urlencoded": {"schema": object, "encoding": encoding},
            "multipart/form-data": {"schema": object},
            "application/xml": {},
            "text/plain": {"schema": {"type": "integer"}},
        }},
    }}}}))
    .ok()
});

struct Everywhere<'a>(&'a [u8]);

impl Sent for Everywhere<'_> {
    fn path(&self, _: &str) -> Option<&[u8]> {
        Some(self.0)
    }

    fn query(&self) -> Option<&[u8]> {
        Some(self.0)
    }

    fn header<'a>(&'a self, _: &'a str, nth: usize) -> Option<&'a [u8]> {
        (nth == 0).then_some(self.0)
    }

    fn cookie<'a>(&'a self, _: &'a str, nth: usize) -> Option<&'a [u8]> {
        (nth == 0).then_some(self.0)
    }
}

/// Reads bytes as parameters and as bodies of every format.
///
/// # Errors
/// What did not hold.
#[doc(hidden)]
pub fn fuzz(data: &[u8]) -> Result<(), &'static str> {
    let contract = DOCUMENT
        .as_ref()
        .and_then(|document| document.contract("POST", "/{p}"));
    let Some(Ok(contract)) = contract else {
        return Err("the document is no contract");
    };
    let against = contract.against(&Everywhere(data));
    if against != contract.against(&Everywhere(data)) {
        return Err("parameters are judged in two ways");
    }
    if against.len() > 20 || contract.unknown(data, &|_| false).len() > 20 {
        return Err("more is told than there is room for");
    }
    let body = contract.body().ok_or("there is no body")?;
    let types: Vec<std::sync::Arc<str>> = vec!["image/png".into()];
    let uploads = Uploads {
        types: &types,
        names: &types,
    };
    for kind in [
        &b"application/json"[..],
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"application/xml",
        b"text/plain",
    ] {
        let media = body.media(kind).ok_or("a media type is not known")?;
        let _ = media.check(kind, data, uploads);
    }
    if let Ok(parts) = multipart::read(b"multipart/form-data; boundary=x", data) {
        let inner: usize = parts.iter().map(|part| part.bytes.len()).sum();
        if inner > data.len() {
            return Err("the parts of a form are longer than it");
        }
        if parts
            .iter()
            .any(|part| memchr::memmem::find(part.bytes, b"\r\n--x").is_some())
        {
            return Err("a part goes on behind its boundary");
        }
    }
    Ok(())
}
