//! Heads that are too large, or never end.

use super::{Outcome, Passes, Refused, Row};
use std::borrow::Cow;

const HEADER: Outcome = Refused(&["connection.header_too_large"]);
const URI: Outcome = Refused(&["connection.uri_too_long"]);
const LARGE: Outcome = Refused(&[
    "connection.uri_too_long",
    "connection.header_too_large",
    "connection.method_unsupported",
    "connection.malformed",
]);

/// The default limits (bytes): a target of 8 KiB, a field of 16 KiB, 64 KiB and 128 fields in all.
#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    let get = |target: &str, lines: &str| format!("GET {target} HTTP/1.1\r\nHost: test\r\n{lines}\r\n");
    let field = |name: usize, value: usize| format!("X{name}: {}\r\n", "v".repeat(value));
    let fields = |count: usize, value: usize| (0..count).map(|n| field(n, value)).collect::<String>();
    let a = |count: usize| "a".repeat(count);
    let table: Vec<(&'static str, String, &'static [Outcome])> = vec![
        ("100 fields", get("/x", &fields(100, 10)), &[Passes("GET", "/x", "")]),
        ("a field of 15 KiB", get("/x", &field(1, 15 << 10)), &[Passes("GET", "/x", "")]),
        ("48 KiB in all", get("/x", &fields(6, 8 << 10)), &[Passes("GET", "/x", "")]),
        ("200 fields", get("/x", &fields(200, 10)), &[HEADER]),
        ("10,000 fields", get("/x", &fields(10_000, 1)), &[HEADER]),
        ("a field of 17 KiB", get("/x", &field(1, 17 << 10)), &[HEADER]),
        ("a field of 1 MiB", get("/x", &field(1, 1 << 20)), &[HEADER]),
        ("80 KiB in all", get("/x", &fields(10, 8 << 10)), &[HEADER]),
        ("a name of 20 KiB", get("/x", &format!("{}: b\r\n", a(20 << 10))), &[HEADER]),
        ("a field that never ends", format!("GET /x HTTP/1.1\r\nHost: test\r\nA: {}", a(300 << 10)), &[HEADER]),
        ("a name that never ends", format!("GET /x HTTP/1.1\r\nHost: test\r\n{}", a(300 << 10)), &[HEADER]),
        ("fields that never end", format!("GET /x HTTP/1.1\r\nHost: test\r\n{}", fields(3000, 100)), &[HEADER]),
        ("a target of 9 KiB", get(&format!("/{}", a(9 << 10)), ""), &[URI]),
        ("a query of 9 KiB", get(&format!("/x?{}", a(9 << 10)), ""), &[URI]),
        ("a target of 100 KiB", get(&format!("/{}", a(100 << 10)), ""), &[URI]),
        ("a target that never ends", format!("GET /{}", a(300 << 10)), &[URI]),
        ("a method of 20 KiB", format!("{} /x HTTP/1.1\r\nHost: test\r\n\r\n", a(20 << 10).to_uppercase()), &[LARGE]),
        ("a method that never ends", a(300 << 10).to_uppercase(), &[LARGE]),
        ("empty lines that never end", "\r\n".repeat(100 << 10), &[LARGE]),
        ("a version of 20 KiB", format!("GET /x HTTP/{}\r\nHost: test\r\n\r\n", "1".repeat(20 << 10)), &[Refused(&["connection.version_unsupported", "connection.malformed", "connection.uri_too_long", "connection.header_too_large"])]),
        ("a trailer section that never ends", format!("POST /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{}", fields(3000, 100)), &[Refused(&["connection.header_too_large", "connection.malformed"])]),
        ("a chunk extension that never ends", format!("POST /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n4;{}", a(300 << 10)), &[Refused(&["connection.malformed", "connection.header_too_large"])]),
        ("a chunk extension on every byte", format!("POST /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n{}", format!("1;{}\r\nx\r\n", a(4000)).repeat(100)), &[Refused(&["connection.malformed", "connection.header_too_large"])]),
    ];
    table
        .into_iter()
        .map(|(name, raw, outcomes)| Row { name, raw: Cow::Owned(raw.into_bytes()), outcomes, half_close: false })
        .collect()
}
