//! Where in a document a piece of a text stands.

use std::ops::Range;

/// Where a piece of `text` stands in `written`, which is how the document writes the text: as it is,
/// in quotes, or as a block of indented lines. `None` where that cannot be told.
pub(super) fn within(written: &str, text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    if let Some(start) = written.find(text) {
        return Some(start + range.start..start + range.end);
    }
    // A block: the line of the piece, and its place in that line.
    let before = text.get(..range.start)?;
    let number = before.matches('\n').count();
    let line = text.lines().nth(number)?;
    let column = range.start - before.rfind('\n').map_or(0, |at| at + 1);
    let length = (range.end - range.start).min(line.len().saturating_sub(column));
    // The same line may stand there more than once.
    let same = text
        .lines()
        .take(number)
        .filter(|other| *other == line)
        .count();
    let mut start = 0;
    let mut left = same;
    for theirs in written.split_inclusive('\n') {
        let bare = theirs.trim_end_matches(['\n', '\r']);
        if !line.trim().is_empty() && bare.trim_start() == line.trim_start() {
            if left == 0 {
                let indent = bare.len() - line.len().min(bare.len());
                let at = start + indent + column;
                return Some(at..at + length);
            }
            left -= 1;
        }
        start += theirs.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_found_however_a_text_is_written() {
        let found = |written: &str, text: &str, piece: &str| {
            let at = text.find(piece).unwrap();
            let range = within(written, text, &(at..at + piece.len()));
            range.map(|range| (range.start, written.get(range).unwrap().to_owned()))
        };
        for written in ["{{ abc }}", "\"{{ abc }}\"", "'{{ abc }}'"] {
            let (_, piece) = found(written, "{{ abc }}", "abc").unwrap();
            assert_eq!(piece, "abc", "{written}");
        }
        let written = "|\n    {% if a %}\n      x {{ abc }}\n    {% endif %}\n";
        let text = "{% if a %}\n  x {{ abc }}\n{% endif %}\n";
        assert_eq!(found(written, text, "abc").unwrap(), (28, "abc".to_owned()));
        // Escapes and folding: the place of the whole text has to do.
        assert_eq!(found("\"a\\n{{ abc }}\"", "a\n{{ abc }}", "abc"), None);
    }
}
