//! `postern blocks`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::remote::{Blocks, BlocksAdd, BlocksLift, BlocksList};
use crate::cli::time::local_ms;
use crate::output;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Blocks) -> anyhow::Result<ExitCode> {
    match command {
        Blocks::List(args) => list(&args),
        Blocks::Add(args) => add(&args),
        Blocks::Lift(args) => lift(&args),
    }
}

fn list(args: &BlocksList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let params = json!({
        "address": args.address,
        "credential": args.credential,
        "app": args.app,
        "limit": args.listed.limit,
    });
    let answer = remote.call("blocks.list", params)?;
    if args.listed.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let blocks = answer.get("blocks").and_then(Value::as_array);
    let when = |block: &Value, member| {
        let at = block.get(member).and_then(Value::as_i64);
        at.map(local_ms).unwrap_or_default()
    };
    let row = |block: &Value| {
        vec![
            text(block, "kind").to_owned(),
            text(block, "source").to_owned(),
            when(block, "since_ms"),
            when(block, "until_ms"),
            because(block),
        ]
    };
    let rows: Vec<_> = blocks.into_iter().flatten().map(row).collect();
    let more = answer.get("more").and_then(Value::as_bool);
    let head = ["WHAT", "WHO", "SINCE", "UNTIL", "BECAUSE"];
    table::print("nobody is blocked", &head, &rows, more.unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

/// What led to a block, or who made it.
fn because(block: &Value) -> String {
    let (trigger, policy) = (text(block, "trigger"), text(block, "policy"));
    let (by, reason) = (text(block, "by"), text(block, "reason"));
    match (trigger, policy, by, reason) {
        ("", _, by, "") => format!("by {by}"),
        ("", _, by, reason) => format!("by {by}: {reason}"),
        (trigger, "", ..) => trigger.to_owned(),
        (trigger, policy, ..) => format!("{trigger} (policy {policy})"),
    }
}

fn add(args: &BlocksAdd) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({
        "credential": args.credential,
        "app": args.app,
        "until_ms": args.until.ahead(),
        "reason": args.reason,
    });
    let answer = remote.call("blocks.add", params)?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let blocked = answer.get("blocked").cloned().unwrap_or_default();
    let until = blocked.get("until_ms").and_then(Value::as_i64);
    output::say(&format!(
        "{} {} is blocked until {}",
        text(&blocked, "kind"),
        text(&blocked, "source"),
        until.map(local_ms).unwrap_or_default()
    ));
    Ok(ExitCode::SUCCESS)
}

fn lift(args: &BlocksLift) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({
        "address": args.address,
        "credential": args.credential,
        "app": args.app,
    });
    let answer = remote.call("blocks.lift", params)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        let source = answer.pointer("/lifted/source").and_then(Value::as_str);
        output::say(&format!(
            "{} is no longer blocked",
            source.unwrap_or_default()
        ));
    }
    Ok(ExitCode::SUCCESS)
}
