//! Documents as the text of a configuration file.

use crate::{Refusal, documents};
use serde_json::Value;
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// Documents as the sections of a file, in the order in which people read them.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    named: BTreeMap<usize, (&'static str, String)>,
    bytes: usize,
    values: usize,
}

/// Longest file that is written, and most values in it: more is not read again.
const LONGEST: usize = 15 << 20;
const MOST: usize = 450_000;

impl Sections {
    /// Adds a document. What is too much is left out, and [`Self::text`] says so.
    pub(crate) fn add(&mut self, kind: &str, id: &str, value: &Value) {
        let Some((section, named)) = documents::section(kind) else {
            return;
        };
        self.values += count(value);
        if self.is_too_much() {
            return;
        }
        let (_, out) = self
            .named
            .entry(documents::rank(kind))
            .or_insert_with(|| (section, String::new()));
        let before = out.len();
        if named {
            crate::yaml::member(out, id, value);
        } else {
            crate::yaml::settings(out, section, value);
        }
        self.bytes += out.len() - before;
    }

    const fn is_too_much(&self) -> bool {
        self.bytes > LONGEST || self.values > MOST
    }

    /// The file.
    ///
    /// # Errors
    /// It would be too large to be read again.
    pub(crate) fn text(self) -> Result<String, Refusal> {
        if self.is_too_much() {
            let message = format!(
                "what is stored is too much for one file: a file has at most {} MiB and {MOST} \
                 values",
                LONGEST >> 20
            );
            return Err(Refusal::invalid(message).help(
                "export a part: --tenant, --tag or --kind; a backup has everything, however much",
            ));
        }
        let mut out = String::new();
        for (section, text) in self.named.into_values() {
            if !out.is_empty() {
                out.push('\n');
            }
            if text.starts_with(' ') {
                out.push_str(section);
                out.push_str(":\n");
            }
            out.push_str(&text);
        }
        if out.is_empty() {
            out.push_str("{}\n");
        }
        Ok(out)
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 1,
    }
}
