//! Header fields: names, values, ends of lines, and what `Connection` names.

use super::{Either, MALFORMED, Passes, Refused, Row, bytes, get, post, row};

const X: super::Outcome = Passes("GET", "/x", "");
const PERHAPS_X: super::Outcome = Either("connection.malformed", ("GET", "/x", ""));

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("a plain field", get!("A: b\r\n\r\n"), &[X]),
    row("an empty value", get!("A:\r\n\r\n"), &[X]),
    row("every character of a name", get!("aZ09!#$%&'*+-.^_`|~: b\r\n\r\n"), &[X]),
    row("a tab in a value", get!("A: b\tc\r\n\r\n"), &[X]),
    row("an underscore in a name", get!("X_Y: b\r\n\r\n"), &[X]),
    row("our own header from outside", get!("X-Postern-App: evil\r\n\r\n"), &[X]),
    row("our own header in an underscore spelling", get!("X_Postern_User: evil\r\nx-postern_plan: evil\r\n\r\n"), &[X]),
    row("the same field twice", get!("A: b\r\nA: c\r\n\r\n"), &[X]),
    bytes("bytes above 127 in a value", b"GET /x HTTP/1.1\r\nHost: test\r\nA: \xc3\xa9\xff\r\n\r\n", &[PERHAPS_X]),

    row("a line without a colon", get!("A\r\n\r\n"), &[MALFORMED]),
    row("an empty name", get!(": b\r\n\r\n"), &[MALFORMED]),
    row("a space before the colon", get!("A : b\r\n\r\n"), &[MALFORMED]),
    row("a tab before the colon", get!("A\t: b\r\n\r\n"), &[MALFORMED]),
    row("a space within a name", get!("A B: c\r\n\r\n"), &[MALFORMED]),
    row("a space before a name", "GET /x HTTP/1.1\r\n Host: test\r\n\r\n", &[MALFORMED]),
    row("a bracket in a name", get!("A(B): c\r\n\r\n"), &[MALFORMED]),
    row("a slash in a name", get!("A/B: c\r\n\r\n"), &[MALFORMED]),
    row("a quote in a name", get!("\"A\": c\r\n\r\n"), &[MALFORMED]),
    row("a NUL in a name", get!("A\0B: c\r\n\r\n"), &[MALFORMED]),
    row("a control byte in a name", get!("A\u{1}: c\r\n\r\n"), &[MALFORMED]),
    row("a DEL in a name", get!("A\u{7f}: c\r\n\r\n"), &[MALFORMED]),
    row("a letter beyond ASCII in a name", get!("\u{e9}: c\r\n\r\n"), &[MALFORMED]),
    row("a NUL in a value", get!("A: b\0c\r\n\r\n"), &[MALFORMED]),
    row("a control byte in a value", get!("A: b\u{1}c\r\n\r\n"), &[MALFORMED]),
    row("a backspace in a value", get!("A: b\u{8}c\r\n\r\n"), &[MALFORMED]),
    row("a form feed in a value", get!("A: b\u{c}c\r\n\r\n"), &[MALFORMED]),
    row("an escape in a value", get!("A: b\u{1b}[0m\r\n\r\n"), &[MALFORMED]),
    row("a DEL in a value", get!("A: b\u{7f}\r\n\r\n"), &[MALFORMED]),
    row("a bare CR in a value", get!("A: b\rc\r\n\r\n"), &[MALFORMED]),
    row("a bare CR at the end of a value", get!("A: b\r\r\n\r\n"), &[MALFORMED]),
    row("a bare LF between fields", get!("A: b\nB: c\r\n\r\n"), &[MALFORMED]),
    row("bare LFs only", "GET /x HTTP/1.1\nHost: test\n\n", &[MALFORMED]),
    row("a bare LF as the end of the head", get!("A: b\r\n\n"), &[MALFORMED]),
    row("LF CR instead of CR LF", get!("A: b\n\rB: c\r\n\r\n"), &[MALFORMED]),
    row("a folded line", get!("A: b\r\n c\r\n\r\n"), &[MALFORMED]),
    row("a line folded with a tab", get!("A: b\r\n\tc\r\n\r\n"), &[MALFORMED]),
    row("an empty folded line", get!("A: b\r\n \r\n\r\n"), &[MALFORMED]),

    // What Connection names is dropped; what carries meaning for us may not be named.
    row("Connection names a field", get!("Connection: X-Hop\r\nX-Hop: 1\r\n\r\n"), &[X]),
    row("Connection names a field and closes", get!("Connection: close, x-hop\r\nX-Hop: 1\r\n\r\n"), &[X]),
    row("two Connection fields", get!("Connection: close\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n"), &[X]),
    row("Connection names the length", post!("Connection: Content-Length\r\nContent-Length: 4\r\n\r\nfour"), &[Either("connection.malformed", ("POST", "/x", "four"))]),
    row("Connection names the coding", post!("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n"), &[Either("connection.malformed", ("POST", "/x", "four"))]),
    row("Connection names the host", get!("Connection: Host\r\n\r\n"), &[PERHAPS_X]),
    row("Connection names the forwarding header", get!("Connection: X-Forwarded-For, Via\r\n\r\n"), &[X]),
    row("Connection is no list of tokens", get!("Connection: a b\r\n\r\n"), &[PERHAPS_X]),
    row("hop-by-hop fields", get!("Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n\r\n"), &[X]),
    row("TE trailers", get!("TE: trailers\r\nConnection: TE\r\n\r\n"), &[X]),
    row("TE with a coding", get!("TE: gzip;q=0.5, trailers\r\nConnection: TE\r\n\r\n"), &[X]),
    row("Trailer names the length", post!("Trailer: Content-Length\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n"), &[Either("connection.malformed", ("POST", "/x", "four"))]),

    // Expectations.
    row("100-continue", post!("Expect: 100-continue\r\nContent-Length: 4\r\n\r\nfour"), &[Passes("POST", "/x", "four")]),
    row("100-continue in other case", post!("Expect: 100-Continue\r\nContent-Length: 4\r\n\r\nfour"), &[Passes("POST", "/x", "four")]),
    row("another expectation", post!("Expect: 200-ok\r\nContent-Length: 4\r\n\r\nfour"), &[Refused(&["headers.expectation_unsupported"])]),
];
