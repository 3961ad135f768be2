use super::*;

#[test]
fn the_command_of_the_benchmark_is_read() {
    let request = Request::parse(include_str!("../../../full.curl")).unwrap();
    let text = String::from_utf8(request.bytes()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    assert_eq!(lines.next(), Some("POST /orders HTTP/1.1"));
    let lines: Vec<_> = lines.collect();
    assert!(lines.contains(&"Host: 127.0.0.1:8080"), "{lines:?}");
    assert!(
        lines.contains(&"Content-Type: application/json"),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("X-API-Key: pst_bench"))
    );
    assert_eq!(body, r#"{"item":"lamp","count":2}"#);
    assert!(lines.contains(&&*format!("Content-Length: {}", body.len())));
}

#[test]
fn quotes_keep_words_together_and_vanish() {
    let read = words(r#"curl -H 'a: "b"' "c d"'e' ''"#).unwrap();
    assert_eq!(read, ["curl", "-H", r#"a: "b""#, "c de", ""]);
}

#[test]
fn what_would_mean_something_else_to_a_shell_is_refused() {
    for command in [
        "curl http://$HOST/",
        "curl 'http://a/",
        "curl \\\n http://a/",
        "curl -s http://a/",
        "curl https://a/",
        "curl -H",
        "wget http://a/",
        "curl",
    ] {
        assert!(Request::parse(command).is_err(), "{command}");
    }
}

#[test]
fn a_body_makes_it_a_post() {
    let of = |command| Request::parse(command).unwrap();
    assert!(
        of("curl -d x http://a/b")
            .bytes()
            .starts_with(b"POST /b HTTP/1.1\r\n")
    );
    assert!(of("curl http://a").bytes().starts_with(b"GET / HTTP/1.1"));
}
