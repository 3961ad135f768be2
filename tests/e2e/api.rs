//! The HTTP API against its own `OpenAPI` document: schemathesis (from `PyPI`) sends what the
//! document allows and what it does not.

use super::commands::Stored;
use super::harness::eventually;
use super::harness::files::scratch;
use super::harness::program::{run, skipped};
use super::harness::python::python;
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

/// How long it may take.
const PATIENCE: Duration = Duration::from_mins(10);

#[test]
fn no_request_makes_it_fail_or_answer_what_its_document_does_not_say() {
    let Some(python) = python() else { return };
    let program = python.with_file_name("schemathesis");
    if !program.exists() {
        skipped("schemathesis is not in the Python environment");
        return;
    }
    let postern = Stored::with(scratch("api"), &["--demo"]);
    let demo = postern.data().join("demo.json");
    let demo = eventually("demo.json", || std::fs::read_to_string(&demo).ok());
    let demo: Value = serde_json::from_str(&demo).expect("JSON");
    let (admin, token) = (&demo["admin"], &demo["admin_token"]);
    let (admin, token) = (
        admin.as_str().expect("a URL"),
        token.as_str().expect("a token"),
    );
    let mut command = Command::new(program);
    command
        .arg("run")
        .arg(format!("{admin}/api/v1/openapi.json"))
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance",
        ])
        .args(["--phases", "fuzzing", "--max-examples", "6", "--seed", "7"])
        .args(["--workers", "2", "--no-shrink", "--warnings", "off"])
        .args(["--suppress-health-check", "all", "--request-timeout", "30"])
        // What it would do to the Postern that it asks, or what asks others.
        .args([
            "--exclude-path-regex",
            "/sign-|/me|/commands/(log|restore)|/oidc|/mail",
        ])
        .env("NO_COLOR", "1")
        .current_dir(postern.data());
    let done = run(&mut command, PATIENCE);
    assert!(done.status.success(), "{}\n{}", done.stdout, done.stderr);
}
