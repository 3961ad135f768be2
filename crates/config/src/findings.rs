//! Collects what is found in one document.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Report, Severity, Within};
use crate::source::{Source, Span};
use crate::tree::Node;
use std::ops::Range;

/// Most findings that are listed.
const MAX_FINDINGS: usize = 200;

/// The findings of one document. Adding one gives a handle to say more about it.
pub(crate) struct Findings<'a> {
    source: &'a Source<'a>,
    /// With the byte where each stands, for the order.
    found: Vec<(usize, Diagnostic)>,
    errors: usize,
    omitted: usize,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(source: &'a Source<'a>) -> Self {
        Self {
            source,
            found: Vec::new(),
            errors: 0,
            omitted: 0,
        }
    }

    /// The line a byte is in.
    pub(crate) fn line(&self, byte: usize) -> usize {
        self.source.line(byte)
    }

    /// The document's text at a place, as it is written there.
    pub(crate) fn written(&self, span: Span) -> &'a str {
        self.source.text().get(span.start..span.end).unwrap_or("")
    }

    /// Adds an error at a place.
    pub(crate) fn error(&mut self, code: Code, span: Span, message: &str, label: &str) -> More<'_> {
        self.errors += 1;
        self.add(Severity::Error, code, Some((span, label)), message)
    }

    /// Adds an error at a place whose text may be a secret: the line is shown up to there only.
    pub(crate) fn secret(
        &mut self,
        code: Code,
        span: Span,
        message: &str,
        label: &str,
    ) -> More<'_> {
        let mut more = self.error(code, span, message, label);
        if let Some(position) = more.0.as_mut().and_then(|d| d.position.as_mut()) {
            let shown = position.column.saturating_sub(position.source_column);
            position.source = position.source.chars().take(shown).collect();
            position.source.push('…');
            position.length = 1;
        }
        more
    }

    /// Adds a warning at a place.
    pub(crate) fn warning(
        &mut self,
        code: Code,
        span: Span,
        message: &str,
        label: &str,
    ) -> More<'_> {
        self.add(Severity::Warning, code, Some((span, label)), message)
    }

    /// Adds an error about the file as a whole.
    pub(crate) fn file(&mut self, code: Code, message: &str) -> More<'_> {
        self.errors += 1;
        self.add(Severity::Error, code, None, message)
    }

    fn add(
        &mut self,
        severity: Severity,
        code: Code,
        place: Option<(Span, &str)>,
        message: &str,
    ) -> More<'_> {
        if self.found.len() >= MAX_FINDINGS {
            self.omitted += 1;
            return More(None);
        }
        let diagnostic = Diagnostic {
            severity,
            code,
            message: message.to_owned(),
            file: self.source.name().to_owned(),
            position: place.map(|(span, label)| self.source.position(span, label)),
            pointer: None,
            within: None,
            help: None,
            notes: Vec::new(),
        };
        let at = place.map_or(0, |(span, _)| span.start);
        More(Some(&mut self.found.push_mut((at, diagnostic)).1))
    }

    /// Takes over what was found in another document, which `at` refers to.
    pub(crate) fn adopt(&mut self, at: Span, report: Report) {
        self.omitted += report.omitted;
        for diagnostic in report.diagnostics {
            if diagnostic.severity == Severity::Error {
                self.errors += 1;
            }
            if self.found.len() < MAX_FINDINGS {
                self.found.push((at.start, diagnostic));
            } else {
                self.omitted += 1;
            }
        }
    }

    /// How many errors were found.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// Whether anything found is an error.
    pub(crate) fn failed(&self) -> bool {
        self.errors > 0
    }

    /// Notes of everything found so far which value of the document it is about.
    pub(crate) fn point(&mut self, root: &Node) {
        for (at, diagnostic) in &mut self.found {
            if diagnostic.position.is_some() && diagnostic.pointer.is_none() {
                diagnostic.pointer = Some(root.pointer(*at));
            }
        }
    }

    /// The report, in the order of the document.
    pub(crate) fn into_report(mut self) -> Report {
        self.found.sort_by_key(|(at, _)| *at);
        let masked = self.found.into_iter().map(|(_, mut diagnostic)| {
            crate::mask::diagnostic(&mut diagnostic);
            diagnostic
        });
        Report {
            diagnostics: masked.collect(),
            omitted: self.omitted,
        }
    }
}

/// To say more about a finding. Nothing, if the finding is not listed.
pub(crate) struct More<'a>(Option<&'a mut Diagnostic>);

impl More<'_> {
    /// What would be right.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(diagnostic) = self.0.as_mut() {
            diagnostic.help = Some(help.into());
        }
        self
    }

    /// Where in the text that is meant, which is a value of the document.
    pub(crate) fn within(mut self, text: &str, piece: Option<&Range<usize>>) -> Self {
        if let (Some(diagnostic), Some(piece)) = (self.0.as_mut(), piece) {
            let label = diagnostic.position.as_ref().map(|at| &*at.label);
            diagnostic.within = Within::of(text, piece, label.unwrap_or_default());
        }
        self
    }

    /// What else one should know.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        if let Some(diagnostic) = self.0.as_mut() {
            diagnostic.notes.push(note.into());
        }
        self
    }

    /// Suggests the nearest of the words that would be right.
    pub(crate) fn did_you_mean<'w>(
        self,
        word: &str,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Self {
        if self.0.is_none() {
            return self;
        }
        match nearest(word, words) {
            Some(near) => self.help(format!("did you mean {}?", quote(near))),
            None => self,
        }
    }
}

/// The word most like the one that was written, if any is like it.
pub(crate) fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let lower = word.to_lowercase();
    let score = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        if candidate == lower {
            return 2.0;
        }
        let whole = strsim::normalized_damerau_levenshtein(&lower, &candidate);
        // `method` for `methods`, `timeout` for `first_byte_timeout`.
        let part = candidate.starts_with(&lower) || lower.starts_with(&candidate);
        if part && lower.len() >= 3 && candidate.len() >= 3 {
            whole.max(0.7)
        } else {
            whole
        }
    };
    words
        .into_iter()
        .map(|candidate| (score(candidate), candidate))
        .filter(|(score, _)| *score >= 0.65)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// A text from a document between backticks: at most 60 characters of it.
pub(crate) fn quote(text: &str) -> String {
    let mut shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}
