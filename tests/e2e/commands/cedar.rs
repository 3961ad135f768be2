//! Policies in Cedar: what they permit and forbid, the near miss, and what mends it.

use super::super::harness::raw::once;
use super::{CONFIG, Stored, code};
use serde_json::Value;

const POLICIES: &str = r#"  customers:
    kind: cedar
    on: { service: partners }
    policies: |
      @id("partners may read")
      permit (principal in Postern::Group::"readers", action in Postern::Action::"read", resource);
      @id("own data")
      permit (principal, action, resource == Postern::Operation::"partners/v1/get-customer")
      when { resource.path.customer == principal.name };
      @id("no settings")
      forbid (principal, action, resource == Postern::Operation::"partners/v1/set-config")
      unless { context.headers has "x-change" };
"#;

fn config() -> String {
    CONFIG
        .replace(
            "          set-config:",
            "          get-customer: { methods: [GET], path: \"/customers/{customer}\", scopes: [\"partners:read\"] }\n          set-config:",
        )
        .replace("  office-only:\n    kind: network\n    on: { service: partners, version: v1, operation: set-config }\n    allow: [office]\n", POLICIES)
        + "groups: { readers: { tenant: partner-x } }\n"
}

fn started() -> Stored {
    let stored = Stored::empty();
    let applied = stored.apply(&config());
    assert!(applied.status.success(), "{applied:?}");
    stored
}

/// Status, code and id of the answer to a request.
fn ask(postern: &Stored, line: &str, key: &str, more: &str) -> (u16, String, String) {
    let request = format!(
        "{line} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nX-API-Key: {key}\r\n{more}\r\n"
    );
    let answer = once(postern.gateway, request);
    let id = answer.header("x-request-id").unwrap_or_default();
    (answer.status, code(&answer), id)
}

#[test]
fn statements_permit_and_forbid() {
    let postern = started();
    let key = postern.key("fieldforce");
    let outcome = |line: &str, more: &str| {
        let (status, code, _) = ask(&postern, line, &key, more);
        (status, code)
    };
    let not_permitted = (403, "authorization.not_permitted".to_owned());
    assert_eq!(outcome("GET /partners/customers", ""), not_permitted);
    // The path names the caller, or somebody else.
    assert_eq!(outcome("GET /partners/customers/fieldforce", "").0, 200);
    assert_eq!(outcome("GET /partners/customers/field%66orce", "").0, 200);
    assert_eq!(outcome("GET /partners/customers/crm", ""), not_permitted);
    let forbidden = (403, "authorization.forbidden".to_owned());
    let length = "Content-Length: 0\r\n";
    assert_eq!(outcome("PUT /partners/config", length), forbidden);
    let change = "X-Change: yes\r\nContent-Length: 0\r\n";
    assert_eq!(outcome("PUT /partners/config", change), not_permitted);
}

fn fixes(found: &Value) -> Vec<&str> {
    let fixes = found["found"]["fixes"].as_array();
    let fixes = fixes.unwrap_or_else(|| panic!("{found}")).iter();
    fixes.filter_map(|fix| fix["sentence"].as_str()).collect()
}

#[test]
fn a_near_miss_is_explained_and_mended() {
    let postern = started();
    let key = postern.key("fieldforce");
    let (_, _, id) = ask(&postern, "GET /partners/customers", &key, "");
    let why = postern.ok(&["why", &id]);
    for told in [
        "partners may read of customers, 1 of 2 conditions met",
        "expected caller in group `readers`",
        "app `fieldforce`",
    ] {
        assert!(why.contains(told), "{told}: {why}");
    }
    let found = postern.json(&["why", &id]);
    let offered = fixes(&found);
    assert_eq!(offered[0], "put app `fieldforce` into group `readers`");
    assert!(offered[1].contains("by a statement of its own"), "{found}");
    postern.ok(&["fix", &id, "--yes"]);
    assert_eq!(ask(&postern, "GET /partners/customers", &key, "").0, 200);
}

#[test]
fn an_exception_from_a_statement_is_made_for_one_app() {
    let postern = started();
    let key = postern.key("fieldforce");
    let (_, _, id) = ask(&postern, "GET /partners/customers", &key, "");
    let found = postern.json(&["why", &id]);
    let at = fixes(&found)
        .iter()
        .position(|fix| fix.contains("by a statement of its own"));
    let number = (at.expect("it is offered") + 1).to_string();
    postern.ok(&["fix", &id, &number, "--yes"]);
    assert_eq!(ask(&postern, "GET /partners/customers", &key, "").0, 200);
    let written = postern.ok(&["export"]);
    assert!(
        written.contains("permit (principal == Postern::App::"),
        "{written}"
    );
}

/// What is said when a configuration is refused.
fn said(postern: &Stored, config: &str) -> String {
    let applied = postern.apply(config);
    assert!(!applied.status.success(), "{applied:?}");
    applied.stderr + &applied.stdout
}

#[test]
fn what_is_wrong_with_statements_is_shown_where_it_stands() {
    let postern = Stored::empty();
    let config = config();
    for (right, wrong, what) in [
        ("v1/set-config", "v1/set-confg", "operation"),
        ("\"readers\"", "\"reders\"", "group"),
        (
            "principal in Postern::Group::\"readers\"",
            "principal == Postern::App::\"fieldforse\"",
            "app",
        ),
    ] {
        let mistaken = config.replace(right, wrong);
        let said = said(&postern, &mistaken);
        assert!(said.contains(&format!("there is no {what} `")), "{said}");
        assert!(said.contains("did you mean `"), "{said}");
    }
}

#[test]
fn names_are_looked_up_among_the_apps_and_groups_that_are_stored() {
    let postern = started();
    let config = config();
    // A file with the rules alone leaves those as they are.
    let (rules, _) = config.split_once("apps:").expect("accounts");
    let (_, lists) = config.split_once("lists:").expect("rules behind them");
    let (lists, _) = lists.split_once("groups:").expect("the groups are last");
    let alone = format!("{rules}lists:{lists}").replace("own data", "their own data");
    let applied = postern.apply(&alone);
    assert!(applied.status.success(), "{applied:?}");
    let said = said(&postern, &alone.replace("\"readers\"", "\"reders\""));
    assert!(said.contains("there is no group `reders`"), "{said}");
    assert!(said.contains("did you mean `readers`?"), "{said}");
}
