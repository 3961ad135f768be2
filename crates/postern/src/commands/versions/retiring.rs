//! `postern versions retire`.

use super::callers;
use crate::cli::versions::{OneVersion, VersionsRetire};
use crate::commands::remote::{Remote, text};
use crate::commands::table;
use crate::output;
use anyhow::bail;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(super) fn retire(args: &VersionsRetire) -> anyhow::Result<ExitCode> {
    let OneVersion { service, version } = &args.of;
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("service", service)?;
    let params = |preview: bool| {
        json!({
            "service": service,
            "version": version,
            "successor": args.successor,
            "move_to_plan": args.move_to_plan,
            "cancel_rest": args.cancel_rest,
            "comment": args.comment,
            "expect": found.version,
            "preview": preview,
        })
    };
    let ending = remote.call("versions.retire", params(true))?;
    let count = ending.get("count").and_then(Value::as_u64).unwrap_or(0);
    let only = ending.get("only").and_then(Value::as_array).cloned();
    let only = only.unwrap_or_default();
    if !remote.owned_by_file && !args.shown.json {
        let called = callers::ask(&mut remote, &args.of, None)?;
        output::say(&who_calls(&args.of, &called));
        output::say(&what_becomes(args, count, &only));
    }
    if count > 0 && args.move_to_plan.is_none() && !args.cancel_rest {
        bail!(
            "{} for {service}/{version} alone\n  = help: say which plan they get, with \
             --move-to-plan PLAN, or that they end, with --cancel-rest",
            counted(count)
        );
    }
    let what =
        format!("this retires {service}/{version}: every request to it is refused from then on");
    if !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let answer = remote.call("versions.retire", params(false))?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&done(args, &answer));
    }
    Ok(ExitCode::SUCCESS)
}

fn who_calls(of: &OneVersion, called: &Value) -> String {
    let OneVersion { service, version } = of;
    let rows = callers::rows(called);
    if rows.is_empty() {
        return format!("nobody called {service}/{version} in the last 30 days");
    }
    let table = table::table(&callers::HEAD, &rows);
    format!("who called {service}/{version} in the last 30 days:\n{table}")
}

/// What becomes of the subscriptions that are for the version alone.
fn what_becomes(args: &VersionsRetire, count: u64, only: &[Value]) -> String {
    if count == 0 {
        return "no subscription is for it alone".to_owned();
    }
    let becomes = match (&args.move_to_plan, args.cancel_rest) {
        (Some(plan), _) => format!(", which get the plan `{plan}`"),
        (None, true) => ", which are cancelled".to_owned(),
        (None, false) => String::new(),
    };
    let row = |one: &Value| {
        let members = ["id", "app", "plan", "state"];
        members.map(|member| text(one, member).to_owned()).to_vec()
    };
    if only.is_empty() {
        return format!("{} for it alone{becomes}", counted(count));
    }
    let rows: Vec<_> = only.iter().map(row).collect();
    let table = table::table(&["ID", "APP", "PLAN", "STATE"], &rows);
    format!("subscriptions for it alone{becomes}:\n{table}")
}

/// What was done, in a sentence.
fn done(args: &VersionsRetire, answer: &Value) -> String {
    let OneVersion { service, version } = &args.of;
    let entries = answer.get("entries").and_then(Value::as_array);
    let subscriptions = entries.into_iter().flatten();
    let subscriptions = subscriptions.filter(|entry| text(entry, "kind") == "subscription");
    let retired = format!("{service}/{version} is retired");
    match (subscriptions.count(), &args.move_to_plan) {
        (0, _) => retired,
        (1, Some(plan)) => format!("{retired}; 1 subscription got the plan `{plan}`"),
        (some, Some(plan)) => format!("{retired}; {some} subscriptions got the plan `{plan}`"),
        (1, None) => format!("{retired}; 1 subscription is cancelled"),
        (some, None) => format!("{retired}; {some} subscriptions are cancelled"),
    }
}

fn counted(subscriptions: u64) -> String {
    match subscriptions {
        1 => "1 subscription is".to_owned(),
        some => format!("{some} subscriptions are"),
    }
}
