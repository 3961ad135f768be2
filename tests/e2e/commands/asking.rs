//! Asking about requests: why, what if, what came in; and making what mends them.

use super::{CONFIG, Stored, code};
use crate::harness::program::Ran;
use crate::harness::raw::{get, once};
use crate::harness::{Gateway, Response, binary};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Stands in places that nothing may show.
const CANARY: &str = "Canary7Canary7Canary7";

fn id(response: &Response) -> String {
    response.header("x-request-id").expect("an id")
}

/// A text without what differs from run to run.
fn masked(text: &str, secrets: &[(&str, &str)]) -> String {
    let mut text = text.replace(&binary::postern().display().to_string(), "postern");
    for (real, shown) in secrets {
        text = text.replace(real, shown);
    }
    let mut out = String::new();
    for line in text.lines() {
        // Commands lead to this one's directory.
        let line = line
            .split_once(" --data ")
            .map_or(line, |(before, _)| before);
        // Revisions have hashes, and `since` has times.
        let line = match line.split_once("revision ") {
            Some((before, after)) => {
                let after = after.split_once(')').map_or("", |(_, after)| after);
                format!("{before}revision N (HASH){after}")
            }
            None => line.to_owned(),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn golden(name: &str, text: &str) {
    let path = format!(
        "{}/e2e/commands/golden/{name}.txt",
        env!("CARGO_MANIFEST_DIR")
    );
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name}: UPDATE=1 writes it anew");
}

#[test]
fn a_refusal_is_explained_mended_and_passes() {
    let postern = Stored::start();
    let key = postern.key("crm");
    let refused = postern.customers(&key);
    assert_eq!(code(&refused), "subscription.pending");
    let id = id(&refused);
    let why = postern.ok(&["why", &id]);
    let short = format!("key_...{}", &super::id_of(&key)[16..]);
    golden("pending", &masked(&why, &[(&id, "ID"), (&short, "KEY")]));
    // The beginning of the id will do, and the last one is this one.
    assert_eq!(postern.ok(&["why", &id[..20]]), why);
    assert_eq!(
        postern.ok(&[
            "why",
            "--last",
            "--app",
            "crm",
            "GET",
            "/partners/customers"
        ]),
        why
    );
    let fixed = postern.ok(&["fix", &id, "--comment", "Agreed with Lin"]);
    assert!(fixed.contains("changed subscription `sub_crm`"), "{fixed}");
    assert!(
        fixed.contains("next: send GET /partners/customers again"),
        "{fixed}"
    );
    let passed = postern.customers(&key);
    assert_eq!(passed.status, 200);
    // The same record is explained by what was served then, and what mends it is done.
    assert!(
        postern
            .ok(&["why", &id])
            .starts_with("refused[subscription.pending]")
    );
    let again = postern.fails(&["fix", &id, "--comment", "x"]);
    assert!(again.contains("would pass now"), "{again}");
    let allowed = postern.ok(&["why", &self::id(&passed)]);
    assert!(
        allowed.starts_with("allowed: GET /partners/customers by app `crm`"),
        "{allowed}"
    );
    assert!(
        allowed.contains("route partners/v1/list-customers"),
        "{allowed}"
    );
}

#[test]
fn a_limit_is_raised_after_other_rules_have_changed() {
    let postern = Stored::empty();
    let limited = CONFIG.replace(
        r#"scopes: ["partners:read", "partners:write"] }"#,
        r#"scopes: ["partners:read", "partners:write"], limits: { few: { rate: 1, per: 1h } } }"#,
    );
    assert_ne!(limited, CONFIG);
    assert!(postern.apply(&limited).status.success());
    let key = postern.key("fieldforce");
    assert_eq!(postern.customers(&key).status, 200);
    let refused = postern.customers(&key);
    assert_eq!(code(&refused), "limit.rate_exceeded");
    postern.ok(&["lists", "add", "office", "198.51.100.0/24"]);
    let fixed = postern.ok(&["fix", &id(&refused), "--comment", "They grow"]);
    assert!(
        fixed.contains("raise limit `few` of plan `standard`"),
        "{fixed}"
    );
    assert_eq!(postern.customers(&key).status, 200);
}

#[test]
fn a_record_that_a_tenant_keeps_no_more_is_missed_with_the_reason() {
    let postern = Stored::empty();
    let config = CONFIG.replace("commerce: {}", "commerce: { call_log_days: 7 }");
    assert!(postern.apply(&config).status.success());
    // Of years ago.
    let missed = postern.run(&["why", "01JDB7Z3K8Q4M2T9V6X1C5N0RW"]);
    assert!(!missed.status.success(), "{missed:?}");
    let said = missed.stdout + &missed.stderr;
    let why = "deleted: what was asked of tenant `commerce`, whose records are kept for 7 days";
    assert!(said.contains(why) && !said.contains("partner-x"), "{said}");
    let bounds = format!("{config}\ncall_log: {{ tenant_days: {{ least: 10 }} }}\n");
    let refused = postern.apply(&bounds);
    let why = "tenant `commerce` may not keep its records for 7 days";
    assert!(refused.stderr.contains(why), "{refused:?}");
    assert!(refused.stderr.contains("allows 10 to 30"), "{refused:?}");
}

#[test]
fn a_list_that_has_expired_lets_nobody_in_and_why_says_so() {
    let postern = Stored::empty();
    let office = "office: { tenant: commerce, entries: [203.0.113.0/24] }";
    let expired = "office: { tenant: commerce, expires_at: 2026-01-01, entries: [127.0.0.0/8] }";
    let config = CONFIG.replace(office, expired);
    let applied = postern.apply(&config);
    assert!(applied.status.success(), "{applied:?}");
    let key = postern.key("fieldforce");
    let put = || {
        let head = format!("PUT /partners/config HTTP/1.1\r\nHost: a\r\nX-API-Key: {key}\r\n");
        let rest = "Connection: close\r\nContent-Length: 0\r\n\r\n";
        once(postern.gateway, head + rest)
    };
    let refused = put();
    assert_eq!(code(&refused), "network.address_not_allowed");
    let why = postern.ok(&["why", &id(&refused)]);
    assert!(
        why.contains("expired, so that nobody is on it: `office`"),
        "{why}"
    );
    assert!(why.contains("let list `office` not expire"), "{why}");
    let table = postern.ok(&["lists", "list"]);
    assert!(table.contains("(the list), over"), "{table}");
    let added = postern.fails(&["lists", "add", "office", "198.51.100.0/24"]);
    assert!(added.contains("nothing on it counts"), "{added}");
    postern.ok(&["fix", &id(&refused), "--comment", "Still wanted"]);
    assert_eq!(put().status, 200);
}

#[test]
fn a_refusal_says_since_when() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    assert_eq!(postern.customers(&key).status, 200);
    postern.ok(&[
        "subscriptions",
        "reject",
        "sub_fieldforce",
        "--comment",
        "Over",
        "--yes",
    ]);
    let refused = postern.customers(&key);
    let why = postern.ok(&["why", &id(&refused)]);
    assert!(why.contains("allowed until change"), "{why}");
    assert!(why.contains("of subscription `sub_fieldforce`"), "{why}");
    assert!(why.contains("compared with"), "{why}");
    assert!(
        why.contains("subscription `sub_fieldforce`: changed by "),
        "{why}"
    );
}

#[test]
fn ids_that_are_not_there_are_answered_with_where_was_looked() {
    let postern = Stored::start();
    postern.customers("x");
    let fails = |id: &str| postern.fails(&["why", id]);
    let other = fails("7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    for part in [
        "no request `7ZZZ",
        "looked in:",
        "kept: 30 days",
        "another installation",
    ] {
        assert!(other.contains(part), "{part}: {other}");
    }
    let old = fails("01JDB7Z3K8Q4M2T9V6X1C5N0RW");
    assert!(old.contains("older than anything that is kept"), "{old}");
    let none = postern.run(&["why", "not an id"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(none.stderr.contains("26 letters and digits"), "{none:?}");
    assert_eq!(postern.run(&["why"]).status.code(), Some(2));
}

#[test]
fn a_question_is_asked_with_a_key_that_opens_something() {
    let postern = Stored::start();
    let keys = "
credentials:
  key_exampe0000000001:
    app: fieldforce
    sha256: d036cf33e437c98c9dca4be19f3f3aefa35f923bd8148f93e1806d01a737a320
    expires_at: 2020-01-01
  key_exampe0000000002:
    app: fieldforce
    sha256: 173c4af2f195faa6b812cdd8b22945fe746d6cb7a2ca8108c27aaa8e0ce8345c
    scopes: []
  key_exampe0000000003:
    app: fieldforce
    sha256: 0017213a3191886329e7206617e4922a6122988db608158ed7de4e44e7e651e2
";
    assert!(postern.apply(&format!("{CONFIG}{keys}")).status.success());
    let ask = ["can", "fieldforce", "GET", "/partners/customers"];
    let can = postern.ok(&ask);
    assert!(can.contains("allowed:"), "{can}");
    let named = [&ask[..], &["--key-id", "key_exampe0000000001"]].concat();
    assert!(postern.run(&named).stdout.contains("credential.expired"));
}

#[test]
fn questions_without_a_request_end_in_three_ways() {
    let postern = Stored::start();
    let (allowed, pending) = (postern.key("fieldforce"), postern.key("crm"));
    let ask = |arguments: &[&str]| {
        let all: Vec<&str> = ["can"].iter().chain(arguments).copied().collect();
        postern.run(&all)
    };
    let ends = |ran: &Ran, status: i32, part: &str| {
        assert_eq!(ran.status.code(), Some(status), "{ran:?}");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains(part), "{part}: {said}");
    };
    ends(
        &ask(&["fieldforce", "GET", "/partners/customers"]),
        0,
        "allowed:",
    );
    ends(
        &ask(&["crm", "GET", "/partners/customers"]),
        1,
        "subscription.pending",
    );
    ends(
        &ask(&["-", "GET", "/partners/customers"]),
        1,
        "credential.missing",
    );
    ends(
        &ask(&["fieldforce", "PUT", "/partners/config"]),
        1,
        "network.address_not_allowed",
    );
    ends(
        &ask(&[
            "fieldforce",
            "PUT",
            "/partners/config",
            "--from",
            "203.0.113.9",
        ]),
        0,
        "allowed:",
    );
    ends(
        &ask(&["nobody", "GET", "/partners/customers"]),
        2,
        "there is no app `nobody`",
    );
    ends(&ask(&["crm", "GET", "partners"]), 2, "is not a path");
    // Asking is not calling: what was said is so.
    assert_eq!(postern.customers(&allowed).status, 200);
    assert_eq!(code(&postern.customers(&pending)), "subscription.pending");
}

#[test]
fn requests_are_listed_counted_and_exported() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    assert_eq!(postern.customers(&key).status, 200);
    for _ in 0..3 {
        postern.customers("wrong");
    }
    // Requests of one millisecond, on several cores, have no order.
    std::thread::sleep(std::time::Duration::from_millis(2));
    get(postern.gateway, "/nowhere", "Connection: close\r\n");
    let denials = postern.json(&["denials"]);
    assert_eq!(denials["total"], 4);
    assert_eq!(denials["groups"][0]["key"], "credential.malformed");
    assert_eq!(denials["groups"][0]["count"], 3);
    let by = postern.json(&["denials", "--by", "address", "--code", "route"]);
    assert_eq!(by["groups"][0]["key"], "127.0.0.1");
    assert_eq!(by["groups"][0]["count"], 1);
    let all = postern.ok(&["log", "--json"]);
    let rows: Vec<Value> = all
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0]["code"], "route.not_found");
    let some = postern.ok(&["log", "--app", "fieldforce", "--status", "2xx"]);
    assert_eq!(some.lines().count(), 1, "{some}");
    let phrase = postern.ok(&["log", "--phrase", "nowhere", "--export", "csv"]);
    assert_eq!(phrase.lines().count(), 2, "{phrase}");
    assert!(phrase.starts_with("id,at,"), "{phrase}");
    let wrong = postern.run(&["log", "--code", "no.such"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(wrong.stderr.contains("`no.such` is no code"), "{wrong:?}");
    let path = postern.ok(&["log", "--where", "path=/nowhere"]);
    assert_eq!(path.lines().count(), 1, "{path}");
    let keys = postern.ok(&["log", "--fault", "consumer", "--stage", "authenticate"]);
    assert_eq!(keys.lines().count(), 3, "{keys}");
    let none = postern.ok(&["log", "--where", "environment=staging", "--until", "1h"]);
    assert_eq!(none, "");
    let wrong = postern.run(&["log", "--where", "colour=red"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(wrong.stderr.contains("`colour` is no field"), "{wrong:?}");
}

#[test]
fn nothing_secret_is_shown_to_anybody() {
    let postern = Stored::start();
    let key = postern.key("crm");
    let (_, secret) = key.rsplit_once('_').unwrap();
    let head = "GET /partners/customers?token=Canary7Canary7Canary7 HTTP/1.1\r\nHost: a\r\n";
    let rest = format!(
        "Connection: close\r\nX-API-Key: {key}\r\nAuthorization: Bearer {CANARY}\r\n\
         Cookie: s={CANARY}\r\nX-Note: {key}\r\n\r\n"
    );
    let refused = once(postern.gateway, format!("{head}{rest}"));
    let id = id(&refused);
    for arguments in [
        &["why", &id][..],
        &["why", &id, "--json"],
        &["why", &id, "--as", "publisher", "--json"],
        &["why", &id, "--as", "consumer", "--json"],
        &["log", "--json"],
        &["log", "--export", "csv"],
        &["denials", "--json"],
    ] {
        let shown = postern.ok(arguments);
        assert!(!shown.contains(CANARY), "{arguments:?}: {shown}");
        assert!(!shown.contains(secret), "{arguments:?}: {shown}");
    }
}

#[test]
fn with_a_file_the_fix_is_the_lines_to_write() {
    let gateway = Gateway::start(CONFIG);
    let data = gateway.file().with_file_name("data");
    let put = || {
        let head = "PUT /partners/config HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
        once(gateway.address, format!("{head}Content-Length: 0\r\n\r\n"))
    };
    let refused = put();
    assert_eq!(code(&refused), "network.address_not_allowed");
    let id = id(&refused);
    let why = super::run(&data, &["why", &id]);
    golden("address", &masked(&why.stdout, &[(&id, "ID")]));
    let fix = super::run(&data, &["fix", &id, "--comment", "x"]);
    assert_eq!(fix.status.code(), Some(1));
    for part in [
        &*gateway.file().display().to_string(),
        "lists:\n  office:",
        "127.0.0.1/32",
    ] {
        assert!(fix.stderr.contains(part), "{part}: {}", fix.stderr);
    }
    // Another revision is served: the record is still explained by its own.
    let open = CONFIG.replace("203.0.113.0/24", "127.0.0.0/8");
    gateway.replace_config(&open);
    super::eventually("the new list", || {
        (code(&put()) == "credential.missing").then_some(())
    });
    let later = super::run(&data, &["why", &id]);
    // But for the other refusals that there are by now.
    let own = |ran: &Ran| {
        let lines = ran.stdout.lines();
        let own = lines.filter(|line| !line.contains("also lets in"));
        own.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(own(&later), own(&why));
}

#[test]
fn of_a_flood_each_refusal_is_counted_and_explained() {
    const MANY: usize = 6_000;
    let postern = Stored::start();
    let mut answers = TcpStream::connect(postern.gateway).expect("it listens");
    answers
        .set_read_timeout(Some(Duration::from_mins(1)))
        .expect("a timeout");
    let mut asking = answers.try_clone().expect("another handle");
    let asks = std::thread::spawn(move || {
        let ask = "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n".repeat(MANY - 1);
        let last = "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        asking.write_all(format!("{ask}{last}").as_bytes())
    });
    let mut told = String::new();
    answers.read_to_string(&mut told).expect("answers");
    asks.join().expect("no panic").expect("all was taken");
    let ids: Vec<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("x-request-id: "))
        .collect();
    assert_eq!(ids.len(), MANY);
    let denials = postern.json(&["denials", "--code", "route.not_found"]);
    assert_eq!(denials["total"], MANY);
    // Whether it had a row of its own or was counted in another's.
    for at in [0, 1_000, 1_001, 1_500, MANY - 1] {
        let why = postern.ok(&["why", ids[at]]);
        assert!(why.contains("refused[route.not_found]"), "{at}: {why}");
        assert!(why.contains("consumer was told"), "{at}: {why}");
        assert!(why.contains("would have come next"), "{at}: {why}");
    }
    let rows = postern.ok(&["log", "--json", "--limit", "10000"]);
    let counts: Vec<u64> = rows
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|row| row["represents"].as_u64().expect("a count"))
        .collect();
    assert!(counts.len() < MANY && counts.iter().any(|count| *count > 1));
}
