use super::super::{Audience, Code, Denial, Public, Value};
use std::borrow::Cow;
use std::fmt::Write as _;

fn list(items: &[&'static str]) -> Vec<Cow<'static, str>> {
    items.iter().map(|item| Cow::Borrowed(*item)).collect()
}

/// Every code bare, then those whose words follow from evidence.
fn cases() -> Vec<Denial> {
    let mut cases: Vec<Denial> = Code::ALL.iter().map(|code| Denial::new(*code)).collect();
    let new = Denial::new;
    cases.extend([
        new(Code::TlsRequired)
            .saw("scheme", "http")
            .saw("header", "authorization"),
        new(Code::CertificateUntrusted)
            .saw("subject", "CN=build")
            .saw("issuer", "CN=Old CA")
            .saw("error", "revoked on 2026-01-02"),
        new(Code::CertificateExpired)
            .saw("subject", "CN=build")
            .saw("not_before", 951_782_400)
            .saw("not_after", 1_709_164_799)
            .saw("now", 1_795_342_800),
        new(Code::CertificateExpired).saw("not_after", "2026-01-01"),
        new(Code::Misdirected)
            .saw("sni", "a.example")
            .saw("authority", "b.example"),
        new(Code::Misdirected).saw("authority", "b.example"),
        new(Code::HeaderTooLarge)
            .saw("name", "cookie")
            .saw("size", 20_000)
            .saw("limit", 16_384),
        new(Code::HeaderTooLarge).saw("limit", 65_536),
        new(Code::HeaderTooLarge)
            .saw("which", "count")
            .saw("limit", 128),
        new(Code::UriTooLong).saw("size", 9_000).saw("limit", 8_192),
        new(Code::Malformed)
            .saw("section", "6.3")
            .saw("error", "both `Content-Length` and `Transfer-Encoding`"),
        new(Code::Malformed)
            .saw("section", "RFC 9110 §5.5")
            .saw("error", "a control character")
            .saw("name", "x-a"),
        new(Code::VersionUnsupported).saw("version", "HTTP/3.1"),
        new(Code::MethodUnsupported).saw("method", "BREW"),
        new(Code::UpgradeNotAllowed).saw("token", "h2c"),
        new(Code::ConnectionTimeout)
            .saw("phase", "header")
            .saw("limit", 10_000),
        new(Code::ConnectionTimeout)
            .saw("phase", "body")
            .saw("limit", 1_500),
        new(Code::AddressUnparseable).saw("header", "X-Forwarded-For"),
        new(Code::NotFound).saw("host", "api.example"),
        new(Code::NotFound)
            .saw("host", "api.example")
            .saw("path", "/order")
            .saw("nearest", list(&["/orders"])),
        new(Code::NotFound)
            .saw("path", "/order")
            .saw("nearest", list(&[])),
        new(Code::NotPublished)
            .saw("host", "api.example")
            .saw("path", "/v3/orders"),
        new(Code::MethodNotAllowed)
            .saw("method", "DELETE")
            .saw("allowed", list(&["GET", "HEAD", "POST"])),
        new(Code::MethodNotAllowed)
            .saw("method", "DELETE")
            .saw("allowed", list(&["GET"])),
        new(Code::VersionRetired)
            .saw("version", "v1")
            .saw("retired_at", 1_709_164_800)
            .saw("successor", "v2"),
        new(Code::PathRejected)
            .saw("segment", "%2e%2e")
            .saw("error", "a dot segment"),
        new(Code::PathRejected)
            .saw("part", "query")
            .saw("error", "control byte or space"),
        new(Code::ExpectationUnsupported).saw("value", "fast"),
        new(Code::NoHealthyTarget).retry_after(30),
        new(Code::CircuitOpen).saw("next_probe", 1_795_342_800),
        new(Code::OriginRefused).saw("status", 403),
    ]);
    cases
}

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
            for name in super::tells(*code) {
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
        for name in super::tells(*code)
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
fn a_hidden_code_shows_as_the_other_in_every_respect() {
    let hidden = Code::ALL
        .iter()
        .filter(|code| code.row().public == Public::As(Code::NotFound));
    for &code in hidden {
        let evidence = |denial: Denial| {
            denial
                .saw("host", "a.example")
                .saw("path", "/x")
                .saw("nearest", list(&["/y"]))
        };
        let hidden = evidence(Denial::new(code))
            .with("state", "draft", Audience::Publisher)
            .saw("state", "draft");
        let plain = evidence(Denial::new(Code::NotFound));
        assert_eq!(*hidden.public(), plain);
        assert_eq!(hidden.detail(), plain.detail());
        assert_eq!(hidden.title(), plain.title());
        assert_eq!(hidden.fix(), plain.fix());
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
