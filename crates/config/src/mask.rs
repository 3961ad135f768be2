//! Keeps API keys that were pasted into a document out of what is said about it.

use crate::diagnostic::Diagnostic;
use std::borrow::Cow;

/// What keys begin with.
const PREFIX: &str = "pst_";

/// Fewer characters than that are a word, not a key.
const SHORTEST: usize = 12;

/// Masks the keys in everything that a diagnostic shows.
pub(crate) fn diagnostic(diagnostic: &mut Diagnostic) {
    let position = diagnostic.position.iter_mut();
    let position = position.flat_map(|p| [&mut p.source, &mut p.label]);
    let texts = position
        .chain([&mut diagnostic.message])
        .chain(diagnostic.help.as_mut())
        .chain(diagnostic.pointer.as_mut())
        .chain(&mut diagnostic.notes);
    for text in texts {
        if let Cow::Owned(masked) = mask(text) {
            *text = masked;
        }
    }
}

/// A text with `*` for each character of a key after its prefix, so that columns stay.
fn mask(text: &str) -> Cow<'_, str> {
    if !text.contains(PREFIX) {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split(PREFIX);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        out.push_str(PREFIX);
        let key = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = piece.trim_start_matches(key);
        let length = piece.len() - rest.len();
        let (body, _) = piece.split_at_checked(length).unwrap_or((piece, ""));
        if length < SHORTEST {
            out.push_str(body);
        } else {
            out.extend(std::iter::repeat_n('*', length));
        }
        out.push_str(rest);
    }
    Cow::Owned(out)
}
