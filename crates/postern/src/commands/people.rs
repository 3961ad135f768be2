//! `postern admin-link`, `invite`, `users` and `members`.

use super::listing::{List, joined, list};
use super::remote::{Remote, text};
use super::table;
use crate::cli::people::{
    AdminLinkArgs, InviteArgs, Members, MembersList, Users, UsersChange, UsersList,
    UsersPasswordLink,
};
use crate::cli::time::local;
use crate::output;
use postern_control::shorthand::Change;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn admin_link(args: &AdminLinkArgs) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("people.admin_link", Value::Null)?;
    Ok(link(&answer, args.shown.json))
}

pub(crate) fn invite(args: &InviteArgs) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({
        "email": args.email,
        "tenant": args.tenant,
        "roles": args.roles,
        "days": args.days,
    });
    let answer = remote.call("people.invite", params)?;
    Ok(link(&answer, args.shown.json))
}

/// Prints a link: it is shown this once.
fn link(answer: &Value, json: bool) -> ExitCode {
    if json {
        table::json(answer);
    } else {
        output::say(text(answer, "link"));
        let until = local(text(answer, "expires_at"));
        output::complain(&format!(
            "Good once, until {until}. This is the only time that it is shown."
        ));
        // An administrator's link is for whoever is at the machine.
        let to = text(answer, "email");
        match text(answer, "not_mailed_because") {
            _ if to.is_empty() => {}
            "" => output::complain(&format!("It was mailed to {to}.")),
            why => output::complain(&format!(
                "It was not mailed ({why}): give it to {to} yourself."
            )),
        }
    }
    ExitCode::SUCCESS
}

pub(crate) fn users(command: Users) -> anyhow::Result<ExitCode> {
    match command {
        Users::List(args) => list_users(&args),
        Users::Activate(args) => set_state(&args, "active"),
        Users::Deactivate(args) => set_state(&args, "deactivated"),
        Users::PasswordLink(args) => password_link(&args),
    }
}

fn set_state(args: &UsersChange, state: &str) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let user = remote.document("user", &args.id)?;
    let (id, email) = (&user.id, user.text("email"));
    let now = match user.text("state") {
        "" => "active",
        now => now,
    };
    if now == state {
        anyhow::bail!("{id} ({email}) is {state} already");
    }
    // Letting somebody in takes nothing from anybody.
    if state == "deactivated" {
        let what = format!("this deactivates {id} ({email}): they get in no more");
        if !remote.confirm(&what, args.yes)? {
            return Ok(ExitCode::FAILURE);
        }
    }
    let change = Change::patch("user", id, json!({ "state": state }));
    let answer = remote.change(&user.changed(change), &args.comment)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&format!("{id} ({email}) is {state}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn password_link(args: &UsersPasswordLink) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("people.password_link", json!({ "user": args.id }))?;
    Ok(link(&answer, args.shown.json))
}

fn list_users(args: &UsersList) -> anyhow::Result<ExitCode> {
    let of = List {
        kind: "user",
        having: &[("state", args.state.as_ref())],
        nothing: "no such users",
        head: &["ID", "EMAIL", "NAME", "STATE", "PLATFORM ROLES"],
    };
    list(&of, &args.listed, |user| {
        vec![
            user.id.clone(),
            user.text("email").to_owned(),
            user.text("name").to_owned(),
            user.text("state").to_owned(),
            joined(user, "platform_roles"),
        ]
    })
}

pub(crate) fn members(command: Members) -> anyhow::Result<ExitCode> {
    let Members::List(args) = command;
    list_members(&args)
}

fn list_members(args: &MembersList) -> anyhow::Result<ExitCode> {
    let having = [
        ("tenant", args.tenant.as_ref()),
        ("user", args.user.as_ref()),
    ];
    let of = List {
        kind: "member",
        having: &having,
        nothing: "no such members",
        head: &["USER", "TENANT", "ROLES"],
    };
    list(&of, &args.listed, |member| {
        vec![
            member.text("user").to_owned(),
            member.text("tenant").to_owned(),
            joined(member, "roles"),
        ]
    })
}
