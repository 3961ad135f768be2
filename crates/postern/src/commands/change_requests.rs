//! `postern change-requests`.

use super::apply::done;
use super::declared::{declaration, plan_of};
use super::remote::{Remote, text};
use super::{plan, table};
use crate::cli::declared::{
    ChangeRequests, ChangeRequestsApprove, ChangeRequestsCreate, ChangeRequestsList,
    ChangeRequestsReject, ChangeRequestsShow,
};
use crate::cli::time::local;
use crate::output;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: ChangeRequests) -> anyhow::Result<ExitCode> {
    match command {
        ChangeRequests::Create(args) => create(&args),
        ChangeRequests::List(args) => list(&args),
        ChangeRequests::Show(args) => show(&args),
        ChangeRequests::Approve(args) => approve(&args),
        ChangeRequests::Reject(args) => reject(&args),
    }
}

fn create(args: &ChangeRequestsCreate) -> anyhow::Result<ExitCode> {
    let given = declaration(&args.file)?;
    let mut remote = Remote::connect(&args.shown.at)?;
    let expires_at = args.expires.map(|moment| moment.utc(Timestamp::now()));
    let params = json!({"file": given, "comment": args.comment, "expires_at": expires_at});
    let answer = remote.call("change_requests.create", params)?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    output::say(&plan::text(&plan_of(&answer)?));
    let id = text(&answer, "id");
    output::say(&format!(
        "proposed as {id}; somebody else approves it before {}:\n  postern change-requests approve {id}",
        local(text(&answer, "expires_at"))
    ));
    Ok(ExitCode::SUCCESS)
}

fn list(args: &ChangeRequestsList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let params = json!({"state": args.state, "limit": args.listed.limit});
    let answer = remote.call("change_requests.list", params)?;
    if args.listed.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let all = answer.get("change_requests").and_then(Value::as_array);
    let row = |one: &Value| {
        let count = |name| one.get(name).and_then(Value::as_u64).unwrap_or_default();
        vec![
            text(one, "id").to_owned(),
            state(one),
            text(one, "proposed_by").to_owned(),
            local(text(one, "proposed_at")),
            format!(
                "+{} ~{} -{}",
                count("adds"),
                count("changes"),
                count("removes")
            ),
            text(one, "comment").to_owned(),
        ]
    };
    let rows: Vec<_> = all.into_iter().flatten().map(row).collect();
    let head = ["ID", "STATE", "BY", "AT", "CHANGES", "COMMENT"];
    let more = answer.get("more").and_then(Value::as_bool);
    table::print(
        "no such change requests",
        &head,
        &rows,
        more.unwrap_or_default(),
    );
    Ok(ExitCode::SUCCESS)
}

/// The state, and whether what it was made of has changed since.
fn state(one: &Value) -> String {
    let state = text(one, "state");
    if moved(one).is_empty() {
        state.to_owned()
    } else {
        format!("{state}, stale")
    }
}

fn moved(one: &Value) -> Vec<&str> {
    let moved = one.get("moved").and_then(Value::as_array);
    moved
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn show(args: &ChangeRequestsShow) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("change_requests.show", json!({"id": args.id}))?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&told(&answer)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// All that is to be said of a change request.
fn told(one: &Value) -> anyhow::Result<String> {
    let clean = |member| text(one, member).replace(char::is_control, " ");
    let mut lines = vec![
        format!("{}: {}", clean("id"), state(one)),
        format!(
            "  proposed by {}, {}",
            clean("proposed_by"),
            local(text(one, "proposed_at"))
        ),
        format!("  {}", clean("comment")),
    ];
    match text(one, "state") {
        "open" => lines.push(format!("  waits until {}", local(text(one, "expires_at")))),
        "expired" => lines.push(format!("  expired {}", local(text(one, "expires_at")))),
        state => {
            let alone = one.get("forced").and_then(Value::as_bool) == Some(true);
            let alone = if alone { ", alone (forced)" } else { "" };
            let (by, at) = (clean("decided_by"), local(text(one, "decided_at")));
            lines.push(format!("  {state} by {by}{alone}, {at}"));
            if !text(one, "decision").is_empty() {
                lines.push(format!("  {}", clean("decision")));
            }
        }
    }
    let moved = moved(one);
    if !moved.is_empty() {
        lines.push(format!(
            "  cannot be applied any more: somebody has changed {}",
            moved.join(", ").replace(char::is_control, " ")
        ));
    }
    let planned = plan_of(one)?;
    lines.push(match text(one, "state") {
        "open" => plan::text(&planned),
        _ => plan::changed(&planned),
    });
    let added = one.get("added").and_then(Value::as_array);
    for document in added.into_iter().flatten().filter_map(Value::as_str) {
        for line in document.trim_end().lines() {
            lines.push(format!("  | {}", line.replace(char::is_control, " ")));
        }
    }
    Ok(lines.join("\n"))
}

fn approve(args: &ChangeRequestsApprove) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let request = remote.call("change_requests.show", json!({"id": args.id}))?;
    if !args.shown.json {
        output::say(&told(&request)?);
    }
    let open = text(&request, "state") == "open" && moved(&request).is_empty();
    if open && !remote.confirm("this changes what is served", args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let params = json!({"id": args.id, "comment": args.comment, "force": args.force});
    let answer = remote.call("change_requests.approve", params)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&done(&answer));
    }
    Ok(ExitCode::SUCCESS)
}

fn reject(args: &ChangeRequestsReject) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({"id": args.id, "comment": args.comment});
    let answer = remote.call("change_requests.reject", params)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&format!("{} {}", text(&answer, "state"), args.id));
    }
    Ok(ExitCode::SUCCESS)
}
