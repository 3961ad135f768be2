//! Credentials and apps that somebody blocks for a while.

use super::{CONFIG, Stored, code, eventually};

#[test]
fn blocks_are_made_listed_and_lifted_by_hand_and_audited() {
    let mut postern = Stored::start();
    let key = postern.key("fieldforce");
    let passes = |postern: &Stored| code(&postern.customers(&key)) != "limit.blocked";
    assert!(passes(&postern));
    let unknown = postern.fails(&["blocks", "add", "--app", "nobody", "--for", "1h"]);
    assert!(unknown.contains("there is no app `nobody`"), "{unknown}");
    let long = postern.run(&["blocks", "add", "--app", "fieldforce", "--for", "90d"]);
    assert_eq!(long.status.code(), Some(2), "{long:?}");
    assert!(long.stderr.contains("at most 30 days"), "{long:?}");
    let arguments = [
        "blocks",
        "add",
        "--app",
        "fieldforce",
        "--for",
        "1h",
        "--reason",
        "its key leaked",
    ];
    let said = postern.ok(&arguments);
    assert!(said.contains("app fieldforce is blocked until"), "{said}");
    let refused = postern.customers(&key);
    assert_eq!(code(&refused), "limit.blocked");
    let detail = refused.json()["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(detail, "The app is blocked for a while: its key leaked.");
    let listed = postern.json(&["blocks", "list", "--app", "fieldforce"]);
    let block = &listed["blocks"][0];
    assert_eq!(block["kind"], "app");
    assert_eq!(block["source"], "fieldforce");
    assert_eq!(block["reason"], "its key leaked");
    assert!(
        block["by"].as_str().is_some_and(|by| !by.is_empty()),
        "{block}"
    );
    let text = postern.ok(&["blocks", "list"]);
    assert!(text.contains("its key leaked"), "{text}");
    // It holds over a restart.
    postern.stop();
    let postern = postern.again();
    assert_eq!(code(&postern.customers(&key)), "limit.blocked");
    let said = postern.ok(&["blocks", "lift", "--app", "fieldforce"]);
    assert!(said.contains("fieldforce is no longer blocked"), "{said}");
    eventually("it passes", || passes(&postern).then_some(()));
    let nobody = postern.fails(&["blocks", "lift", "--app", "fieldforce"]);
    assert!(nobody.contains("is not blocked"), "{nobody}");
    let trail = postern.ok(&["audit", "log", "--json"]);
    for event in ["caller_blocked", "caller_block_lifted"] {
        assert!(trail.contains(event), "{event}: {trail}");
    }
    assert!(trail.contains("its key leaked"), "{trail}");
}

#[test]
fn a_block_of_somebody_else_hinders_no_fix() {
    let postern = Stored::start();
    let key = postern.key("fieldforce");
    postern.ok(&["blocks", "add", "--app", "crm", "--for", "1h"]);
    let suspended = CONFIG.replace(
        "fieldforce: { tenant: partner-x }",
        "fieldforce: { tenant: partner-x, state: suspended, suspended_at: 2026-01-01 }",
    );
    assert_ne!(suspended, CONFIG);
    let applied = postern.apply(&suspended);
    assert!(applied.status.success(), "{applied:?}");
    let refused = eventually("it is suspended", || {
        let refused = postern.customers(&key);
        (code(&refused) == "account.app_suspended").then_some(refused)
    });
    let id = refused.header("x-request-id").expect("an id");
    postern.ok(&["fix", &id, "--comment", "a test"]);
    eventually("it passes", || {
        (postern.customers(&key).status == 200).then_some(())
    });
}
