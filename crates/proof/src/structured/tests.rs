use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Result<Vec<(Box<str>, Member)>, Wrong> {
    dictionary(text.as_bytes())
}

/// What was read, written again.
fn again(members: &[(Box<str>, Member)]) -> String {
    let mut out = String::new();
    for (nth, (key, member)) in members.iter().enumerate() {
        if nth > 0 {
            out.push_str(", ");
        }
        out.push_str(key);
        match member {
            Member::Item(Item {
                bare: Bare::Boolean(true),
                parameters,
            }) => write_parameters(parameters, &mut out),
            Member::Item(item) => {
                out.push('=');
                write_item(item, &mut out);
            }
            Member::List(items, parameters) => {
                out.push('=');
                write_list(items, parameters, &mut out);
            }
        }
    }
    out
}

#[test]
fn values_have_one_spelling() {
    for (sent, written) in [
        ("", ""),
        ("a", "a"),
        ("a=?1, b=?0", "a, b=?0"),
        ("a=1 ,\t b=-2;c;d=?0", "a=1, b=-2;c;d=?0"),
        ("a=007, b=-0", "a=7, b=0"),
        ("a=1.50, b=-0.0, c=01.0", "a=1.5, b=0.0, c=1.0"),
        (r#"a="x \"y\" \\z""#, r#"a="x \"y\" \\z""#),
        ("a=text/plain, b=*x", "a=text/plain, b=*x"),
        ("a=:aGVsbG8=:, b=::", "a=:aGVsbG8=:, b=::"),
        (r#"a=(  "x"  "y";z=1 );b"#, r#"a=("x" "y";z=1);b"#),
        ("a=();  b=1", "a=();b=1"),
    ] {
        assert_eq!(again(&read(sent).unwrap()), written, "{sent}");
    }
}

#[test]
fn what_is_no_dictionary_is_said() {
    for (sent, what) in [
        ("a=1,", "ends with a comma"),
        ("a=1 b=2", "has `b` as byte 5, where a comma is expected"),
        (
            "A=1",
            "has `A` as byte 1, where a name in lower case is expected",
        ),
        ("a=", "ends where a value is expected"),
        ("a=1, a=2", "has `a` twice"),
        ("a;b;b", "has the parameter `b` twice"),
        ("a=1234567890123456", "has a number of more than 15 digits"),
        (
            "a=1.",
            "has a decimal number with too many digits, or none behind its point",
        ),
        (
            "a=1.2345",
            "has a decimal number with too many digits, or none behind its point",
        ),
        ("a=\"x", "ends where the end of a text, `\"` is expected"),
        (
            "a=\"\\x\"",
            "has `x` as byte 5, where `\"` or `\\` is expected",
        ),
        ("a=:aGVsbG8:", "has bytes that are not base64"),
        ("a=:x", "ends where the end of bytes, `:` is expected"),
        ("a=?2", "has `2` as byte 4, where `0` or `1` is expected"),
        (
            "a=(\"x\"\"y\")",
            "has `\"` as byte 7, where a blank or `)` is expected",
        ),
        ("a=(\"x\"", "ends where a blank or `)` is expected"),
        ("a=-", "ends where a digit is expected"),
        ("a=@1", "has `@` as byte 3, where a value is expected"),
    ] {
        assert_eq!(read(sent).unwrap_err(), what, "{sent}");
    }
    assert!(read("a=\"\u{e9}\"").is_err());
    assert!(read("a=\"\t\"").is_err());
}

#[test]
fn everything_has_a_bound() {
    let many = |what: &str, n: usize| what.repeat(n);
    assert!(read(&format!("a=({})", many("1 ", 64))).is_ok());
    assert!(read(&format!("a=({})", many("1 ", 65))).is_err());
    let keys = |n: usize| (0..n).map(|n| format!("k{n}=1")).collect::<Vec<_>>();
    assert!(read(&keys(16).join(", ")).is_ok());
    assert!(read(&keys(17).join(", ")).is_err());
    assert!(read(&format!("a;{}", keys(16).join(";"))).is_ok());
    assert!(read(&format!("a;{}", keys(17).join(";"))).is_err());
    assert!(read(&format!("a=\"{}\"", many("x", 17_000))).is_err());
}

proptest! {
    /// What can be read, is read the same when it was written in its one spelling.
    #[test]
    fn writing_is_reading(text in r#"[ab=:"()0-9;,.? \\A-]{0,40}"#) {
        if let Ok(members) = read(&text) {
            let written = again(&members);
            prop_assert_eq!(&read(&written).unwrap(), &members);
            prop_assert_eq!(again(&members), written);
        }
    }
}
