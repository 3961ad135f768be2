//! `postern replay`: what a change would have done to recorded requests.

mod told;

pub(super) use told::{brief, grouped};

use super::declared::{read_file, told as status};
use super::remote::Remote;
use super::table;
use crate::cli::replay::ReplayArgs;
use crate::output;
use anyhow::Context as _;
use postern_control::{Declaration, Part, ReplayReport};
use serde_json::{Value, json};
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

/// Seconds that are spent on it before somebody is asked whether to go on.
const BEFORE_ASKING: u64 = 10;

pub(crate) fn replay(args: &ReplayArgs) -> ExitCode {
    status(differs(args))
}

fn differs(args: &ReplayArgs) -> anyhow::Result<bool> {
    let which = json!({
        "since_ms": args.since.ago().max(0),
        "until_ms": args.until.map(|until| until.ago().max(0)),
        "tenant": args.tenant,
        "service": args.service,
        "seconds": args.seconds,
    });
    let (method, params) = match (&args.with, &args.change_request) {
        (Some(file), _) => {
            let (name, text) = read_file(file)?;
            let file = Declaration {
                name,
                text,
                prune: args.prune,
                part: Part {
                    tenant: args.tenant.clone().filter(|_| args.part),
                    ..Part::default()
                },
            };
            ("replay", json!({"file": file, "which": which}))
        }
        (None, id) => ("change_requests.replay", json!({"id": id, "which": which})),
    };
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = ask(&mut remote, method, params)?;
    let report = read(&answer)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&told::whole(&report, args.limit.into()));
    }
    Ok(!report.counts.groups.is_empty())
}

/// What applying a file would have done to the requests of the last day, in a line.
pub(super) fn of_file(remote: &mut Remote, file: &Declaration) -> anyhow::Result<String> {
    let which = json!({"seconds": BEFORE_ASKING, "tenant": file.part.tenant});
    let answer = ask(remote, "replay", json!({"file": file, "which": which}))?;
    Ok(brief(&read(&answer)?))
}

fn read(answer: &Value) -> anyhow::Result<ReplayReport> {
    serde_json::from_value(answer.clone())
        .context("what the running Postern answered cannot be read; is it of another version?")
}

/// Asks, and shows on a terminal how far it has come.
fn ask(remote: &mut Remote, method: &str, params: Value) -> anyhow::Result<Value> {
    let terminal = std::io::stderr().is_terminal();
    let mut shown = false;
    let answer = remote.stream(method, params, |item| {
        if let Some(line) = item.get("progress").filter(|_| terminal).and_then(progress) {
            // A terminal that cannot be written to needs no progress.
            let _ = write!(std::io::stderr(), "\r\u{1b}[K{line}");
            let _ = std::io::stderr().flush();
            shown = true;
        }
        true
    });
    if shown {
        let _ = write!(std::io::stderr(), "\r\u{1b}[K");
    }
    answer
}

/// How far it has come, by the time that requests came in.
fn progress(word: &Value) -> Option<String> {
    let number = |name: &str| word.get(name)?.as_u64();
    let (from, until, at) = (number("from_ms")?, number("until_ms")?, number("at_ms")?);
    let whole = until.saturating_sub(from).max(1);
    let percent = at.saturating_sub(from).saturating_mul(100) / whole;
    let rows = told::grouped(number("rows")?);
    Some(format!("replaying: {rows} rows, {percent}%"))
}
