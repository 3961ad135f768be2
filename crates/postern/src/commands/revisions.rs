//! `postern revisions`.

use super::apply::done;
use super::declared::{plan_of, refused, told};
use super::remote::{Remote, text};
use super::{plan, table};
use crate::cli::declared::{
    Revisions, RevisionsDiff, RevisionsList, RevisionsRollback, RevisionsShow,
};
use crate::cli::time::local_ms;
use crate::output;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Revisions) -> anyhow::Result<ExitCode> {
    match command {
        Revisions::List(args) => list(&args),
        Revisions::Show(args) => show(&args),
        Revisions::Diff(args) => Ok(diff(&args)),
        Revisions::Rollback(args) => rollback(&args),
    }
}

fn list(args: &RevisionsList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let answer = remote.call("revisions.list", json!({"limit": args.listed.limit}))?;
    if args.listed.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let all = answer.get("revisions").and_then(Value::as_array);
    let row = |one: &Value| {
        let in_force = one.get("in_force").and_then(Value::as_bool) == Some(true);
        vec![
            text(one, "name").to_owned(),
            if in_force { "in force" } else { "" }.to_owned(),
            at(one),
            text(one, "who").to_owned(),
            text(one, "source").to_owned(),
            text(one, "comment").to_owned(),
        ]
    };
    let rows: Vec<_> = all.into_iter().flatten().map(row).collect();
    let head = ["REVISION", "", "AT", "BY", "HOW", "COMMENT"];
    let more = answer.get("more").and_then(Value::as_bool);
    table::print(
        "there is no revision yet",
        &head,
        &rows,
        more.unwrap_or_default(),
    );
    Ok(ExitCode::SUCCESS)
}

fn at(one: &Value) -> String {
    let at = one.get("at_ms").and_then(Value::as_i64);
    at.map_or_else(String::new, local_ms)
}

fn show(args: &RevisionsShow) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({"number": args.number, "text": args.export});
    let answer = remote.call("revisions.show", params)?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    if args.export {
        output::say(text(&answer, "text").trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let clean = |member| text(&answer, member).replace(char::is_control, " ");
    output::say(&format!(
        "revision {}, {} by {} ({})",
        clean("name"),
        at(&answer),
        clean("who"),
        clean("source")
    ));
    if !text(&answer, "comment").is_empty() {
        output::say(&format!("  {}", clean("comment")));
    }
    match answer.get("plan") {
        Some(_) => output::say(&plan::changed(&plan_of(&answer)?)),
        None => output::say("what it changed is not known: the revision before it is not kept"),
    }
    Ok(ExitCode::SUCCESS)
}

fn diff(args: &RevisionsDiff) -> ExitCode {
    let differs = || -> anyhow::Result<bool> {
        let mut remote = Remote::connect(&args.shown.at)?;
        let answer = remote.call("revisions.diff", json!({"from": args.from, "to": args.to}))?;
        let planned = plan_of(&answer)?;
        if args.shown.json {
            table::json(&answer);
        } else {
            output::say(&plan::changed(&planned));
        }
        Ok(!planned.changes.is_empty())
    };
    told(differs())
}

fn rollback(args: &RevisionsRollback) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let preview = json!({"number": args.number, "preview": true});
    let answer = remote.call("revisions.rollback", preview)?;
    let planned = plan_of(&answer)?;
    if !args.shown.json {
        output::say(&plan::text(&planned));
    }
    refused(&answer)?;
    let what = format!(
        "this makes the rules what they were in revision {}",
        args.number
    );
    if !planned.changes.is_empty() && !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let params = json!({"number": args.number, "comment": args.comment, "seen": planned.seen()});
    let answer = remote.call("revisions.rollback", params)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&done(&answer));
    }
    Ok(ExitCode::SUCCESS)
}
