use super::*;
use postern_model::denial::Value;

fn limits() -> Limits {
    Limits::default()
}

fn accept(block: &str) -> (Head, Framing) {
    let mut head = Head::default();
    match read(block.as_bytes(), &limits(), false, &mut head) {
        Ok(framing) => (head, framing),
        Err(denial) => panic!("{block:?}: {denial:?}"),
    }
}

fn refuse_within(block: &str, limits: &Limits) -> Denial {
    let mut head = Head::default();
    match read(block.as_bytes(), limits, false, &mut head) {
        Ok(_) => panic!("accepted: {block:?}"),
        Err(denial) => denial,
    }
}

fn refuse(block: &str) -> Denial {
    refuse_within(block, &limits())
}

fn text<'a>(denial: &'a Denial, name: &str) -> &'a str {
    match denial.evidence(name) {
        Some(Value::Text(text)) => text,
        other => panic!("{name} is {other:?} in {denial:?}"),
    }
}

/// A GET of `/` with these lines.
fn get(lines: &str) -> String {
    format!("GET / HTTP/1.1\r\n{lines}\r\n")
}

#[test]
fn a_head_is_kept_as_it_came() {
    let (head, framing) =
        accept("POST /a%20b?x=1&x=2 HTTP/1.1\r\nhOSt:  a.example \r\nX-A: 1\r\nX-A:\t2\r\n\r\n");
    assert_eq!(head.method(), b"POST");
    assert_eq!(head.path(), b"/a%20b");
    assert_eq!(head.query(), Some(&b"x=1&x=2"[..]));
    assert_eq!(head.authority(), Some(&b"a.example"[..]));
    assert_eq!(head.version, Version::Http11);
    let fields: Vec<_> = head.fields.iter().map(|f| (f.name, f.value)).collect();
    let expected: [(&[u8], &[u8]); 3] = [(b"hOSt", b"a.example"), (b"X-A", b"1"), (b"X-A", b"2")];
    assert_eq!(fields, expected);
    assert!(framing.keep_alive && !framing.expects);
    assert_eq!(framing.length, Length::None);
}

#[test]
fn there_is_one_host_and_it_is_not_empty() {
    for (lines, what) in [
        ("", "Host is missing"),
        ("Host:\r\n", "Host is empty"),
        ("Host: a\r\nHost: a\r\n", "Host is there more than once"),
    ] {
        let denial = refuse(&get(lines));
        assert_eq!(denial.code, Code::Malformed);
        assert_eq!(text(&denial, "section"), "RFC 9112 §3.2");
        assert_eq!(text(&denial, "error"), what);
    }
    let (head, _) = accept("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(head.authority(), None);
}

#[test]
fn an_absolute_target_names_authority_and_path() {
    for (target, path, query) in [
        ("http://a.example/x?y", "/x", Some("y")),
        ("HTTP://A.EXAMPLE/", "/", None),
        ("http://a.example", "/", None),
        ("http://a.example?y", "/", Some("y")),
    ] {
        let (head, _) = accept(&format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n"));
        assert_eq!(head.path(), path.as_bytes(), "{target}");
        assert_eq!(head.query(), query.map(str::as_bytes), "{target}");
        let authority = head.authority().unwrap_or_default();
        assert!(authority.eq_ignore_ascii_case(b"a.example"), "{target}");
    }
}

#[test]
fn a_target_that_can_be_read_two_ways_is_refused() {
    for (target, section) in [
        ("http://b.example/", "RFC 9112 §3.2.2"),
        ("http://a.example:80/", "RFC 9112 §3.2.2"),
        ("https://a.example/", "RFC 9110 §7.4"),
        ("ftp://a.example/", "RFC 9112 §3.2"),
        ("a.example/x", "RFC 9112 §3.2"),
        ("*", "RFC 9112 §3.2"),
    ] {
        let denial = refuse(&format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n"));
        assert_eq!(denial.code, Code::Malformed, "{target}");
        assert_eq!(text(&denial, "section"), section, "{target}");
    }
    let denial = refuse("GET http:///x HTTP/1.0\r\n\r\n");
    assert_eq!(text(&denial, "section"), "RFC 9110 §4.2.1");
}

#[test]
fn connect_and_options_have_targets_of_their_own() {
    let (head, _) = accept("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n");
    assert_eq!(head.authority(), Some(&b"a.example:443"[..]));
    assert_eq!(head.path(), b"");
    let (head, _) = accept("OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n");
    assert_eq!(head.path(), b"*");
}

#[test]
fn versions_are_told_apart_from_nonsense() {
    for version in ["HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "HTTP/3.1"] {
        let denial = refuse(&format!("GET / {version}\r\nHost: a\r\n\r\n"));
        assert_eq!(denial.code, Code::VersionUnsupported, "{version}");
        assert_eq!(text(&denial, "version"), version);
    }
    for version in ["HTTP/1", "http/1.1", "HTTP/1.10", "HTTPS/1.1", "x"] {
        let denial = refuse(&format!("GET / {version}\r\nHost: a\r\n\r\n"));
        assert_eq!(denial.code, Code::Malformed, "{version}");
    }
}

#[test]
fn every_fault_names_its_section() {
    for (block, section) in [
        (get("Host: a\r\nX : b\r\n"), "RFC 9112 §5.1"),
        (get("Host: a\r\n X: b\r\n"), "RFC 9112 §5.1"),
        (get("Host: a\r\n: b\r\n"), "RFC 9112 §5.1"),
        (get("Host: a\r\nX: \u{1}\r\n"), "RFC 9110 §5.5"),
        (get("Host: a\r\nX: b\0\r\n"), "RFC 9110 §5.5"),
        (get("Host: a\nX: b\r\n"), "RFC 9112 §2.2"),
        (get("Host: a\r\nContent-Length: x\r\n"), "RFC 9112 §6.3"),
        (get("Host: a\r\nTransfer-Encoding: x\r\n"), "RFC 9112 §6.1"),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n".into(), "RFC 9112 §3"),
        ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n".into(), "RFC 9112 §3"),
    ] {
        let denial = refuse(&block);
        assert_eq!(denial.code, Code::Malformed, "{block:?}");
        assert_eq!(text(&denial, "section"), section, "{block:?}");
    }
}

#[test]
fn each_limit_holds_to_the_byte() {
    let limits = Limits {
        uri: 16,
        header: 64,
        headers: 256,
        header_count: 4,
        ..Limits::default()
    };
    let within = |block: &str| read(block.as_bytes(), &limits, false, &mut Head::default()).is_ok();
    let target = |n: usize| format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(n - 1));
    assert!(within(&target(16)));
    let denial = refuse_within(&target(17), &limits);
    assert_eq!(denial.code, Code::UriTooLong);
    assert_eq!(denial.evidence("size"), Some(&Value::Number(17)));

    let field = |n: usize| get(&format!("Host: a\r\nX: {}\r\n", "b".repeat(n - 1)));
    assert!(within(&field(64)));
    let denial = refuse_within(&field(65), &limits);
    assert_eq!(denial.code, Code::HeaderTooLarge);
    assert_eq!(text(&denial, "name"), "X");
    assert_eq!(denial.evidence("limit"), Some(&Value::Number(64)));

    let count = |n: usize| get(&format!("Host: a\r\n{}", "X: b\r\n".repeat(n - 1)));
    assert!(within(&count(4)));
    let denial = refuse_within(&count(5), &limits);
    assert_eq!(denial.code, Code::HeaderTooLarge);
    assert_eq!(denial.evidence("size"), Some(&Value::Number(5)));

    let long = format!("X: {}\r\n", "b".repeat(60));
    let all = |n: usize| get(&format!("Host: a\r\n{}{long}{long}{long}", "y".repeat(n)));
    assert!(!within(
        &all(0).replace("Host: a", &format!("Host: {}", "a".repeat(62)))
    ));
}

#[test]
fn a_head_without_an_end_is_refused_for_what_is_too_long_in_it() {
    let limits = limits();
    let line = [b"GET /".as_slice(), &[b'a'; 9000]].concat();
    assert_eq!(too_long(&line, &limits).code, Code::UriTooLong);
    let cookie = [
        b"GET / HTTP/1.1\r\nCookie: ".as_slice(),
        &b"a".repeat(20_000),
    ]
    .concat();
    let denial = too_long(&cookie, &limits);
    assert_eq!(denial.code, Code::HeaderTooLarge);
    assert_eq!(text(&denial, "name"), "Cookie");
    let many = [b"GET / HTTP/1.1\r\n".to_vec(), b"A: b\r\n".repeat(12_000)].concat();
    assert_eq!(
        text(&too_long(&many, &limits), "name"),
        "all header fields together"
    );
}

#[test]
fn a_beginning_that_cannot_become_a_head_is_refused_at_once() {
    for beginning in [
        &b"\x16\x03\x01\x02"[..],
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"{\"a\":1}",
    ] {
        let refused = check_beginning(beginning, &limits());
        assert!(refused.is_err(), "{}", beginning.escape_ascii());
    }
    for beginning in [&b""[..], b"G", b"GET /x", b"GET / HTTP/1.1\r\nHos"] {
        let refused = check_beginning(beginning, &limits());
        assert!(refused.is_ok(), "{}", beginning.escape_ascii());
    }
}

#[test]
fn connections_persist_as_the_version_and_the_field_say() {
    let kept = |version: &str, lines: &str| {
        accept(&format!("GET / {version}\r\nHost: a\r\n{lines}\r\n"))
            .1
            .keep_alive
    };
    assert!(kept("HTTP/1.1", ""));
    assert!(!kept("HTTP/1.1", "Connection: x, Close\r\n"));
    assert!(!kept("HTTP/1.0", ""));
    assert!(kept("HTTP/1.0", "Connection: Keep-Alive\r\n"));
    assert!(!kept(
        "HTTP/1.0",
        "Connection: keep-alive\r\nConnection: close\r\n"
    ));
}

#[test]
fn only_a_request_with_a_body_waits_for_continue() {
    let expects = |lines: &str| accept(&get(&format!("Host: a\r\n{lines}"))).1.expects;
    assert!(expects("Expect: 100-Continue\r\nContent-Length: 1\r\n"));
    assert!(!expects("Expect: 100-continue\r\n"));
    assert!(!expects("Content-Length: 1\r\n"));
}

#[test]
fn a_request_line_is_shown_without_what_may_be_secret() {
    for (line, shown) in [
        ("GET /a HTTP/1.9", "GET /a HTTP/1.9"),
        ("GET /a?key=secret HTTP/1.1", "GET /a…"),
        ("GET http://user:secret@a/ HTTP/1.1", "GET http:…"),
    ] {
        assert_eq!(without_secrets(line.as_bytes()), shown);
    }
}
