//! `Host`, and the forms of a request target.

use super::{Either, MALFORMED, Outcome, Passes, Refused, Row, bytes, row};

const X: Outcome = Passes("GET", "/x", "");
const PERHAPS_X: Outcome = Either("connection.malformed", ("GET", "/x", ""));
const PATH: Outcome = Refused(&["route.path_rejected"]);
const PATH_OR_FORM: Outcome = Refused(&["route.path_rejected", "connection.malformed"]);

/// A GET of `/x` with this `Host`.
macro_rules! host {
    ($host:expr) => {
        concat!("GET /x HTTP/1.1\r\nHost: ", $host, "\r\n\r\n")
    };
}

/// A GET of this target with `Host: test`.
macro_rules! target {
    ($target:expr) => {
        concat!("GET ", $target, " HTTP/1.1\r\nHost: test\r\n\r\n")
    };
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("a host in capitals", host!("TEST"), &[X]),
    row("a host with a port", host!("test:8080"), &[X]),
    row("a host with a dot at its end", host!("test."), &[X]),
    row("an IPv4 address", host!("192.0.2.1"), &[X]),
    row("an IPv6 address", host!("[2001:db8::1]:80"), &[X]),
    row("white space around a host", host!("\t test \t"), &[X]),
    row("no host", "GET /x HTTP/1.1\r\nA: b\r\n\r\n", &[MALFORMED]),
    row("no host in HTTP/1.0", "GET /x HTTP/1.0\r\nA: b\r\n\r\n", &[PERHAPS_X]),
    row("two hosts", host!("test\r\nHost: other"), &[MALFORMED]),
    row("the same host twice", host!("test\r\nHost: test"), &[MALFORMED]),
    row("two hosts in other case", host!("test\r\nhOST: test"), &[MALFORMED]),
    row("an empty host", host!(""), &[MALFORMED]),
    row("a list of hosts", host!("test, other"), &[MALFORMED]),
    row("a list of hosts without a space", host!("test,other"), &[MALFORMED]),
    row("user information in a host", host!("user@test"), &[MALFORMED]),
    row("user and password in a host", host!("user:pass@test"), &[MALFORMED]),
    row("a port that is no number", host!("test:abc"), &[MALFORMED]),
    row("a port that is too large", host!("test:65536"), &[MALFORMED]),
    row("a negative port", host!("test:-1"), &[MALFORMED]),
    row("an empty port", host!("test:"), &[PERHAPS_X]),
    row("two ports", host!("test:80:81"), &[MALFORMED]),
    row("only a port", host!(":80"), &[MALFORMED]),
    row("a space in a host", host!("te st"), &[MALFORMED]),
    row("a path in a host", host!("test/x"), &[MALFORMED]),
    row("a query in a host", host!("test?x"), &[MALFORMED]),
    row("a fragment in a host", host!("test#x"), &[MALFORMED]),
    row("a backslash in a host", host!("test\\x"), &[MALFORMED]),
    row("a scheme in a host", host!("http://test"), &[MALFORMED]),
    row("a percent in a host", host!("te%73t"), &[MALFORMED]),
    row("a NUL in a host", host!("te\0st"), &[MALFORMED]),
    row("letters beyond ASCII in a host", host!("t\u{e9}st"), &[MALFORMED]),
    row("an open bracket in a host", host!("[2001:db8::1"), &[MALFORMED]),
    row("an IPv6 address without brackets", host!("2001:db8::1"), &[MALFORMED]),
    row("nothing in brackets", host!("[]"), &[MALFORMED]),
    row("no address in brackets", host!("[test]"), &[MALFORMED]),
    row("an empty label in a host", host!("te..st"), &[MALFORMED]),
    row("only a dot as host", host!("."), &[MALFORMED]),
    row("a host with a space before the colon", "GET /x HTTP/1.1\r\nHost : test\r\n\r\n", &[MALFORMED]),
    row("a host on a folded line", "GET /x HTTP/1.1\r\nHost:\r\n test\r\n\r\n", &[MALFORMED]),

    // Forms of the target.
    row("the root", target!("/"), &[Passes("GET", "/", "")]),
    row("a query", target!("/x?a=1&b=%zz?/"), &[Passes("GET", "/x?a=1&b=%zz?/", "")]),
    row("absolute form", target!("http://test/x"), &[X]),
    row("absolute form in capitals", target!("HTTP://TEST/x"), &[X]),
    row("absolute form with the default port", target!("http://test:80/x"), &[PERHAPS_X]),
    row("absolute form without a path", target!("http://test"), &[Passes("GET", "/", "")]),
    row("absolute form with only a query", target!("http://test?a"), &[Passes("GET", "/?a", "")]),
    row("absolute form, another host", target!("http://other/x"), &[MALFORMED]),
    row("absolute form, another port", target!("http://test:81/x"), &[MALFORMED]),
    row("absolute form, user information", target!("http://user@test/x"), &[MALFORMED]),
    row("absolute form, no host", target!("http:///x"), &[MALFORMED]),
    row("absolute form, another scheme", target!("ftp://test/x"), &[MALFORMED]),
    row("absolute form, https on plain HTTP", target!("https://test/x"), &[Refused(&["connection.malformed", "connection.misdirected"])]),
    row("absolute form, one slash", target!("http:/test/x"), &[MALFORMED]),
    row("absolute form, a space in the host", target!("http://te st/x"), &[Refused(&["connection.malformed", "connection.version_unsupported"])]),
    row("absolute form without Host", "GET http://test/x HTTP/1.1\r\n\r\n", &[MALFORMED]),
    row("authority form", target!("test:80"), &[MALFORMED]),
    row("a relative path", target!("x"), &[MALFORMED]),
    row("only a query as target", target!("?x"), &[MALFORMED]),
    row("asterisk form of a GET", target!("*"), &[MALFORMED]),
    row("asterisk form of OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n", &[Refused(&["route.not_found", "route.path_rejected", "connection.malformed"])]),
    row("two slashes at the beginning", target!("//test/x"), &[PATH]),
    row("a fragment", target!("/x#y"), &[PATH_OR_FORM]),
    row("a NUL in the path", target!("/x\0y"), &[PATH_OR_FORM]),
    row("a control byte in the path", target!("/x\u{1}y"), &[PATH_OR_FORM]),
    row("a DEL in the path", target!("/x\u{7f}y"), &[PATH_OR_FORM]),
    row("letters beyond ASCII in the path", target!("/\u{e9}"), &[PATH_OR_FORM]),
    row("letters beyond ASCII in the query", target!("/x?\u{e9}"), &[PATH_OR_FORM]),
    row("a NUL in the query", target!("/x?\0"), &[PATH_OR_FORM]),
    row("dot segments", target!("/a/../x"), &[PATH]),
    row("encoded dot segments", target!("/a/%2e%2E/x"), &[PATH]),
    row("an encoded slash", target!("/a%2fx"), &[PATH]),
    row("an encoded backslash", target!("/a%5cx"), &[PATH]),
    row("a backslash", target!("/a\\x"), &[PATH]),
    row("an encoded NUL", target!("/a%00"), &[PATH]),
    row("a malformed percent", target!("/a%zz"), &[PATH]),
    row("a percent at the end", target!("/a%"), &[PATH]),
    row("an empty segment", target!("/a//x"), &[PATH]),
    row("a path parameter", target!("/a;b=c"), &[PATH]),
    row("invalid UTF-8, encoded", target!("/%ff"), &[PATH]),
    row("an encoded line break stays encoded", target!("/x%0d%0aGET"), &[Passes("GET", "/x%0D%0AGET", "")]),
    row("encoded letters are decoded", target!("/%78"), &[X]),
    row("hexadecimal digits become capitals", target!("/%c3%a9"), &[Passes("GET", "/%C3%A9", "")]),
    bytes("a byte above 127 in the path", b"GET /\xff HTTP/1.1\r\nHost: test\r\n\r\n", &[PATH_OR_FORM]),
];
