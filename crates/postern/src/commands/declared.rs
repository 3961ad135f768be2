//! `postern export`, `diff` and `delete`.

use super::remote::{Refused, Remote, text};
use super::{plan, replay, table};
use crate::cli::declared::{DeleteArgs, DiffArgs, ExportArgs, FileArgs, PartArgs};
use crate::output;
use anyhow::{Context as _, bail};
use postern_control::shorthand::Change;
use postern_control::{Declaration, Part, Plan, Refusal};
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

/// Longest file that is sent; configurations are shorter.
const LONGEST: u64 = 16 << 20;

pub(crate) fn part(args: &PartArgs) -> Part {
    Part {
        tenant: args.tenant.clone(),
        tag: args.tag.clone(),
        kinds: args.kinds.clone(),
    }
}

/// Reads a file, or standard input: its whole name, and what it says.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<(String, String)> {
    let file = path.display();
    let unreadable = || format!("{file} cannot be read");
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(LONGEST + 1)
            .read_to_string(&mut text)
    } else {
        let opened = std::fs::File::open(path).with_context(unreadable)?;
        opened.take(LONGEST + 1).read_to_string(&mut text)
    };
    read.with_context(unreadable)?;
    if text.len() as u64 > LONGEST {
        bail!("{file} is larger than {} MiB", LONGEST >> 20);
    }
    let name = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    Ok((name.display().to_string(), text))
}

/// Reads the file that is to be compared or applied.
pub(crate) fn declaration(args: &FileArgs) -> anyhow::Result<Declaration> {
    let (name, text) = read_file(&args.file)?;
    Ok(Declaration {
        name,
        text,
        prune: args.prune,
        part: part(&args.part),
    })
}

/// The plan in an answer.
pub(crate) fn plan_of(answer: &Value) -> anyhow::Result<Plan> {
    let plan = answer.get("plan").cloned().unwrap_or_default();
    serde_json::from_value(plan)
        .context("the running Postern gave a plan that cannot be read; is it of another version?")
}

/// Why what an answer plans would be refused.
pub(crate) fn refused(answer: &Value) -> anyhow::Result<()> {
    let refusal = answer.get("refused").filter(|refusal| !refusal.is_null());
    match refusal.map(|found| serde_json::from_value::<Refusal>(found.clone())) {
        Some(Ok(refusal)) => Err(Refused::new(refusal).into()),
        Some(Err(_)) => bail!("this would be refused"),
        None => Ok(()),
    }
}

/// Shows the warnings of an answer.
pub(crate) fn warn(answer: &Value) {
    let warnings = text(answer, "warnings");
    if !warnings.is_empty() {
        output::complain(warnings);
    }
}

pub(crate) fn export(args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.at)?;
    let answer = remote.call("export", json!({"part": part(&args.part)}))?;
    output::say(text(&answer, "text").trim_end());
    Ok(ExitCode::SUCCESS)
}

/// Whatever goes wrong is 2: 1 says that there are differences.
pub(crate) fn diff(args: &DiffArgs) -> ExitCode {
    let differs = || -> anyhow::Result<bool> {
        let given = declaration(&args.file)?;
        let mut remote = Remote::connect(&args.shown.at)?;
        let answer = remote.call("diff", json!(given))?;
        warn(&answer);
        let planned = plan_of(&answer)?;
        if args.shown.json {
            table::json(&answer);
        } else {
            output::say(&plan::text(&planned));
        }
        refused(&answer)?;
        if args.replay && !args.shown.json {
            output::say(&replay::of_file(&mut remote, &given)?);
        }
        Ok(!planned.changes.is_empty())
    };
    told(differs())
}

/// The exit status of a comparison.
pub(crate) fn told(differs: anyhow::Result<bool>) -> ExitCode {
    match differs {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(1),
        Err(error) => {
            output::failed(&error);
            ExitCode::from(2)
        }
    }
}

pub(crate) fn delete(args: &DeleteArgs) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document(&args.kind, &args.id)?;
    let what = format!("this deletes {} `{}`", args.kind, found.id.escape_debug());
    if !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let change = found.changed(Change::delete(&args.kind, &found.id));
    let answer = remote.change(&change, &args.comment)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&format!(
            "deleted {} `{}`",
            args.kind,
            found.id.escape_debug()
        ));
    }
    Ok(ExitCode::SUCCESS)
}
