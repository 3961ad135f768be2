//! XML in bodies (XML 1.0, fifth edition), as far as it can be told without a schema: well-formed, in
//! UTF-8, and without a document type, which has some readers fetch and expand what others do not.

#[cfg(test)]
mod tests;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

/// The deepest nesting of elements that is read.
const DEPTH: usize = 100;
/// What may be named without being declared (XML 1.0 §4.6).
const DECLARED: [&str; 5] = ["amp", "apos", "gt", "lt", "quot"];

/// Why bytes are no XML that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column in bytes, from 1.
    pub(crate) column: usize,
    /// What was expected there.
    pub(crate) expected: &'static str,
}

/// Reads one document.
///
/// # Errors
/// Where it is none, and what was expected.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    let text = str::from_utf8(bytes).map_err(|error| at(bytes, error.valid_up_to(), "UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let (mut depth, mut has_root) = (0usize, false);
    loop {
        let start = position(reader.buffer_position());
        let fault = |expected| Err(at(text.as_bytes(), start, expected));
        let event = reader.read_event().map_err(|_| {
            let place = position(reader.error_position());
            at(text.as_bytes(), place, "well-formed XML")
        })?;
        match &event {
            Event::Start(_) | Event::Empty(_) if depth == 0 && has_root => {
                return fault("nothing behind the one element");
            }
            Event::Start(_) if depth == DEPTH => {
                return fault("at most 100 elements in each other");
            }
            Event::Start(tag) | Event::Empty(tag) => {
                if !has_good_attributes(tag) {
                    return fault("each attribute once, in quotes, with references that are known");
                }
                has_root = true;
                depth += usize::from(matches!(event, Event::Start(_)));
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(text) if depth == 0 && !text.trim().is_empty() => {
                return fault("no text outside of the one element");
            }
            Event::CData(_) | Event::GeneralRef(_) if depth == 0 => {
                return fault("no text outside of the one element");
            }
            Event::GeneralRef(name) if !is_known(name) => {
                return fault("a reference to a character, or `amp`, `apos`, `gt`, `lt` or `quot`");
            }
            Event::DocType(_) => return fault("no document type"),
            Event::Decl(_) if start > 0 => return fault("`<?xml` at the beginning alone"),
            Event::Eof if depth > 0 => return fault("the end of every element"),
            Event::Eof if !has_root => return fault("an element"),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn has_good_attributes(tag: &BytesStart<'_>) -> bool {
    let mut all = tag.attributes();
    all.all(|one| one.is_ok_and(|one| !one.value.contains('<') && unescape(&one.value).is_ok()))
}

/// Whether a reference stands for a character.
fn is_known(name: &str) -> bool {
    match name.strip_prefix('#') {
        Some(_) => unescape(&format!("&{name};")).is_ok(),
        None => DECLARED.contains(&name),
    }
}

fn position(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

fn at(bytes: &[u8], at: usize, expected: &'static str) -> Unreadable {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line_start = before
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |at| at + 1);
    Unreadable {
        line: memchr::memchr_iter(b'\n', before).count() + 1,
        column: before.len() - line_start + 1,
        expected,
    }
}
