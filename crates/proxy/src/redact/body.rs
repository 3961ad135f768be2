//! Bodies by what they are.

use super::json;
use super::names::Names;
use super::seen::{Seen, prefix};
use super::{form, text};
use postern_model::denial::printable;
use postern_policy::fields::{Fields, list_members};
use std::borrow::Cow;

/// What is kept of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    /// Its beginning, without what is secret.
    Text(String),
    /// Nothing, and why.
    LeftOut(String),
}

impl Body {
    /// How long the text of so many bytes may get, bytes: what stands for a secret may be longer
    /// than the secret.
    pub(super) const fn most(bytes: usize) -> usize {
        2 * bytes + 256
    }
}

/// How a body is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// JSON documents; what is none is left out.
    Json,
    /// Looks like JSON, and may be a text.
    Perhaps,
    Form,
    Parts(String),
    /// Server-sent events: JSON or text on each line.
    Events,
    Text,
}

/// The content coding, unless the body is as it is.
pub(super) fn coding(fields: &Fields) -> Option<String> {
    fields
        .named(b"content-encoding")
        .flat_map(list_members)
        .find(|coding| !coding.eq_ignore_ascii_case(b"identity"))
        .map(|coding| printable(coding, 32))
}

/// As text. Where it was cut, half a character at its end is left out.
pub(super) fn lossy(bytes: &[u8], cut: bool) -> Cow<'_, str> {
    if cut
        && let Err(error) = std::str::from_utf8(bytes)
        && error.error_len().is_none()
    {
        let whole = bytes.get(..error.valid_up_to()).unwrap_or_default();
        return String::from_utf8_lossy(whole);
    }
    String::from_utf8_lossy(bytes)
}

/// At most so many bytes, without control characters that mean nothing in a text.
pub(super) fn presentable(text: &str, most: usize) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => c,
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    let text: String = prefix(text, most).chars().map(shown).collect();
    prefix(&text, most).to_owned()
}

impl Kind {
    /// By the media type, or by its looks where there is none.
    pub(super) fn of(content_type: Option<&[u8]>, bytes: &[u8]) -> Result<Self, String> {
        let whole = String::from_utf8_lossy(content_type.unwrap_or_default());
        let mut parameters = whole.split(';');
        let media = parameters.next().unwrap_or_default().trim();
        let media = media.to_ascii_lowercase();
        let parameter = |wanted: &str| {
            whole.split(';').skip(1).find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                let is_it = name.trim().eq_ignore_ascii_case(wanted);
                is_it.then(|| value.trim().trim_matches('"').to_owned())
            })
        };
        if parameter("charset").is_some_and(|set| set.to_ascii_lowercase().starts_with("utf-16")) {
            return Err("it is UTF-16".to_owned());
        }
        if bytes.contains(&0) {
            return Err("it is no text".to_owned());
        }
        let begins = bytes.trim_ascii_start().first();
        let braced = begins.is_some_and(|first| b"{[".contains(first));
        let text = if braced { Self::Perhaps } else { Self::Text };
        Ok(match media.as_str() {
            "application/json"
            | "application/x-ndjson"
            | "application/jsonl"
            | "application/json-seq" => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            "multipart/form-data" => match parameter("boundary").filter(|b| !b.is_empty()) {
                Some(boundary) => Self::Parts(boundary),
                None => return Err("its parts cannot be told apart".to_owned()),
            },
            "text/event-stream" => Self::Events,
            "" if std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_some()) => {
                return Err("it is no text".to_owned());
            }
            ""
            | "application/xml"
            | "application/graphql"
            | "application/yaml"
            | "application/javascript" => text,
            media if media.ends_with("+json") => Self::Json,
            media if media.starts_with("text/") || media.ends_with("+xml") => text,
            media => return Err(format!("it is {}", printable(media.as_bytes(), 64))),
        })
    }

    /// The text without what is secret in it.
    pub(super) fn redacted<'t>(
        &self,
        source: &'t str,
        names: &Names<'_>,
        seen: &mut Seen,
    ) -> Cow<'t, str> {
        match self {
            Self::Json | Self::Perhaps => {
                let mut out = String::with_capacity(source.len());
                let read = json::redacted(source, names, seen, &mut out);
                let rest = source.get(read..).unwrap_or_default();
                if *self == Self::Perhaps {
                    out.push_str(&text::redacted(rest, names));
                } else if !rest.is_empty() {
                    out.push_str("… (the rest is no JSON)");
                }
                Cow::Owned(out)
            }
            Self::Form => Cow::Owned(form::redacted(source, names, seen)),
            Self::Parts(boundary) => Cow::Owned(form::parts(source, boundary, names, seen)),
            Self::Events => Cow::Owned(events(source, names, seen)),
            Self::Text => text::redacted(source, names),
        }
    }
}

/// Each line by itself.
fn events(source: &str, names: &Names<'_>, seen: &mut Seen) -> String {
    let mut out = String::with_capacity(source.len());
    for line in source.split_inclusive('\n') {
        let data = line
            .strip_prefix("data:")
            .filter(|data| data.trim_start().starts_with(['{', '[']));
        match data {
            Some(data) => {
                out.push_str("data:");
                let read = json::redacted(data, names, seen, &mut out);
                let rest = data.get(read..).unwrap_or_default();
                out.push_str(&text::redacted(rest, names));
            }
            None => out.push_str(&text::redacted(line, names)),
        }
    }
    out
}
