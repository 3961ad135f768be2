//! `postern approvals`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::subscriptions::ApprovalsArgs;
use crate::cli::time::local;
use crate::output;
use serde_json::Value;
use std::process::ExitCode;

pub(crate) fn approvals(args: &ApprovalsArgs) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("approvals", Value::Null)?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let items = answer.get("items").and_then(Value::as_array);
    let told: Vec<String> = items.into_iter().flatten().map(told).collect();
    if told.is_empty() {
        output::complain("nothing waits for you");
        return Ok(ExitCode::SUCCESS);
    }
    output::say(&told.join("\n\n"));
    if answer.get("more").and_then(Value::as_bool) == Some(true) {
        output::complain("… and more, when these are decided");
    }
    Ok(ExitCode::SUCCESS)
}

/// One thing that waits, and the commands that decide. What others wrote is made one line.
fn told(item: &Value) -> String {
    let document = item.get("document").unwrap_or(&Value::Null);
    let clean = |member: &str| text(document, member).replace(char::is_control, " ");
    let id = text(item, "id");
    let by = |who: &str, at: &str| match (clean(who).as_str(), clean(at).as_str()) {
        ("", "") => "nobody says who asked, or when".to_owned(),
        (who, "") => format!("asked for by {who}"),
        ("", at) => format!("asked for {}", local(at)),
        (who, at) => format!("asked for by {who}, {}", local(at)),
    };
    let mut lines = Vec::new();
    if text(item, "kind") == "subscription" {
        lines.push(format!(
            "subscription {id}: app `{}` to service `{}`, plan `{}`{}",
            clean("app"),
            clean("service"),
            clean("plan"),
            scopes(document)
        ));
        lines.push(by("requested_by", "requested_at"));
        lines.extend(Some(clean("reason")).filter(|reason| !reason.is_empty()));
        lines.push(format!("postern subscriptions approve {id}"));
        lines.push(format!("postern subscriptions reject {id} --comment TEXT"));
    } else {
        lines.push(format!("change request {id}: {}", clean("comment")));
        lines.push(by("proposed_by", "proposed_at"));
        lines.push(format!("postern change-requests show {id}"));
        lines.push(format!("postern change-requests approve {id}"));
        lines.push(format!(
            "postern change-requests reject {id} --comment TEXT"
        ));
    }
    lines.join("\n  ")
}

/// The scopes that are asked for, where they are not those of the plan.
fn scopes(document: &Value) -> String {
    let scopes = document.get("scopes").and_then(Value::as_array);
    scopes.map_or_else(String::new, |scopes| {
        let scopes: Vec<_> = scopes.iter().filter_map(Value::as_str).collect();
        format!(
            ", scopes {}",
            scopes.join(",").replace(char::is_control, " ")
        )
    })
}
