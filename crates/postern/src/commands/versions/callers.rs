//! `postern versions callers`.

use crate::cli::time::local_ms;
use crate::cli::versions::{OneVersion, VersionsCallers};
use crate::commands::remote::{Remote, text};
use crate::commands::table;
use serde_json::{Value, json};
use std::process::ExitCode;

/// The head of [`rows`].
pub(super) const HEAD: [&str; 3] = ["APP", "REQUESTS", "LAST"];

pub(super) fn callers(args: &VersionsCallers) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = ask(&mut remote, &args.of, Some(args.since.ago()))?;
    if args.shown.json {
        table::json(&answer);
    } else {
        table::print("nobody called it", &HEAD, &rows(&answer), false);
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks who called a version since a time, 30 days ago if it is not said.
pub(super) fn ask(
    remote: &mut Remote,
    of: &OneVersion,
    since_ms: Option<i64>,
) -> anyhow::Result<Value> {
    let OneVersion { service, version } = of;
    let since_ms = since_ms.map(|since| since.max(0));
    let params = json!({"service": service, "version": version, "since_ms": since_ms});
    remote.call("versions.callers", params)
}

pub(super) fn rows(answer: &Value) -> Vec<Vec<String>> {
    let callers = answer.get("callers").and_then(Value::as_array);
    let row = |caller: &Value| {
        let last = caller.get("last_ms").and_then(Value::as_i64);
        vec![
            match text(caller, "app") {
                "" => "(no app)".to_owned(),
                app => app.to_owned(),
            },
            caller
                .get("requests")
                .map(ToString::to_string)
                .unwrap_or_default(),
            local_ms(last.unwrap_or_default()),
        ]
    };
    callers.into_iter().flatten().map(row).collect()
}
