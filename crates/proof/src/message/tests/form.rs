//! What cannot be read, and what is refused of what can.

use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn what_cannot_be_checked_is_said() {
    let sig = "a=:AA==:";
    for (input, signature, what) in [
        (
            "",
            sig,
            "`Signature-Input` has nothing for `a` of `Signature`",
        ),
        ("", "", "`Signature-Input` is empty"),
        (
            "a=();keyid=\"k\"",
            "",
            "`Signature` has nothing for `a` of `Signature-Input`",
        ),
        (
            "a=(),b=()",
            sig,
            "`Signature` has nothing for `b` of `Signature-Input`",
        ),
        (
            "a=()",
            "a=:AA==:, b=:AA==:",
            "`Signature-Input` has nothing for `b` of `Signature`",
        ),
        ("a=(),a=()", sig, "`Signature-Input` has `a` twice"),
        ("a=()\na=()", sig, "`Signature-Input` has `a` twice"),
        ("a=()", "a=:AA==:\na=:AB==:", "`Signature` has `a` twice"),
        ("a=(),", sig, "`Signature-Input` ends with a comma"),
        (
            "a=1",
            sig,
            "the signature `a` has no list of what it covers",
        ),
        (
            "a=()",
            "a=AA",
            "the signature `a` is not bytes between colons",
        ),
        (
            "a=()",
            "a=()",
            "the signature `a` is not bytes between colons",
        ),
        ("a=()", "a=:A:", "`Signature` has bytes that are not base64"),
        (
            "a=(method)",
            sig,
            "the signature `a` covers something whose name is not a text in quotes",
        ),
        (
            "a=(\"Date\")",
            sig,
            "the signature `a` covers `Date`, which is not the name of a header field in lower case",
        ),
        (
            "a=(\"da te\")",
            sig,
            "the signature `a` covers `da te`, which is not the name of a header field in lower case",
        ),
        (
            "a=(\"@status\")",
            sig,
            "the signature `a` covers `@status`, which is not a part of a request that signatures cover",
        ),
        (
            "a=(\"@signature-params\")",
            sig,
            "the signature `a` covers `@signature-params`, which is not a part of a request that signatures cover",
        ),
        (
            "a=(\"date\" \"date\")",
            sig,
            "the signature `a` covers `date` twice",
        ),
        (
            "a=(\"@query-param\")",
            sig,
            "the signature `a` covers `@query-param` without `name` alone",
        ),
        (
            "a=(\"@query-param\";name=\"x\";req)",
            sig,
            "the signature `a` covers `@query-param` without `name` alone",
        ),
        (
            "a=();created=1.5",
            sig,
            "the signature `a` has `created` that is not a time in whole seconds",
        ),
        (
            "a=();created=-1",
            sig,
            "the signature `a` has `created` that is not a time in whole seconds",
        ),
        (
            "a=();expires=\"1\"",
            sig,
            "the signature `a` has `expires` that is not a time in whole seconds",
        ),
        (
            "a=();keyid=k",
            sig,
            "the signature `a` has `keyid` that is not a text in quotes",
        ),
        (
            "a=();keyid=\"k\";keyid=\"l\"",
            sig,
            "`Signature-Input` has the parameter `keyid` twice",
        ),
        (
            "a=(),b=(),c=(),d=(),e=()",
            sig,
            "there are more than 4 signatures",
        ),
    ] {
        assert_eq!(read(input, signature).unwrap_err(), what, "{input}");
    }
    for parameter in ["sf", "key=\"a\"", "bs", "tr", "req", "name=\"a\""] {
        let error = read(&format!("a=(\"date\";{parameter})"), sig).unwrap_err();
        let name = parameter.split('=').next().unwrap();
        assert!(
            error.starts_with(&format!(
                "the signature `a` covers `date` with the parameter `{name}`, which is not understood here"
            )),
            "{error}"
        );
    }
}

#[test]
fn everything_has_a_bound() {
    let sig = "a=:AA==:";
    let many = |n: usize| {
        let names = (0..n).map(|n| format!("\"x-{n}\""));
        format!("a=({})", names.collect::<Vec<_>>().join(" "))
    };
    assert!(read(&many(32), sig).is_ok());
    assert_eq!(
        read(&many(33), sig).unwrap_err(),
        "the signature `a` covers more than 32 components"
    );
    let long = |name: &str, n: usize| format!("a=();{name}=\"{}\"", "x".repeat(n));
    for name in ["keyid", "nonce", "alg"] {
        assert!(read(&long(name, 256), sig).is_ok());
        assert!(read(&long(name, 257), sig).is_err());
    }
    let bytes = |n: usize| format!("a=:{}:", "A".repeat(n));
    assert!(read("a=()", &bytes(1364)).is_ok());
    assert_eq!(
        read("a=()", &bytes(1372)).unwrap_err(),
        "the signature `a` is longer than 1024 bytes"
    );
    assert!(read(&format!("a=();odd=\"{}\"", "x".repeat(20_000)), sig).is_err());
}

#[test]
fn what_is_covered_and_not_there_is_named() {
    let request = Request {
        method: "GET",
        scheme: "http",
        authority: "a",
        target: "/?x=1&x=2&y",
        fields: vec![("date", "now")],
    };
    let input = r#"a=("date" "x-a" "@query-param";name="x" "@query-param";name="z" "@query-param";name="y")"#;
    let offered = read(input, "a=:AA==:").unwrap();
    let absent = offered[0].base(&request).unwrap_err();
    let absent: Vec<String> = absent.iter().map(ToString::to_string).collect();
    assert_eq!(
        absent,
        ["x-a", "@query-param;name=\"x\"", "@query-param;name=\"z\""]
    );
}

#[test]
fn components_are_named_as_they_are_asked_for() {
    for name in ["@method", "@query", "content-digest", "x-a"] {
        assert_eq!(Component::parse(name).unwrap().to_string(), name);
    }
    for name in ["", "@", "@status", "X-A", "a b", "@query-param"] {
        assert!(Component::parse(name).is_err(), "{name}");
    }
    assert!(covers("@target-uri", "@query"));
    assert!(covers("@target-uri", "@authority"));
    assert!(covers("@request-target", "@path"));
    assert!(!covers("@request-target", "@authority"));
    assert!(!covers("@path", "@query"));
    assert!(!covers("@target-uri", "@method"));
    assert!(!covers("@query-param;name=\"a\"", "@query"));
}

#[test]
fn digests_that_say_nothing_are_none() {
    let content = |line: &str| Digests::content(std::iter::once(line.as_bytes()));
    for (line, what) in [
        ("", "has neither `sha-256` nor `sha-512`"),
        ("md5=:AA==:", "has neither `sha-256` nor `sha-512`"),
        ("sha-256=:AA==:", "has 1 bytes for `sha-256`"),
        ("sha-256=AA", "has no bytes between colons for `sha-256`"),
        ("sha-256=(1)", "has a list for `sha-256`"),
        ("sha-256=:AA==:, sha-256=:AB==:", "has `sha-256` twice"),
        (
            "SHA-256=:AA==:",
            "has `S` as byte 1, where a name in lower case is expected",
        ),
    ] {
        assert_eq!(content(line).unwrap_err(), what, "{line}");
    }
    let older = |line: &str| Digests::older(std::iter::once(line.as_bytes()));
    let good = "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=";
    assert!(older(good).unwrap().is_of(br#"{"hello": "world"}"#));
    assert!(older(&format!("md5=AA==,{good}")).is_ok());
    for (line, what) in [
        ("SHA-256", "has no `=`"),
        ("SHA-256=AA==", "has 1 bytes for `sha-256`"),
        ("SHA-256=A", "has no base64 for `sha-256`"),
        ("MD5=AA==", "has neither `sha-256` nor `sha-512`"),
    ] {
        assert_eq!(older(line).unwrap_err(), what, "{line}");
    }
}
