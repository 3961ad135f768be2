//! Manners: what is asked before it is done, where a running Postern is found, exit statuses,
//! completions and the manual.

use super::{CONFIG, Stored, code};
use crate::harness::binary;
use crate::harness::files::scratch;
use crate::harness::gateway::cli;
use crate::harness::program::{Ran, installed, run, run_with_input, skipped};
use crate::harness::{SOON, eventually};
use std::process::Command;

/// Runs a command on a terminal of its own, with that answer typed.
fn on_a_terminal(postern: &Stored, arguments: &[&str], answer: &str) -> Ran {
    let words = [binary::postern().display().to_string()];
    let words = words
        .into_iter()
        .chain(arguments.iter().map(ToString::to_string));
    let data = postern.data().display().to_string();
    let words = words.chain(["--data".to_owned(), data]);
    let line: Vec<_> = words.map(|word| format!("'{word}'")).collect();
    let mut script = Command::new("script");
    script.args(["-q", "-e", "-c", &line.join(" "), "/dev/null"]);
    run_with_input(&mut script, format!("{answer}\n").as_bytes(), SOON)
}

#[test]
fn whatever_takes_something_from_somebody_asks_first() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    let id = super::id_of(&key);
    let revoke = ["keys", "revoke", &*id, "--reason", "Lost"];
    let remove = ["lists", "remove", "office", "203.0.113.0/24"];
    let reject = ["subscriptions", "reject", "sub_fieldforce"];
    let suspend = [
        "subscriptions",
        "suspend",
        "sub_fieldforce",
        "--cause",
        "policy",
    ];
    let retire = ["versions", "retire", "partners", "v1"];
    let all: [(&[&str], &str); 5] = [
        (&revoke, "this revokes key_"),
        (&remove, "this takes 203.0.113.0/24 off the list `office`"),
        (&reject, "this rejects sub_fieldforce (app `fieldforce`"),
        (&suspend, "this suspends sub_fieldforce (app `fieldforce`"),
        (&retire, "this retires partners/v1"),
    ];
    for (command, says) in all {
        let said = postern.fails(command);
        assert!(said.contains(says) && said.contains("add --yes"), "{said}");
    }
    assert_eq!(postern.customers(&key).status, 200);
    if !installed("script") {
        return skipped("script is not installed");
    }
    for (command, says) in all {
        let ran = on_a_terminal(&postern, command, "n");
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        for part in [says, "Go on? [y/N]", "nothing was changed"] {
            assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
        }
    }
    assert_eq!(postern.customers(&key).status, 200);
    let ran = on_a_terminal(&postern, &revoke, "y");
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(code(&postern.customers(&key)), "credential.revoked");
}

#[test]
fn a_fix_shows_its_change_on_a_terminal_and_asks() {
    let postern = Stored::start();
    let key = postern.key("crm");
    let refused = postern.customers(&key);
    let id = refused.header("x-request-id").expect("an id");
    eventually("the record", || {
        postern.run(&["why", &id]).status.success().then_some(())
    });
    if installed("script") {
        let ran = on_a_terminal(&postern, &["fix", &id], "n");
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        for part in [
            "| subscriptions:",
            "|     state: approved",
            "also lets in:",
            "Go on?",
        ] {
            assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
        }
        assert_eq!(code(&postern.customers(&key)), "subscription.pending");
    } else {
        skipped("script is not installed");
    }
    // Elsewhere it is made, and says in the change log what it is.
    postern.ok(&["fix", &id]);
    assert_eq!(postern.customers(&key).status, 200);
}

#[test]
fn a_running_postern_is_found_by_its_socket_too() {
    let postern = Stored::start();
    let data = postern.data().display().to_string();
    for server in [
        format!("unix://{data}/postern.sock"),
        format!("{data}/postern.sock"),
        data.clone(),
    ] {
        let ran = cli(&["subscriptions", "list", "--server", &server]);
        assert!(ran.stdout.contains("sub_crm"), "{server}: {ran:?}");
    }
    let nowhere = cli(&["log", "--server", &format!("{data}/other.sock")]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(
        nowhere.stderr.contains("no Postern answers at"),
        "{nowhere:?}"
    );
}

#[test]
fn exit_statuses_are_what_the_page_says() {
    let postern = Stored::start();
    let files = scratch("statuses");
    let good = files.write("good.yaml", CONFIG);
    let bad = files.write("bad.yaml", "services: [");
    let (good, bad) = (good.display().to_string(), bad.display().to_string());
    let customers = "/partners/customers";
    let rows: &[(&[&str], i32)] = &[
        (&["subscriptions", "list"], 0),
        (&["denials"], 0),
        (&["can", "fieldforce", "GET", customers], 1),
        (&["can", "nobody", "GET", customers], 2),
        (&["can", "fieldforce", "GET", "customers"], 2),
        (&["why", "--last", "POST", "/nowhere"], 1),
        (&["why"], 2),
        (&["why", "what?"], 2),
        (&["log", "--status", "9xx"], 2),
        (&["log", "--since", "yesterday"], 2),
        (&["keys", "revoke", "key_x", "--reason", "x", "--yes"], 1),
        (&["lists", "add", "office", "203.0.113.0/24"], 1),
        (&["lists", "add", "office", "203.0.113"], 2),
        (&["apply", &bad], 1),
        (&["apply", &good], 0),
        (&["diff", &bad], 2),
        (&["diff", &good], 0),
        (&["revisions", "show", "9"], 1),
        (&["change-requests", "show", "cr_x"], 1),
        (&["delete", "plam", "x"], 2),
        (&["approvals"], 0),
        (&["apps", "show", "nobody"], 1),
        (&["versions", "diff", "partners", "v1"], 1),
        (&["versions", "publish", "partners", "v1"], 1),
        (&["versions", "promote", "partners", "v1", "staging"], 1),
        (&["versions", "deprecate", "partners", "v1"], 2),
        (&["subscriptions", "history", "sub_x"], 1),
        (&["subscriptions", "suspend", "sub_crm"], 2),
        (&["keys", "rotate", "key_x", "--overlap", "91d"], 1),
        (&["keys", "rotate", "key_x", "--overlap", "soon"], 2),
        (&["policies", "effective", "partners", "v1", "x"], 1),
    ];
    for (arguments, status) in rows {
        let ran = postern.run(arguments);
        assert_eq!(ran.status.code(), Some(*status), "{arguments:?}: {ran:?}");
    }
    postern.key("fieldforce");
    let allowed = postern.run(&["can", "fieldforce", "GET", customers]);
    assert_eq!(allowed.status.code(), Some(0), "{allowed:?}");
    for (arguments, status) in [
        (&["check", &*good] as &[&str], 0),
        (&["check", &*good, &*bad], 1),
        (&["check"], 2),
        (&["schema"], 0),
        (&["nonsense"], 2),
        (&[], 2),
        (&["--version"], 0),
        (&["log", "--data", "/nowhere"], 1),
    ] {
        let ran = cli(arguments);
        assert_eq!(ran.status.code(), Some(status), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn shells_and_the_manual_know_every_command() {
    let commands = [
        "run",
        "why",
        "can",
        "fix",
        "apply",
        "keys",
        "completions",
        "man",
    ];
    let files = scratch("manual");
    for shell in ["bash", "zsh", "fish"] {
        let ran = cli(&["completions", shell]);
        assert!(ran.status.success(), "{shell}: {ran:?}");
        for command in commands {
            assert!(ran.stdout.contains(command), "{shell}: {command}");
        }
        let script = files.write(shell, &ran.stdout);
        if installed(shell) {
            let read = run(Command::new(shell).arg("-n").arg(script), SOON);
            assert!(read.status.success(), "{shell}: {read:?}");
        }
    }
    let out = files.join("a/man1");
    let ran = cli(&["man", "--out", out.to_str().expect("a path of ours")]);
    assert!(ran.status.success(), "{ran:?}");
    let page = |name: &str| {
        let path = out.join(format!("{name}.1"));
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    for command in commands {
        assert!(
            page("postern").contains(&format!("postern\\-{command}(1)")),
            "{command}"
        );
        assert!(
            page(&format!("postern-{command}")).contains(".TH"),
            "{command}"
        );
    }
    let revoke = page("postern-keys-revoke");
    assert!(
        revoke.contains("Examples:") && revoke.contains("\\-\\-yes"),
        "{revoke}"
    );
    let file = files.write("taken", "");
    let nowhere = cli(&["man", "--out", file.to_str().expect("a path of ours")]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(
        nowhere.stderr.contains("taken cannot be written"),
        "{nowhere:?}"
    );
}
