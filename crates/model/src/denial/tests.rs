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

#[test]
fn every_code_is_explained() {
    for code in Code::ALL {
        let guide = code.guide();
        for text in [guide.means, guide.owner] {
            assert!(
                text.ends_with('.') && !text.contains("  "),
                "{code}: {text}"
            );
        }
        assert!(guide.elsewhere.is_empty() || guide.elsewhere.ends_with('.'));
    }
}

#[test]
fn evidence_has_one_audience_and_says_which() {
    for code in Code::ALL {
        let kinds = code.kinds();
        let mut names = [kinds.consumer, kinds.publisher, kinds.operator].concat();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{code}");
        // Names are written into JSON and HTML as they are.
        assert!(
            names
                .iter()
                .all(|n| n.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')),
            "{code}"
        );
    }
    let denial = Denial::new(Code::AddressNotAllowed).saw("anything", 1);
    assert_eq!(denial.evidence[0].audience, Audience::Operator);
}
