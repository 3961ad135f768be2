//! How strictly policies hold: listing that, changing it, and what those in shadow mode would have
//! refused.

use super::Remote;
use crate::cli::policies::{PoliciesEnforce, PoliciesList, PoliciesRelax, PoliciesShadow};
use crate::cli::time::{local, local_ms};
use crate::commands::remote::{Found, text};
use crate::commands::replay::grouped;
use crate::commands::table;
use crate::output;
use anyhow::{Context as _, bail};
use jiff::Timestamp;
use postern_control::shorthand::Change;
use postern_control::{ShadowCounts, ShadowPolicies};
use serde_json::{Value, json};
use std::process::ExitCode;

pub(super) fn list(args: &PoliciesList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let (found, more) = remote.documents("policy", &[], args.listed.limit)?;
    if args.listed.shown.json {
        let all: Vec<Value> = found.iter().map(Found::json).collect();
        table::json(&json!({"policies": all, "more": more}));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = found
        .iter()
        .map(|one| {
            let kind = one.text("kind").to_owned();
            vec![one.id.clone(), kind, on(&one.document), mode(&one.document)]
        })
        .collect();
    let head = ["POLICY", "KIND", "ON", "MODE"];
    table::print("there are no policies", &head, &rows, more);
    Ok(ExitCode::SUCCESS)
}

/// What a policy is on, in words: `platform`, `service orders`, `operation orders/v1/place`.
fn on(policy: &Value) -> String {
    let on = policy.get("on").unwrap_or(&Value::Null);
    if let Some(word) = on.as_str() {
        return word.to_owned();
    }
    let name = |member: &str| on.get(member).and_then(Value::as_str);
    if let Some(tenant) = name("tenant") {
        return format!("tenant {tenant}");
    }
    // Where there is one version, it need not be named.
    let levels = ["service", "version", "operation"];
    let named = levels
        .into_iter()
        .filter_map(|what| Some((what, name(what)?)));
    let (kinds, names): (Vec<&str>, Vec<&str>) = named.unzip();
    format!("{} {}", kinds.last().unwrap_or(&"-"), names.join("/"))
}

/// How strictly a document says that it holds.
fn mode(policy: &Value) -> String {
    let mode = match text(policy, "mode") {
        "" => "enforce",
        mode => mode,
    };
    match text(policy, "until") {
        "" => mode.to_owned(),
        until => format!("{mode} until {}", local(until)),
    }
}

pub(super) fn shadow(args: &PoliciesShadow) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let since = args.since.ago().max(0);
    let params = json!({"since_ms": since, "policy": args.policy, "service": args.service});
    let answer = remote.call("policies.shadow", params)?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let found: ShadowPolicies = serde_json::from_value(answer)
        .context("what the running Postern answered cannot be read; is it of another version?")?;
    let rows: Vec<_> = found
        .policies
        .iter()
        .map(|one| {
            let until = one.until.map(|until| local_ms(until.saturating_mul(1000)));
            let code = one.shadow.codes.first();
            vec![
                one.policy.clone(),
                one.origin.clone(),
                until.unwrap_or_else(|| "-".to_owned()),
                grouped(one.shadow.refusals),
                grouped(one.shadow.requests),
                grouped(one.shadow.apps),
                code.map_or_else(|| "-".to_owned(), |code| code.code.clone()),
                code.map_or_else(|| "-".to_owned(), |code| code.example.clone()),
            ]
        })
        .collect();
    let head = [
        "POLICY",
        "FROM",
        "UNTIL",
        "WOULD HAVE REFUSED",
        "OF",
        "APPS",
        "WITH",
        "EXAMPLE",
    ];
    table::print("no policy is in shadow mode", &head, &rows, found.more);
    if !rows.is_empty() {
        output::complain(&format!("since {}", local_ms(since)));
    }
    Ok(ExitCode::SUCCESS)
}

/// In words: what one would have refused.
pub(super) fn counted(counts: &ShadowCounts) -> String {
    let apps = if counts.apps == 1 { "app" } else { "apps" };
    let since = i64::try_from(counts.since_ms).unwrap_or(i64::MAX);
    format!(
        "would have refused {} of {} requests of {} {apps} since {}",
        grouped(counts.refusals),
        grouped(counts.requests),
        grouped(counts.apps),
        local_ms(since)
    )
}

pub(super) fn relax(args: &PoliciesRelax) -> anyhow::Result<ExitCode> {
    if args.comment.trim().is_empty() {
        bail!("say why, with --comment: it stands in the audit trail");
    }
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("policy", &args.policy)?;
    let until = args.until.utc(Timestamp::now());
    let does = match &*args.mode {
        "off" => "looks at nothing",
        _ => "refuses nobody, and notes what it would have refused,",
    };
    let (policy, when) = (found.id.escape_debug(), local(&until));
    let what = format!("policy `{policy}` {does} until {when}");
    if !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let patch = json!({"mode": args.mode, "until": until});
    let change = found.changed(Change::patch("policy", &found.id, patch));
    let answer = remote.change(&change, &args.comment)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&what);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn enforce(args: &PoliciesEnforce) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("policy", &args.policy)?;
    let patch = json!({"mode": null, "until": null});
    let change = found.changed(Change::patch("policy", &found.id, patch));
    let answer = remote.change(&change, &args.comment)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&format!("policy `{}` is enforced", found.id.escape_debug()));
    }
    Ok(ExitCode::SUCCESS)
}
