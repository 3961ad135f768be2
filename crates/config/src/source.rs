//! The text of one document: spans, lines and columns.

use crate::diagnostic::Position;
use std::borrow::Cow;

/// A range of bytes of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }
}

/// Characters kept of a source line on either side of what is marked; a minified JSON document
/// is one long line.
const CONTEXT: usize = 100;

/// Most characters that are marked.
const MARKED: usize = 120;

/// A document's name and text, with the beginnings of its lines.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    name: &'a str,
    text: &'a str,
    lines: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            name,
            text,
            lines: std::iter::once(0).chain(starts).collect(),
        }
    }

    pub(crate) fn name(&self) -> &'a str {
        self.name
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The line a byte is in, counted from 1.
    pub(crate) fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|&start| start <= byte).max(1)
    }

    /// Where a span is, with the line it begins in. A span over several lines is marked to the
    /// end of its first.
    pub(crate) fn position(&self, span: Span, label: &str) -> Position {
        let line = self.line(span.start);
        let first = self.lines.get(line - 1).copied().unwrap_or(0);
        let rest = self.text.get(first..).unwrap_or("");
        let text = rest.lines().next().unwrap_or("");
        let within = |byte: usize| {
            let bytes = byte.saturating_sub(first).min(text.len());
            text.get(..bytes).map_or(0, |s| s.chars().count())
        };
        let (from, to) = (within(span.start), within(span.end));
        let length = to.saturating_sub(from).clamp(1, MARKED);
        let skipped = from.saturating_sub(CONTEXT);
        Position {
            line,
            column: from + 1,
            length,
            source: without_keys(text)
                .chars()
                .skip(skipped)
                .take(from - skipped + length + CONTEXT)
                .collect(),
            source_column: skipped + 1,
            label: label.to_owned(),
        }
    }
}

/// What an API key begins with, and how many characters of it may be shown: its id.
const KEY: (&str, usize) = ("pst_", 16);

/// A line with dots in place of the secrets of API keys, which have no business in it.
fn without_keys(line: &str) -> Cow<'_, str> {
    let (prefix, id) = KEY;
    if !line.contains(prefix) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(prefix) {
        out.push_str(before);
        out.push_str(prefix);
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (key, after) = after
            .split_at_checked(end.unwrap_or(after.len()))
            .unwrap_or_default();
        out.extend(key.chars().take(id));
        out.extend(key.chars().skip(id).map(|_| '·'));
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_stand_in_a_line_are_not_shown_with_it() {
        let line = "a: pst_0123456789abcdef_Secret9, b: [pst_0123456789abcdef_Other]";
        let shown = without_keys(line);
        assert_eq!(
            shown,
            "a: pst_0123456789abcdef········, b: [pst_0123456789abcdef······]"
        );
        assert_eq!(shown.chars().count(), line.chars().count());
        assert_eq!(without_keys("header: X-API-Key"), "header: X-API-Key");
        assert_eq!(without_keys("pst_short"), "pst_short");
    }
}
