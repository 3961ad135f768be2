//! The demo: what it promises happens, and what it offers mends it.

use super::run;
use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::cli;
use crate::harness::program::{Program, free_address, installed, skipped};
use crate::harness::{Raw, SOON, binary, eventually};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

struct Demo {
    program: Program,
    scratch: Scratch,
}

impl Demo {
    fn start() -> Self {
        Self::on(scratch("demo"))
    }

    fn on(scratch: Scratch) -> Self {
        let (gateway, admin) = (free_address(), free_address());
        let mut command = Command::new(binary::postern());
        command
            .args(["run", "--demo", "--data"])
            .arg(scratch.join("data"));
        command.args(["--gateway", &gateway.to_string()]);
        command.args(["--admin", &admin.to_string()]);
        let mut program = Program::start(&mut command, &scratch, "log");
        for awaited in [admin, gateway] {
            program.wait_for(awaited, SOON).expect("the demo starts");
        }
        let demo = Self { program, scratch };
        eventually("the stories", || {
            demo.program.output().contains("demo.json").then_some(())
        });
        demo
    }

    fn data(&self) -> PathBuf {
        self.scratch.join("data")
    }

    fn document(&self) -> Value {
        let text = std::fs::read_to_string(self.data().join("demo.json")).expect("demo.json");
        serde_json::from_str(&text).expect("JSON")
    }

    fn scenarios(&self) -> Vec<Value> {
        self.document()["scenarios"]
            .as_array()
            .expect("a list")
            .clone()
    }

    fn curl(&self, name: &str) -> String {
        let scenarios = self.scenarios();
        let found = scenarios.iter().find(|s| s["name"] == name);
        found.expect(name)["curl"]
            .as_str()
            .expect("text")
            .to_owned()
    }
}

/// The status of the last response to a command of the demo.
fn status(curl: &str) -> u64 {
    let command = format!("{curl} -s -o /dev/null -w '%{{http_code}} '");
    let ran = crate::harness::program::run(Command::new("sh").args(["-c", &command]), SOON);
    let last = ran.stdout.split_whitespace().last().map(str::to_owned);
    last.and_then(|status| status.parse().ok()).expect(curl)
}

#[test]
fn every_scenario_ends_as_it_says_and_is_recorded_under_its_code() {
    if !installed("curl") {
        return skipped("curl is not installed");
    }
    let demo = Demo::start();
    for scenario in demo.scenarios() {
        let curl = scenario["curl"].as_str().expect("text");
        assert_eq!(
            status(curl),
            scenario["expect_status"].as_u64().expect("a number"),
            "{curl}"
        );
        if let Some(code) = scenario["expect_code"].as_str() {
            let last = format!("code=\"{code}\"");
            eventually(code, || demo.program.output().contains(&last).then_some(()));
        }
    }
}

#[test]
fn the_token_of_the_demo_manages_it() {
    let demo = Demo::start();
    let document = demo.document();
    let admin = document["admin"]
        .as_str()
        .and_then(|url| url.strip_prefix("http://"));
    let admin: SocketAddr = admin.expect("an address").parse().expect("an address");
    let apps = |lines: &str| {
        let request = format!(
            "GET /api/v1/apps HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n{lines}\r\n"
        );
        Raw::connect(admin).exchange(request)
    };
    let token = document["admin_token"].as_str().expect("a token");
    let found = apps(&format!("Authorization: Bearer {token}\r\n"));
    assert_eq!(found.status, 200, "{}", found.text());
    assert!(found.text().contains("fieldforce"), "{}", found.text());
    assert_eq!(apps("").status, 401);
    assert!(demo.program.output().contains("/accept?token=pml_"));
}

#[test]
fn what_each_story_offers_mends_it() {
    if !installed("curl") {
        return skipped("curl is not installed");
    }
    let demo = Demo::start();
    let first = demo.curl("key of another environment with too few scopes");
    let (second, third) = (
        demo.curl("address not on the list"),
        demo.curl("subscription pending"),
    );
    for curl in [&first, &second, &third] {
        assert_eq!(status(curl), 403, "{curl}");
    }
    let text = demo.program.output();
    let program = format!("{} ", binary::postern().display());
    let commands = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix(&program));
    let commands: Vec<String> = commands
        .map(|command| command.split(" --data ").next().expect("one").to_owned())
        .collect();
    let run_all = |verb: &str| -> Vec<String> {
        let wanted = commands.iter().filter(|command| command.starts_with(verb));
        let ran = wanted.map(|command| {
            let words: Vec<String> = words(command);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ran = run(&demo.data(), &words);
            assert!(ran.status.success(), "{command}: {ran:?}");
            ran.stdout
        });
        ran.collect()
    };
    let reasons = run_all("why");
    assert!(
        reasons[0].contains("refused[credential.wrong_environment]")
            && reasons[0].contains("authorization.scope_missing"),
        "both problems at once: {}",
        reasons[0]
    );
    assert!(reasons[1].contains("nearest"), "{}", reasons[1]);
    assert!(reasons[2].contains("waiting"), "{}", reasons[2]);
    let key = run_all("keys").remove(0);
    run_all("lists");
    run_all("subscriptions");
    let old = first
        .split('\'')
        .find(|word| word.starts_with("X-API-Key"))
        .expect("a key");
    let renewed = first.replace(old, &format!("X-API-Key: {}", key.trim()));
    for curl in [&renewed, &second, &third] {
        assert_eq!(status(curl), 200, "{curl}");
    }
}

/// Splits a command as a shell does whose words have plain quotes only.
fn words(command: &str) -> Vec<String> {
    let mut quoted = false;
    let words = command.split(|c: char| {
        quoted ^= c == '\'';
        c == ' ' && !quoted
    });
    words.map(|word| word.replace('\'', "")).collect()
}

#[test]
fn a_demo_begins_again_with_new_keys_and_leaves_other_files_alone() {
    let demo = Demo::start();
    let before = demo.curl("allowed");
    demo.scratch.write("data/notes.txt", "mine");
    let Demo { program, scratch } = demo;
    drop(program);
    let again = Demo::on(scratch);
    assert_ne!(again.curl("allowed"), before);
    assert!(again.data().join("notes.txt").exists());
}

#[test]
fn a_database_that_is_no_demos_is_refused_by_its_name() {
    let stored = super::Stored::start();
    let data = stored.data();
    let super::Stored {
        program, scratch, ..
    } = stored;
    drop(program);
    let data = data.to_str().expect("a path of ours");
    let ran = cli(&["run", "--demo", "--data", data]);
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        ran.stderr.contains("postern.db is not a demo's"),
        "{}",
        ran.stderr
    );
    drop(scratch);
}
