//! `postern lists`.

use super::remote::{Found, Remote, text};
use super::table;
use crate::cli::remote::{Lists, ListsAdd, ListsList, ListsRemove, ListsShow, ListsSources, Shown};
use crate::cli::time::{local, local_ms, timestamp, utc};
use crate::output;
use jiff::Timestamp;
use postern_control::shorthand::{self, Change};
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Lists) -> anyhow::Result<ExitCode> {
    match command {
        Lists::List(args) => list(&args),
        Lists::Show(args) => show(&args),
        Lists::Sources(args) => sources(&args),
        Lists::Add(args) => add(&args),
        Lists::Remove(args) => remove(&args),
    }
}

/// Most lists whose entries are looked through.
const LISTS: u16 = 10_000;

fn list(args: &ListsList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let (lists, not_all) = match &args.list {
        Some(id) => (vec![remote.document("list", id)?], false),
        None => remote.documents("list", &[], LISTS)?,
    };
    let entries = lists.iter().flat_map(|list| {
        let entries = list.document.get("entries").and_then(Value::as_array);
        entries
            .into_iter()
            .flatten()
            .map(|entry| described(list, entry))
    });
    let covers = |entry: &Value| {
        let range = shorthand::range(text(entry, "range"));
        args.address
            .is_none_or(|address| range.is_some_and(|range| range.contains(&address)))
    };
    let limit = usize::from(args.listed.limit);
    let mut found: Vec<Value> = entries.filter(covers).take(limit + 1).collect();
    let more = not_all || found.len() > limit;
    found.truncate(limit);
    if args.listed.shown.json {
        table::json(&json!({"entries": found, "more": more}));
        return Ok(ExitCode::SUCCESS);
    }
    let now = Timestamp::now();
    let row = |entry: &Value| {
        let when = |member, otherwise: &str| match text(entry, member) {
            "" => otherwise.to_owned(),
            at => local(at),
        };
        vec![
            text(entry, "list").to_owned(),
            text(entry, "range").to_owned(),
            when("added_at", "–"),
            ends(entry, now),
            text(entry, "comment").to_owned(),
        ]
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    let head = ["LIST", "RANGE", "ADDED", "EXPIRES", "COMMENT"];
    table::print("no such entries", &head, &rows, more);
    Ok(ExitCode::SUCCESS)
}

fn sources(args: &ListsSources) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("lists.sources", json!({}))?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let when = |list: &Value, member| when(list, member).unwrap_or_else(|| "–".to_owned());
    let row = |list: &Value| {
        let count = list.get("ranges").and_then(Value::as_u64);
        vec![
            text(list, "list").to_owned(),
            text(list, "source").to_owned(),
            count.map_or_else(|| "–".to_owned(), |count| count.to_string()),
            when(list, "since"),
            when(list, "confirmed"),
            when(list, "next"),
            state(list),
        ]
    };
    let lists = answer.get("lists").and_then(Value::as_array);
    let rows: Vec<_> = lists.into_iter().flatten().map(row).collect();
    let head = [
        "LIST",
        "FROM",
        "RANGES",
        "SINCE",
        "CONFIRMED",
        "NEXT",
        "STATE",
    ];
    table::print("no list comes from a file or a URL", &head, &rows, false);
    Ok(ExitCode::SUCCESS)
}

/// A moment of the state of a list: Unix time in seconds.
fn when(state: &Value, member: &str) -> Option<String> {
    let at = state.get(member).and_then(Value::as_i64)?;
    Some(local_ms(at.saturating_mul(1000)))
}

/// How a list from elsewhere stands, in a few words.
fn state(list: &Value) -> String {
    let said = list.get("ranges").is_some_and(Value::is_u64);
    let stale = list.get("stale").and_then(Value::as_bool) == Some(true);
    match (said, stale, text(list, "error")) {
        (false, _, "") => "not read yet".to_owned(),
        (false, _, why) => format!("never read: {why}"),
        (true, true, why) => format!("stale: {why}"),
        (true, false, "") => "current".to_owned(),
        (true, false, why) => format!("kept: {why}"),
    }
}

fn show(args: &ListsShow) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let list = remote.document("list", &args.list)?;
    let uses = remote.call("lists.uses", json!({"id": list.id}))?;
    let sourced = remote.call("lists.sources", json!({}))?;
    let states = sourced.get("lists").and_then(Value::as_array);
    let mut states = states.into_iter().flatten();
    let state_of = states.find(|one| text(one, "list") == list.id);
    if args.shown.json {
        let mut shown = list.json();
        if let Value::Object(members) = &mut shown {
            members.insert("state".into(), state_of.cloned().unwrap_or_default());
            members.insert(
                "uses".into(),
                uses.get("items").cloned().unwrap_or_default(),
            );
        }
        table::json(&shown);
        return Ok(ExitCode::SUCCESS);
    }
    output::say(&about(&list, state_of));
    let uses = uses.get("items").and_then(Value::as_array);
    let row = |one: &Value| {
        ["does", "name", "on"]
            .map(|name| text(one, name).to_owned())
            .to_vec()
    };
    let rows: Vec<Vec<String>> = uses.into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        output::say("\nno policy uses it");
    } else {
        let head = ["DOES", "POLICY", "ON"];
        output::say(&format!("\nused by:\n{}", table::table(&head, &rows)));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is to be said of a list itself.
fn about(list: &Found, state_of: Option<&Value>) -> String {
    let entries = list.document.get("entries").and_then(Value::as_array);
    let count = match state_of {
        Some(state) => state.get("ranges").and_then(Value::as_u64),
        None => Some(entries.map_or(0, Vec::len) as u64),
    };
    let of = |member| {
        state_of
            .and_then(|state| when(state, member))
            .unwrap_or_default()
    };
    let said = [
        ("tenant", list.text("tenant").to_owned()),
        ("owner", list.text("owner").to_owned()),
        ("comment", list.text("comment").to_owned()),
        (
            "ends",
            match list.text("expires_at") {
                "" => String::new(),
                at => local(at),
            },
        ),
        (
            "from",
            state_of
                .map_or("", |state| text(state, "source"))
                .to_owned(),
        ),
        ("state", state_of.map(state).unwrap_or_default()),
        (
            "ranges",
            count.map(|count| count.to_string()).unwrap_or_default(),
        ),
        ("says that since", of("since")),
        ("confirmed", of("confirmed")),
        ("asked next", of("next")),
    ];
    let mut lines = vec![format!("{}:", list.id)];
    for (name, text) in said {
        if !text.is_empty() {
            lines.push(format!("  {name}: {}", text.replace(char::is_control, " ")));
        }
    }
    lines.join("\n")
}

/// When an entry stops to count: at its own end, or at that of the whole list if that is sooner.
fn ends(entry: &Value, now: Timestamp) -> String {
    let own = timestamp(text(entry, "expires_at"));
    let whole = timestamp(text(entry, "list_expires_at"));
    let Some(end) = own.into_iter().chain(whole).min() else {
        return "never".to_owned();
    };
    let with = if own == Some(end) { "" } else { " (the list)" };
    let over = if end <= now { ", over" } else { "" };
    format!("{}{with}{over}", local(&end.to_string()))
}

/// An entry with the list it stands on, and the end of that: it is written as a range alone, or
/// with more about it.
fn described(list: &Found, entry: &Value) -> Value {
    let mut described = json!({ "list": list.id });
    if let Value::Object(members) = &mut described {
        if let Some(end) = list.document.get("expires_at") {
            members.insert("list_expires_at".into(), end.clone());
        }
        match entry {
            Value::Object(more) => members.extend(more.clone()),
            range => {
                members.insert("range".into(), range.clone());
            }
        }
    }
    described
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
