//! `postern apply`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::remote::ApplyArgs;
use crate::output;
use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use std::io::Read as _;
use std::process::ExitCode;

/// Longest file that is sent; configurations are shorter.
const LONGEST: u64 = 16 << 20;

pub(crate) fn apply(args: &ApplyArgs) -> anyhow::Result<ExitCode> {
    let file = args.file.display();
    let mut text_read = String::new();
    let opened =
        std::fs::File::open(&args.file).with_context(|| format!("{file} cannot be read"))?;
    opened
        .take(LONGEST + 1)
        .read_to_string(&mut text_read)
        .with_context(|| format!("{file} cannot be read"))?;
    if text_read.len() as u64 > LONGEST {
        bail!("{file} is larger than {} MiB", LONGEST >> 20);
    }
    let mut remote = Remote::connect(&args.shown.at)?;
    let name = std::path::absolute(&args.file).unwrap_or_else(|_| args.file.clone());
    let params = json!({
        "name": name.display().to_string(),
        "text": text_read,
        "comment": args.comment,
    });
    let answer = remote.call("apply", params)?;
    let warnings = text(&answer, "warnings");
    if !warnings.is_empty() {
        output::complain(warnings);
    }
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let entries = answer.get("entries").and_then(Value::as_array);
    let entries = entries.map(Vec::as_slice).unwrap_or_default();
    for entry in entries {
        output::say(&format!(
            "{:<8} {} {}",
            text(entry, "did"),
            text(entry, "kind"),
            text(entry, "id").escape_debug()
        ));
    }
    output::say(&summary(&answer, entries.len()));
    Ok(ExitCode::SUCCESS)
}

fn summary(answer: &Value, changed: usize) -> String {
    let number = |name| answer.get(name).and_then(Value::as_u64).unwrap_or_default();
    if changed == 0 {
        return format!(
            "all {} documents are stored and served already",
            number("documents")
        );
    }
    let revision = text(answer, "revision");
    let revision = if revision.is_empty() {
        String::new()
    } else {
        format!(", revision {revision}")
    };
    format!(
        "{changed} of {} documents changed, and are served: change {}{revision}",
        number("documents"),
        number("sequence"),
    )
}
