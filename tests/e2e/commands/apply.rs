//! A whole file into the store, and what outlives the process.

use super::super::harness::{eventually, within};
use super::{CONFIG, Stored, code};
use std::time::Duration;

#[test]
fn an_empty_postern_says_how_to_begin() {
    let postern = Stored::empty();
    eventually("it says how to begin", || {
        postern
            .output()
            .contains("postern apply FILE")
            .then_some(())
    });
    assert_eq!(postern.customers("").status, 404);
}

#[test]
fn a_file_is_applied_whole_and_once() {
    let postern = Stored::empty();
    let first = postern.apply(CONFIG);
    assert!(first.stdout.contains("revision 1 ("), "{first:?}");
    assert!(first.stdout.contains("+ service partners"), "{first:?}");
    let again = postern.apply(CONFIG);
    assert!(
        again.stdout.contains("stored and served already"),
        "{again:?}"
    );
}

#[test]
fn nothing_of_a_file_with_a_fault_is_applied() {
    let postern = Stored::start();
    let faulty = CONFIG.replace("services: [partners]", "services: [partnres]");
    let faulty = faulty.replace("crm: { tenant: partner-x }", "crm: { tenant: commerce }");
    let refused = postern.apply(&faulty);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        refused.stderr.starts_with("error[config."),
        "{}",
        refused.stderr
    );
    for part in ["postern.yaml:", "partnres", "did you mean `partners`"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    let again = postern.apply(CONFIG);
    assert!(
        again.stdout.contains("stored and served already"),
        "{again:?}"
    );
}

#[test]
fn what_the_whole_would_not_allow_is_refused() {
    let postern = Stored::start();
    // By itself this file is right; what is stored refers to the scope that it takes away.
    let key = [
        "keys",
        "create",
        "--app",
        "crm",
        "--scopes",
        "partners:write",
    ];
    postern.ok(&key);
    let less = CONFIG
        .replace(", \"partners:write\": Change customers", "")
        .replace(
            "scopes: [\"partners:write\"]",
            "scopes: [\"partners:read\"]",
        )
        .replace(
            "scopes: [\"partners:read\", \"partners:write\"]",
            "scopes: [\"partners:read\"]",
        );
    let refused = postern.apply(&less);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("partners:write"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_change_of_rules_is_served_at_once() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    assert_eq!(postern.customers(&key).status, 200);
    let moved = CONFIG.replace("base_path: /partners", "base_path: /elsewhere");
    assert!(postern.apply(&moved).status.success());
    let gone = within(Duration::from_millis(500), "the new rules", || {
        let response = postern.customers(&key);
        (response.status != 200).then_some(response)
    });
    assert_eq!(gone.status, 404);
}

#[test]
fn what_was_applied_is_served_after_a_restart() {
    let mut postern = Stored::start();
    let key = postern.key("fieldforce");
    postern.program.signal("KILL");
    postern.program.wait(super::SOON).expect("it ends");
    assert!(
        postern.data().join("postern.sock").exists(),
        "it was left behind"
    );
    let Stored { scratch, .. } = postern;
    let mut again = Stored::on(scratch);
    assert_eq!(again.customers(&key).status, 200);
    assert_eq!(code(&again.customers("")), "credential.missing");
    again.program.signal("TERM");
    again.program.wait(super::SOON).expect("it ends");
    assert!(!again.data().join("postern.sock").exists(), "it is removed");
}

#[test]
fn a_signal_reads_everything_again() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    postern.program.signal("HUP");
    super::eventually("the log says so", || {
        let log = postern.program.output();
        log.contains("took over a new configuration").then_some(())
    });
    assert_eq!(postern.customers(&key).status, 200);
}
