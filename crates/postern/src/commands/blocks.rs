//! `postern blocks`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::remote::{Blocks, BlocksLift, BlocksList};
use crate::cli::time::local_ms;
use crate::output;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Blocks) -> anyhow::Result<ExitCode> {
    match command {
        Blocks::List(args) => list(&args),
        Blocks::Lift(args) => lift(&args),
    }
}

fn list(args: &BlocksList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let params = json!({"address": args.address, "limit": args.listed.limit});
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
            text(block, "source").to_owned(),
            when(block, "since_ms"),
            when(block, "until_ms"),
            text(block, "trigger").to_owned(),
        ]
    };
    let rows: Vec<_> = blocks.into_iter().flatten().map(row).collect();
    let more = answer.get("more").and_then(Value::as_bool);
    let head = ["ADDRESS", "SINCE", "UNTIL", "AFTER"];
    table::print("nobody is blocked", &head, &rows, more.unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

fn lift(args: &BlocksLift) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("blocks.lift", json!({ "address": args.address }))?;
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
