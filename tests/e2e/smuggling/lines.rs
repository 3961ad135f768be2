//! Request lines: methods, separators, versions.

use super::{Cut, Either, MALFORMED, Outcome, Passes, Refused, Row, bytes, ended, row};

const VERSION: Outcome = Refused(&["connection.version_unsupported"]);
const VERSION_OR_FORM: Outcome =
    Refused(&["connection.version_unsupported", "connection.malformed"]);
const METHOD: Outcome = Refused(&["connection.method_unsupported"]);
const METHOD_OR_FORM: Outcome = Refused(&["connection.method_unsupported", "connection.malformed"]);

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("an empty line before", "\r\nGET /x HTTP/1.1\r\nHost: test\r\n\r\n", &[Passes("GET", "/x", "")]),
    row("two empty lines before", "\r\n\r\nGET /x HTTP/1.1\r\nHost: test\r\n\r\n", &[Either("connection.malformed", ("GET", "/x", ""))]),
    row("a bare LF before", "\nGET /x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("a space before", " GET /x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("a NUL before", "\0GET /x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("two spaces after the method", "GET  /x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("two spaces before the version", "GET /x  HTTP/1.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("a space after the version", "GET /x HTTP/1.1 \r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("a tab after the method", "GET\t/x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("a tab before the version", "GET /x\tHTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("a fourth word", "GET /x y HTTP/1.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("a second version", "GET /x HTTP/1.1 HTTP/1.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("a bare CR in the line", "GET /x\r HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("a bare LF after the line", "GET /x HTTP/1.1\nHost: test\r\n\r\n", &[MALFORMED]),
    row("no target", "GET HTTP/1.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("no method", "/x HTTP/1.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),

    // Methods.
    row("a lower-case method", "get /x HTTP/1.1\r\nHost: test\r\n\r\n", &[METHOD]),
    row("an unknown method", "BREW /x HTTP/1.1\r\nHost: test\r\n\r\n", &[METHOD]),
    row("a method with a hyphen", "M-SEARCH /x HTTP/1.1\r\nHost: test\r\n\r\n", &[METHOD]),
    row("a method and a letter", "GETX /x HTTP/1.1\r\nHost: test\r\n\r\n", &[METHOD]),
    row("a bracket in the method", "GE(T /x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("a colon in the method", "GET: /x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("a NUL in the method", "G\0ET /x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("a DEL in the method", "GET\u{7f} /x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("a letter beyond ASCII in the method", "GÉT /x HTTP/1.1\r\nHost: test\r\n\r\n", &[MALFORMED]),
    row("PRI without the rest of the preface", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", &[Cut]),
    row("PRI as an HTTP/1.1 method", "PRI /x HTTP/1.1\r\nHost: test\r\n\r\n", &[METHOD_OR_FORM]),

    // Versions.
    row("HTTP/1.2", "GET /x HTTP/1.2\r\nHost: test\r\n\r\n", &[VERSION]),
    row("HTTP/2.0 on a line", "GET /x HTTP/2.0\r\nHost: test\r\n\r\n", &[VERSION]),
    row("HTTP/3.0 on a line", "GET /x HTTP/3.0\r\nHost: test\r\n\r\n", &[VERSION]),
    row("HTTP/0.9 spelled out", "GET /x HTTP/0.9\r\nHost: test\r\n\r\n", &[VERSION]),
    row("HTTP/1.9", "GET /x HTTP/1.9\r\nHost: test\r\n\r\n", &[VERSION]),
    row("HTTP/2 without a minor version", "GET /x HTTP/2\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("no version", "GET /x\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("a lower-case version", "GET /x http/1.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("HTTP/1.10", "GET /x HTTP/1.10\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("HTTP/01.1", "GET /x HTTP/01.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("HTTP/1,1", "GET /x HTTP/1,1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("HTTP/1.", "GET /x HTTP/1.\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("HTTP 1.1", "GET /x HTTP 1.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("HTTPS/1.1", "GET /x HTTPS/1.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("another protocol", "GET /x RTSP/1.0\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    row("HTTP/1.0", "GET /x HTTP/1.0\r\nHost: test\r\n\r\n", &[Passes("GET", "/x", "")]),

    // Not HTTP at all.
    bytes("a TLS hello on a plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", &[MALFORMED]),
    row("another protocol's greeting", "SSH-2.0-OpenSSH_9.2\r\n\r\n", &[MALFORMED]),
    row("a PROXY header where none is due", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET /x HTTP/1.1\r\nHost: test\r\n\r\n", &[VERSION_OR_FORM]),
    ended("half a request line", "GET /x HT", &[Cut]),
    ended("half a head", "GET /x HTTP/1.1\r\nHost: te", &[Cut]),
    ended("a head without its last line", "GET /x HTTP/1.1\r\nHost: test\r\n", &[Cut]),
    ended("nothing", "", &[Cut]),
];
