//! `postern audit`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::keeping::{Audit, AuditExport, AuditLog, AuditVerify, AuditWhich};
use crate::cli::time::local_ms;
use crate::output;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::process::ExitCode;

pub(crate) fn dispatch(command: Audit) -> anyhow::Result<ExitCode> {
    match command {
        Audit::Log(args) => log(&args),
        Audit::Verify(args) => verify(&args),
        Audit::Export(args) => export(&args),
    }
}

fn conditions(which: &AuditWhich) -> Map<String, Value> {
    let said = |text: &Option<String>| text.clone().map(Value::from);
    let moments = |moment: Option<crate::cli::time::Moment>| moment.map(|at| at.ago().into());
    [
        ("who", said(&which.who)),
        ("kind", said(&which.kind)),
        ("id", said(&which.id)),
        ("tenant", said(&which.tenant)),
        ("event", said(&which.event)),
        ("since_ms", moments(which.since)),
        ("until_ms", moments(which.until)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

/// Lines that are asked for at a time.
const PART: u16 = 1_000;

fn log(args: &AuditLog) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let mut params = conditions(&args.which);
    let (mut lines, mut next) = (Vec::new(), Value::Null);
    let limit = usize::from(args.listed.limit);
    while lines.len() < limit {
        let part = limit.saturating_sub(lines.len()).min(usize::from(PART));
        params.insert("limit".to_owned(), part.into());
        if !next.is_null() {
            params.insert("before".to_owned(), next);
        }
        let mut answer = remote.call("audit.log", params.clone().into())?;
        next = answer.get_mut("next").map(Value::take).unwrap_or_default();
        if let Some(Value::Array(part)) = answer.get_mut("lines").map(Value::take) {
            lines.extend(part);
        }
        if next.is_null() {
            break;
        }
    }
    if args.listed.shown.json {
        table::json(&serde_json::json!({"lines": lines, "next": next}));
        return Ok(ExitCode::SUCCESS);
    }
    let more = !next.is_null();
    let nothing = "nothing like that is in the audit trail";
    if args.changes {
        for line in &lines {
            output::say(&row(line).join("  "));
            for change in changes(line) {
                output::say(&change);
            }
        }
        if lines.is_empty() {
            output::complain(nothing);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let head = ["SET", "AT", "WHO", "FROM", "DID", "WHAT", "COMMENT"];
    let rows: Vec<_> = lines.iter().map(row).collect();
    table::print(nothing, &head, &rows, more);
    Ok(ExitCode::SUCCESS)
}

fn row(line: &Value) -> Vec<String> {
    let or = |member: &str, other: &str| match text(line, member) {
        "" => other.to_owned(),
        text => text.to_owned(),
    };
    let what = format!("{} {}", text(line, "kind"), text(line, "id"));
    let number = |member: &str| line.get(member).and_then(Value::as_i64).unwrap_or(0);
    vec![
        number("sequence").to_string(),
        local_ms(number("at_ms")),
        or("who", "–"),
        or("from", text(line, "actor")),
        or("did", "–"),
        if what.trim().is_empty() {
            "–".to_owned()
        } else {
            what
        },
        or("comment", ""),
    ]
}

/// The members that are not as they were, a line each.
fn changes(line: &Value) -> Vec<String> {
    let member = |side: &str| line.get(side).and_then(Value::as_object);
    let (before, after) = (member("before"), member("after"));
    let names: BTreeSet<&String> = [before, after]
        .into_iter()
        .flatten()
        .flat_map(Map::keys)
        .collect();
    let of = |side: Option<&Map<String, Value>>, name: &String| {
        side.and_then(|members| members.get(name)).cloned()
    };
    let shown = |value: Option<Value>| value.map_or_else(|| "–".to_owned(), |v| v.to_string());
    let changed = names.into_iter().filter_map(|name| {
        let (before, after) = (of(before, name), of(after, name));
        let name = name.escape_debug();
        (before != after).then(|| format!("    {name}: {} → {}", shown(before), shown(after)))
    });
    changed.collect()
}

fn verify(args: &AuditVerify) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = match &args.known {
        Some((sequence, hash)) => serde_json::json!({"sequence": sequence, "hash": hash}),
        None => Value::Null,
    };
    let answer = remote.call("audit.verify", params)?;
    let intact = answer.get("intact").and_then(Value::as_bool) == Some(true);
    let code = if intact {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    if args.shown.json {
        table::json(&answer);
        return Ok(code);
    }
    let number = |member: &str| answer.get(member).and_then(Value::as_u64).unwrap_or(0);
    if !intact {
        output::complain(&format!(
            "error: the audit trail is not intact: {}",
            text(&answer, "fault")
        ));
        return Ok(code);
    }
    output::say(&format!(
        "intact: {} change sets and {} changes\nnewest: {}:{}",
        number("sets"),
        number("changes"),
        number("sequence"),
        text(&answer, "hash")
    ));
    let forgotten = number("forgotten");
    if forgotten > 0 {
        output::complain(&format!(
            "  = note: up to change set {forgotten}, changes may be gone by retention; that they \
             were made is still there"
        ));
    }
    Ok(code)
}

fn export(args: &AuditExport) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.at)?;
    let params = conditions(&args.which).into();
    let answer = remote.stream("audit.export", params, |line| {
        output::line(&line.to_string())
    })?;
    let lines = answer.get("lines").and_then(Value::as_u64).unwrap_or(0);
    output::complain(&format!("exported {lines} lines"));
    Ok(ExitCode::SUCCESS)
}
