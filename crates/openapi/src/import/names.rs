//! Names for operations, each once.

use crate::import::template::parts_as_words;
use std::collections::HashMap;

/// Longest name.
const LONGEST: usize = 64;

/// Names that were given.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Each with the next number to try behind it.
    taken: HashMap<String, usize>,
}

impl Names {
    /// The name, or another one like it that nobody has.
    pub(super) fn claim(&mut self, name: &str) -> String {
        if !self.taken.contains_key(name) {
            self.taken.insert(name.to_owned(), 2);
            return name.to_owned();
        }
        let mut number = self.taken.get(name).copied().unwrap_or(2);
        loop {
            let suffix = format!("-{number}");
            number += 1;
            let kept = name
                .chars()
                .take(LONGEST - suffix.len())
                .collect::<String>();
            let other = format!("{kept}{suffix}");
            if !self.taken.contains_key(&other) {
                self.taken.insert(name.to_owned(), number);
                self.taken.insert(other.clone(), 2);
                return other;
            }
        }
    }
}

/// What of a text can be a name; none if nothing is left.
pub(super) fn mend(text: &str) -> Option<String> {
    let mut out = String::new();
    for c in text.chars() {
        if out.len() == LONGEST {
            break;
        }
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
            // A name begins with a letter or a digit.
            if !out.is_empty() || c.is_ascii_alphanumeric() {
                out.push(c);
            }
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    (!out.is_empty()).then(|| out.to_owned())
}

/// A name made of a method and a path: `get-orders-id`.
pub(super) fn made_up(method: &str, path: &str) -> String {
    let words = format!("{} {}", method.to_ascii_lowercase(), parts_as_words(path));
    mend(&words).unwrap_or_else(|| method.to_ascii_lowercase())
}
