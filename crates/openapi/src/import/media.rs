//! What a request's body may be.

use super::{Dialect, Members, Reader};
use crate::pointer::Pointer;
use crate::refs;
use crate::report::quote;
use postern_config::{TextKind, check_text};
use serde_json::Value;

/// Media types of one operation.
const MOST: usize = 50;

/// A request body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) media_types: Vec<String>,
    pub(super) max_size: Option<u64>,
}

impl Reader<'_> {
    /// The body of an operation of `OpenAPI` 3.
    pub(super) fn body(&mut self, operation: &Members, at: &Pointer<'_>) -> Body {
        let Some(given) = operation.get("requestBody") else {
            return Body::default();
        };
        let at = at.member("requestBody");
        let body = match refs::follow(self.root, given) {
            Ok(body) => body,
            Err(lost) => {
                self.report
                    .add(at, lost.what(), "any media type may be sent");
                return Body::default();
            }
        };
        let Some(content) = self.mapping(body, "content", &at) else {
            return Body::default();
        };
        let at = at.member("content");
        let types = content.keys().map(String::as_str);
        let media_types = self.media_types(types, &at);
        let bounds = content.iter().take(MOST);
        let bounds = bounds.map(|(kind, media)| self.bound(kind, media));
        // Where one of them has no bound, the body has none.
        let bounds: Option<Vec<u64>> = bounds.collect();
        Body {
            media_types,
            max_size: bounds.and_then(|bounds| bounds.into_iter().max()),
        }
    }

    /// The bytes that a body of a media type may have: said of texts and of bytes as they are.
    fn bound(&self, kind: &str, media: &Value) -> Option<u64> {
        let schema = refs::follow(self.root, media.get("schema")?).ok()?;
        let raw = !kind.contains("json") && !kind.contains("xml") && !kind.contains("form");
        if !raw || schema.get("type")? != "string" {
            return None;
        }
        let length = schema.get("maxLength")?.as_u64()?;
        let binary = schema
            .get("format")
            .is_some_and(|format| format == "binary");
        // A character has up to four bytes.
        Some(
            if binary {
                length
            } else {
                length.saturating_mul(4)
            }
            .max(1),
        )
    }

    /// The body of an operation of Swagger 2, by its parameters.
    pub(super) fn swagger_body(
        &mut self,
        operation: &Members,
        parameters: &[&Value],
        at: &Pointer<'_>,
    ) -> Body {
        let is = |place: &str| {
            parameters
                .iter()
                .any(|one| one.get("in").and_then(Value::as_str) == Some(place))
        };
        let form = is("formData");
        if !form && !is("body") {
            return Body::default();
        }
        let root = Pointer::ROOT;
        let (given, at) = match operation.get("consumes") {
            Some(own) => (Some(own), at.member("consumes")),
            None => (self.root.get("consumes"), root.member("consumes")),
        };
        let list = given.and_then(Value::as_array);
        if given.is_some() && list.is_none() {
            self.report
                .add(at, "`consumes` is not a list", "any media type may be sent");
        }
        let types = list.into_iter().flatten().filter_map(Value::as_str);
        let mut media_types = self.media_types(types, &at);
        if form && !media_types.iter().any(|kind| kind.contains("form")) {
            media_types = vec![
                "application/x-www-form-urlencoded".to_owned(),
                "multipart/form-data".to_owned(),
            ];
        }
        Body {
            media_types,
            max_size: None,
        }
    }

    fn media_types<'t>(
        &mut self,
        given: impl Iterator<Item = &'t str>,
        at: &Pointer<'_>,
    ) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (index, text) in given.enumerate() {
            if index == MOST {
                let what = format!("more than {MOST} media types");
                self.report.add(at, what, "the rest is left out");
                break;
            }
            if text.starts_with("x-") {
                continue;
            }
            let plain = text.split(';').next().unwrap_or_default().trim();
            let plain = if plain == "*" { "*/*" } else { plain };
            if check_text(TextKind::MediaType, plain).is_err() {
                let what = format!("the media type {}", quote(text));
                self.report.add(at.member(text), what, "left out");
                continue;
            }
            let plain = plain.to_ascii_lowercase();
            if !found.contains(&plain) {
                found.push(plain);
            }
        }
        if self.dialect == Dialect::Swagger2 {
            found.sort_unstable();
        }
        found
    }
}
