//! Keys, from when they are made to when they open nothing.

use super::super::harness::files::scratch;
use super::super::harness::management::{Management, PASSWORD, printed};
use super::super::harness::{eventually, within};
use super::{Stored, code, id_of};
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn a_revoked_key_is_refused_within_a_second() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    assert_eq!(postern.customers(&key).status, 200);
    let id = id_of(&key);
    postern.ok(&["keys", "revoke", &id, "--reason", "Found in a log", "--yes"]);
    let refused = within(Duration::from_secs(1), "the refusal", || {
        let response = postern.customers(&key);
        (response.status != 200).then_some(response)
    });
    assert_eq!(
        (refused.status, &*code(&refused)),
        (401, "credential.revoked")
    );
    let again = postern.fails(&["keys", "revoke", &id, "--reason", "x", "--yes"]);
    assert!(again.contains("was revoked already"), "{again}");
}

#[test]
fn a_key_is_shown_once_and_never_listed() {
    let postern = Stored::start();
    let arguments = [
        "keys",
        "create",
        "--app",
        "crm",
        "--scopes",
        "partners:read",
    ];
    let more = ["--expires", "90d", "--name", "CI of crm"];
    let arguments: Vec<&str> = arguments.into_iter().chain(more).collect();
    let made = postern.json(&arguments);
    let key = made["key"].as_str().unwrap();
    let listed = postern.json(&["keys", "list", "--app", "crm"]);
    let one = &listed["keys"][0];
    assert_eq!(one["id"], made["id"]);
    assert_eq!(one["state"], "active");
    assert_eq!(one["title"], "CI of crm");
    assert_eq!(one["scopes"][0], "partners:read");
    assert_eq!(one["expires_at"], made["expires_at"]);
    assert!(one.get("sha256").is_none() && one.get("hmac").is_none());
    let secret = key.rsplit('_').next().unwrap();
    let everything = postern.program.output() + &postern.ok(&["keys", "list"]);
    assert!(!everything.contains(secret));
    for file in std::fs::read_dir(postern.data()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let found = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{}", path.display());
    }
}

#[test]
fn keys_are_listed_as_asked_for() {
    let postern = Stored::start();
    for app in ["crm", "crm", "fieldforce"] {
        postern.key(app);
    }
    let count = |arguments: &[&str]| {
        let answer = postern.json(&[&["keys", "list"], arguments].concat());
        (
            answer["keys"].as_array().unwrap().len(),
            answer["more"] == true,
        )
    };
    assert_eq!(count(&[]), (3, false));
    assert_eq!(count(&["--app", "crm"]), (2, false));
    assert_eq!(count(&["--app", "crm", "--limit", "1"]), (1, true));
    assert_eq!(count(&["--environment", "production"]), (3, false));
    assert_eq!(count(&["--environment", "staging"]), (0, false));
    let table = postern.ok(&["keys", "list"]);
    assert_eq!(table.lines().count(), 4, "{table}");
}

#[test]
fn what_cannot_be_is_refused_with_what_would_be_right() {
    let postern = Stored::start();
    let unknown = postern.fails(&["keys", "create", "--app", "crmm"]);
    assert!(unknown.contains("no app `crmm`"), "{unknown}");
    let scope = postern.fails(&[
        "keys",
        "create",
        "--app",
        "crm",
        "--scopes",
        "partners:raed",
    ]);
    assert!(scope.contains("partners:read"), "{scope}");
    let missing = postern.fails(&[
        "keys",
        "revoke",
        "key_0000000000000000",
        "--reason",
        "x",
        "--yes",
    ]);
    assert!(missing.contains("there is no credential"), "{missing}");
    let key = postern.key("crm");
    let unasked = postern.fails(&["keys", "revoke", &id_of(&key), "--reason", "x"]);
    assert!(unasked.contains("--yes"), "{unasked}");
    let usage = postern.run(&["keys", "create", "--app", "crm", "--expires", "tomorrow"]);
    assert_eq!(usage.status.code(), Some(2));
    assert!(usage.stderr.contains("90d"), "{}", usage.stderr);
    assert_eq!(
        postern.json(&["keys", "list"])["keys"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_key_made_offline_works_once_its_lines_are_applied() {
    let arguments = [
        "keys",
        "create",
        "--app",
        "crm",
        "--offline",
        "--expires",
        "2099-01-01",
    ];
    let printed = super::cli(&arguments);
    assert!(printed.status.success(), "{printed:?}");
    let (key, lines) = printed.stdout.split_once("\n\n").unwrap();
    assert!(lines.contains("sha256:"), "{lines}");
    let approved = super::CONFIG.replace("state: pending", "state: approved");
    let postern = Stored::empty();
    let applied = postern.apply(&format!("{approved}{lines}"));
    assert!(applied.status.success(), "{applied:?}");
    assert_eq!(postern.customers(key).status, 200);
}

#[test]
fn keys_of_another_gateway_go_on_working() {
    let imported = "credentials:
  key_0000000000000001:
    app: fieldforce
    imported:
      algorithm: sha256
      digest: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
  key_0000000000000002:
    app: fieldforce
    imported: { algorithm: sha1, digest: \"Kq5sNclPz7QV2+lfQIuc6R7oRu0=\", salt_prefix: \"hello \" }
";
    let postern = Stored::empty();
    let config = format!("{}{imported}", super::CONFIG);
    let applied = postern.apply(&config);
    assert!(applied.status.success(), "{applied:?}");
    assert_eq!(postern.customers("abc").status, 200);
    assert_eq!(postern.customers("world").status, 200);
    assert_eq!(postern.customers(&postern.key("fieldforce")).status, 200);
    let refused = postern.customers("sk-1234");
    assert_eq!(&*code(&refused), "credential.malformed");
    let said = refused.text();
    assert!(said.contains("nor one that was imported"), "{said}");
    let listed = postern.json(&["keys", "list"]);
    let weak: Vec<bool> = listed["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["weak"] == true)
        .collect();
    assert_eq!(weak.iter().filter(|weak| **weak).count(), 1, "{listed}");
    assert!(listed["keys"][1]["imported"].get("salt_prefix").is_none());
    let table = postern.ok(&["keys", "list"]);
    assert!(table.contains("sha1 (weak, rotate it)"), "{table}");
    // What is in the database and what is in the file are one and the same.
    let again = postern.apply(&config);
    assert!(again.stdout.contains("nothing"), "{again:?}");
    // The digest itself is kept nowhere.
    let digest = "ba7816bf8f01cfea";
    let shown = postern.ok(&["audit", "export"]);
    assert!(
        !shown.contains(digest) && !shown.contains("hello "),
        "{shown}"
    );
}

/// A key that a fix makes is shown once, and not to whoever asks again with the same idempotency key.
#[test]
fn a_key_that_a_fix_makes_is_not_kept() {
    let postern = Stored::start();
    let staging = "environments: { staging: { hosts: [staging.example.com] } }\n";
    let applied = postern.apply(staging);
    assert!(applied.status.success(), "{applied:?}");
    let create = ["keys", "create", "--app", "fieldforce"];
    let create = create.iter().chain(&["--environment", "staging"]);
    let key = postern.ok(&create.copied().collect::<Vec<_>>());
    let refused = postern.customers(key.trim());
    assert_eq!(code(&refused), "credential.wrong_environment");
    let id = refused.header("x-request-id").expect("an id");
    eventually("the record", || {
        postern.run(&["why", &id]).status.success().then_some(())
    });
    let management = Management::of(&postern);
    let link = printed(&postern, |line| line.contains("/accept?token="));
    let owner = json!({"email": "owner@example.com", "password": PASSWORD});
    let owner = management.accept(&link, owner) + "Idempotency-Key: once\r\n";
    let path = format!("/api/v1/calls/{id}/fixes/1");
    let fix = || management.ask(&owner, "POST", &path, &json!({"comment": "Agreed"}));
    let (first, second) = (fix(), fix());
    assert_eq!(
        (first.status, second.status),
        (200, 200),
        "{}",
        first.text()
    );
    let (first, second) = (first.json(), second.json());
    let made = first["key"].as_str().expect("a key");
    assert_eq!(postern.customers(made).status, 200);
    assert_eq!(second["made"], first["made"]);
    assert_eq!(second.get("key"), None::<&Value>);
}

#[test]
fn an_app_is_let_in_by_what_it_has_already() {
    let stored = Stored::empty();
    let begun = stored.apply("tenants: { t: {} }\napps: { till: { tenant: t } }\n");
    assert!(begun.status.success(), "{begun:?}");
    let made = rcgen::generate_simple_self_signed(vec!["till-7.test".to_owned()]).expect("one");
    let folder = scratch("admit");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).expect("room");
        folder.join(name).display().to_string()
    };
    let certificate = write("till-7.crt", &made.cert.pem());
    let public = write("till.pub.pem", &made.signing_key.public_key_pem());
    let private = write("till.pem", &made.signing_key.serialize_pem());
    let admit =
        |more: &[&str]| stored.run(&[&["keys", "admit", "--app", "till"][..], more].concat());

    let by_file = admit(&["--certificate", &certificate, "--name", "Till 7"]);
    assert!(by_file.status.success(), "{by_file:?}");
    assert!(
        by_file.stdout.contains("is let in by the certificate in"),
        "{}",
        by_file.stdout
    );
    let by_name = admit(&["--certificate-dns", "till-7.test", "--expires", "90d"]);
    assert!(by_name.status.success(), "{by_name:?}");
    let signed = admit(&["--public-key", &public, "--key-id", "till"]);
    assert!(signed.status.success(), "{signed:?}");
    let kept = stored.ok(&["keys", "list", "--app", "till", "--json"]);
    let kept: Value = serde_json::from_str(&kept).expect("JSON");
    let keys = kept["keys"].as_array().expect("a list");
    assert_eq!(keys.len(), 3);
    let has = |member: &str, by: &str| {
        keys.iter()
            .any(|key| key["document"][member].get(by).is_some() || key[member].get(by).is_some())
    };
    assert!(
        has("certificate", "fingerprint") && has("certificate", "dns"),
        "{kept}"
    );
    assert!(has("signing_key", "public_key"), "{kept}");

    for (more, said) in [
        (&["--certificate", &*public][..], "certificate"),
        (&["--certificate", "nowhere.crt"], "nowhere.crt"),
        (&["--public-key", &*private], "has a private key"),
        (
            &["--certificate-dns", "till-7.test", "--public-key", &*public],
            "cannot be used with",
        ),
        (&[], "required"),
        // The same name again would be of two.
        (
            &["--certificate-dns", "till-7.test"],
            "have the same certificate",
        ),
    ] {
        let refused = admit(more);
        assert!(!refused.status.success(), "{more:?}");
        assert!(
            refused.stderr.contains(said),
            "{more:?}: {}",
            refused.stderr
        );
        assert!(
            !refused.stderr.contains("BEGIN PRIVATE"),
            "{}",
            refused.stderr
        );
    }
}
