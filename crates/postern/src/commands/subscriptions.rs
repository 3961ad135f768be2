//! `postern subscriptions`.

use super::remote::{Found, Remote};
use super::table;
use crate::cli::remote::{Subscriptions, SubscriptionsDecide, SubscriptionsList};
use crate::cli::time::{local, utc};
use crate::output;
use jiff::Timestamp;
use postern_control::shorthand;
use serde_json::json;
use std::process::ExitCode;

pub(crate) fn dispatch(command: Subscriptions) -> anyhow::Result<ExitCode> {
    match command {
        Subscriptions::List(args) => list(&args),
        Subscriptions::Approve(args) => decide(&args, "approved"),
        Subscriptions::Reject(args) => decide(&args, "rejected"),
    }
}

fn list(args: &SubscriptionsList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let having = [
        ("app", args.app.as_ref()),
        ("service", args.service.as_ref()),
        ("state", args.state.as_ref()),
    ];
    let (found, more) = remote.documents("subscription", &having, args.listed.limit)?;
    if args.listed.shown.json {
        let all: Vec<_> = found.iter().map(Found::json).collect();
        table::json(&json!({"subscriptions": all, "more": more}));
        return Ok(ExitCode::SUCCESS);
    }
    let row = |one: &Found| {
        let when = |member| match one.text(member) {
            "" => "–".to_owned(),
            at => local(at),
        };
        vec![
            one.id.clone(),
            one.text("app").to_owned(),
            one.text("service").to_owned(),
            one.text("plan").to_owned(),
            one.text("state").to_owned(),
            when("requested_at"),
            one.text("requested_by").to_owned(),
            when("decided_at"),
        ]
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    let head = [
        "ID",
        "APP",
        "SERVICE",
        "PLAN",
        "STATE",
        "REQUESTED",
        "BY",
        "DECIDED",
    ];
    table::print("no such subscriptions", &head, &rows, more);
    Ok(ExitCode::SUCCESS)
}

fn decide(args: &SubscriptionsDecide, state: &str) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("subscription", &args.id)?;
    let at = utc(Timestamp::now());
    let (id, who) = (&found.id, &remote.who);
    let change = shorthand::decide(id, &found.document, state, &at, who, &args.comment)?;
    let between = format!(
        "app `{}`, service `{}`, plan `{}`",
        found.text("app"),
        found.text("service"),
        found.text("plan")
    );
    // Granting takes nothing from anybody.
    if state == "rejected" {
        let what = format!(
            "this rejects {id} ({between}), which is {} now",
            found.text("state")
        );
        if !remote.confirm(&what, args.yes)? {
            return Ok(ExitCode::FAILURE);
        }
    }
    let answer = remote.change(&found.changed(change), &args.comment)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&format!("{state} {id}: {between}"));
    }
    Ok(ExitCode::SUCCESS)
}
