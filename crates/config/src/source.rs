//! The text of one document: spans, lines and columns.

use crate::diagnostic::Position;

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
            source: text
                .chars()
                .skip(skipped)
                .take(from - skipped + length + CONTEXT)
                .collect(),
            source_column: skipped + 1,
            label: label.to_owned(),
        }
    }
}
