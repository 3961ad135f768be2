//! Policies in shadow mode: what they would have refused, and how a policy gets there and back.

use super::{CONFIG, Stored};
use crate::harness::raw::{get, once};
use serde_json::json;

/// A policy that asks for a reason and is only tried, and a limit that is.
fn tried() -> String {
    CONFIG.replace(
        "policies:\n",
        "policies:\n  reasons: { kind: headers, on: { service: partners }, required: [X-Reason], \
         mode: shadow, until: 2099-01-01 }\n  few: { kind: rate, on: { service: partners }, rate: \
         2, per: 1h, burst: 2, by: app, mode: shadow }\n",
    )
}

#[test]
fn what_a_policy_in_shadow_mode_would_have_refused_is_counted() {
    let postern = Stored::empty();
    let applied = postern.apply(&tried());
    assert!(applied.status.success(), "{applied:?}");
    let key = postern.key("fieldforce");
    for _ in 0..4 {
        assert_eq!(postern.customers(&key).status, 200);
    }
    // Refused by something else, after the policy had looked at it.
    assert_eq!(postern.customers("").status, 401);
    let reason = format!("Connection: close\r\nX-API-Key: {key}\r\nX-Reason: audit\r\n");
    assert_eq!(
        get(postern.gateway, "/partners/customers", &reason).status,
        200
    );

    let told = postern.json(&["policies", "shadow"]);
    let of = |name: &str| {
        let all = told["policies"].as_array().expect("policies");
        let found = all.iter().find(|one| one["policy"] == name);
        found.unwrap_or_else(|| panic!("{told}"))["shadow"].clone()
    };
    let reasons = of("reasons");
    assert_eq!(
        (&reasons["requests"], &reasons["refusals"], &reasons["apps"]),
        (&json!(6), &json!(5), &json!(1)),
        "{told}"
    );
    assert_eq!(reasons["codes"][0]["code"], "headers.required_missing");
    let few = of("few");
    assert_eq!(few["refusals"], 3, "{told}");
    assert_eq!(few["codes"][0]["code"], "limit.rate_exceeded");
    let example = reasons["codes"][0]["example"].as_str().expect("an id");
    assert!(
        postern
            .ok(&["why", example])
            .contains("headers.required_missing by policy `reasons`")
    );

    let text = postern.ok(&["policies", "shadow", "--policy", "reasons"]);
    assert!(text.contains("WOULD HAVE REFUSED"), "{text}");
    assert!(text.contains("service partners"), "{text}");
    let effective = postern.ok(&["policies", "effective", "partners", "v1", "list-customers"]);
    let line = "`reasons` would have refused 5 of 6 requests of 1 app since";
    assert!(effective.contains(line), "{effective}");
    let none = postern.json(&["policies", "shadow", "--service", "nothing"]);
    assert_eq!(none["policies"], json!([]));
    let admin = postern.admin;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n");
    let metrics = once(admin, request).text();
    let counted =
        "postern_shadow_refusals_total{policy=\"reasons\",code=\"headers.required_missing\"} 5";
    assert!(metrics.contains(counted), "{metrics}");
}

#[test]
fn a_policy_is_relaxed_for_a_reason_and_for_a_while() {
    let postern = Stored::start();
    let unsaid = postern.run(&["policies", "relax", "office-only", "--mode", "shadow"]);
    assert_eq!(unsaid.status.code(), Some(2), "{unsaid:?}");
    let relax = [
        "policies",
        "relax",
        "office-only",
        "--mode",
        "shadow",
        "--comment",
        "The line is down",
    ];
    assert!(postern.fails(&relax).contains("--yes"));
    let said = postern.ok(&[&relax[..], &["--yes"]].concat());
    assert!(
        said.starts_with("policy `office-only` refuses nobody"),
        "{said}"
    );
    let listed = postern.json(&["policies", "list"]);
    let office = listed["policies"].as_array().expect("policies").iter();
    let office = office
        .clone()
        .find(|one| one["id"] == "office-only")
        .expect("it");
    assert_eq!(office["mode"], "shadow");
    // Seven days, if nothing is said.
    let until: jiff::Timestamp = office["until"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("one");
    let days = until.duration_since(jiff::Timestamp::now()).as_hours();
    assert!((24 * 7 - 1..=24 * 7).contains(&days), "{days}");
    assert!(postern.ok(&["policies", "list"]).contains("shadow until"));
    assert!(postern.ok(&["audit", "log"]).contains("The line is down"));

    postern.ok(&[
        "policies",
        "enforce",
        "office-only",
        "--comment",
        "It works again",
    ]);
    let listed = postern.ok(&["policies", "list"]);
    assert!(!listed.contains("shadow"), "{listed}");
}
