use super::*;

/// RFC 9106 has no PHC strings; this one is of the reference implementation's `argon2` command.
const WRITTEN: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b0dWRWJTmaaJObGQ0OTtdbTxlU";

#[test]
fn what_is_written_is_read_again() {
    let hash = PasswordHash::parse(WRITTEN).unwrap();
    assert_eq!((hash.cost, &*hash.salt), (Cost::USUAL, &b"somesalt"[..]));
    assert_eq!(hash.output.len(), 32);
    assert_eq!(hash.written(), WRITTEN);
    assert!(!format!("{hash:?}").contains("Rdesc"));
}

#[test]
fn what_is_another_function_or_costs_too_little_or_too_much_is_refused() {
    use NotAHash::{Cost, Form, Function, Length};
    let with = |from: &str, to: &str| PasswordHash::parse(&WRITTEN.replace(from, to));
    for (from, to, expected) in [
        ("argon2id", "argon2i", Function),
        ("v=19", "v=16", Function),
        ("m=19456", "m=512", Cost),
        ("m=19456", "m=1048576", Cost),
        ("t=2", "t=0", Cost),
        ("t=2", "t=9", Cost),
        ("p=1", "p=0", Cost),
        ("p=1", "p=255", Cost),
        ("t=2,p=1", "t=2", Form),
        ("t=2", "t=+2", Form),
        ("t=2", "t=99999999999", Form),
        (",p=1", ",p=1,keyid=x", Form),
        ("c29tZXNhbHQ", "c29tZQ", Length),
        ("c29tZXNhbHQ", "c29tZXNhbHQ=", Form),
        ("$Rdes", "$R*es", Form),
        ("$argon2id", "argon2id", Form),
    ] {
        assert_eq!(with(from, to), Err(expected), "{from} -> {to}");
    }
    assert_eq!(
        with("RdescudvJCsgt3ub+b0dWRWJTmaaJObGQ0OTtdbTxlU", "AAAA"),
        Err(Length)
    );
    for other in [
        "",
        "$",
        "$2y$10$abcdefghijklmnopqrstuv",
        "secret",
        "$argon2id$v=19",
    ] {
        assert!(PasswordHash::parse(other).is_err(), "{other}");
    }
    assert_eq!(PasswordHash::parse(&format!("{WRITTEN}$x")), Err(Form));
}
