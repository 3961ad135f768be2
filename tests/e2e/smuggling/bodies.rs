//! Chunked bodies: sizes, extensions, terminators, trailers, ends that come too early.

use super::{Cut, Either, MALFORMED, Passes, Row, chunked, ended, poison, post, row};

const FOUR: super::Outcome = Passes("POST", "/x", "four");
const PERHAPS_FOUR: super::Outcome = Either("connection.malformed", ("POST", "/x", "four"));

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("two chunks", chunked!("2\r\nfo\r\n2\r\nur\r\n0\r\n\r\n"), &[FOUR]),
    row("no chunk but the last", chunked!("0\r\n\r\n"), &[Passes("POST", "/x", "")]),
    row("a size in capitals", chunked!("A\r\n0123456789\r\n0\r\n\r\n"), &[Passes("POST", "/x", "0123456789")]),
    row("a size with leading zeros", chunked!("0004\r\nfour\r\n000\r\n\r\n"), &[FOUR]),
    row("a size with very many zeros", chunked!("00000000000000000000000000000004\r\nfour\r\n0\r\n\r\n"), &[PERHAPS_FOUR]),
    row("an extension", chunked!("4;a=b\r\nfour\r\n0\r\n\r\n"), &[FOUR]),
    row("a quoted extension", chunked!("4;a=\"b;c\"\r\nfour\r\n0;z\r\n\r\n"), &[PERHAPS_FOUR]),
    row("white space before an extension", chunked!("4 ;a=b\r\nfour\r\n0\r\n\r\n"), &[PERHAPS_FOUR]),
    row("white space after a size", chunked!("4 \r\nfour\r\n0\r\n\r\n"), &[PERHAPS_FOUR]),
    row("an extension that hides a chunk", chunked!("4;\nfour\r\n0\r\n\r\n", poison!()), &[MALFORMED]),
    row("an extension with a bare CR", chunked!("4;a\rb\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("an extension with a NUL", chunked!("4;a=\0\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size with plus", chunked!("+4\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size with minus", chunked!("-4\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size with 0x", chunked!("0x4\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size with a space before", chunked!(" 4\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size with a tab before", chunked!("\t4\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size with an underscore", chunked!("0_4\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size that is no number", chunked!("g\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("an empty size", chunked!("\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("only an extension", chunked!(";a=b\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size of 16 digits", chunked!("ffffffffffffffff\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size beyond 64 bits", chunked!("10000000000000004\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a size that wraps to zero", chunked!("100000000000000000\r\n\r\n", poison!()), &[MALFORMED]),
    row("a bare LF after the size", chunked!("4\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a bare CR after the size", chunked!("4\rfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("CR CR LF after the size", chunked!("4\r\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a bare LF after the data", chunked!("4\r\nfour\n0\r\n\r\n"), &[MALFORMED]),
    row("nothing after the data", chunked!("4\r\nfour0\r\n\r\n"), &[MALFORMED]),
    row("two bytes of something else after the data", chunked!("4\r\nfourXX0\r\n\r\n"), &[MALFORMED]),
    row("more data than the size says", chunked!("4\r\nfour5\r\n0\r\n\r\n"), &[MALFORMED]),
    row("less data than the size says", chunked!("6\r\nfour\r\n0\r\n\r\n"), &[MALFORMED]),
    row("a bare LF after the last size", chunked!("4\r\nfour\r\n0\n\r\n"), &[MALFORMED]),
    row("a bare LF as the end", chunked!("4\r\nfour\r\n0\r\n\n"), &[MALFORMED]),
    row("a fault after a good chunk", chunked!("4\r\nfour\r\nzz\r\n"), &[MALFORMED]),

    // Trailers.
    row("a trailer", chunked!("4\r\nfour\r\n0\r\nX-Sum: 1\r\n\r\n"), &[FOUR]),
    row("a length among the trailers", chunked!("4\r\nfour\r\n0\r\nContent-Length: 99\r\n\r\n"), &[PERHAPS_FOUR]),
    row("a coding among the trailers", chunked!("4\r\nfour\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"), &[PERHAPS_FOUR]),
    row("a host among the trailers", chunked!("4\r\nfour\r\n0\r\nHost: evil\r\n\r\n"), &[PERHAPS_FOUR]),
    row("a credential among the trailers", chunked!("4\r\nfour\r\n0\r\nX-Postern-App: evil\r\n\r\n"), &[PERHAPS_FOUR]),
    row("a trailer without a colon", chunked!("4\r\nfour\r\n0\r\nX-Sum\r\n\r\n"), &[MALFORMED]),
    row("a trailer with a space before the colon", chunked!("4\r\nfour\r\n0\r\nX-Sum : 1\r\n\r\n"), &[MALFORMED]),
    row("a folded trailer", chunked!("4\r\nfour\r\n0\r\nX-Sum: 1\r\n 2\r\n\r\n"), &[MALFORMED]),
    row("a trailer that ends in a bare LF", chunked!("4\r\nfour\r\n0\r\nX-Sum: 1\n\r\n"), &[MALFORMED]),
    row("a trailer with a NUL", chunked!("4\r\nfour\r\n0\r\nX-Sum: \0\r\n\r\n"), &[MALFORMED]),
    row("a request line instead of trailers", chunked!("4\r\nfour\r\n0\r\n", poison!()), &[MALFORMED]),

    // Ends that come too early: no answer is owed, and no complete request may be made of it.
    ended("half a length body", post!("Content-Length: 8\r\n\r\nfour"), &[Cut]),
    ended("half a chunk", chunked!("8\r\nfour"), &[Cut]),
    ended("no last chunk", chunked!("4\r\nfour\r\n"), &[Cut]),
    ended("no end of the trailers", chunked!("4\r\nfour\r\n0\r\n"), &[Cut]),
    ended("half a last chunk", chunked!("4\r\nfour\r\n0"), &[Cut]),
    ended("no body at all", post!("Content-Length: 8\r\n\r\n"), &[Cut]),
];
