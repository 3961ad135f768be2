//! Declared configuration: what a file would change, what is stored as a file, and the way back.

use super::{CONFIG, Stored, code, id_of};
use crate::harness::Gateway;
use crate::harness::files::scratch;
use crate::harness::program::Ran;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;

/// A limit that can be raised.
fn limited(rate: u32) -> String {
    let limits = format!(
        r#"scopes: ["partners:read", "partners:write"], limits: {{ per-app: {{ rate: {rate}, per: 1s }} }} }}"#
    );
    let config = CONFIG.replace(r#"scopes: ["partners:read", "partners:write"] }"#, &limits);
    assert_ne!(config, CONFIG);
    config
}

impl Stored {
    fn file(&self, config: &str) -> String {
        let file = self.scratch.write("declared.yaml", config);
        file.to_str().expect("a path of ours").to_owned()
    }

    /// `postern diff` of a configuration.
    fn diff(&self, config: &str, more: &[&str]) -> Ran {
        let file = self.file(config);
        let all: Vec<&str> = ["diff", &file]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        self.run(&all)
    }

    /// Asks over the socket itself.
    pub(super) fn ask(&self, method: &str, params: &Value) -> Value {
        let link = std::env::temp_dir().join(format!("postern-e2e-d{}.sock", self.program.id()));
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(self.data().join("postern.sock"), &link).expect("a link");
        let mut stream = UnixStream::connect(&link).expect("the socket");
        let line = json!({"method": method, "params": params});
        stream
            .write_all(format!("{line}\n").as_bytes())
            .expect("it is taken");
        let mut answer = String::new();
        BufReader::new(stream)
            .read_line(&mut answer)
            .expect("an answer");
        let _ = std::fs::remove_file(&link);
        serde_json::from_str(&answer).expect("JSON")
    }
}

#[test]
fn a_plan_is_shown_before_anything_is_done() {
    let postern = Stored::empty();
    assert!(postern.apply(&limited(100)).status.success());
    let same = postern.diff(&limited(100), &["--prune"]);
    assert_eq!(same.status.code(), Some(0), "{same:?}");
    assert!(same.stdout.contains("nothing changes"), "{same:?}");
    let next = limited(200)
        .replace(
            "lists:",
            "environments: { staging: { hosts: [s.example] } }\nlists:",
        )
        .replace(
            "  small: { kind: body, on: platform, max_size: 1MiB }\n",
            "",
        );
    let diff = postern.diff(&next, &["--prune"]);
    assert_eq!(diff.status.code(), Some(1), "{diff:?}");
    let expected = "+ environment staging\n\
                    ~ plan standard: limits.per-app.rate 100 → 200\n\
                    - policy small\n\
                    1 to add, 1 to change, 1 to remove\n";
    assert_eq!(diff.stdout, expected);
    let file = postern.file(&next);
    let unasked = postern.run(&["apply", &file, "--prune"]);
    assert_eq!(unasked.status.code(), Some(1), "{unasked:?}");
    assert_eq!(unasked.stdout, expected);
    assert!(unasked.stderr.contains("add --yes"), "{unasked:?}");
    assert_eq!(postern.diff(&next, &["--prune"]).status.code(), Some(1));
    let applied = postern.ok(&["apply", &file, "--prune", "--yes"]);
    assert!(
        applied.contains("done: 3 documents are changed, and served"),
        "{applied}"
    );
    assert_eq!(postern.diff(&next, &["--prune"]).status.code(), Some(0));
    let faulty = postern.diff(
        &next.replace("services: [partners]", "services: [partnres]"),
        &[],
    );
    assert_eq!(faulty.status.code(), Some(2), "{faulty:?}");
    for part in ["declared.yaml:", "did you mean `partners`"] {
        assert!(faulty.stderr.contains(part), "{part}: {}", faulty.stderr);
    }
    assert_eq!(postern.diff("services: [", &[]).status.code(), Some(2));
    assert_eq!(
        postern.run(&["diff", "/nowhere.yaml"]).status.code(),
        Some(2)
    );
}

#[test]
fn what_is_exported_is_what_is_stored() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    postern.ok(&[
        "lists",
        "add",
        "office",
        "198.51.100.0/24",
        "--comment",
        "Ü: \"x\" #1",
    ]);
    let exported = postern.ok(&["export"]);
    assert!(exported.contains(&id_of(&key)), "{exported}");
    assert!(!exported.contains(&key), "{exported}");
    let diff = postern.diff(&exported, &["--prune"]);
    assert_eq!(diff.status.code(), Some(0), "{diff:?}\n{exported}");
    // Whatever happens afterwards, it brings it back.
    postern.ok(&["delete", "policy", "small", "--yes"]);
    postern.ok(&["subscriptions", "approve", "sub_crm"]);
    let file = postern.file(&exported);
    let plan = postern.ok(&["apply", &file, "--prune", "--yes"]);
    assert!(
        plan.contains("+ policy small") && plan.contains("~ subscription sub_crm"),
        "{plan}"
    );
    assert_eq!(postern.ok(&["export"]), exported);
    assert_eq!(postern.customers(&key).status, 200);
    let part = postern.ok(&["export", "--tenant", "partner-x"]);
    assert!(
        part.contains("fieldforce") && !part.contains("services:"),
        "{part}"
    );
    let kinds = postern.ok(&["export", "--kind", "plan,lists"]);
    assert!(
        kinds.starts_with("plans:") && kinds.contains("lists:"),
        "{kinds}"
    );
    assert!(!kinds.contains("apps:"), "{kinds}");
    let none = postern.run(&["export", "--kind", "plam"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(
        none.stderr.contains("there is no kind of document `plam`"),
        "{none:?}"
    );
}

#[test]
fn a_file_can_be_exported_and_compared_too() {
    let gateway = Gateway::start(CONFIG);
    let data = gateway.file().with_file_name("data");
    let exported = super::run(&data, &["export"]);
    assert!(exported.stdout.contains("sub_fieldforce"), "{exported:?}");
    let place = scratch("exported");
    let file = place.write("e.yaml", &exported.stdout);
    let file = file.to_str().expect("a path of ours");
    let same = super::run(&data, &["diff", file, "--prune"]);
    assert_eq!(same.status.code(), Some(0), "{same:?}");
    let other = place.write("o.yaml", "lists: { office: { entries: [] } }");
    let other = super::run(&data, &["diff", other.to_str().expect("ours")]);
    assert_eq!(other.status.code(), Some(1), "{other:?}");
    let history = super::run(&data, &["revisions", "list"]);
    assert_eq!(history.status.code(), Some(1), "{history:?}");
    assert!(history.stderr.contains("edit that file"), "{history:?}");
}

#[test]
fn what_others_refer_to_is_not_deleted() {
    let postern = Stored::start();
    let unasked = postern.fails(&["delete", "plan", "standard"]);
    assert!(
        unasked.contains("this deletes plan `standard`"),
        "{unasked}"
    );
    let refused = postern.fails(&["delete", "plan", "standard", "--yes"]);
    for part in [
        "plan `standard` cannot go: subscription `sub_crm`, subscription `sub_fieldforce` refer to it",
        "remove those as well",
    ] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    let (without, _) = CONFIG.split_once("plans:").expect("plans");
    let pruned = postern.diff(
        &format!("{without}upstreams: {{ echo: {{ targets: [builtin:echo] }} }}\n"),
        &["--prune"],
    );
    assert_eq!(pruned.status.code(), Some(2), "{pruned:?}");
    assert!(pruned.stdout.contains("- plan standard"), "{pruned:?}");
    assert!(
        pruned
            .stdout
            .contains("2 subscriptions that are not declared stay"),
        "{pruned:?}"
    );
    assert!(pruned.stderr.contains("app `crm` cannot go"), "{pruned:?}");
    let unknown = postern.fails(&["delete", "plan", "gold", "--yes"]);
    assert!(unknown.contains("there is standard"), "{unknown}");
    postern.ok(&["delete", "subscription", "sub_crm", "--yes"]);
    postern.ok(&["delete", "app", "crm", "--yes"]);
}

#[test]
fn faults_of_what_is_stored_name_documents_and_no_file() {
    let postern = Stored::start();
    let refused = postern.fails(&["keys", "create", "--app", "crm", "--scopes", "no:such"]);
    assert!(refused.contains("--> credential `key_"), "{refused}");
    assert!(refused.contains("scopes[0]"), "{refused}");
    assert!(!refused.contains("/documents"), "{refused}");
}

#[test]
fn an_update_between_the_plan_and_its_making_is_not_lost() {
    let postern = Stored::empty();
    assert!(postern.apply(&limited(100)).status.success());
    let given = |rate, seen: &Value| {
        let mut params = json!({"name": "given.yaml", "text": limited(rate)});
        if !seen.is_null() {
            params["seen"] = seen.clone();
        }
        params
    };
    let planned = postern.ask("diff", &given(300, &Value::Null));
    let change = &planned["ok"]["plan"]["changes"][0];
    assert_eq!(change["id"], "standard", "{planned}");
    let seen = json!([{"kind": "plan", "id": "standard", "version": change["version"]}]);
    assert!(postern.apply(&limited(200)).status.success());
    let late = postern.ask("apply", &given(300, &seen));
    assert_eq!(late["error"]["code"], "conflict", "{late}");
    let message = late["error"]["message"].as_str().expect("text");
    assert!(message.contains("plan `standard`"), "{message}");
    let now = postern.ok(&["export", "--kind", "plan"]);
    assert!(now.contains("rate: 200"), "{now}");
}

#[test]
fn a_tenants_part_is_its_own() {
    let postern = Stored::start();
    let part =
        "apps: { fieldforce: { tenant: partner-x, title: F } }\ntenants: { partner-x: {} }\n";
    let whole = ["--prune", "--tenant", "partner-x"];
    let diff = postern.diff(part, &whole);
    assert_eq!(
        diff.status.code(),
        Some(2),
        "a subscription refers to the app: {diff:?}"
    );
    assert!(diff.stdout.contains("- app crm"), "{diff:?}");
    assert!(!diff.stdout.contains("service"), "{diff:?}");
    let foreign = "lists: { office: { tenant: partner-x, entries: [] } }";
    let refused = postern.diff(foreign, &whole);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stderr.contains("list `office`"), "{refused:?}");
    let kept = postern.diff(part, &["--tenant", "partner-x"]);
    assert_eq!(
        kept.stdout,
        "~ app fieldforce: title + F\n0 to add, 1 to change, 0 to remove\n"
    );
}

#[test]
fn a_rollback_brings_the_rules_back_and_no_key() {
    let postern = Stored::empty();
    assert!(postern.apply(&limited(100)).status.success());
    let key = postern.key("fieldforce");
    assert_eq!(postern.customers(&key).status, 200);
    assert!(postern.apply(&limited(200)).status.success());
    postern.ok(&["delete", "policy", "small", "--yes"]);
    postern.ok(&["keys", "revoke", &id_of(&key), "--reason", "Lost", "--yes"]);
    let later = postern.key("fieldforce");
    let listed = postern.json(&["revisions", "list"]);
    let numbers: Vec<_> = listed["revisions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["number"].as_u64(), one["in_force"].as_bool()))
        .collect();
    let expected = [(3, true), (2, false), (1, false)].map(|(n, f)| (Some(n), Some(f)));
    assert_eq!(numbers, expected);
    let diff = postern.run(&["revisions", "diff", "1"]);
    assert_eq!(diff.status.code(), Some(1), "{diff:?}");
    assert_eq!(
        diff.stdout,
        "~ plan standard: limits.per-app.rate 100 → 200\n- policy small\n\
         0 added, 1 changed, 1 removed\n"
    );
    let shown = postern.ok(&["revisions", "show", "2"]);
    assert!(
        shown.starts_with("revision 2 (") && shown.contains("100 → 200"),
        "{shown}"
    );
    let rules = postern.ok(&["revisions", "show", "1", "--export"]);
    assert!(
        rules.contains("rate: 100") && !rules.contains("apps:"),
        "{rules}"
    );
    let unasked = postern.fails(&["revisions", "rollback", "1"]);
    assert!(unasked.contains("add --yes"), "{unasked}");
    let directory = ["export", "--kind", "tenant,app,credential,subscription"];
    let before = postern.ok(&directory);
    let done = postern.ok(&[
        "revisions",
        "rollback",
        "1",
        "--comment",
        "Too high",
        "--yes",
    ]);
    assert!(
        done.contains("200 → 100") && done.contains("+ policy small"),
        "{done}"
    );
    assert_eq!(
        postern.run(&["revisions", "diff", "1", "4"]).status.code(),
        Some(0)
    );
    assert_eq!(postern.ok(&directory), before);
    assert_eq!(code(&postern.customers(&key)), "credential.revoked");
    assert_eq!(postern.customers(&later).status, 200);
    let again = postern.ok(&["revisions", "rollback", "1"]);
    assert!(again.contains("nothing changes"), "{again}");
    let unknown = postern.fails(&["revisions", "rollback", "99", "--yes"]);
    assert!(unknown.contains("there is no revision 99"), "{unknown}");
}

#[test]
fn a_rollback_that_the_directory_does_not_allow_says_what_stands_in_its_way() {
    let postern = Stored::start();
    let more = CONFIG.replace("plans:", "plans:\n  gold: { services: [partners] }");
    assert!(postern.apply(&more).status.success());
    let app = "apps: { late: { tenant: partner-x } }\nsubscriptions: { sub_late: { app: late, service: partners, plan: gold, state: approved } }\n";
    assert!(postern.apply(app).status.success(), "a file may be a part");
    let refused = postern.fails(&["revisions", "rollback", "1", "--yes"]);
    assert!(
        refused.contains("plan `gold` cannot go: subscription `sub_late` refers to it"),
        "{refused}"
    );
}
