use super::{KINDS, Scalar};
use crate::scalar::address::{ListenAddress, Network};
use crate::scalar::date::Date;
use crate::scalar::duration::Duration;
use crate::scalar::host::{Authority, Host, HostPattern, Url};
use crate::scalar::name::{EntityName, HeaderName, MethodName, Pseudonym};
use crate::scalar::path::{BasePath, RequestTarget, Template};
use crate::scalar::place::{Asn, CountryCode};
use crate::scalar::reference::{FilePath, KeyReference};
use crate::scalar::size::Size;
use crate::scalar::status::StatusRange;
use crate::scalar::target::TargetText;
use proptest::prelude::*;

fn good<T: Scalar>(texts: &[&str]) {
    for text in texts {
        let problem = T::read(text).map(drop);
        assert!(problem.is_ok(), "{text}: {problem:?}");
    }
}

/// Texts that are wrong, with what is suggested; an empty suggestion is none.
fn bad<T: Scalar>(texts: &[(&str, &str)]) {
    for (text, better) in texts {
        let Err(problem) = T::read(text) else {
            panic!("{text} is accepted");
        };
        assert_eq!(problem.suggestion.unwrap_or_default(), *better, "{text}");
    }
}

#[test]
fn durations() {
    let millis = |text: &str| Duration::read(text).map(|d| d.0.as_millis());
    assert_eq!(millis("250ms"), Ok(250));
    assert_eq!(millis("1m30s"), Ok(90_000));
    assert_eq!(millis("1d2h3m4s5ms"), Ok(93_784_005));
    assert_eq!(millis("0s"), Ok(0));
    bad::<Duration>(&[
        ("10", "10s"),
        ("", ""),
        ("s", ""),
        ("10 s", "10s"),
        ("10S", "10s"),
        ("10sec", "10s"),
        ("5 minutes", "5m"),
        ("1.5s", "1s500ms"),
        ("1.5h", "1h30m"),
        ("30s1m", ""),
        ("1s1s", ""),
        ("366d", ""),
        ("99999999999999999999s", ""),
        ("-1s", ""),
        ("1y", ""),
    ]);
}

#[test]
fn countries() {
    let read = |text: &str| CountryCode::read(text).map(|country| country.0.to_string());
    assert_eq!(read("DE"), Ok("DE".to_owned()));
    assert_eq!(read("de"), Ok("DE".to_owned()));
    assert_eq!(read("unknown"), Ok("unknown".to_owned()));
    bad::<CountryCode>(&[
        ("UK", "GB"),
        ("EL", "GR"),
        ("EU", ""),
        ("ZZ", ""),
        ("DEU", ""),
        ("Germany", ""),
        ("", ""),
    ]);
}

#[test]
fn autonomous_systems() {
    let read = |text: &str| Asn::read(text).map(|number| number.0.0);
    assert_eq!(read("AS64496"), Ok(64_496));
    assert_eq!(read("64496"), Ok(64_496));
    bad::<Asn>(&[
        ("AS 64496", "AS64496"),
        ("ASN64496", "AS64496"),
        ("AS0", ""),
        ("-1", ""),
        ("4294967296", ""),
        ("Example Net", ""),
    ]);
}

#[test]
fn sizes() {
    let bytes = |text: &str| Size::read(text).map(|size| size.0);
    assert_eq!(bytes("65536"), Ok(65_536));
    assert_eq!(bytes("64KiB"), Ok(65_536));
    assert_eq!(bytes("10MB"), Ok(10_000_000));
    assert_eq!(bytes("1KB"), bytes("1kB"));
    bad::<Size>(&[
        ("64k", "64KiB"),
        ("64 KiB", "64KiB"),
        ("64kib", "64KiB"),
        ("1TB", ""),
        ("", ""),
        ("KiB", ""),
        ("99999999999GiB", ""),
        ("-1", ""),
    ]);
    assert_eq!(Size::show(65_536), "64KiB");
    assert_eq!(Size::show(1000), "1000");
}

#[test]
fn dates() {
    let seconds = |text: &str| Date::read(text).map(|date| date.0);
    assert_eq!(seconds("1970-01-01"), Ok(0));
    assert_eq!(seconds("2026-11-20T09:12:00Z"), Ok(1_795_165_920));
    assert_eq!(seconds("2026-11-20t10:12:00.5+01:00"), Ok(1_795_165_920));
    assert_eq!(seconds("2024-02-29"), Ok(1_709_164_800));
    assert_eq!(seconds("1969-12-31 23:59:59Z"), Ok(-1));
    bad::<Date>(&[
        ("2026-02-29", ""),
        ("2026-13-01", ""),
        ("20.11.2026", ""),
        ("2026-11-20T09:12:00", "2026-11-20T09:12:00Z"),
        ("2026-11-20T24:00:00Z", ""),
        ("2026-11-20T09:12Z", ""),
        ("tomorrow", ""),
        ("", ""),
    ]);
    // A fraction is known to the millisecond.
    for (fraction, millis) in [("", 0), (".5", 500), (".042", 42), (".9999", 999)] {
        let text = format!("2026-11-20T09:12:00{fraction}Z");
        assert_eq!(Date::read(&text).unwrap().1, millis, "{text}");
    }
}

#[test]
fn addresses() {
    good::<ListenAddress>(&["127.0.0.1:8080", "[::1]:0", "0.0.0.0:80"]);
    bad::<ListenAddress>(&[
        ("8080", "127.0.0.1:8080"),
        (":8080", "0.0.0.0:8080"),
        ("*:8080", "0.0.0.0:8080"),
        ("localhost:80", "127.0.0.1:80"),
        ("127.0.0.1", "127.0.0.1:8080"),
        ("::1:80", "[::1:80]:8080"),
        ("example.com:80", ""),
        ("", ""),
    ]);
    good::<Network>(&[
        "10.0.0.0/8",
        "10.0.0.1",
        "::1",
        "2001:db8::/32",
        "0.0.0.0/0",
    ]);
    bad::<Network>(&[
        ("10.0.0.1/8", "10.0.0.0/8"),
        ("10.0.0.0/33", ""),
        ("10.*", ""),
    ]);
}

#[test]
fn hosts() {
    good::<Host>(&[
        "localhost",
        "api.example.com",
        "127.0.0.1",
        "[::1]",
        "xn--bcher-kva.example",
    ]);
    bad::<Host>(&[
        ("API.example.com", "api.example.com"),
        ("api.example.com.", "api.example.com"),
        ("api.example.com:80", "api.example.com"),
        ("https://api.example.com/x", "api.example.com"),
        ("::1", "[::1]"),
        ("*.example.com", ""),
        ("bücher.example", ""),
        ("-a.example", ""),
        ("a..b", ""),
        ("", ""),
    ]);
    good::<Authority>(&["a.example", "a.example:80", "[::1]:80"]);
    bad::<Authority>(&[("a:0", ""), ("a:", ""), ("::1", ""), ("A", "")]);
    good::<HostPattern>(&["*.example.com", "example.com"]);
    bad::<HostPattern>(&[
        ("*", ""),
        ("a.*.com", ""),
        ("*.Example.com", "*.example.com"),
        ("*.", ""),
    ]);
    good::<Url>(&["https://docs.example.com", "http://a/b"]);
    bad::<Url>(&[
        ("docs.example.com", ""),
        ("https://", ""),
        ("https://u@h", ""),
        ("https://h?q", ""),
    ]);
}

#[test]
fn names() {
    good::<EntityName>(&["a", "create-order", "v1.2_x", "9"]);
    bad::<EntityName>(&[("", ""), ("a b", ""), ("-a", ""), ("ä", ""), ("a/b", "")]);
    bad::<Pseudonym>(&[("1a", ""), ("a b", "")]);
    bad::<HeaderName>(&[("X-Tenant:", "X-Tenant"), ("a b", "")]);
    assert_eq!(&*HeaderName::read("X-Tenant").unwrap().0, "x-tenant");
    bad::<MethodName>(&[
        ("get", "GET"),
        ("CONNECT", ""),
        ("DELTE", "DELETE"),
        ("BREW", ""),
    ]);
    good::<StatusRange>(&["200", "200-299"]);
    bad::<StatusRange>(&[
        ("2xx", "200-299"),
        ("299-200", "200-299"),
        ("99", ""),
        ("600", ""),
        ("0200", ""),
    ]);
}

#[test]
fn paths() {
    good::<BasePath>(&["", "/shop", "/a/b%20c", "/~x"]);
    bad::<BasePath>(&[
        (".", ""),
        ("/", ""),
        ("/shop/", "/shop"),
        ("shop", "/shop"),
        ("/a//b", "/a/b"),
        ("/a/../b", ""),
        ("/%7euser", "/~user"),
        ("/a%2fb", "/a%2Fb"),
        ("/a b", "/a%20b"),
        ("/ä", "/%C3%A4"),
        ("/{x}", ""),
        ("/a;v=1", ""),
        ("/a?b", ""),
    ]);
    good::<Template>(&["/", "/orders/", "/orders/{id}", "/{*rest}", "/a/{b}/{*c}"]);
    bad::<Template>(&[
        ("orders", "/orders"),
        ("/{*rest}/a", ""),
        ("/a{b}", ""),
        ("/{}", ""),
        ("/{1}", ""),
        ("/{a}/{a}", ""),
        ("/{a", ""),
        ("/%", "/%25"),
        ("/%00", ""),
        ("/%ff", ""),
        ("/a%5Cb", ""),
    ]);
    good::<RequestTarget>(&["/", "/healthz?full=1"]);
    bad::<RequestTarget>(&[("healthz", "/healthz"), ("/a b", ""), ("/a#b", "")]);
}

#[test]
fn references() {
    assert_eq!(
        KeyReference::read("sealed:0a:Zm9v-_"),
        Ok(KeyReference::Sealed("sealed:0a:Zm9v-_".into()))
    );
    assert!(KeyReference::read("sealed:a b").is_err());
    assert_eq!(
        KeyReference::read("env:A_1"),
        Ok(KeyReference::Env("A_1".into()))
    );
    assert_eq!(
        KeyReference::read("file:a.key"),
        Ok(KeyReference::File("a.key".into()))
    );
    assert_eq!(
        KeyReference::read("a.key"),
        Ok(KeyReference::File("a.key".into()))
    );
    bad::<KeyReference>(&[
        ("", ""),
        ("env:", ""),
        ("env:a b", ""),
        ("-----BEGIN X", ""),
    ]);
    bad::<FilePath>(&[("", ""), ("file:a.crt", "a.crt")]);
}

#[test]
fn targets() {
    let read = |text: &str| TargetText::read(text).map(|t| (t.host.to_string(), t.port));
    assert_eq!(read("127.0.0.1:9000"), Ok(("127.0.0.1".into(), 9000)));
    assert_eq!(read("[::1]:9000"), Ok(("::1".into(), 9000)));
    assert_eq!(
        read("https://API.example.com"),
        Ok(("api.example.com".into(), 443))
    );
    assert_eq!(read("http://[::1]"), Ok(("::1".into(), 80)));
    assert_eq!(read("builtin:echo"), Ok(("builtin:echo".into(), 0)));
    bad::<TargetText>(&[
        ("localhost", "localhost:80"),
        ("builtin:eco", "builtin:echo"),
        ("https://a.example/x", "https://a.example"),
        ("ftp://a", ""),
        ("a:0", ""),
        ("a:99999", ""),
        ("a:", ""),
        ("::1:80", ""),
        ("http://u:p@a", ""),
        ("", ""),
    ]);
}

proptest! {
    /// Whatever is suggested would be right, and whatever is wrong is said in a few words.
    #[test]
    fn suggestions_are_right(text in "[a-zA-Z0-9:/.{}*%;?# \\[\\]_~äß-]{0,24}") {
        for kind in KINDS {
            if let Err(problem) = (kind.check)(&text) {
                prop_assert!(!problem.label.is_empty());
                if let Some(better) = problem.suggestion {
                    prop_assert!((kind.check)(&better).is_ok(), "{}: {} for {}", kind.kind, better, text);
                }
            }
        }
    }

    #[test]
    fn durations_are_read_as_they_are_shown(millis in 0..31_536_000_000u64) {
        let text = Duration::show(millis);
        prop_assert_eq!(Duration::read(&text).unwrap().magnitude(), Some(millis));
    }

    #[test]
    fn dates_are_days_in_order(days in -100_000..100_000i64) {
        // Counted from the other side: a year has 365.2425 days.
        let year = 1970 + days.div_euclid(366);
        let first = Date::read(&format!("{year:04}-01-01")).unwrap().0;
        let last = Date::read(&format!("{year:04}-12-31")).unwrap().0;
        let leap = Date::read(&format!("{year:04}-02-29")).is_ok();
        prop_assert_eq!(last - first, if leap { 365 } else { 364 } * 86_400);
        let next = Date::read(&format!("{:04}-01-01", year + 1)).unwrap().0;
        prop_assert_eq!(next - last, 86_400);
    }
}
