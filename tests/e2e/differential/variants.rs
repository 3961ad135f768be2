//! Ways to write a path, a query, a host or a header.

use std::fmt;

/// Header fields whose values are compared.
pub(super) const COMPARED: &[&str] = &["x-a", "accept", "user-agent", "x-forwarded-proto"];

/// One request.
pub(super) struct Variant {
    target: Vec<u8>,
    /// The host's spelling; `{}` stands for the name.
    host: &'static str,
    /// Further header lines, each with its CRLF.
    lines: String,
    /// The target that must be sent upstream; `None` if the request must be refused.
    pub(super) passes: Option<String>,
}

impl fmt::Debug for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = String::from_utf8_lossy(&self.target);
        write!(f, "{target:?} {:?} {:?}", self.host, self.lines)
    }
}

impl Variant {
    /// The request's bytes.
    pub(super) fn request(&self, number: usize, host: &str) -> Vec<u8> {
        let mut bytes = b"GET ".to_vec();
        bytes.extend(&self.target);
        let host = self.host.replace("{}", host);
        let lines = &self.lines;
        bytes.extend(
            format!(" HTTP/1.1\r\nHost: {host}\r\nX-Variant: {number}\r\n{lines}\r\n").into_bytes(),
        );
        bytes
    }

    fn path(target: impl Into<Vec<u8>>) -> Self {
        let target = target.into();
        Self {
            passes: normal(&target),
            target,
            host: "{}",
            lines: String::new(),
        }
    }
}

/// Paths that mean something to somebody, or used to.
#[rustfmt::skip]
const PATHS: &[&str] = &[
    "/", "/a", "/a/", "/a/b", "/a/b/c.html", "/A", "/a.b", "/a..b", "/a...", "/...", "/.a", "/a.",
    "/~a", "/a-b_c", "/a+b", "/a%20b", "/a:b", "/a@b", "/a!$&'()*+,=b", "/%41", "/%61%2e%62", "/%7E",
    "/%7e", "/%2D%5f", "/%c3%a9", "/%C3%A9", "/%e2%82%ac", "/%F0%9F%98%80", "/%E2%80%AE", "/a%3Fb",
    "/a%23b", "/a%25b", "/a%2541", "/a%252fb", "/a%252e%252e/b", "/a%26b", "/a%3Db", "/a%2Bb",
    "/a%3Ab", "/a%40b", "/a%22b", "/a%3Cb%3E", "/a%7Bb%7D", "/a%7Cb", "/a%5Eb", "/a%60b", "/a%5Bb%5D",
    "/%C2%A0", "/%EF%BC%8F", "/%EF%BC%8E%EF%BC%8E", "/%E2%84%AA", "/%E3%80%82",
    "/a%0d%0ab", "/a%0a", "/a%09", "/a%7f", "/a%1b", "/a%3b/b", "/a%3bb=c",
    // Refused.
    "/a/./b", "/./a", "/.", "/..", "/a/..", "/a/../b", "/../a", "/a/.", "/%2e", "/%2E%2E", "/.%2e/a",
    "/%2e./a", "/a/%2e%2e/b", "/a/%2e/b", "/a/%2e", "//", "//a", "/a//b", "/a//", "///", "/a///b",
    "/a%2fb", "/a%2Fb", "/%2f", "/..%2fa", "/a%5cb", "/a%5Cb", "/a\\b", "/..\\a", "/a%00", "/%00",
    "/a%00.html", "/a;b", "/a;b=c/d", "/;a", "/a;", "/a/..;/b", "/a%", "/a%2", "/a%zz",
    "/a%2g", "/%%41", "/a%u002f", "/a%c0%af", "/%c0%ae%c0%ae/a", "/%e0%80%af", "/%f0%80%80%af",
    "/%ff", "/%fe", "/%c3", "/%c3/a", "/%ed%a0%80", "/%f5%80%80%80", "/%a9",
];

/// Queries: they are sent on byte for byte.
#[rustfmt::skip]
const QUERIES: &[&str] = &[
    "?", "?a", "?a=b", "?a=b&c=d", "?a=b;c=d", "?a=%41", "?a=%2e%2e%2f", "?a=%zz", "?a=%", "?a=b?c",
    "?a=/../b", "?a=//", "?a+b", "?a=%00", "?a=%c3%a9", "?a=\\", "?[a]=b", "?a={b}", "?a=%2F", "?&&",
    "?=", "??", "?a=b%26c", "?a=<b>", "?a='b'", "?a=|", "?a=^", "?a=`", "?a=~!@$*()_+-=:,.",
];

const HOSTS: &[&str] = &["{}", "{}:80", "{}:8080"];

/// Header lines, and whether they pass.
const LINES: &[(&str, bool)] = &[
    ("X-A: b", true),
    ("X-A:b", true),
    ("X-A: \t b \t ", true),
    ("X-A:", true),
    ("X-A: b\r\nX-A: c", true),
    ("X-A: b, c", true),
    ("x-a: b\r\nX-A: c\r\nX-a: d", true),
    ("X-A: b\tc", true),
    ("X-A: \"b, c\"", true),
    ("X-A: b; c=\"d\"", true),
    ("X-A: %41", true),
    ("X-A: \\", true),
    ("X_A: b", true),
    ("X_A: b\r\nX-A: c", true),
    ("X-A: c\r\nX_A: b", true),
    ("X.A: b\r\nX-A: c", true),
    ("Accept: */*\r\nAccept: text/html", true),
    ("User-Agent: a\r\nX-A: b", true),
    ("User-Agent:", true),
    ("X-Forwarded-Proto: https", true),
    ("X_Forwarded_Proto: https", true),
    ("X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http", true),
    ("X-Forwarded-For: 1.2.3.4", true),
    ("Forwarded: for=1.2.3.4;proto=https", true),
    ("X-Postern-App: a", true),
    ("X-Original-URL: /admin", true),
    ("X-Rewrite-URL: /admin", true),
    ("X-HTTP-Method-Override: DELETE", true),
    ("Connection: X-A\r\nX-A: b", true),
    ("Connection: close, x-a\r\nX-A: b", true),
    ("Connection: keep-alive\r\nKeep-Alive: 5\r\nX-A: b", true),
    ("TE: trailers\r\nX-A: b", true),
    ("Content-Length: 0\r\nX-A: b", true),
    ("Cookie: a=b\r\nX-A: c", true),
    ("X-A: b\r\n c", false),
    ("X-A : b", false),
    ("X A: b", false),
    (" X-A: b", false),
    ("X-A: b\nX-B: c", false),
    ("X-A: b\rX-B: c", false),
    ("X-A: b\0", false),
    ("X-A\0: b", false),
    ("X-A", false),
    (": b", false),
    ("Content-Length: 0\r\nContent-Length: 1", false),
    ("Content-Length: 0\r\nTransfer-Encoding: chunked", false),
    ("Transfer-Encoding: identity", false),
    ("Host: other", false),
];

/// All of them.
pub(super) fn all() -> Vec<Variant> {
    let mut all: Vec<Variant> = PATHS.iter().map(|path| Variant::path(*path)).collect();
    for byte in 0..=255_u8 {
        all.push(Variant::path(format!("/p/a%{byte:02x}b")));
        // White space and line ends would end the target: the smuggling tables have those.
        if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'?') {
            all.push(Variant::path([b"/q/a".as_slice(), &[byte], b"b"].concat()));
        }
    }
    for query in QUERIES {
        all.push(Variant::path(format!("/query{query}")));
    }
    all.extend(HOSTS.iter().map(|host| Variant {
        host,
        ..Variant::path("/host")
    }));
    all.extend(LINES.iter().map(|(lines, passes)| Variant {
        lines: format!("{lines}\r\n"),
        passes: passes.then(|| "/lines".to_owned()),
        ..Variant::path("/lines")
    }));
    all
}

/// The normal form of a target, or `None` if it is to be refused: the rules once more, in the
/// plainest way, to compare with.
fn normal(target: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(target).ok()?;
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('#') {
        return None;
    }
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (text, String::new()),
    };
    let mut out = String::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let mut taken = 1;
        match first {
            '\\' | ';' => return None,
            '%' => {
                taken = 3;
                let hex = rest.get(1..3)?;
                let byte = u8::from_str_radix(hex, 16).ok()?;
                let refused = matches!(byte, 0 | b'/' | b'\\');
                if refused || hex.starts_with('+') {
                    return None;
                }
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    out.push(char::from(byte));
                } else {
                    out.push('%');
                    out.push_str(&hex.to_uppercase());
                }
            }
            other => out.push(other),
        }
        rest = &rest[taken..];
    }
    let segments: Vec<&str> = out.strip_prefix('/')?.split('/').collect();
    let inner = &segments[..segments.len() - 1];
    let empty = inner.contains(&"");
    let dots = segments
        .iter()
        .any(|segment| matches!(*segment, "." | ".."));
    std::str::from_utf8(&bytes(&out)).ok()?;
    (!empty && !dots).then_some(out + &query)
}

/// A path with its percent-encodings decoded, once.
pub(super) fn decode(path: &str) -> String {
    String::from_utf8_lossy(&bytes(path)).into_owned()
}

fn bytes(path: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let hex = rest
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(b'%'));
        rest = rest.get(at + 3..).unwrap_or_default();
    }
    out.extend_from_slice(rest.as_bytes());
    out
}
