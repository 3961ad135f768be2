//! The audit trail, backups and sealed secrets.

use super::super::harness::SOON;
use super::super::harness::management::{Management, PASSWORD, printed};
use super::super::harness::program::{find, run_with_input, skipped};
use super::{CONFIG, Stored, binary, id_of, run};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Changes one row of a database.
const SCRIPT: &str = "import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
changed = database.execute(sys.argv[2]).rowcount
database.commit()
sys.exit(0 if changed == 1 else 1)";

/// Runs SQL on a database that nobody uses; whether it could be run.
fn tamper(database: &Path, sql: &str) -> bool {
    if find("python3").is_none() {
        skipped("python3, which tampers with a database, is not installed");
        return false;
    }
    let mut command = Command::new("python3");
    command.args(["-c", SCRIPT]).arg(database).arg(sql);
    let ran = run_with_input(&mut command, b"", SOON);
    assert!(ran.status.success(), "{ran:?}");
    true
}

impl Stored {
    /// A key as `postern secrets seal` prints it for its credential.
    pub(super) fn sealed(&self, secret: &str) -> String {
        let holder = format!("credential/{}", id_of(secret));
        let mut seal = Command::new(binary::postern());
        seal.args(["secrets", "seal", "--for", &holder, "--data"]);
        seal.arg(self.data());
        let sealed = run_with_input(&mut seal, format!("{secret}\n").as_bytes(), SOON);
        assert!(sealed.status.success(), "{sealed:?}");
        sealed.stdout.trim().to_owned()
    }
}

/// The newest change set and its hash, as `postern audit verify` prints them.
fn newest(verified: &str) -> String {
    let line = verified
        .lines()
        .find_map(|line| line.strip_prefix("newest: "));
    line.expect(verified).to_owned()
}

#[test]
fn the_audit_trail_tells_the_story_without_secrets() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    let id = id_of(&key);
    postern.ok(&["keys", "revoke", &id, "--reason", "Found in a log", "--yes"]);
    let kept = postern.json(&["audit", "log", "--kind", "credential", "--id", &id]);
    let lines = kept["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    let (revoked, made) = (&lines[0], &lines[1]);
    assert_eq!(
        (&revoked["did"], &made["did"]),
        (&"changed".into(), &"added".into())
    );
    assert_eq!(revoked["after"]["reason"], "Found in a log");
    assert_eq!(made["before"], serde_json::Value::Null);
    assert_eq!(made["after"]["hmac"], "(hidden)");
    assert_eq!(made["actor"], "local");
    assert!(!made["who"].as_str().unwrap().is_empty());

    let of_tenant = postern.json(&["audit", "log", "--tenant", "partner-x", "--limit", "3"]);
    assert_eq!(of_tenant["lines"].as_array().unwrap().len(), 3);
    let shown = postern.ok(&["audit", "log", "--id", &id, "--changes"]);
    assert!(shown.contains("reason: – → \"Found in a log\""), "{shown}");
    let table = postern.ok(&["audit", "log", "--kind", "service"]);
    assert!(table.contains("added"), "{table}");
    assert!(table.contains("service partners"), "{table}");
    assert!(table.contains("a test"), "{table}");

    let exported = postern.ok(&["audit", "export"]);
    let lines: Vec<serde_json::Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.len() > 10, "{exported}");
    assert!(lines.is_sorted_by_key(|line| (line["sequence"].as_u64(), line["ordinal"].as_u64())));
    let events = postern.json(&["audit", "log", "--event", "audit_export"]);
    assert_eq!(events["lines"].as_array().unwrap().len(), 1);
    let wrong = postern.run(&["audit", "log", "--kind", "A kind"]);
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    assert!(
        wrong.stderr.contains("`A kind` is not a kind"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn whoever_rewrites_the_audit_trail_is_found() {
    let mut postern = Stored::start();
    postern.key("fieldforce");
    let known = newest(&postern.ok(&["audit", "verify"]));
    postern.key("crm");
    let intact = postern.ok(&["audit", "verify", "--known", &known]);
    assert!(intact.starts_with("intact: 4 change sets"), "{intact}");
    let other = format!("2:{}", "0".repeat(64));
    let written_anew = postern.fails(&["audit", "verify", "--known", &other]);
    assert!(written_anew.contains("written anew"), "{written_anew}");
    let gone = postern.fails(&["audit", "verify", "--known", "99:0011223344556677"]);
    assert!(gone.contains("there is no change set 99"), "{gone}");

    postern.stop();
    let database = postern.data().join("postern.db");
    if !tamper(
        &database,
        "UPDATE change_sets SET who = 'eve' WHERE sequence = 2",
    ) {
        return;
    }
    let scratch = postern.into_scratch();
    let postern = Stored::on(scratch);
    let fault = postern.fails(&["audit", "verify"]);
    assert!(fault.contains("change set 2 does not follow"), "{fault}");
}

#[test]
fn a_backup_is_restored_here_and_elsewhere() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    let file = postern.data().join("../kept.jsonl.gz");
    let file = file.to_str().unwrap();
    let said = postern.ok(&["backup", file]);
    assert!(said.contains("change sets into"), "{said}");
    let again = postern.fails(&["backup", file]);
    assert!(again.contains("is there already"), "{again}");
    let bytes = std::fs::read(file).unwrap();
    assert!(bytes.starts_with(&[0x1f, 0x8b]));

    postern.ok(&["keys", "revoke", &id_of(&key), "--reason", "x", "--yes"]);
    assert_eq!(postern.customers(&key).status, 401);
    let cut = postern.data().join("../cut.jsonl.gz");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let refused = postern.fails(&["restore", cut.to_str().unwrap(), "--yes"]);
    assert!(refused.contains("nothing was changed"), "{refused}");
    assert_eq!(postern.customers(&key).status, 401);
    let unasked = postern.fails(&["restore", file]);
    assert!(unasked.contains("--yes"), "{unasked}");
    postern.ok(&["restore", file, "--comment", "a test", "--yes"]);
    assert_eq!(postern.customers(&key).status, 200);
    postern.ok(&["audit", "verify"]);

    // Elsewhere, with its key and without it.
    let stranger = Stored::empty();
    let refused = stranger.fails(&["restore", file, "--yes"]);
    assert!(refused.contains("another installation.key"), "{refused}");
    let scratch = super::scratch("elsewhere");
    std::fs::create_dir(scratch.join("data")).unwrap();
    for name in ["installation.key", "master.key"] {
        std::fs::copy(postern.data().join(name), scratch.join("data").join(name)).unwrap();
    }
    let elsewhere = Stored::on(scratch);
    assert_eq!(elsewhere.customers(&key).status, 404);
    elsewhere.ok(&["restore", file, "--yes"]);
    assert_eq!(elsewhere.customers(&key).status, 200);
}

#[test]
fn a_sealed_secret_outlives_its_keys() {
    let mut postern = Stored::start();
    let made = postern.json(&["keys", "create", "--app", "fieldforce", "--offline"]);
    let key = made["key"].as_str().unwrap();
    let data = postern.data();
    let id = id_of(key);
    let sealed = postern.sealed(key);
    assert!(sealed.starts_with("sealed:") && !sealed.contains(key));
    let with = |secret: &str| {
        let credential =
            format!("credentials: {{ {id}: {{ app: fieldforce, secret: {secret} }} }}");
        format!("{CONFIG}\n{credential}\n")
    };
    let broken = postern.apply(&with(&format!("{sealed}x")));
    assert!(
        broken.stderr.contains("the sealed secret cannot be opened"),
        "{broken:?}"
    );
    let applied = postern.apply(&with(&sealed));
    assert!(applied.status.success(), "{applied:?}");
    assert_eq!(postern.customers(key).status, 200);

    // Whoever copies the text into a document of their own has nothing.
    let chain = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    let theirs = serde_json::json!({
        "tenant": "partner-x", "certificate": chain, "key": sealed, "hosts": ["x.example"],
    });
    let stolen = format!("{CONFIG}\ncertificates: {{ theirs: {theirs} }}\n");
    let stolen = postern.scratch.write("stolen.yaml", stolen);
    let refused = postern.fails(&["apply", stolen.to_str().unwrap(), "--comment", "x", "--yes"]);
    let why = format!(
        "it was sealed for `credential/{id}`, and stands in `certificate/theirs@partner-x`"
    );
    assert!(refused.contains(&why), "{refused}");
    assert!(
        refused.contains("--for certificate/theirs@partner-x"),
        "{refused}"
    );

    let before = std::fs::read(data.join("master.key")).unwrap();
    let said = postern.ok(&["secrets", "rotate", "--master", "--comment", "a test"]);
    assert!(said.contains("1 documents were sealed anew"), "{said}");
    let after = std::fs::read(data.join("master.key")).unwrap();
    assert_ne!(before, after);
    assert_eq!(postern.customers(key).status, 200);
    let line = postern.json(&["audit", "log", "--kind", "credential", "--id", &id]);
    assert_eq!(line["lines"][0]["after"]["secret"], "(hidden, changed)");

    postern.stop();
    let postern = Stored::on(postern.into_scratch());
    assert_eq!(postern.customers(key).status, 200);
}

#[test]
fn another_master_key_is_refused_at_the_start() {
    let mut postern = Stored::start();
    postern.stop();
    std::fs::write(postern.data().join("master.key"), [7; 32]).unwrap();
    let ran = run(
        &postern.data(),
        &["run", "--gateway", "127.0.0.1:0", "--admin", "127.0.0.1:0"],
    );
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("--previous-master-key"),
        "{}",
        ran.stderr
    );
}

#[test]
fn people_sign_in_with_the_passwords_of_a_backup() {
    let postern = Stored::start();
    let management = Management::of(&postern);
    let link = printed(&postern, |line| line.contains("/accept?token="));
    let email = "owner@example.com";
    let session = management.accept(&link, json!({"email": email, "password": PASSWORD}));
    let file = postern.data().join("../kept.jsonl");
    let file = file.to_str().unwrap();
    postern.ok(&["backup", file]);
    let text = std::fs::read_to_string(file).unwrap();
    assert!(!text.contains(PASSWORD), "what is kept is no password");
    postern.ok(&["restore", file, "--yes"]);
    // Sessions are over; the same password opens another.
    let old = management.ask(&session, "GET", "/api/v1/me", &Value::Null);
    assert_eq!(old.status, 401, "{}", old.text());
    let given = json!({"email": email, "password": PASSWORD});
    let signed_in = management.ask("", "POST", "/api/v1/sign-in", &given);
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
}
