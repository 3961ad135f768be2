//! `postern subscriptions history`.

use crate::cli::subscriptions::SubscriptionsHistory;
use crate::cli::time::local_ms;
use crate::commands::remote::{Remote, text};
use crate::commands::table;
use serde_json::{Map, Value, json};
use std::process::ExitCode;

pub(super) fn history(args: &SubscriptionsHistory) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("subscriptions.history", json!({"id": args.id}))?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let row = |line: &Value| {
        let at = line.get("at_ms").and_then(Value::as_i64);
        vec![
            local_ms(at.unwrap_or_default()),
            text(line, "who").to_owned(),
            became(line),
            text(line, "comment").to_owned(),
        ]
    };
    let lines = answer.get("history").and_then(Value::as_array);
    let rows: Vec<_> = lines.into_iter().flatten().map(row).collect();
    let head = ["AT", "BY", "WHAT", "COMMENT"];
    table::print("nothing is known of its history", &head, &rows, false);
    Ok(ExitCode::SUCCESS)
}

/// What happened: an event, or how the subscription became.
fn became(line: &Value) -> String {
    if !text(line, "event").is_empty() {
        return text(line, "event").to_owned();
    }
    let none = Map::new();
    let became = line.get("became").and_then(Value::as_object);
    let became = became.unwrap_or(&none);
    let said = |member: &str| match became.get(member)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            Some(items.join(","))
        }
        other => Some(other.to_string()),
    };
    let state = said("state");
    let rest = ["cause", "plan", "scopes", "expires_at"];
    let rest = rest.iter().filter_map(|member| {
        let name = member.replace("expires_at", "until");
        Some(format!("{name} {}", said(member)?))
    });
    let parts: Vec<_> = state.into_iter().chain(rest).collect();
    if parts.is_empty() {
        "changed".to_owned()
    } else {
        parts.join(", ")
    }
}
