use super::*;

fn read(url: &str) -> Result<Address, String> {
    url.parse().map_err(|error: StoreError| error.to_string())
}

#[test]
fn the_password_is_never_shown() {
    let address = read("postgres://lin:hunter2@db.example:5433/postern").unwrap();
    assert_eq!(
        address.to_string(),
        "postgres://lin@db.example:5433/postern"
    );
    assert!(!format!("{address:?}").contains("hunter2"));
    for broken in [
        "postgres://lin:hunter2@db:port/x",
        "postgres://lin:hunter2@[::/x",
    ] {
        let error = read(broken).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn what_leaves_the_machine_is_verified() {
    let encryption = |url: &str| read(url).unwrap().encryption;
    for near in [
        "postgres://lin@localhost/p",
        "postgres://lin@127.0.0.9/p",
        "postgres://lin@[::1]/p",
        "postgres://lin@/p?host=/run/postgresql",
    ] {
        assert_eq!(encryption(near), Encryption::Off, "{near}");
    }
    assert_eq!(
        encryption("postgres://lin@db.example/p"),
        Encryption::Verified(None)
    );
    assert_eq!(
        encryption("postgres://lin@db.example/p?sslmode=disable"),
        Encryption::Off
    );
    assert_eq!(
        encryption("postgres://lin@localhost/p?sslmode=verify-full&sslrootcert=/etc/db.pem"),
        Encryption::Verified(Some("/etc/db.pem".into()))
    );
    // One far host is enough.
    assert_eq!(
        encryption("postgres://lin@localhost,db.example/p"),
        Encryption::Verified(None)
    );
}

#[test]
fn what_is_no_address_is_refused() {
    for (url, words) in [
        ("mysql://lin@db/p", "does not begin with `postgres://`"),
        ("postgres:///p", "names no host"),
        ("postgres://lin@db/p?sslmode=prefer", "promises nothing"),
        ("postgres://lin@db/p?colour=red", "cannot be read"),
    ] {
        let error = read(url).unwrap_err();
        assert!(error.contains(words), "{url}: {error}");
    }
}
