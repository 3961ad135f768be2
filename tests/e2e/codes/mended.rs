//! What `postern why` says of each code, and that what it offers mends it.

use super::ask::Asking;
use super::audiences;
use super::row::{Before, Mend, Row, Telling};
use super::table::ROWS;
use super::text::{golden, steady};
use super::world::{Place, configuration};
use crate::commands::Stored;
use crate::harness::problem::contract;
use crate::harness::{Response, eventually};
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

/// How many rows are looked at side by side: some of them wait.
const AT_ONCE: usize = 4;

#[test]
fn every_code_is_explained_and_what_is_offered_mends_it() {
    let place = Place::new();
    let postern = Stored::empty();
    let whole = configuration(&[Telling::DEFAULT], &place).to_string();
    let applied = postern.apply(&whole);
    assert!(applied.status.success(), "{applied:?}");
    let (postern, tls, wrong) = (&postern, &place.tls, Mutex::new(String::new()));
    let all = |(number, row): (usize, &'static Row)| {
        let asking = Asking {
            gateway: postern.gateway,
            tls,
            number,
            row,
            telling: Telling::DEFAULT,
        };
        if let Err(why) = one(postern, &asking) {
            let mut wrong = wrong.lock().expect("nobody panics with it");
            let _ = writeln!(wrong, "{}: {why}", row.code);
        }
    };
    std::thread::scope(|scope| {
        for first in 0..AT_ONCE {
            let rows = ROWS.iter().enumerate().skip(first).step_by(AT_ONCE);
            scope.spawn(move || rows.for_each(all));
        }
    });
    let wrong = wrong.into_inner().expect("nobody panics with it");
    assert!(wrong.is_empty(), "{wrong}");
}

fn one(postern: &Stored, asking: &Asking<'_>) -> Result<(), String> {
    let row = asking.row;
    let mut refused = asking.provoke();
    is_refused(asking, &refused)?;
    let id = id(&refused);
    explained(postern, asking, &id)?;
    audiences::compared(postern, row, &id)?;
    if is_over_soon(row) {
        refused = waited(asking, &refused)?;
    }
    let id = self::id(&refused);
    let Some(made) = made(postern, row, &id)? else {
        return Ok(());
    };
    let mut again = row.sent.to_owned();
    if row.mend == Mend::NewKey {
        let key = made["key"].as_str().ok_or("no key was made")?;
        again = again.replace("{key}", key);
    }
    // A limit is counted anew; at the edge, what was counted is kept.
    eventually(&format!("{} passes", row.code), || {
        passes(&asking.send(&again)).then_some(())
    });
    let alike = asking.send(row.alike);
    if !passes(&alike) {
        return Err(format!("the look-alike is refused now: {}", alike.text()));
    }
    Ok(())
}

/// Makes what is offered, and gives what it made; `None` where nothing here mends it.
pub(super) fn made(postern: &Stored, row: &Row, id: &str) -> Result<Option<Value>, String> {
    // Another row may have changed the same document since it was proved.
    let fix = |more: &[&str]| {
        let all = [&["fix", id], more, &["--comment", "a test", "--json"]].concat();
        eventually("the fix is made or not", || {
            let ran = postern.run(&all);
            (!ran.stderr.contains("since this fix was proved")).then_some(ran)
        })
    };
    let refused = match row.mend {
        Mend::Fix | Mend::NewKey => None,
        Mend::Caller => Some("nothing is offered to mend"),
        Mend::Named => Some("nothing that is proved is offered to mend"),
        Mend::Command | Mend::Offered => Some(""),
    };
    let first = fix(&[]);
    if let Some(why) = refused
        && (first.status.success() || !first.stderr.contains(why))
    {
        return Err(format!("a fix is made that nobody expects: {first:?}"));
    }
    let ran = match row.mend {
        Mend::Caller => return Ok(None),
        Mend::Offered => return offered(postern, id).map(|_| None),
        Mend::Fix | Mend::NewKey => first,
        Mend::Named => fix(&["1"]),
        Mend::Command => {
            let command = offered(postern, id)?.replace("APP", &row.name());
            let words = command.split(' ').skip(1).chain(["--json"]);
            postern.run(&words.collect::<Vec<_>>())
        }
    };
    if !ran.status.success() {
        return Err(format!("the fix is not made: {ran:?}"));
    }
    let made = serde_json::from_str(&ran.stdout);
    made.map(Some).map_err(|error| format!("{error}: {ran:?}"))
}

/// The command of the first thing that is offered, which says why it is not proved.
fn offered(postern: &Stored, id: &str) -> Result<String, String> {
    let why = postern.json(&["why", id]);
    let first = why.pointer("/found/fixes/0").ok_or("nothing is offered")?;
    let text = |of: &Value| of.as_str().map(str::to_owned);
    text(&first["unproved"]).ok_or("it does not say why it is not proved")?;
    text(&first["commands"][0]).ok_or_else(|| "there is no command".to_owned())
}

/// The upstream answers 200, and the gateway a preflight with 204.
pub(super) fn passes(response: &Response) -> bool {
    matches!(response.status, 200 | 204)
}

pub(super) fn is_refused(asking: &Asking<'_>, response: &Response) -> Result<(), String> {
    let shown = asking.row.shown;
    let due = if shown.is_empty() {
        asking.row.code
    } else {
        shown
    };
    if response.denial().as_deref() == Some(due) {
        return Ok(());
    }
    Err(format!("{} {}", response.status, response.text()))
}

/// Whether it is over by itself within seconds: a block is not, nor what somebody holds.
pub(super) fn is_over_soon(row: &Row) -> bool {
    let limited = row.family() == "limit" && row.code != "limit.blocked";
    limited && !matches!(row.before, Before::Held(_))
}

/// The caller's own way out of a limit: to wait as long as it is told.
pub(super) fn waited(asking: &Asking<'_>, refused: &Response) -> Result<Response, String> {
    let wait = refused.header("retry-after").ok_or("no Retry-After")?;
    let seconds: u64 = wait.parse().map_err(|_| wait)?;
    std::thread::sleep(Duration::from_secs(seconds));
    let again = asking.send(asking.row.sent);
    if !passes(&again) {
        return Err(format!("still refused after {seconds} s"));
    }
    let refused = asking.send(asking.row.sent);
    is_refused(asking, &refused)?;
    Ok(refused)
}

/// Asks why.
fn explained(postern: &Stored, asking: &Asking<'_>, id: &str) -> Result<(), String> {
    let row = asking.row;
    let why = postern.ok(&["why", id]);
    let due = [
        format!("refused[{}]: ", row.code),
        format!("= fault: {} (", contract(row.code).1.replace('_', " ")),
    ];
    if let Some(due) = due.iter().find(|due| !why.contains(*due)) {
        return Err(format!("no `{due}` in {why}"));
    }
    golden(&format!("why/{}.txt", row.code), &masked(asking, &why, id))
}

/// What a person reads, without what differs from run to run.
fn masked(asking: &Asking<'_>, why: &str, id: &str) -> String {
    let mut out = String::new();
    let why = why.replace(id, "ID");
    // The last request that passed may not be recorded yet.
    let lines = why
        .lines()
        .filter(|line| !line.contains("= compared with:") && !line.contains(" here, "));
    for line in lines {
        // How many others were refused meanwhile.
        let line = line.split("; of ").next().unwrap_or_default();
        let line = without_place(line);
        // Revisions have hashes.
        let line = match line.split_once("revision ") {
            Some((before, after)) => {
                let after = after.split_once(')').map_or("", |(_, after)| after);
                format!("{before}revision N (HASH){after}")
            }
            None => line,
        };
        let _ = writeln!(out, "{line}");
    }
    steady(asking.row, &out)
}

/// A line without the place of the file of authorities that it names, which is another in each run.
fn without_place(line: &str) -> String {
    let Some(end) = line.find("/ca.pem") else {
        return line.to_owned();
    };
    let (before, after) = line.split_at(end);
    let begin = before.rfind([' ', '`']).map_or(0, |at| at + 1);
    let (before, _) = before.split_at(begin);
    format!("{before}PLACE{after}")
}

fn id(response: &Response) -> String {
    response.header("x-request-id").expect("an id")
}
