//! `postern subscriptions`.

mod history;

use super::remote::{Found, Remote, text};
use super::table;
use crate::cli::subscriptions::{
    About, Subscriptions, SubscriptionsList, SubscriptionsRemind, SubscriptionsRequest,
};
use crate::cli::time::local;
use crate::output;
use clap::ValueEnum as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Subscriptions) -> anyhow::Result<ExitCode> {
    match command {
        Subscriptions::List(args) => list(&args),
        Subscriptions::Request(args) => request(&args),
        Subscriptions::Approve(args) => {
            let expires_at = args.expires.map(|moment| moment.utc(Timestamp::now()));
            let granted =
                json!({"scopes": args.scopes, "plan": args.plan, "expires_at": expires_at});
            decide(&args.about, &step("approve", "approved"), granted)
        }
        Subscriptions::Reject(args) => {
            let step = step("reject", "rejected").taking("this rejects");
            decide(&args.about, &step, Value::Null)
        }
        Subscriptions::Suspend(args) => {
            let step = step("suspend", "suspended").taking("this suspends");
            let cause = args.cause.to_possible_value();
            let cause = cause.as_ref().map(clap::builder::PossibleValue::get_name);
            decide(&args.about, &step, json!({ "cause": cause }))
        }
        Subscriptions::Resume(args) => decide(&args.about, &step("resume", "resumed"), Value::Null),
        Subscriptions::Cancel(args) => {
            let step = Step {
                method: "subscriptions.cancel",
                name: None,
                ..step("cancel", "cancelled").taking("this cancels")
            };
            decide(&args.about, &step, Value::Null)
        }
        Subscriptions::Remind(args) => remind(&args),
        Subscriptions::History(args) => history::history(&args),
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

fn request(args: &SubscriptionsRequest) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({
        "app": args.app,
        "service": args.service,
        "plan": args.plan,
        "scopes": args.scopes,
        "reason": args.reason,
    });
    let asked = Found::of(&remote.call("subscriptions.request", params)?);
    if args.shown.json {
        table::json(&asked.json());
        return Ok(ExitCode::SUCCESS);
    }
    let (id, between) = (&asked.id, between(&asked));
    output::say(&match asked.text("state") {
        "approved" => format!("approved {id} at once: {between}"),
        _ => format!(
            "asked for as {id}: {between}\nwhoever publishes service `{}` decides; to remind them, \
             at most once a day:\n  postern subscriptions remind {id}",
            args.service
        ),
    });
    Ok(ExitCode::SUCCESS)
}

/// What is done with a subscription.
struct Step {
    method: &'static str,
    /// Its name, for the method that has several.
    name: Option<&'static str>,
    /// What it then is.
    done: &'static str,
    /// Of what takes something from somebody: how the question begins.
    takes: Option<&'static str>,
}

const fn step(name: &'static str, done: &'static str) -> Step {
    Step {
        method: "subscriptions.decide",
        name: Some(name),
        done,
        takes: None,
    }
}

impl Step {
    const fn taking(self, question: &'static str) -> Self {
        Self {
            takes: Some(question),
            ..self
        }
    }
}

fn decide(about: &About, step: &Step, more: Value) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&about.shown.at)?;
    let found = remote.document("subscription", &about.id)?;
    if let Some(question) = step.takes {
        let state = found.text("state");
        let what = format!(
            "{question} {} ({}), which is {state} now",
            found.id,
            between(&found)
        );
        if !remote.confirm(&what, about.yes)? {
            return Ok(ExitCode::FAILURE);
        }
    }
    let mut params = json!({"id": found.id, "comment": about.comment, "expect": found.version});
    if let Value::Object(members) = &mut params {
        members.extend(step.name.map(|name| ("step".to_owned(), name.into())));
        if let Value::Object(more) = more {
            members.extend(more);
        }
    }
    let decided = Found::of(&remote.call(step.method, params)?);
    if about.shown.json {
        table::json(&decided.json());
    } else {
        let between = between(&decided);
        output::say(&format!("{} {}: {between}", step.done, decided.id));
    }
    Ok(ExitCode::SUCCESS)
}

/// Whose a subscription is, and what to.
fn between(found: &Found) -> String {
    format!(
        "app `{}`, service `{}`, plan `{}`",
        found.text("app"),
        found.text("service"),
        found.text("plan")
    )
}

fn remind(args: &SubscriptionsRemind) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("subscriptions.remind", json!({"id": args.id}))?;
    if args.shown.json {
        table::json(&answer);
    } else {
        let id = text(&answer, "id");
        output::say(&format!("whoever decides about {id} is reminded"));
    }
    Ok(ExitCode::SUCCESS)
}
