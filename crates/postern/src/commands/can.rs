//! `postern can`.

use super::remote::Remote;
use super::{table, why};
use crate::cli::asking::CanArgs;
use crate::output;
use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use std::io::Read as _;
use std::process::ExitCode;

/// Bytes of a body's beginning that are looked at.
const START: u64 = 128 << 10;

/// 0 allowed, 1 refused, 2 the question was wrong: whoever asks must not take that for a refusal.
pub(crate) fn can(args: &CanArgs) -> ExitCode {
    answered(args).unwrap_or_else(|error| {
        output::failed(&error);
        ExitCode::from(2)
    })
}

fn answered(args: &CanArgs) -> anyhow::Result<ExitCode> {
    let params = question(args)?;
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("can", params)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        let explanation = why::read(answer.get("found").unwrap_or(&Value::Null), &args.shown.at)?;
        output::say(explanation.render(&output::style()).trim_end());
    }
    let allowed = answer.get("allowed").and_then(Value::as_bool) == Some(true);
    Ok(if allowed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn question(args: &CanArgs) -> anyhow::Result<Value> {
    let mut headers = Vec::new();
    for header in &args.headers {
        let Some((name, value)) = header.split_once(':') else {
            bail!(
                "`{}` is no header; expected `Name: value`",
                header.escape_debug()
            );
        };
        headers.push((name.trim(), value.trim()));
    }
    let body = match &args.body {
        None => None,
        Some(path) => {
            let shown = || format!("{} cannot be read", path.display());
            let file = std::fs::File::open(path).with_context(shown)?;
            let size = file.metadata().with_context(shown)?.len();
            let mut start = Vec::new();
            file.take(START)
                .read_to_end(&mut start)
                .with_context(shown)?;
            Some((size, String::from_utf8_lossy(&start).into_owned()))
        }
    };
    Ok(json!({
        "app": (args.app != "-").then_some(&args.app),
        "key": args.key_id,
        "method": args.method,
        "target": args.path,
        "host": args.host,
        "headers": headers,
        "body": body,
        "from": args.from,
        "at_ms": args.at.map(crate::cli::time::Moment::ahead),
        "tls": args.tls,
        "audience": args.reader.name(),
    }))
}
