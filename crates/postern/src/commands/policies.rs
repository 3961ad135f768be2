//! `postern policies`.

mod modes;
mod words;

use super::remote::{Remote, text};
use super::table;
use crate::cli::policies::{Policies, PoliciesEffective};
use crate::cli::time::local_ms;
use crate::output;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Policies) -> anyhow::Result<ExitCode> {
    match command {
        Policies::List(args) => modes::list(&args),
        Policies::Shadow(args) => modes::shadow(&args),
        Policies::Effective(args) => effective(&args),
        Policies::Relax(args) => modes::relax(&args),
        Policies::Enforce(args) => modes::enforce(&args),
    }
}

fn effective(args: &PoliciesEffective) -> anyhow::Result<ExitCode> {
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
    let mut rows: Vec<_> = list(&answer, "policies").map(row).collect();
    rows.extend(list(&answer, "plans").flat_map(of_plan));
    let head = ["POLICY", "KIND", "FROM", "MODE", "BINDING", "SAYS"];
    table::print("no policies hold for this operation", &head, &rows, false);
    let mut lines = Vec::new();
    for policy in list(&answer, "policies") {
        let shadow = policy.get("shadow").filter(|shadow| !shadow.is_null());
        let shadow = shadow.and_then(|shadow| serde_json::from_value(shadow.clone()).ok());
        if let Some(counts) = shadow {
            let (name, counts) = (text(policy, "policy"), modes::counted(&counts));
            lines.extend([String::new(), format!("`{name}` {counts}")]);
        }
    }
    lines.extend([String::new(), "together, enforced:".to_owned()]);
    lines.extend(together(&answer));
    output::say(&lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}

/// A member that is a list.
fn list<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(member)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn row(policy: &Value) -> Vec<String> {
    let bound = match policy.get("replaced_by").and_then(Value::as_str) {
        Some(other) => format!("replaced by {other}"),
        None if policy.get("mandatory") == Some(&Value::Bool(true)) => "mandatory".to_owned(),
        None => "default".to_owned(),
    };
    vec![
        text(policy, "policy").to_owned(),
        text(policy, "kind").to_owned(),
        text(policy, "origin").to_owned(),
        mode(policy),
        bound,
        words::says(policy.get("says").unwrap_or(&Value::Null)),
    ]
}

/// The limits of a plan, each as a row.
fn of_plan(plan: &Value) -> impl Iterator<Item = Vec<String>> {
    list(plan, "limits").map(|limit| {
        vec![
            text(limit, "limit").to_owned(),
            words::kind(limit).to_owned(),
            text(plan, "origin").to_owned(),
            mode(plan),
            "with the plan".to_owned(),
            words::says(limit),
        ]
    })
}

/// How strictly it holds, and for how long if that ends.
fn mode(policy: &Value) -> String {
    let mode = policy.get("mode").unwrap_or(&Value::Null);
    let name = text(mode, "mode");
    match mode.get("until").and_then(Value::as_i64) {
        Some(until) => format!("{name} until {}", local_ms(until.saturating_mul(1000))),
        None => name.to_owned(),
    }
}

/// Lines about what all that is enforced comes to; what nobody asks for is left out.
fn together(answer: &Value) -> Vec<String> {
    let result = answer.get("result").unwrap_or(&Value::Null);
    let mut lines = Vec::new();
    for lists in list(result, "addresses_on_one_list_of_each") {
        lines.push(format!("  address: on {}", words::choice(lists, " or ")));
    }
    let mut say = |member, what: &str| {
        let names = result.get(member).unwrap_or(&Value::Null);
        if names.as_array().is_some_and(|names| !names.is_empty()) {
            lines.push(format!("  {what}{}", words::choice(names, ", ")));
        }
    };
    say("addresses_on_none_of", "address: not on ");
    say("headers_required", "headers: ");
    for types in list(result, "content_type_on_one_of_each") {
        lines.push(format!("  media type: {}", words::choice(types, " or ")));
    }
    if let Some(cors) = result.get("cors").and_then(Value::as_str) {
        lines.push(format!("  pages of other origins: as policy `{cors}` says"));
    }
    let contract = result.get("contract").unwrap_or(&Value::Null);
    if contract
        .as_array()
        .is_some_and(|policies| !policies.is_empty())
    {
        let policies = words::choice(contract, ", ");
        lines.push(format!("  as the OpenAPI document has it: {policies}"));
    }
    let csrf = result.get("csrf").unwrap_or(&Value::Null);
    if csrf.as_array().is_some_and(|policies| !policies.is_empty()) {
        let policies = words::choice(csrf, ", ");
        lines.push(format!(
            "  changes by own and trusted pages only: {policies}"
        ));
    }
    let asked = result.get("external").unwrap_or(&Value::Null);
    if asked
        .as_array()
        .is_some_and(|policies| !policies.is_empty())
    {
        let policies = words::choice(asked, ", ");
        lines.push(format!("  other services are asked: {policies}"));
    }
    let cedar = result.get("cedar").unwrap_or(&Value::Null);
    if cedar
        .as_array()
        .is_some_and(|policies| !policies.is_empty())
    {
        let policies = words::choice(cedar, ", ");
        lines.push(format!("  permitted and not forbidden by: {policies}"));
    }
    let about = result.get("conditions").unwrap_or(&Value::Null);
    if about
        .as_array()
        .is_some_and(|policies| !policies.is_empty())
    {
        lines.push(format!("  conditions: {}", words::choice(about, ", ")));
    }
    for (member, what) in [
        ("changed_by", "requests and answers are changed by"),
        (
            "hidden_by",
            "answers and records are without what is hidden by",
        ),
    ] {
        let policies = result.get(member).unwrap_or(&Value::Null);
        if policies.as_array().is_some_and(|names| !names.is_empty()) {
            lines.push(format!("  {what} {}", words::choice(policies, ", ")));
        }
    }
    if let Some(size) = result.get("max_body_size").and_then(Value::as_u64) {
        lines.push(format!("  body: at most {}", words::size(size)));
    }
    let limits = result.get("limits").unwrap_or(&Value::Null);
    if limits.as_array().is_some_and(|limits| !limits.is_empty()) {
        lines.push(format!("  limits: {}", words::choice(limits, ", ")));
    }
    for plan in list(answer, "plans") {
        let names: Vec<_> = list(plan, "limits")
            .map(|limit| text(limit, "limit"))
            .collect();
        if !names.is_empty() {
            let plan = text(plan, "plan");
            lines.push(format!("  limits with plan `{plan}`: {}", names.join(", ")));
        }
    }
    if lines.is_empty() {
        lines.push("  nothing".to_owned());
    }
    lines
}
