//! Documents that are almost right, and bytes that are nothing at all.

use crate::fuzz;
use proptest::prelude::*;

/// What is put in at random: words of the format, and what parsers stumble over.
const WORDS: &[&str] = &[
    "",
    " ",
    "\n",
    "  ",
    "\t",
    ":",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "'",
    "\"",
    "#",
    "&a ",
    "*a",
    "|",
    ">",
    "!!str ",
    "---\n",
    "...\n",
    "? ",
    "%",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "ß",
    "0",
    "-1",
    "1e9",
    "0x10",
    "true",
    "null",
    "~",
    "10s",
    "64KiB",
    "GET",
    "/",
    "//",
    "/{x}",
    "/{*x}",
    "%2F",
    "%2f",
    "%",
    ";",
    "builtin:echo",
    "https://",
    "[::1]:1",
    "*.",
    "env:A",
    "file:",
    "10.0.0.0/8",
    "999999999999999999999999",
    "<<: *a\n",
    "state: retired\n",
    "weight: 0",
    "2026-02-29",
];

fn corpus() -> Vec<String> {
    let project = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let folders = ["examples", "bench", "crates/config/src/tests/diagnostics"];
    let files = folders
        .iter()
        .flat_map(|f| std::fs::read_dir(format!("{project}/{f}")).unwrap());
    files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml" || e == "json"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// One change of a text: at a line and column, take some characters away and put a word there.
type Edit = (prop::sample::Index, prop::sample::Index, usize, usize);

fn apply(text: &str, (line, column, taken, word): Edit) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if lines.is_empty() {
        return WORDS[word].to_owned();
    }
    let at = line.index(lines.len());
    if taken == 9 {
        // Lines move as a whole, too.
        let copy = lines[at].clone();
        lines.insert(column.index(lines.len()), copy);
    } else {
        let chars: Vec<char> = lines[at].chars().collect();
        let from = column.index(chars.len() + 1);
        let to = (from + taken).min(chars.len());
        let head: String = chars[..from].iter().collect();
        let tail: String = chars[to..].iter().collect();
        lines[at] = format!("{head}{}{tail}", WORDS[word]);
    }
    lines.concat()
}

#[test]
fn the_corpus_holds() {
    for text in corpus() {
        assert_eq!(fuzz(text.as_bytes()), Ok(()), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn documents_that_are_almost_right(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..10usize, 0..WORDS.len()), 0..6),
    ) {
        let texts = corpus();
        let mut text = texts[which.index(texts.len())].clone();
        for edit in edits {
            text = apply(&text, edit);
        }
        prop_assert_eq!(fuzz(text.as_bytes()), Ok(()), "{}", text);
    }

    #[test]
    fn words_in_any_order(words in prop::collection::vec(0..WORDS.len(), 0..60)) {
        let text: String = words.iter().map(|&w| WORDS[w]).collect();
        prop_assert_eq!(fuzz(text.as_bytes()), Ok(()), "{}", text);
    }

    #[test]
    fn bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(fuzz(&bytes), Ok(()));
    }
}
