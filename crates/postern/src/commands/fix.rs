//! `postern fix`.

use super::remote::{Remote, ask, text};
use super::{table, why};
use crate::cli::asking::FixArgs;
use crate::output;
use serde_json::{Value, json};
use std::io::IsTerminal as _;
use std::process::ExitCode;

pub(crate) fn fix(args: &FixArgs) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let made_up = || format!("Fix {} of request {}", args.number.unwrap_or(1), args.id);
    let comment = args.comment.clone().unwrap_or_else(made_up);
    let params = |preview| json!({"id": args.id, "number": args.number, "comment": comment, "preview": preview});
    if !args.yes && !remote.owned_by_file && std::io::stdin().is_terminal() {
        let answer = remote.call("fix", params(true))?;
        if answer.get("fix").is_some() && !ask(&would(&answer))? {
            return Ok(ExitCode::FAILURE);
        }
    }
    let answer = remote.call("fix", params(false))?;
    let Some(fix) = answer.get("fix") else {
        output::complain(&why::not_found(&answer, &args.id));
        return Ok(ExitCode::FAILURE);
    };
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let mut lines = vec![format!("done: {}", text(fix, "sentence"))];
    let entries = answer.pointer("/made/entries").and_then(Value::as_array);
    for entry in entries.into_iter().flatten() {
        lines.push(format!(
            "  {} {} `{}`",
            text(entry, "did"),
            text(entry, "kind"),
            text(entry, "id")
        ));
    }
    if let Some(key) = answer.get("key").and_then(Value::as_str) {
        lines.push(format!("the new key, shown this once: {key}"));
        lines.push("next: send the request again with the new key".to_owned());
    } else {
        let request = answer.get("request").cloned().unwrap_or_default();
        lines.push(format!(
            "next: send {} {} again",
            text(&request, "method"),
            text(&request, "path")
        ));
    }
    output::say(&lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}

/// What a fix would make.
fn would(answer: &Value) -> String {
    let fix = answer.get("fix").unwrap_or(&Value::Null);
    let mut text = text(fix, "sentence").to_owned();
    let reach = fix.pointer("/reach/sentence").and_then(Value::as_str);
    if let Some(reach) = reach.filter(|reach| !reach.is_empty()) {
        text.push_str("\n  also lets in: ");
        text.push_str(reach);
    }
    let steps = answer.get("would").and_then(Value::as_array);
    for step in steps.into_iter().flatten().filter_map(Value::as_str) {
        for line in step.trim_end().lines() {
            text.push_str("\n  | ");
            text.push_str(line);
        }
    }
    text.chars()
        .filter(|&c| c == '\n' || !c.is_control())
        .collect()
}
