//! `postern requirements`, `postern who-can` and `postern access`.

use super::remote::Remote;
use super::table;
use crate::cli::access::{AccessArgs, OperationArgs, RequirementsArgs, WhoCanArgs};
use crate::output;
use anyhow::Context as _;
use postern_explain::{Access, Callers, Requirements};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Why an answer is not what was expected.
const OTHER: &str = "the answer cannot be read: is the running Postern of another version?";

pub(crate) fn requirements(args: &RequirementsArgs) -> anyhow::Result<ExitCode> {
    let operation = &args.operation;
    let mut remote = Remote::connect(&operation.shown.at)?;
    let answer = remote.call("requirements", asked(operation, None))?;
    if operation.shown.json {
        table::json(&answer);
    } else {
        let found: Requirements = serde_json::from_value(answer).context(OTHER)?;
        output::say(&found.render());
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn who_can(args: &WhoCanArgs) -> anyhow::Result<ExitCode> {
    let operation = &args.operation;
    let mut remote = Remote::connect(&operation.shown.at)?;
    let answer = remote.call("who_can", asked(operation, Some(args.limit)))?;
    if operation.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let found: Callers = serde_json::from_value(answer).context(OTHER)?;
    if found.everybody {
        output::say("everybody, without a credential");
    }
    let rows: Vec<_> = found
        .apps
        .into_iter()
        .map(|app| {
            vec![
                app.app,
                app.tenant,
                app.plan.unwrap_or_default(),
                app.environments.join(", "),
                app.credentials.join(", "),
            ]
        })
        .collect();
    let head = ["APP", "TENANT", "PLAN", "ENVIRONMENTS", "CREDENTIALS"];
    if !(found.everybody && rows.is_empty()) {
        table::print("no app may call it", &head, &rows, found.more);
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn access(args: &AccessArgs) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("access", json!({"app": args.app, "limit": args.limit}))?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let found: Access = serde_json::from_value(answer).context(OTHER)?;
    if !found.access_roles.is_empty() {
        output::say(&format!("access roles: {}", found.access_roles.join(", ")));
    }
    for (group, roles) in &found.groups {
        output::say(&format!("group {group}: {}", roles.join(", ")));
    }
    let rows: Vec<_> = found
        .operations
        .into_iter()
        .map(|one| {
            vec![
                format!("{}/{}/{}", one.service, one.version, one.operation),
                if one.methods.is_empty() {
                    "any".to_owned()
                } else {
                    one.methods.join(", ")
                },
                one.path,
                one.plan.unwrap_or_default(),
                one.environments.join(", "),
                one.credentials.join(", "),
            ]
        })
        .collect();
    let head = [
        "OPERATION",
        "METHODS",
        "PATH",
        "PLAN",
        "ENVIRONMENTS",
        "CREDENTIALS",
    ];
    table::print("the app may call nothing", &head, &rows, found.more);
    Ok(ExitCode::SUCCESS)
}

/// One word names an operation, two are a method and a path.
fn asked(args: &OperationArgs, limit: Option<u32>) -> Value {
    match args.words.as_slice() {
        [method, path] => json!({
            "method": method, "path": path, "host": args.host, "limit": limit,
        }),
        words => json!({"operation": words.first(), "limit": limit}),
    }
}
