//! With a file, the file owns everything: writing commands say what to write into it.

use super::{CONFIG, cli};
use crate::harness::Gateway;
use serde_json::Value;

fn run(gateway: &Gateway, arguments: &[&str]) -> crate::harness::program::Ran {
    let data = gateway.file().with_file_name("data");
    super::run(&data, arguments)
}

#[test]
fn writing_commands_name_the_file_and_print_its_lines() {
    let gateway = Gateway::start(CONFIG);
    let file = gateway.file().display().to_string();
    let writing: [(&[&str], &[&str]); 4] = [
        (
            &["subscriptions", "approve", "sub_crm", "--comment", "Agreed"],
            &["subscriptions:\n  sub_crm:\n    state: approved\n"],
        ),
        (
            &["lists", "add", "office", "198.51.100.7", "--comment", "Ann"],
            &["lists:\n  office:\n", "203.0.113.0/24", "198.51.100.7/32"],
        ),
        (
            &["keys", "create", "--app", "crm"],
            &["credentials:\n  key_", "sha256:"],
        ),
        (&["apply", &file, "--comment", "x"], &["edit that file"]),
    ];
    for (arguments, parts) in writing {
        let ran = run(&gateway, arguments);
        assert_eq!(ran.status.code(), Some(1), "{arguments:?}: {ran:?}");
        for part in parts.iter().chain([&&*file]) {
            assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
        }
    }
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
    super::eventually("the key is known", || (ask().status == 200).then_some(()));
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

#[test]
fn help_has_examples() {
    for command in [
        &["apply"] as &[&str],
        &["keys", "create"],
        &["keys", "list"],
        &["keys", "revoke"],
        &["subscriptions", "list"],
        &["subscriptions", "approve"],
        &["subscriptions", "reject"],
        &["lists", "add"],
        &["lists", "remove"],
        &["blocks", "list"],
        &["blocks", "lift"],
        &["policies", "effective"],
    ] {
        let help = cli(&[command, &["--help"]].concat());
        let example = format!("postern {}", command.join(" "));
        let (_, examples) = help.stdout.split_once("Examples:").expect("examples");
        assert!(examples.contains(&example), "{}", help.stdout);
    }
}
