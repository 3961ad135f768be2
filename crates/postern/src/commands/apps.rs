//! `postern apps`.

use super::listing::{List, joined, list as list_documents};
use super::remote::{Found, Remote};
use super::{keys, table};
use crate::cli::registry::{Apps, AppsList, AppsShow};
use crate::cli::time::local;
use crate::output;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Apps) -> anyhow::Result<ExitCode> {
    match command {
        Apps::List(args) => list(&args),
        Apps::Show(args) => show(&args),
    }
}

fn list(args: &AppsList) -> anyhow::Result<ExitCode> {
    let of = List {
        kind: "app",
        having: &[("tenant", args.tenant.as_ref())],
        nothing: "no such apps",
        head: &["NAME", "TENANT", "STATE", "GROUPS", "TITLE"],
    };
    list_documents(&of, &args.listed, |app| {
        vec![
            app.id.clone(),
            app.text("tenant").to_owned(),
            state(app).to_owned(),
            joined(app, "groups"),
            app.text("title").to_owned(),
        ]
    })
}

fn state(app: &Found) -> &str {
    match app.text("state") {
        "" => "active",
        state => state,
    }
}

fn show(args: &AppsShow) -> anyhow::Result<ExitCode> {
    /// Subscriptions and keys shown at most.
    const MOST: u16 = 1000;
    let mut remote = Remote::connect(&args.shown.at)?;
    let app = remote.document("app", &args.app)?;
    let having = [("app", Some(&app.id))];
    let (subscriptions, _) = remote.documents("subscription", &having, MOST)?;
    let (keys, _) = remote.documents("credential", &having, MOST)?;
    if args.shown.json {
        let mut shown = app.json();
        if let Value::Object(members) = &mut shown {
            let all = |found: &[Found]| found.iter().map(Found::json).collect::<Vec<_>>();
            members.insert("subscriptions".to_owned(), json!(all(&subscriptions)));
            members.insert("keys".to_owned(), json!(all(&keys)));
        }
        table::json(&shown);
        return Ok(ExitCode::SUCCESS);
    }
    output::say(&about(&app));
    let row = |one: &Found| {
        let members = ["service", "plan", "state"].map(|member| one.text(member).to_owned());
        let mut row = vec![one.id.clone()];
        row.extend(members);
        row
    };
    let rows: Vec<_> = subscriptions.iter().map(row).collect();
    part("subscriptions", &["ID", "SERVICE", "PLAN", "STATE"], &rows);
    let now = Timestamp::now();
    let row = |key: &Found| {
        vec![
            key.id.clone(),
            keys::environment(key).to_owned(),
            keys::state(key, now).to_owned(),
            keys::expires(key),
            key.text("title").to_owned(),
        ]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    let head = ["ID", "ENVIRONMENT", "STATE", "EXPIRES", "NAME"];
    part("keys", &head, &rows);
    Ok(ExitCode::SUCCESS)
}

/// What is to be said of the app itself.
fn about(app: &Found) -> String {
    let mut lines = vec![format!("{}: {}", app.id, state(app))];
    let clean = |text: &str| text.replace(char::is_control, " ");
    let said = [
        ("tenant", app.text("tenant").to_owned()),
        ("title", app.text("title").to_owned()),
        ("description", app.text("description").to_owned()),
        ("groups", joined(app, "groups")),
        ("access roles", joined(app, "access_roles")),
        (
            "suspended",
            match app.text("suspended_at") {
                "" => String::new(),
                at => local(at),
            },
        ),
        ("reason", app.text("reason").to_owned()),
    ];
    for (name, text) in said {
        if !text.is_empty() {
            lines.push(format!("  {name}: {}", clean(&text)));
        }
    }
    lines.join("\n")
}

/// A table under its name, or that there is nothing for it.
fn part(name: &str, head: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        output::say(&format!("\nno {name}"));
    } else {
        output::say(&format!("\n{name}:\n{}", table::table(head, rows)));
    }
}
