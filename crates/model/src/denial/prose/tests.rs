mod cases;

use super::super::{Audience, Code, Denial, Value};
use cases::cases;
use std::fmt::Write as _;

fn written() -> String {
    let mut out = String::new();
    for denial in cases() {
        writeln!(out, "{} · {}", denial.code, denial.title()).unwrap();
        for item in &denial.evidence {
            writeln!(out, "  {}: {}", item.name, item.value).unwrap();
        }
        writeln!(out, "  > {}", denial.detail()).unwrap();
        writeln!(out, "  = {}\n", denial.fix().unwrap_or_else(|| "–".into())).unwrap();
    }
    out
}

#[test]
fn every_refusal_reads_as_it_was_approved() {
    let expected = include_str!("golden.txt");
    let written = written();
    for (expected, written) in expected.split("\n\n").zip(written.split("\n\n")) {
        assert_eq!(written, expected);
    }
    assert_eq!(written.len(), expected.len());
}

#[test]
#[ignore = "rewrites the approved texts: run it by name, then read the difference"]
fn approve() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/denial/prose/golden.txt");
    std::fs::write(file, written()).unwrap();
}

#[test]
fn sentences_are_sentences() {
    for denial in cases() {
        for text in std::iter::once(denial.detail()).chain(denial.fix()) {
            assert!(text.ends_with('.'), "{}: {text}", denial.code);
            assert!(!text.contains("  ") && !text.contains(" ."), "{text}");
            assert!(
                !text.starts_with(|c: char| c.is_ascii_lowercase()),
                "{text}"
            );
        }
    }
}

#[test]
fn what_is_not_the_callers_to_read_is_not_told() {
    for code in Code::ALL {
        for audience in [Audience::Operator, Audience::Publisher] {
            let mut denial = Denial::new(*code);
            for name in code.kinds().consumer {
                denial = denial.with(name, Value::from("CANARY"), audience);
            }
            for name in [
                "target", "error", "list", "state", "hops", "issuer", "limit",
            ] {
                denial = denial.with(name, Value::from("CANARY"), audience);
            }
            assert!(!denial.detail().contains("CANARY"), "{code}");
            assert!(
                !denial.fix().unwrap_or_default().contains("CANARY"),
                "{code}"
            );
        }
    }
}

#[test]
fn all_that_a_code_tells_changes_its_words() {
    // `scheme` is always http; `size` and `sni` only join other facts.
    for code in Code::ALL {
        for name in code
            .kinds()
            .consumer
            .iter()
            .filter(|n| !["scheme", "size", "sni"].contains(n))
        {
            let bare = Denial::new(*code);
            let told =
                Denial::new(*code).saw(name, if *name == "which" { "count" } else { "seen" });
            let mut both = told.clone();
            if *name == "nearest" {
                both = both.saw("path", "/a");
            }
            assert_ne!(
                (bare.detail(), bare.fix()),
                (both.detail(), both.fix()),
                "{code}: {name}"
            );
        }
    }
}

#[test]
fn moments_are_read_as_calendars_do() {
    let at = |seconds: u64| super::words::Moment(&Value::Number(seconds)).to_string();
    assert_eq!(at(0), "1970-01-01 00:00:00 UTC");
    assert_eq!(at(951_782_400), "2000-02-29 00:00:00 UTC");
    assert_eq!(at(4_107_542_399), "2100-02-28 23:59:59 UTC");
    assert_eq!(at(4_107_542_400), "2100-03-01 00:00:00 UTC");
}
