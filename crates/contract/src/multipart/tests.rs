use super::*;
use proptest::prelude::*;

const TYPE: &[u8] = b"multipart/form-data; boundary=x";

fn parts(body: &str) -> Result<Vec<Part<'_>>, Unreadable> {
    read(TYPE, body.as_bytes())
}

const GOOD: &str = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\n\
    content-disposition: form-data; name=f; filename=\"a b.png\"\r\nContent-Type: image/png\r\n\r\n\
    \r\n--y\r\n\r\n--x--\r\n";

#[test]
fn parts_are_read() {
    let found = parts(GOOD).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((&*found[0].name, found[0].bytes), ("a", &b"1"[..]));
    assert_eq!(found[1].file.as_deref(), Some("a b.png"));
    assert_eq!(found[1].label.as_deref(), Some("image/png"));
    assert_eq!(found[1].bytes, b"\r\n--y\r\n");
    assert!(parts("--x--").unwrap().is_empty());
}

#[test]
fn what_could_be_read_differently_is_refused() {
    let one = |disposition: &str| format!("--x\r\n{disposition}\r\n\r\n1\r\n--x--");
    for body in [
        String::new(),
        "--x".to_owned(),
        "--x\r\n".to_owned(),
        "preamble\r\n--x--".to_owned(),
        "--x--\r\nepilogue".to_owned(),
        "--xy\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xy--".to_owned(),
        "--x \r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--".to_owned(),
        "--x\nContent-Disposition: form-data; name=a\n\n1\n--x--".to_owned(),
        "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x".to_owned(),
        "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1".to_owned(),
        one("Content-Type: text/plain"),
        one("Content-Disposition: form-data"),
        one("Content-Disposition: attachment; name=a"),
        one("Content-Disposition: form-data; name=a; name=b"),
        one("Content-Disposition: form-data; name=a; filename*=utf-8''a"),
        one("Content-Disposition: form-data; name=\"a\\\"b\""),
        one("Content-Disposition: form-data; name=\"a"),
        one("Content-Disposition: form-data; name=\"a\" filename=b"),
        one("Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b"),
        one("Content-Disposition: form-data;\r\n name=a"),
        one("Content-Disposition : form-data; name=a"),
        one("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64"),
    ] {
        assert!(parts(&body).is_err(), "{body}");
    }
    assert!(read(b"multipart/form-data", GOOD.as_bytes()).is_err());
    assert!(
        read(
            b"multipart/form-data; boundary=x; boundary=y",
            GOOD.as_bytes()
        )
        .is_err()
    );
    let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
    assert!(read(long.as_bytes(), b"").is_err());
}

#[test]
fn everything_is_bounded() {
    let part = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
    let many = |count: usize| format!("{}--x--", part.repeat(count));
    assert_eq!(parts(&many(PARTS)).unwrap().len(), PARTS);
    assert!(parts(&many(PARTS + 1)).is_err());
    let lines = "A: b\r\n".repeat(LINES + 1);
    assert!(parts(&format!("--x\r\n{lines}\r\n--x--")).is_err());
    let long = format!("--x\r\nA: {}\r\n\r\n--x--", "b".repeat(HEADERS));
    assert!(parts(&long).is_err());
    // Beginnings of the boundary without end cost no more than other bytes.
    let close = format!(
        "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n{}",
        "\r\n--".repeat(200_000)
    );
    assert!(parts(&close).is_err());
}

proptest! {
    #[test]
    fn what_was_written_is_read(fields in proptest::collection::vec(("[a-z]{1,8}", proptest::collection::vec(any::<u8>(), 0..40)), 0..5)) {
        let mut body = Vec::new();
        for (name, value) in &fields {
            body.extend_from_slice(format!("--boundary7\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").as_bytes());
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--boundary7--\r\n");
        let found = read(b"multipart/form-data; boundary=boundary7", &body).unwrap();
        let found: Vec<_> = found.iter().map(|part| (part.name.clone(), part.bytes.to_vec())).collect();
        prop_assert_eq!(found, fields);
    }

    #[test]
    fn cut_off_anywhere_it_is_refused(cut in 0..GOOD.len() - 2) {
        prop_assert!(GOOD.get(..cut).is_none_or(|begun| parts(begun).is_err()));
    }
}
