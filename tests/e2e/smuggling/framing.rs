//! Where does the body end?

use super::{Either, MALFORMED, Passes, Row, poison, post, row};

const FOUR: super::Outcome = Passes("POST", "/x", "four");
const EMPTY: super::Outcome = Passes("POST", "/x", "");
const PERHAPS_FOUR: super::Outcome = Either("connection.malformed", ("POST", "/x", "four"));
const PERHAPS_EMPTY: super::Outcome = Either("connection.malformed", ("POST", "/x", ""));

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Lengths.
    row("a length", post!("Content-Length: 4\r\n\r\nfour"), &[FOUR]),
    row("length 0", post!("Content-Length: 0\r\n\r\n"), &[EMPTY]),
    row("no length", post!("\r\n"), &[EMPTY]),
    row("length in capitals", post!("CONTENT-LENGTH: 4\r\n\r\nfour"), &[FOUR]),
    row("length with white space around", post!("Content-Length: \t 4 \t\r\n\r\nfour"), &[FOUR]),
    row("length without white space", post!("Content-Length:4\r\n\r\nfour"), &[FOUR]),
    row("length with leading zeros", post!("Content-Length: 004\r\n\r\nfour"), &[PERHAPS_FOUR]),
    row("two lengths that differ", post!("Content-Length: 4\r\nContent-Length: 5\r\n\r\nfour5"), &[MALFORMED]),
    row("two lengths that agree", post!("Content-Length: 4\r\nContent-Length: 4\r\n\r\nfour"), &[MALFORMED]),
    row("two lengths, other case", post!("Content-Length: 4\r\ncontent-length: 0\r\n\r\nfour"), &[MALFORMED]),
    row("a list of lengths", post!("Content-Length: 4, 5\r\n\r\nfour5"), &[MALFORMED]),
    row("a list of equal lengths", post!("Content-Length: 4, 4\r\n\r\nfour"), &[MALFORMED]),
    row("a length and a comma", post!("Content-Length: 4,\r\n\r\nfour"), &[MALFORMED]),
    row("length with plus", post!("Content-Length: +4\r\n\r\nfour"), &[MALFORMED]),
    row("length with minus", post!("Content-Length: -4\r\n\r\nfour"), &[MALFORMED]),
    row("length minus zero", post!("Content-Length: -0\r\n\r\n"), &[MALFORMED]),
    row("length in hexadecimal", post!("Content-Length: 0x4\r\n\r\nfour"), &[MALFORMED]),
    row("length with exponent", post!("Content-Length: 4e0\r\n\r\nfour"), &[MALFORMED]),
    row("length with fraction", post!("Content-Length: 4.0\r\n\r\nfour"), &[MALFORMED]),
    row("length with underscore", post!("Content-Length: 0_4\r\n\r\nfour"), &[MALFORMED]),
    row("length with parameter", post!("Content-Length: 4;a=b\r\n\r\nfour"), &[MALFORMED]),
    row("length in quotes", post!("Content-Length: \"4\"\r\n\r\nfour"), &[MALFORMED]),
    row("two numbers in a length", post!("Content-Length: 4 4\r\n\r\nfour"), &[MALFORMED]),
    row("an empty length", post!("Content-Length:\r\n\r\nfour"), &[MALFORMED]),
    row("a length of white space", post!("Content-Length: \t\r\n\r\nfour"), &[MALFORMED]),
    row("a word as length", post!("Content-Length: four\r\n\r\nfour"), &[MALFORMED]),
    row("length after a vertical tab", post!("Content-Length: \u{b}4\r\n\r\nfour"), &[MALFORMED]),
    row("length in Arabic digits", post!("Content-Length: \u{664}\r\n\r\nfour"), &[MALFORMED]),
    row("length beyond 64 bits", post!("Content-Length: 18446744073709551620\r\n\r\nfour"), &[MALFORMED]),
    row("length of many digits", post!("Content-Length: 99999999999999999999999999999999\r\n\r\nfour"), &[MALFORMED]),
    row("length with a space before the colon", post!("Content-Length : 4\r\n\r\nfour"), &[MALFORMED]),
    row("a length in an underscore spelling is data", post!("Content_Length: 4\r\n\r\n"), &[PERHAPS_EMPTY]),
    row("a length with a folded second line", post!("Content-Length: 4\r\n 0\r\n\r\nfour"), &[MALFORMED]),

    // Length and coding.
    row("length then chunked", post!("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked then length", post!("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("CL.TE", post!("Content-Length: 41\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", poison!()), &[MALFORMED]),
    row("TE.CL", post!("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n24\r\n", poison!(), "\r\n0\r\n\r\n"), &[MALFORMED]),
    row("length 0 and chunked", post!("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", poison!()), &[MALFORMED]),
    row("length and identity", post!("Content-Length: 4\r\nTransfer-Encoding: identity\r\n\r\nfour"), &[MALFORMED]),
    row("length and an empty coding", post!("Content-Length: 4\r\nTransfer-Encoding:\r\n\r\nfour"), &[MALFORMED]),
    row("two lengths and chunked", post!("Content-Length: 4\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),

    // Codings.
    row("chunked", post!("Transfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n"), &[FOUR]),
    row("chunked in other case", post!("transfer-encoding: cHuNkEd\r\n\r\n4\r\nfour\r\n0\r\n\r\n"), &[FOUR]),
    row("chunked with white space around", post!("Transfer-Encoding: \tchunked\t \r\n\r\n4\r\nfour\r\n0\r\n\r\n"), &[FOUR]),
    row("chunked twice in a list", post!("Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked in two fields", post!("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked then identity", post!("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked then identity in two fields", post!("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("identity then chunked", post!("Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("identity alone", post!("Transfer-Encoding: identity\r\n\r\n"), &[MALFORMED]),
    row("gzip then chunked", post!("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked then gzip", post!("Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("gzip alone", post!("Transfer-Encoding: gzip\r\n\r\n"), &[MALFORMED]),
    row("xchunked", post!("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunkedx", post!("Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("x-chunked", post!("Transfer-Encoding: x-chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked in quotes", post!("Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked with a parameter", post!("Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked and a comma", post!("Transfer-Encoding: chunked,\r\n\r\n4\r\nfour\r\n0\r\n\r\n"), &[PERHAPS_FOUR]),
    row("a comma and chunked", post!("Transfer-Encoding: ,chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n"), &[PERHAPS_FOUR]),
    row("chunked after a vertical tab", post!("Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked before a NUL", post!("Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("chunked after a no-break space", post!("Transfer-Encoding: \u{a0}chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("an empty coding", post!("Transfer-Encoding:\r\n\r\n"), &[MALFORMED]),
    row("coding with a space before the colon", post!("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("coding with a tab before the colon", post!("Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("coding on a folded line", post!("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("coding hidden behind a fold", post!("X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("coding behind a bare CR", post!("X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("coding behind a bare LF", post!("X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), &[MALFORMED]),
    row("coding in an underscore spelling is data", post!("Transfer_Encoding: chunked\r\n\r\n"), &[PERHAPS_EMPTY]),
    row("coding in HTTP/1.0", "POST /x HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", &[MALFORMED]),
    row("length in HTTP/1.0", "POST /x HTTP/1.0\r\nHost: test\r\nContent-Length: 4\r\n\r\nfour", &[FOUR]),
    row("both in HTTP/1.0", "POST /x HTTP/1.0\r\nHost: test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", &[MALFORMED]),

    // Methods that seldom have bodies.
    row("GET with a body", "GET /x HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nfour", &[Passes("GET", "/x", "four")]),
    row("GET with a chunked body", "GET /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n", &[Passes("GET", "/x", "four")]),
    row("a request as body of a GET", concat!("GET /x HTTP/1.1\r\nHost: test\r\nContent-Length: 40\r\n\r\n", "GET /inside HTTP/1.1\r\nHost: test\r\nA: b\r\n"), &[Passes("GET", "/x", "GET /inside HTTP/1.1\r\nHost: test\r\nA: b\r\n")]),
    row("HEAD with a body", "HEAD /x HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nfour", &[Passes("HEAD", "/x", "four")]),
    row("DELETE with a body", "DELETE /x HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nfour", &[Passes("DELETE", "/x", "four")]),
];
