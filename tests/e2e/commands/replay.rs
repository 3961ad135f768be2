//! Looking before leaping: a change, replayed against the requests that came in.

use super::{CONFIG, Stored};
use crate::harness::files::scratch;
use crate::harness::gateway::cli;
use crate::harness::raw::get;
use serde_json::Value;

/// As many as two of an hour, and who waited is let in.
fn changed() -> String {
    CONFIG
        .replace(
            "plan: standard, state: pending",
            "plan: standard, state: approved",
        )
        .replace(
            "scopes: [\"partners:read\", \"partners:write\"] }\napps",
            "scopes: [\"partners:read\", \"partners:write\"], \
             limits: { few: { rate: 2, per: 1h, burst: 2, by: app } } }\napps",
        )
}

/// What came in: six times the app that may call, three times the one that waits, and a stranger.
fn called() -> Stored {
    let postern = Stored::start();
    let (fieldforce, crm) = (postern.key("fieldforce"), postern.key("crm"));
    for _ in 0..6 {
        assert_eq!(postern.customers(&fieldforce).status, 200);
    }
    for _ in 0..3 {
        let refused = postern.customers(&crm);
        assert_eq!(refused.denial().as_deref(), Some("subscription.pending"));
    }
    assert_eq!(postern.customers("").status, 401);
    postern
}

fn file(postern: &Stored, config: &str) -> String {
    let path = postern.scratch.write("next.yaml", config);
    path.to_str().expect("a path of ours").to_owned()
}

/// Replays, and gives what was counted.
fn replayed(postern: &Stored, arguments: &[&str]) -> (Option<i32>, Value) {
    let all: Vec<&str> = ["replay"].iter().chain(arguments).copied().collect();
    let all: Vec<&str> = all.into_iter().chain(["--json"]).collect();
    let ran = postern.run(&all);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    (ran.status.code(), told["counts"].clone())
}

fn counts(of: &Value) -> [u64; 6] {
    [
        "requests",
        "same",
        "newly_refused",
        "newly_allowed",
        "code_changed",
        "cannot_tell",
    ]
    .map(|name| of[name].as_u64().expect("a number"))
}

#[test]
fn a_change_is_told_by_what_it_would_have_done() {
    let postern = called();
    let same = file(&postern, CONFIG);
    let (status, told) = replayed(&postern, &["--with", &same]);
    assert_eq!(
        (status, counts(&told)),
        (Some(0), [10, 10, 0, 0, 0, 0]),
        "{told}"
    );

    // Two of each app fit: four of the one are refused, two of the other let in.
    let next = file(&postern, &changed());
    let (status, told) = replayed(&postern, &["--with", &next]);
    assert_eq!(
        (status, counts(&told)),
        (Some(1), [10, 3, 4, 2, 1, 0]),
        "{told}"
    );
    let group = |difference: &str| {
        let groups = told["groups"].as_array().expect("groups");
        let found = groups.iter().find(|one| one["difference"] == difference);
        found.unwrap_or_else(|| panic!("{told}")).clone()
    };
    let refused = group("newly_refused");
    assert_eq!(refused["app"], "fieldforce");
    assert_eq!(refused["operation"], "partners/v1/list-customers");
    assert_eq!(
        (&refused["after"], &refused["count"]),
        (&"limit.rate_exceeded".into(), &4.into())
    );
    let allowed = group("newly_allowed");
    assert_eq!(
        (&allowed["before"], &allowed["app"]),
        (&"subscription.pending".into(), &"crm".into())
    );
    let other = group("code_changed");
    assert_eq!(other["after"], "limit.rate_exceeded");
    // An example is a request that can be asked about.
    let example = allowed["examples"][0].as_str().expect("an id");
    assert!(
        postern
            .ok(&["why", example])
            .contains("subscription.pending")
    );

    let text = postern.run(&["replay", "--with", &next]).stdout;
    for part in [
        "replayed 10 requests of the last 24h: 4 newly refused (4 limit.rate_exceeded of fieldforce), \
         2 newly let in (2 subscription.pending of crm), 1 with another code, 0% cannot be told",
        "newly refused:\nCOUNT",
        "assumed:\n  counters of limits",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn only_what_is_asked_for_is_told_and_what_was_not_kept_is_never_guessed() {
    let postern = called();
    let next = file(&postern, &changed());
    let (_, told) = replayed(&postern, &["--with", &next, "--service", "nothing"]);
    assert_eq!(counts(&told), [0; 6], "{told}");
    let (_, told) = replayed(&postern, &["--with", &next, "--until", "1h"]);
    assert_eq!(counts(&told), [0; 6], "{told}");
    let (_, told) = replayed(&postern, &["--with", &next, "--tenant", "commerce"]);
    assert_eq!(counts(&told)[2], 4, "{told}");

    // Whether a header came that no rule named is not kept of requests that passed.
    let asks = "policies:\n  reasons:\n    kind: headers\n    on: { service: partners }\n    \
                required: [X-Reason]\n";
    let asks = file(&postern, &CONFIG.replace("policies:\n", asks));
    let (_, told) = replayed(&postern, &["--with", &asks]);
    assert_eq!(counts(&told)[0], 10, "{told}");
    assert_eq!(counts(&told)[5], 6, "{told}");
    assert_eq!(told["not_told"][0]["what"], "header");

    let faulty = file(&postern, "services: [\n");
    let ran = postern.run(&["replay", "--with", &faulty]);
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    assert!(ran.stderr.contains("next.yaml:"), "{ran:?}");
}

#[test]
fn it_is_said_before_a_change_is_made() {
    let postern = called();
    let next = file(&postern, &changed());
    let line = "replayed 10 requests of the last 24h: 4 newly refused";
    let differs = postern.run(&["diff", &next, "--replay"]);
    assert!(differs.stdout.contains(line), "{differs:?}");
    assert!(!postern.run(&["diff", &next]).stdout.contains("replayed"));

    let proposed = postern.json(&["change-requests", "create", &next, "--comment", "Fewer"]);
    let id = proposed["id"].as_str().expect("an id");
    let (status, told) = replayed(&postern, &["--change-request", id]);
    assert_eq!(
        (status, counts(&told)),
        (Some(1), [10, 3, 4, 2, 1, 0]),
        "{told}"
    );

    let applied = postern.ok(&["apply", &next, "--yes", "--replay"]);
    assert!(applied.contains(line), "{applied}");
    let moved = postern.run(&["replay", "--change-request", id]);
    assert_eq!(moved.status.code(), Some(2), "{moved:?}");
    assert!(
        moved.stderr.contains("cannot be applied any more"),
        "{moved:?}"
    );
}

#[test]
fn a_file_that_owns_the_configuration_is_compared_as_a_whole() {
    let folder = scratch("owned");
    let config = "services:\n  orders:\n    versions:\n      v1:\n        upstream: echo\n        \
                  operations: { all: { methods: [GET], path: /orders } }\nupstreams: { echo: { \
                  targets: [builtin:echo] } }\negress: { allow: [127.0.0.0/8] }\n";
    let gateway = crate::harness::gateway::Gateway::start(config);
    for _ in 0..3 {
        assert_eq!(
            get(gateway.address, "/orders", "Connection: close\r\n").status,
            200
        );
    }
    let next = format!(
        "{config}lists: {{ nobody: {{ entries: [192.0.2.1] }} }}\npolicies:\n  closed: {{ kind: \
         network, on: platform, allow: [nobody] }}\n"
    );
    let next = folder.write("next.yaml", next);
    let next = next.to_str().expect("a path of ours");
    let data = gateway.file().with_file_name("data");
    let data = data.to_str().expect("a path of ours");
    let ran = cli(&["replay", "--with", next, "--data", data, "--json"]);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!(counts(&told["counts"]), [3, 0, 3, 0, 0, 0], "{told}");
    assert_eq!(told["counts"]["groups"][0]["policy"], "closed");
    let part = cli(&["replay", "--with", next, "--data", data, "--prune"]);
    assert!(part.stderr.contains("as a whole"), "{part:?}");
}
