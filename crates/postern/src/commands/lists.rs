//! `postern lists`.

use super::remote::{Found, Remote};
use super::table;
use crate::cli::remote::{Lists, ListsAdd, ListsRemove, Shown};
use crate::cli::time::utc;
use crate::output;
use jiff::Timestamp;
use postern_control::shorthand::{self, Change};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Lists) -> anyhow::Result<ExitCode> {
    match command {
        Lists::Add(args) => add(&args),
        Lists::Remove(args) => remove(&args),
    }
}

fn add(args: &ListsAdd) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("list", &args.list)?;
    let now = Timestamp::now();
    let expires = args.expires.map(|moment| moment.utc(now));
    let change = shorthand::list_add(
        &found.id,
        &found.document,
        args.range,
        &utc(now),
        &args.comment,
        expires.as_deref(),
    )?;
    let done = format!("added {} to the list `{}`", args.range, found.id);
    make(
        &mut remote,
        change,
        &found,
        &args.comment,
        &args.shown,
        &done,
    )
}

fn remove(args: &ListsRemove) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("list", &args.list)?;
    let change = shorthand::list_remove(&found.id, &found.document, args.range)?;
    let what = format!("this takes {} off the list `{}`", args.range, found.id);
    if !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let done = format!("took {} off the list `{}`", args.range, found.id);
    make(
        &mut remote,
        change,
        &found,
        &args.comment,
        &args.shown,
        &done,
    )
}

/// The whole list is written.
fn make(
    remote: &mut Remote,
    change: Change,
    found: &Found,
    comment: &str,
    shown: &Shown,
    done: &str,
) -> anyhow::Result<ExitCode> {
    let answer = remote.change(&found.changed(change), comment)?;
    if shown.json {
        table::json(&answer);
    } else {
        output::say(done);
    }
    Ok(ExitCode::SUCCESS)
}
