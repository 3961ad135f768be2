//! `postern policies`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::remote::PoliciesEffective;
use crate::output;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn effective(args: &PoliciesEffective) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({
        "service": args.service,
        "version": args.version,
        "operation": args.operation,
    });
    let answer = remote.call("policies.effective", params)?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let policies = answer.get("policies").and_then(Value::as_array);
    let rows: Vec<_> = policies.into_iter().flatten().map(row).collect();
    let head = ["POLICY", "KIND", "FROM", "MODE", "BINDING", "SAYS"];
    table::print("no policies hold for this operation", &head, &rows, false);
    let plans = answer.get("plans").and_then(Value::as_array);
    let mut lines = vec![String::new(), "together, enforced:".to_owned()];
    lines.extend(said(answer.get("result").unwrap_or(&Value::Null)));
    for plan in plans.into_iter().flatten() {
        let limits = plan.get("limits").unwrap_or(&Value::Null);
        lines.push(format!(
            "  with plan `{}`: {}",
            text(plan, "plan"),
            short(limits)
        ));
    }
    output::say(&lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}

fn row(policy: &Value) -> Vec<String> {
    let bound = match policy.get("replaced_by").and_then(Value::as_str) {
        Some(other) => format!("replaced by {other}"),
        None if policy.get("mandatory") == Some(&Value::Bool(true)) => "mandatory".to_owned(),
        None => "default".to_owned(),
    };
    let mode = policy.get("mode").unwrap_or(&Value::Null);
    vec![
        text(policy, "policy").to_owned(),
        text(policy, "kind").to_owned(),
        text(policy, "origin").to_owned(),
        text(mode, "mode").to_owned(),
        bound,
        short(policy.get("says").unwrap_or(&Value::Null)),
    ]
}

/// Lines about what all policies come to; what nobody asks for is left out.
fn said(result: &Value) -> Vec<String> {
    let members = result.as_object().into_iter().flatten();
    let lines: Vec<_> = members
        .filter(|(_, value)| !is_empty(value))
        .map(|(name, value)| format!("  {}: {}", name.replace('_', " "), short(value)))
        .collect();
    if lines.is_empty() {
        vec!["  nothing".to_owned()]
    } else {
        lines
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A value on one line, without what is empty.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(short).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .filter(|(_, value)| !is_empty(value))
                .map(|(name, value)| format!("{name} {}", short(value)))
                .collect();
            members.join(", ")
        }
        other => other.to_string(),
    }
}
