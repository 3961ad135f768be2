//! `postern secrets`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::keeping::{Secrets, SecretsRotate, SecretsSeal};
use crate::output;
use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use std::io::Read as _;
use std::process::ExitCode;

/// Bytes of a secret that are read: one more than a secret may have.
const MOST: u64 = (64 << 10) + 1;

pub(crate) fn dispatch(command: Secrets) -> anyhow::Result<ExitCode> {
    match command {
        Secrets::Seal(args) => seal(&args),
        Secrets::Rotate(args) => rotate(&args),
    }
}

fn seal(args: &SecretsSeal) -> anyhow::Result<ExitCode> {
    let mut secret = String::new();
    std::io::stdin()
        .take(MOST)
        .read_to_string(&mut secret)
        .context("the secret cannot be read from standard input as text")?;
    let secret = secret.strip_suffix('\n').unwrap_or(&secret);
    if secret.is_empty() {
        let holder = &args.holder;
        bail!(
            "nothing came in at standard input\n  = help: `postern secrets seal --for {holder} < FILE`"
        );
    }
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call(
        "secrets.seal",
        json!({ "value": secret, "for": args.holder }),
    )?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(text(&answer, "sealed"));
    }
    Ok(ExitCode::SUCCESS)
}

fn rotate(args: &SecretsRotate) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({"master": args.master, "comment": args.comment});
    let answer = remote.call("secrets.rotate", params)?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let count = answer.get("documents").and_then(Value::as_u64).unwrap_or(0);
    let master = if args.master {
        "the master key and the data key are new"
    } else {
        "the data key is new"
    };
    output::say(&format!("{master}; {count} documents were sealed anew"));
    Ok(ExitCode::SUCCESS)
}
