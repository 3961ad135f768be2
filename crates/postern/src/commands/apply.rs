//! `postern apply`.

use super::declared::{declaration, plan_of, refused, warn};
use super::remote::{Remote, text};
use super::{plan, replay, table};
use crate::cli::declared::ApplyArgs;
use crate::output;
use anyhow::Context as _;
use postern_control::Declaration;
use serde_json::{Value, json};
use std::io::IsTerminal as _;
use std::process::ExitCode;

pub(crate) fn apply(args: &ApplyArgs) -> anyhow::Result<ExitCode> {
    let given = declaration(&args.file)?;
    let mut remote = Remote::connect(&args.shown.at)?;
    let mut params = serde_json::to_value(&given).context("the file cannot be sent")?;
    // Nobody is asked with --yes, and where a file owns the configuration applying says what to do
    // instead.
    let asks = !args.yes && !remote.owned_by_file;
    if asks {
        let answer = remote.call("diff", params.clone())?;
        warn(&answer);
        let planned = plan_of(&answer)?;
        if !args.shown.json {
            output::say(&plan::text(&planned));
        }
        refused(&answer)?;
        let is_read = std::io::stdin().is_terminal() || args.replay;
        if is_read && !planned.changes.is_empty() && !args.shown.json && !args.no_replay {
            looked(&mut remote, &given);
        }
        if !planned.changes.is_empty() && !remote.confirm("this changes what is served", false)? {
            return Ok(ExitCode::FAILURE);
        }
        // Nothing else is done than what was shown.
        set(&mut params, "seen", json!(planned.seen()));
    }
    if !asks && args.replay && !args.shown.json && !remote.owned_by_file {
        looked(&mut remote, &given);
    }
    set(&mut params, "comment", json!(args.comment));
    let answer = remote.call("apply", params)?;
    if !asks {
        warn(&answer);
    }
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    if !asks {
        output::say(&plan::text(&plan_of(&answer)?));
    }
    output::say(&done(&answer));
    Ok(ExitCode::SUCCESS)
}

/// Says what it would have done to the requests of the last day. Who may not read these applies all
/// the same.
fn looked(remote: &mut Remote, given: &Declaration) {
    match replay::of_file(remote, given) {
        Ok(line) => output::say(&line),
        Err(why) => output::complain(&format!("recorded requests cannot be replayed: {why:#}")),
    }
}

fn set(params: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = params {
        members.insert(name.to_owned(), value);
    }
}

/// What was done, in a sentence.
pub(crate) fn done(answer: &Value) -> String {
    let number = |name| answer.get(name).and_then(Value::as_u64).unwrap_or_default();
    let entries = answer.get("entries").and_then(Value::as_array);
    let changed = entries.map(Vec::len).unwrap_or_default();
    if changed == 0 {
        return "everything is stored and served already".to_owned();
    }
    let documents = if changed == 1 {
        "document is"
    } else {
        "documents are"
    };
    let revision = text(answer, "revision");
    let revision = if revision.is_empty() {
        String::new()
    } else {
        format!(", revision {revision}")
    };
    format!(
        "done: {changed} {documents} changed, and served: change {}{revision}",
        number("sequence")
    )
}
