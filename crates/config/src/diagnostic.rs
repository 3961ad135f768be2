//! What was found in a document, as data. [`crate::render`] makes text of it.

use crate::code::Code;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The configuration cannot be used.
    Error,
    /// It can, but is probably not what was meant.
    Warning,
}

impl Severity {
    /// The word at the beginning of a rendered diagnostic.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Its stable name.
    pub code: Code,
    /// One sentence: which thing, and what is wrong with it.
    pub message: String,
    /// The file, as it was named to us.
    pub file: String,
    /// Where in the file; absent where the file as a whole is meant.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// The value that is meant, as a JSON pointer (RFC 6901); absent where there is none.
    pub pointer: Option<String>,
    /// Where in that value, if it is a text with a grammar of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
    /// What would be right.
    pub help: Option<String>,
    /// What else one should know.
    pub notes: Vec<String>,
}

/// A place in a text that is a value, as the text reads, however the document writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Within {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// Characters that are meant, up to the end of the line; at least 1.
    pub length: usize,
    /// What was found there.
    pub label: String,
}

impl Within {
    /// Of a piece of a text, which is given in bytes.
    pub(crate) fn of(text: &str, piece: &Range<usize>, label: &str) -> Option<Self> {
        let before = text.get(..piece.start)?;
        let marked = text.get(piece.clone())?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Some(Self {
            line: before.matches('\n').count() + 1,
            column: before.get(start..)?.chars().count() + 1,
            length: marked
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .count()
                .max(1),
            label: label.to_owned(),
        })
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// Characters marked, at least 1.
    pub length: usize,
    /// The line, or the part of a very long one around the mark.
    pub source: String,
    /// The column of the first character of `source`; 1 unless the line is very long.
    pub source_column: usize,
    /// What stands beside the mark.
    pub label: String,
}

/// Everything that was found when a configuration was refused; at least one error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The findings, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there were than are listed.
    pub omitted: usize,
}

impl Report {
    /// The codes found, in order.
    pub fn codes(&self) -> impl Iterator<Item = Code> + '_ {
        self.diagnostics.iter().map(|d| d.code)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Report {}
