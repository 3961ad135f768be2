mod reference;

use super::*;

#[test]
fn every_code_has_a_row_of_its_own_and_a_unique_name() {
    let mut names: Vec<_> = Code::ALL.iter().map(|c| c.name()).collect();
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before);
}

#[test]
fn untrusted_bytes_are_escaped_and_cut() {
    assert_eq!(printable(b"a\r\n\\b", 10), "a\\x0d\\x0a\\x5cb");
    assert_eq!(printable(b"abcdef", 3), "abc…");
}
