//! With a file, the file owns everything: writing commands say what to write into it.

use super::CONFIG;
use crate::harness::gateway::cli;
use crate::harness::raw::once;
use crate::harness::{Gateway, eventually};
use serde_json::Value;

fn run(gateway: &Gateway, arguments: &[&str]) -> crate::harness::program::Ran {
    let data = gateway.file().with_file_name("data");
    super::run(&data, arguments)
}

/// Runs commands that cannot do what they are for, and are to name the file and its new lines.
fn told(gateway: &Gateway, writing: &[(&[&str], &[&str])]) {
    let file = gateway.file().display().to_string();
    for (arguments, parts) in writing {
        let ran = run(gateway, arguments);
        assert_eq!(ran.status.code(), Some(1), "{arguments:?}: {ran:?}");
        for part in parts.iter().chain([&&*file]) {
            assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
        }
    }
}

/// A key that nobody has, for what is revoked.
const CREDENTIAL: &str = "
credentials:
  key_exampe0000000001:
    app: crm
    sha256: d036cf33e437c98c9dca4be19f3f3aefa35f923bd8148f93e1806d01a737a320
";

#[test]
fn writing_commands_name_the_file_and_print_its_lines() {
    let made = cli(&["keys", "create", "--app", "crm", "--offline"]);
    let (key, lines) = made.stdout.split_once("\n\n").expect("a key and lines");
    let lines = lines.replace("credentials:\n", "");
    let gateway = Gateway::start(format!("{CONFIG}{CREDENTIAL}{lines}"));
    let file = gateway.file().display().to_string();
    let refused = |method: &str, path: &str, key: &str| {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
        let rest = format!("{key}Content-Length: 0\r\n\r\n");
        let response = once(gateway.address, head + &rest);
        let id = response.header("x-request-id").expect("an id");
        let known = || run(&gateway, &["why", &id]).status.success().then_some(());
        eventually("the record", known);
        id
    };
    let key = format!("X-API-Key: {key}\r\n");
    let pending = refused("GET", "/partners/customers", &key);
    let address = refused("PUT", "/partners/config", "");
    let before = std::fs::read_to_string(gateway.file()).expect("the file");
    let approve = "subscriptions:\n  sub_crm:\n    state: approved\n";
    let list = "lists:\n  office:\n";
    // Nothing is asked where nothing would be done.
    let writing: &[(&[&str], &[&str])] = &[
        (&["subscriptions", "approve", "sub_crm"], &[approve]),
        (
            &["subscriptions", "reject", "sub_crm", "--comment", "Not now"],
            &[
                "subscriptions:\n  sub_crm:\n    state: rejected\n",
                "comment: \"Not now\"",
            ],
        ),
        (
            &["lists", "add", "office", "198.51.100.7", "--comment", "Ann"],
            &[list, "203.0.113.0/24", "198.51.100.7/32"],
        ),
        (
            &["lists", "remove", "office", "203.0.113.0/24"],
            &["lists:\n  office:\n    entries: []\n"],
        ),
        (
            &["keys", "create", "--app", "crm"],
            &["credentials:\n  key_", "sha256:"],
        ),
        (
            &[
                "keys",
                "revoke",
                "key_exampe0000000001",
                "--reason",
                "Found",
            ],
            &[
                "credentials:\n  key_exampe0000000001:\n    revoked_at:",
                "reason: Found",
            ],
        ),
        (&["fix", &pending], &[approve]),
        (
            &["fix", &pending, "--comment", "Agreed", "--yes"],
            &[approve],
        ),
        (&["fix", &address], &[list, "127.0.0.1/32"]),
        (&["apply", &file], &["edit that file"]),
    ];
    told(&gateway, writing);
    let after = std::fs::read_to_string(gateway.file()).expect("the file");
    assert_eq!(after, before);
    // A block is nothing that a file says.
    let ran = run(&gateway, &["blocks", "lift", "192.0.2.1"]);
    assert!(ran.stderr.contains("192.0.2.1 is not blocked"), "{ran:?}");
}

#[test]
fn steps_of_several_documents_are_told_with_all_their_lines() {
    let gateway = Gateway::start(format!("{CONFIG}{CREDENTIAL}"));
    told(
        &gateway,
        &[
            (
                &["keys", "rotate", "key_exampe0000000001"],
                &[
                    "sha256:",
                    "replaces: key_exampe0000000001",
                    "\n  key_exampe0000000001:\n    expires_at:",
                ],
            ),
            (
                &[
                    "subscriptions",
                    "suspend",
                    "sub_fieldforce",
                    "--cause",
                    "billing",
                ],
                &[
                    "subscriptions:\n  sub_fieldforce:\n    state: suspended\n",
                    "cause: billing",
                ],
            ),
            (
                &["subscriptions", "cancel", "sub_crm"],
                &["subscriptions:\n  sub_crm:\n    state: cancelled\n"],
            ),
            (
                &[
                    "versions",
                    "deprecate",
                    "partners",
                    "v1",
                    "--sunset",
                    "2099-01-01",
                ],
                &["state: deprecated\n", "sunset_at:"],
            ),
            (
                &["versions", "retire", "partners", "v1"],
                &["services:\n  partners:\n    versions:\n      v1:\n        state: retired\n"],
            ),
        ],
    );
    // What goes into one section stands below its name once, and nothing is taken away that is not
    // there.
    let rotated = run(&gateway, &["keys", "rotate", "key_exampe0000000001"]).stderr;
    assert_eq!(rotated.matches("credentials:").count(), 1, "{rotated}");
    let retired = run(&gateway, &["versions", "retire", "partners", "v1"]).stderr;
    assert!(!retired.contains("null"), "{retired}");
    // The lines of a key mean nothing without it.
    let ran = run(&gateway, &["keys", "rotate", "key_exampe0000000001"]);
    assert!(ran.stdout.starts_with("pst_"), "{ran:?}");
}

#[test]
fn the_lines_of_a_new_key_make_it_work() {
    let gateway = Gateway::start(CONFIG);
    let ran = run(&gateway, &["keys", "create", "--app", "fieldforce"]);
    let key = ran.stdout.trim();
    let (_, lines) = ran.stderr.split_once("\n\n").unwrap();
    gateway.replace_config(&format!("{CONFIG}{lines}"));
    let ask = || {
        let lines = format!("Connection: close\r\nX-API-Key: {key}\r\n");
        crate::harness::raw::get(gateway.address, "/partners/customers", &lines)
    };
    eventually("the key is known", || (ask().status == 200).then_some(()));
}

#[test]
fn reading_commands_read_the_file() {
    let gateway = Gateway::start(CONFIG);
    let ran = run(
        &gateway,
        &["subscriptions", "list", "--state", "pending", "--json"],
    );
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["subscriptions"][0]["id"], "sub_crm");
    let ran = run(
        &gateway,
        &["policies", "effective", "partners", "v1", "set-config"],
    );
    assert!(ran.stdout.contains("office-only"), "{ran:?}");
}
