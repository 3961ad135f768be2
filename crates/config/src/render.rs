//! Diagnostics as text, in the style of a good compiler.

use crate::diagnostic::{Diagnostic, Position, Report, Severity};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// Terminal escapes, or nothing.
struct Paint {
    error: &'static str,
    warning: &'static str,
    frame: &'static str,
    strong: &'static str,
    end: &'static str,
}

const COLOUR: Paint = Paint {
    error: "\x1b[1;31m",
    warning: "\x1b[1;33m",
    frame: "\x1b[1;34m",
    strong: "\x1b[1m",
    end: "\x1b[0m",
};

const PLAIN: Paint = Paint {
    error: "",
    warning: "",
    frame: "",
    strong: "",
    end: "",
};

impl Paint {
    const fn of(colour: bool) -> &'static Self {
        if colour { &COLOUR } else { &PLAIN }
    }

    const fn severity(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
        }
    }
}

impl Report {
    /// The whole report as text with a line feed at its end. `colour`: with terminal escapes.
    pub fn render(&self, colour: bool) -> String {
        let mut out = render_all(&self.diagnostics, colour);
        if self.omitted > 0 {
            let _ = writeln!(out, "\n… and {} more", self.omitted);
        }
        out
    }
}

/// Several diagnostics as text, a blank line between two. `colour`: with terminal escapes.
pub fn render_all(diagnostics: &[Diagnostic], colour: bool) -> String {
    let rendered: Vec<_> = diagnostics.iter().map(|d| d.render(colour)).collect();
    rendered.join("\n")
}

impl Diagnostic {
    /// The diagnostic as text with a line feed at its end. `colour`: with terminal escapes.
    pub fn render(&self, colour: bool) -> String {
        let paint = Paint::of(colour);
        let (strong, frame, end) = (paint.strong, paint.frame, paint.end);
        let tone = paint.severity(self.severity);
        let mut out = format!(
            "{tone}{}[{}]{end}{strong}: {}{end}\n",
            self.severity.as_str(),
            self.code,
            printable(&self.message),
        );
        let gutter = self
            .position
            .as_ref()
            .map_or(1, |p| p.line.to_string().len());
        let pad = " ".repeat(gutter);
        let file = printable(&self.file);
        if let Some(p) = &self.position {
            let _ = writeln!(out, "{pad}{frame}-->{end} {file}:{}:{}", p.line, p.column);
            snippet(&mut out, p, &pad, tone, paint);
        } else {
            let _ = writeln!(out, "{pad}{frame}-->{end} {file}");
        }
        let footers = self
            .notes
            .iter()
            .map(|note| ("note", note))
            .chain(self.help.iter().map(|help| ("help", help)));
        for (word, text) in footers {
            let text = printable(text);
            let _ = writeln!(out, "{pad} {frame}={end} {strong}{word}{end}: {text}");
        }
        out
    }
}

/// The line and its mark.
fn snippet(out: &mut String, p: &Position, pad: &str, tone: &str, paint: &Paint) {
    let (frame, end) = (paint.frame, paint.end);
    let before = p.column.saturating_sub(p.source_column);
    let chars: Vec<char> = p.source.chars().collect();
    let piece = |from: usize, to: usize| -> String {
        let text: String = chars.iter().skip(from).take(to - from).collect();
        printable(&text)
    };
    let (lead, marked) = (piece(0, before), piece(before, before + p.length));
    let cut = if p.source_column > 1 { "…" } else { "" };
    let line = p.line;
    let source = format!(
        "{cut}{lead}{marked}{}",
        piece(before + p.length, usize::MAX)
    );
    let indent = " ".repeat(cut.width() + lead.width());
    let carets = "^".repeat(marked.width().max(1));
    let label = printable(&p.label);
    let _ = writeln!(out, "{pad} {frame}|{end}");
    let source = source.trim_end();
    let _ = writeln!(out, "{frame}{line} |{end} {source}");
    let mark = format!("{carets} {label}");
    let mark = mark.trim_end();
    let _ = writeln!(out, "{pad} {frame}|{end} {indent}{tone}{mark}{end}");
}

/// Text from a document as it may go to a terminal: a tab is four columns, and what would move
/// the cursor or turn the line around is replaced.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("    "),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                out.push('\u{fffd}');
            }
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
