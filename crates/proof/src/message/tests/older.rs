//! Signatures as they were before RFC 9421.

use super::*;

/// The request of draft-cavage-http-signatures-12, appendix C.
fn request() -> Request {
    Request {
        method: "POST",
        scheme: "https",
        authority: "example.com",
        target: "/foo?param=value&pet=dog",
        fields: vec![
            ("Host", "example.com"),
            ("Date", "Sun, 05 Jan 2014 21:31:40 GMT"),
            ("Content-Type", "application/json"),
            (
                "Digest",
                "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
            ),
            ("Content-Length", "18"),
        ],
    }
}

fn read(parameters: &str) -> Result<Older, Wrong> {
    Older::read(parameters.as_bytes())
}

fn base(parameters: &str) -> String {
    let older = read(parameters).unwrap();
    String::from_utf8(older.base(&request()).unwrap()).unwrap()
}

#[test]
fn host_is_the_authority_where_http_2_sends_that_instead() {
    let parameters = r#"keyId="Test",created=1,headers="host",signature="AA==""#;
    let mut request = request();
    request.fields.retain(|(name, _)| *name != "Host");
    let older = read(parameters).unwrap();
    let based = older.base(&request).unwrap();
    assert_eq!(based, format!("host: {}", request.authority).into_bytes());
    request.authority = "";
    assert_eq!(older.base(&request), Err(vec!["host".into()]));
}

#[test]
fn the_base_is_that_of_the_draft() {
    // Appendix C.3, "all headers".
    assert_eq!(
        base(
            r#"keyId="Test",algorithm="rsa-sha256",created=1402170695,expires=1402170699,headers="(request-target) (created) (expires) host date content-type digest content-length",signature="AA==""#
        ),
        "(request-target): post /foo?param=value&pet=dog\n(created): 1402170695\n(expires): 1402170699\nhost: example.com\ndate: Sun, 05 Jan 2014 21:31:40 GMT\ncontent-type: application/json\ndigest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=\ncontent-length: 18"
    );
    assert_eq!(
        base(r#"keyId="Test",created=1,signature="AA==""#),
        "(created): 1"
    );
    // As clients of Kong sign.
    assert_eq!(
        base(
            r#"username="alice", algorithm="hmac-sha256", headers="date request-line", signature="AA==""#
        ),
        "date: Sun, 05 Jan 2014 21:31:40 GMT\nPOST /foo?param=value&pet=dog HTTP/1.1"
    );
    assert_eq!(
        base(r#"username="alice", headers="Date @request-target", signature="AA==""#),
        "date: Sun, 05 Jan 2014 21:31:40 GMT\n@request-target: post /foo?param=value&pet=dog"
    );
}

#[test]
fn what_it_covers_and_when_it_was_made_is_found() {
    let older = read(
        r#"keyId="a",headers="(request-target) host date digest",created=5,expires=7,signature="AA==""#,
    )
    .unwrap();
    assert_eq!(
        *older.covered(),
        ["@method", "@request-target", "@authority", "date", "digest"].map(Box::from)
    );
    // What it says of itself counts only where it is signed.
    assert_eq!(older.created(|name| (name == "date").then_some(9)), Some(9));
    assert_eq!(older.expires(), None);
    let older = read(
        r#"keyId="a",headers="(created) (expires) x-date",created=5,expires=7,signature="AA==""#,
    )
    .unwrap();
    assert_eq!(older.created(|_| Some(9)), Some(5));
    assert_eq!(older.expires(), Some(7));
    let older = read(r#"keyId="a",headers="host",created=5,signature="AA==""#).unwrap();
    assert_eq!(older.created(|_| Some(9)), None);
    let lacking = read(r#"keyId="a",headers="(created) x-none",signature="AA==""#).unwrap();
    let absent = lacking.base(&request()).unwrap_err();
    assert_eq!(*absent, ["(created)", "x-none"].map(Box::from));
}

#[test]
fn what_cannot_be_checked_is_said() {
    let many: Vec<String> = (0..33).map(|n| format!("x-{n}")).collect();
    for (parameters, what) in [
        ("", "the signature names no key (`keyId`)"),
        (r#"keyId="""#, "the signature names no key (`keyId`)"),
        (r#"keyId="a""#, "there is no `signature`"),
        (r#"keyId="a",signature="A""#, "`signature` is not base64"),
        (
            r#"keyId="a",signature"#,
            "`Authorization` has a parameter without `=`",
        ),
        (r#"keyId="a"#, "`Authorization` has a text without its end"),
        (
            r#"keyId="a\"b",signature="AA==""#,
            "`Authorization` has `\\`, which is not read",
        ),
        (
            r#"keyId="a" signature="AA==""#,
            "`Authorization` has no comma between two parameters",
        ),
        (
            r#"keyId="a",keyId="b",signature="AA==""#,
            "`Authorization` has a parameter twice",
        ),
        (
            r#"keyId="a",headers="date date",signature="AA==""#,
            "`headers` has `date` twice",
        ),
        (
            r#"keyId="a",headers="date  host",signature="AA==""#,
            "`headers` has a name that no header field can have",
        ),
        (
            r#"keyId="a",headers="@path",signature="AA==""#,
            "`headers` has a name that no header field can have",
        ),
        (
            r#"keyId="a",created=1.5,signature="AA==""#,
            "`created` is not a time in whole seconds",
        ),
        (
            r#"keyId="a",expires=-1,signature="AA==""#,
            "`expires` is not a time in whole seconds",
        ),
        (
            &format!(r#"keyId="a",headers="{}",signature="AA==""#, many.join(" ")),
            "`headers` has more than 32 names",
        ),
        (
            &format!(r#"keyId="a",x="{}",signature="AA==""#, "x".repeat(9000)),
            "`Authorization` is too long, or not ASCII",
        ),
    ] {
        assert_eq!(read(parameters).unwrap_err(), what, "{parameters}");
    }
}
