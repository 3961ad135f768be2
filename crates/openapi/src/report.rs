//! What was not understood, and what was done instead.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;

/// Lines kept at most; further ones are counted.
const MOST: usize = 1_000;

/// Characters of a document's own text that are shown in a line.
const SHOWN: usize = 80;

/// One thing that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ReportLine")]
pub struct Line {
    /// Where it stands first, as a JSON Pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// What it is.
    pub what: String,
    /// What was done instead.
    pub instead: String,
    /// In how many further places the same was found.
    pub more: usize,
}

/// Everything that was not understood, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ImportReport")]
pub struct Report {
    lines: Vec<Line>,
    /// Lines beyond the bound.
    omitted: usize,
    #[serde(skip)]
    known: HashMap<(String, String), usize>,
}

impl Report {
    /// The lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many lines there were room for no more.
    pub const fn omitted(&self) -> usize {
        self.omitted
    }

    /// Whether everything was understood.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds a line, or counts it where the same was said of another place.
    pub fn add(
        &mut self,
        pointer: impl std::fmt::Display,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) {
        let key = (what.into(), instead.into());
        if let Some(&at) = self.known.get(&key) {
            if let Some(line) = self.lines.get_mut(at) {
                line.more += 1;
            }
            return;
        }
        if self.lines.len() >= MOST {
            self.omitted += 1;
            return;
        }
        self.lines.push(Line {
            pointer: pointer.to_string(),
            what: key.0.clone(),
            instead: key.1.clone(),
            more: 0,
        });
        self.known.insert(key, self.lines.len() - 1);
    }
}

/// A text of the document for a sentence: in quotes, without control characters, cut.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::from("`");
    for (at, c) in text.chars().enumerate() {
        if at == SHOWN {
            out.push('…');
            break;
        }
        if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.push('`');
    out
}
