//! `postern fix`.

use super::remote::{Remote, text};
use super::{table, why};
use crate::cli::asking::FixArgs;
use crate::output;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn fix(args: &FixArgs) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({"id": args.id, "number": args.number, "comment": args.comment});
    let answer = remote.call("fix", params)?;
    let Some(fix) = answer.get("fix") else {
        output::complain(&why::not_found(&answer, &args.id));
        return Ok(ExitCode::FAILURE);
    };
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let mut lines = vec![format!("done: {}", text(fix, "sentence"))];
    let entries = answer.pointer("/made/entries").and_then(Value::as_array);
    for entry in entries.into_iter().flatten() {
        lines.push(format!(
            "  {} {} `{}`",
            text(entry, "did"),
            text(entry, "kind"),
            text(entry, "id")
        ));
    }
    if let Some(key) = answer.get("key").and_then(Value::as_str) {
        lines.push(format!("the new key, shown this once: {key}"));
        lines.push("next: send the request again with the new key".to_owned());
    } else {
        let request = answer.get("request").cloned().unwrap_or_default();
        lines.push(format!(
            "next: send {} {} again",
            text(&request, "method"),
            text(&request, "path")
        ));
    }
    output::say(&lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}
