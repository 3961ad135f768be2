//! `postern log` and `postern denials`.

mod following;

use self::following::Following;
use super::remote::{Remote, text};
use super::table;
use crate::cli::asking::{DenialsArgs, Export, LogArgs, Which};
use crate::cli::time::{Moment, local_ms};
use crate::output;
use jiff::{SignedDuration, Timestamp};
use postern_control::client::ClientError;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::process::ExitCode;

/// Columns of an export as comma-separated values.
const COLUMNS: [&str; 22] = [
    "id",
    "at",
    "duration_us",
    "address",
    "method",
    "host",
    "path",
    "status",
    "outcome",
    "code",
    "stage",
    "fault",
    "policy",
    "tenant",
    "service",
    "version",
    "operation",
    "app",
    "credential",
    "subscription",
    "revision",
    "represents",
];

/// The conditions that both commands have.
fn conditions(which: &Which) -> Map<String, Value> {
    let mut params = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            params.insert(name.to_owned(), value);
        }
    };
    let said = |text: &Option<String>| text.clone().map(Value::from);
    put(
        "since_ms",
        which.since.map(|since| since.ago().max(0).into()),
    );
    put(
        "until_ms",
        which.until.map(|until| until.ago().max(0).into()),
    );
    put("code", said(&which.code));
    put("tenant", said(&which.tenant));
    put("stage", said(&which.stage));
    put("fault", said(&which.fault));
    put("app", said(&which.app));
    put("service", said(&which.service));
    put("operation", said(&which.operation));
    put("address", said(&which.from));
    put("method", said(&which.method));
    put("status", said(&which.status));
    put("phrase", said(&which.phrase));
    let mut fields = Map::new();
    for (field, value) in &which.fields {
        // It is a column of its own in the log.
        if field == "version" {
            put(field, Some(value.clone().into()));
        } else {
            fields.insert(field.clone(), value.clone().into());
        }
    }
    put("where", (!fields.is_empty()).then(|| fields.into()));
    params
}

pub(crate) fn denials(args: &DenialsArgs) -> anyhow::Result<ExitCode> {
    let since = args
        .which
        .since
        .unwrap_or(Moment::After(SignedDuration::from_hours(24)));
    let mut params = conditions(&args.which);
    params.insert("since_ms".to_owned(), since.ago().max(0).into());
    params.insert("by".to_owned(), args.by.name().into());
    params.insert("limit".to_owned(), args.limit.into());
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("denials", params.into())?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let groups = answer.get("groups").and_then(Value::as_array);
    let row = |group: &Value| {
        let at = group.get("last_ms").and_then(Value::as_i64);
        let key = text(group, "key");
        vec![
            group.get("count").map(Value::to_string).unwrap_or_default(),
            if key.is_empty() { "-" } else { key }.to_owned(),
            at.map(local_ms).unwrap_or_default(),
            text(group, "example").to_owned(),
        ]
    };
    let rows: Vec<_> = groups.into_iter().flatten().map(row).collect();
    let by = args.by.name().to_uppercase();
    let nothing = format!("nothing was refused since {}", local_ms(since.ago()));
    let more = answer.get("more").and_then(Value::as_bool) == Some(true);
    table::print(
        &nothing,
        &["COUNT", &by, "LAST", "ONE OF THEM"],
        &rows,
        more,
    );
    if !rows.is_empty() {
        let total = answer.get("total").and_then(Value::as_u64).unwrap_or(0);
        output::complain(&format!(
            "{total} refused since {}; `postern why ID` explains one",
            local_ms(since.ago())
        ));
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn log(args: &LogArgs) -> anyhow::Result<ExitCode> {
    let machine = args.json || args.export.is_some();
    let mut params = conditions(&args.which);
    if let Some(outcome) = &args.outcome {
        params.insert("outcome".to_owned(), outcome.clone().into());
    }
    params.insert("limit".to_owned(), args.limit.into());
    params.insert("follow".to_owned(), args.follow.into());
    params.insert("oldest_first".to_owned(), (!machine || args.follow).into());
    let detail = args.json || args.export == Some(Export::Jsonl);
    params.insert("detail".to_owned(), detail.into());
    let mut remote = Remote::connect(&args.at)?;
    if args.export == Some(Export::Csv) {
        output::line(&COLUMNS.join(","));
    }
    let mut rows = 0_u64;
    let mut following = Following::default();
    let answer = loop {
        let answer = remote.stream("log", params.clone().into(), |row| {
            following.heard();
            let known = args.follow && !following.is_new(&row);
            known || show(args, row, &mut rows)
        });
        match answer {
            Err(error) if args.follow && is_interrupted(&error) => {
                if !following.resume(&mut params) {
                    return Err(error);
                }
                remote = Remote::connect(&args.at)?;
            }
            answer => break answer?,
        }
    };
    if rows == 0 && !machine {
        output::complain("no request like that is in the call log");
    }
    if answer.get("more").and_then(Value::as_bool) == Some(true) {
        output::complain("… and older ones: raise --limit, or say --since");
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows what came: a request, how many were missed, or nothing but a sign of life. `false`:
/// nobody reads it any more.
fn show(args: &LogArgs, row: Value, rows: &mut u64) -> bool {
    if row.is_null() {
        return true;
    }
    if let Some(missed) = row.get("missed") {
        output::complain(&format!("… {missed} came faster than they could be shown"));
        return true;
    }
    *rows += 1;
    let text = match args.export {
        Some(Export::Csv) => csv(&row),
        None if !args.json => line(&row),
        _ => utc(row).to_string(),
    };
    output::line(&text)
}

/// Whether a connection ended that lasted.
fn is_interrupted(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(ClientError::Broken(_) | ClientError::Unreachable { .. })
    )
}

/// A request on one line.
fn line(row: &Value) -> String {
    let at = row.get("at_ms").and_then(Value::as_i64);
    let number = |name: &str| row.get(name).map(Value::to_string).unwrap_or_default();
    let or = |name: &str, other: &str| {
        let text = text(row, name);
        if text.is_empty() {
            other.to_owned()
        } else {
            text.to_owned()
        }
    };
    let mut out = format!(
        "{}  {}  {} {:<4} {} by {} from {}",
        at.map(local_ms).unwrap_or_default(),
        text(row, "id"),
        number("status"),
        or("method", "?"),
        or("path", "?"),
        or("app", "nobody known"),
        text(row, "address"),
    );
    let code = text(row, "code");
    if !code.is_empty() {
        out.push_str("  ");
        out.push_str(code);
    }
    let many = row.get("represents").and_then(Value::as_u64).unwrap_or(1);
    if many > 1 {
        // Writing to a String cannot fail.
        let _ = write!(out, "  (one line for {many})");
    }
    out.chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_unicode().collect()
            } else {
                vec![c]
            }
        })
        .collect()
}

/// The same with the time as machines read it.
fn utc(mut row: Value) -> Value {
    if let Value::Object(members) = &mut row
        && let Some(at) = members.get("at_ms").and_then(Value::as_i64)
        && let Ok(at) = Timestamp::from_millisecond(at)
    {
        members.insert("at".to_owned(), at.to_string().into());
    }
    row
}

/// A request as a line of comma-separated values (RFC 4180).
fn csv(row: &Value) -> String {
    let row = utc(row.clone());
    let cell = |name: &&str| {
        let text = match row.get(name) {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        // A spreadsheet would take these for formulas.
        let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            format!("'{text}")
        } else {
            text
        };
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    COLUMNS.iter().map(cell).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_with_commas_and_formulas_are_safe_in_a_spreadsheet() {
        let row = json!({"id": "X", "path": "/a,\"b\"", "app": "=1+1", "status": 403});
        let line = csv(&row);
        assert!(line.starts_with("X,,,,,,\"/a,\"\"b\"\"\",403,"), "{line}");
        assert!(line.contains(",'=1+1,"), "{line}");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let row = json!({"id": "X", "path": "/\u{1b}[31m", "status": 200});
        assert!(!line(&row).contains('\u{1b}'));
    }
}
