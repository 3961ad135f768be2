//! `postern test`: what a configuration makes of requests, without anything that runs.

use crate::harness::binary::workspace;
use crate::harness::files::scratch;
use crate::harness::gateway::cli;
use serde_json::Value;

/// Of what is not as expected, and why.
const WRONG: &str = r#"
cases:
  - request: GET /partners/customers
    app: fieldforce
    expect: { refuse: credential }
  - name: writing takes a scope
    request: POST /partners/customers
    app: fieldforce
    scopes: ["partners:read"]
    headers: { Content-Type: application/json }
    expect: allow
  - name: there is no such app
    request: GET /partners/customers
    app: "<ghost>"
    expect: allow
  - request: GET /partners/status
    expect: allow
"#;

fn example(name: &str) -> String {
    let path = workspace().join("examples").join(name);
    path.to_str().expect("a path of ours").to_owned()
}

#[test]
fn the_example_is_as_it_says() {
    let ran = cli(&["test", &example("expectations/access.yaml")]);
    assert!(ran.status.success(), "{ran:?}");
    assert!(
        ran.stdout
            .contains("ok    everybody sees the status: allowed\n"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("10 of 10 as expected"), "{ran:?}");
}

#[test]
fn what_is_not_as_expected_is_shown_with_both_sides_and_why() {
    let folder = scratch("expectations");
    let file = folder.write("wrong.yaml", WRONG);
    let file = file.to_str().expect("a path of ours");
    let report = folder.join("report.xml");
    let report = report.to_str().expect("a path of ours");
    let config = example("access.yaml");
    let ran = cli(&["test", file, "--config", &config, "--junit", report]);
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    for expected in [
        "FAIL  GET /partners/customers as fieldforce (",
        "- expected: refused with credential.*\n",
        "+ found:    allowed\n",
        "credential: key_exampe0000000001\n",
        "FAIL  writing takes a scope (",
        "wrong.yaml:6)",
        "+ found:    refused with authorization.scope_missing (403) at authorize\n",
        "partners:write",
        "+ cannot be asked: there is no app `<ghost>`\n",
        "ok    GET /partners/status: allowed\n",
        "1 of 4 as expected, 2 not, 1 cannot be told",
    ] {
        assert!(ran.stdout.contains(expected), "{expected}: {}", ran.stdout);
    }
    let report = std::fs::read_to_string(report).expect("a report");
    for expected in [
        "<testsuites name=\"postern test\" tests=\"4\" failures=\"2\" errors=\"1\"",
        "name=\"writing takes a scope\" file=",
        "line=\"6\" time=\"0\">\n      <failure message=\"expected: allowed; found:    refused with",
        "there is no app `&lt;ghost&gt;`",
    ] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
    let ran = cli(&["test", file, "--config", &config, "--json"]);
    let told: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let results: Vec<_> = (0..4)
        .map(|at| told["cases"][at]["result"].as_str())
        .collect();
    assert_eq!(
        results,
        ["not_met", "not_met", "not_asked", "met"].map(Some)
    );
}

#[test]
fn a_wrong_file_is_no_answer() {
    let folder = scratch("expectations");
    let file = folder.write("faulty.yaml", "cases:\n  - {request: GET, expect: allow}\n");
    let file = file.to_str().expect("a path of ours");
    let ran = cli(&["test", file, "--config", &example("access.yaml")]);
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    assert!(ran.stderr.contains("faulty.yaml:2:15"), "{ran:?}");
    let file = folder.write(
        "nowhere.yaml",
        "cases:\n  - {request: GET /, expect: allow}\n",
    );
    let file = file.to_str().expect("a path of ours");
    let ran = cli(&["test", file]);
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    assert!(ran.stderr.contains("--config"), "{ran:?}");
    let broken = folder.write("broken.yaml", "services: 7\n");
    let broken = broken.to_str().expect("a path of ours");
    let ran = cli(&["test", file, "--config", broken]);
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    assert!(ran.stderr.contains("broken.yaml:1:11"), "{ran:?}");
}

/// What a contract says of bodies.
const BODIES: &str = r#"
cases:
  - request: POST /orders
    headers: { Content-Type: application/json }
    body: '{"sku": "A-1", "count": 2}'
    expect: allow
  - request: POST /orders
    headers: { Content-Type: application/json }
    body: '{"count": 0}'
    expect: { refuse: body.schema_mismatch }
  - request: POST /orders
    headers: { Content-Type: application/json }
    body: '{"sku": 1, "sku": 2}'
    expect: { refuse: body.unreadable }
"#;

#[test]
fn bodies_are_looked_into() {
    let folder = scratch("expectations-bodies");
    let file = folder.write("bodies.yaml", BODIES);
    let file = file.to_str().expect("a path of ours");
    let ran = cli(&["test", file, "--config", &example("contract.yaml")]);
    assert!(ran.status.success(), "{ran:?}");
    assert!(ran.stdout.contains("3 of 3 as expected"), "{ran:?}");
}
