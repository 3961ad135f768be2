//! `postern versions`.

mod callers;
mod differing;
mod retiring;

use super::remote::{Found, Remote, text};
use super::table;
use crate::cli::remote::Shown;
use crate::cli::time::local;
use crate::cli::versions::{
    OneVersion, Versions, VersionsDeprecate, VersionsList, VersionsPromote, VersionsPublish,
};
use crate::output;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Versions) -> anyhow::Result<ExitCode> {
    match command {
        Versions::List(args) => list(&args),
        Versions::Diff(args) => differing::diff(&args),
        Versions::Publish(args) => publish(&args),
        Versions::Promote(args) => promote(&args),
        Versions::Deprecate(args) => deprecate(&args),
        Versions::Callers(args) => callers::callers(&args),
        Versions::Retire(args) => retiring::retire(&args),
    }
}

/// The versions of a service, by name.
fn versions(service: &Found) -> impl Iterator<Item = (&String, &Value)> {
    let all = service.document.get("versions").and_then(Value::as_object);
    all.into_iter().flatten()
}

/// The state of a version, which is published where nothing else is said; the empty text of one that
/// is not there.
fn state<'a>(service: &'a Found, version: &str) -> &'a str {
    let found = versions(service).find(|(name, _)| *name == version);
    found.map_or("", |(_, version)| state_of(version))
}

fn state_of(version: &Value) -> &str {
    match text(version, "state") {
        "" => "published",
        state => state,
    }
}

fn list(args: &VersionsList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let service = remote.document("service", &args.service)?;
    let operations = |version: &Value| {
        let operations = version.get("operations").and_then(Value::as_object);
        operations.map_or(0, serde_json::Map::len)
    };
    if args.shown.json {
        let all = versions(&service).map(|(name, version)| {
            json!({
                "version": name,
                "state": state_of(version),
                "environments": version.get("environments"),
                "operations": operations(version),
                "deprecated_at": version.get("deprecated_at"),
                "sunset_at": version.get("sunset_at"),
                "retired_at": version.get("retired_at"),
                "successor": version.get("successor"),
            })
        });
        let all: Vec<Value> = all.collect();
        table::json(&json!({"service": service.id, "versions": all}));
        return Ok(ExitCode::SUCCESS);
    }
    let row = |(name, version): (&String, &Value)| {
        let when = |member| match text(version, member) {
            "" => "–".to_owned(),
            at => local(at),
        };
        let environments = version.get("environments").and_then(Value::as_array);
        let environments = environments.map_or_else(
            || "(all)".to_owned(),
            |all| {
                let all: Vec<_> = all.iter().filter_map(Value::as_str).collect();
                all.join(",")
            },
        );
        vec![
            name.clone(),
            state_of(version).to_owned(),
            environments,
            operations(version).to_string(),
            when("sunset_at"),
            text(version, "successor").to_owned(),
        ]
    };
    let rows: Vec<_> = versions(&service).map(row).collect();
    let head = [
        "VERSION",
        "STATE",
        "ENVIRONMENTS",
        "OPERATIONS",
        "ENDS",
        "SUCCESSOR",
    ];
    table::print("the service has no versions", &head, &rows, false);
    Ok(ExitCode::SUCCESS)
}

fn publish(args: &VersionsPublish) -> anyhow::Result<ExitCode> {
    let OneVersion { service, version } = &args.of;
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("service", service)?;
    // What cannot be published is refused, without a question.
    if matches!(state(&found, version), "draft" | "deprecated") && !remote.owned_by_file {
        let differs = differing::ask(&mut remote, &args.of)?;
        if !args.shown.json {
            output::say(&differing::text(&args.of, &differs, differing::FEW));
        }
        let what = format!("this publishes {service}/{version}");
        if !remote.confirm(&what, args.yes)? {
            return Ok(ExitCode::FAILURE);
        }
    }
    let step = json!({"step": "publish", "comment": args.comment, "expect": found.version});
    let done = format!("{service}/{version} is published");
    take(&mut remote, &args.of, step, &args.shown, &done)
}

fn promote(args: &VersionsPromote) -> anyhow::Result<ExitCode> {
    let OneVersion { service, version } = &args.of;
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("service", service)?;
    let step = json!({
        "step": "promote",
        "environment": args.environment,
        "comment": args.comment,
        "expect": found.version,
    });
    let done = match state(&found, version) {
        "draft" => format!(
            "{service}/{version} is for `{}` too, when it is published",
            args.environment
        ),
        _ => format!(
            "{service}/{version} is served in `{}` too",
            args.environment
        ),
    };
    take(&mut remote, &args.of, step, &args.shown, &done)
}

fn deprecate(args: &VersionsDeprecate) -> anyhow::Result<ExitCode> {
    let OneVersion { service, version } = &args.of;
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("service", service)?;
    let sunset = args.sunset.utc(Timestamp::now());
    let step = json!({
        "step": "deprecate",
        "sunset_at": sunset,
        "comment": args.comment,
        "expect": found.version,
    });
    let done = format!(
        "{service}/{version} is deprecated; callers are told that it ends {}",
        local(&sunset)
    );
    take(&mut remote, &args.of, step, &args.shown, &done)
}

/// Takes a step, and says what was done, or who has to approve it.
fn take(
    remote: &mut Remote,
    of: &OneVersion,
    mut params: Value,
    shown: &Shown,
    done: &str,
) -> anyhow::Result<ExitCode> {
    let OneVersion { service, version } = of;
    if let Value::Object(members) = &mut params {
        members.insert("service".to_owned(), (&**service).into());
        members.insert("version".to_owned(), (&**version).into());
    }
    let answer = remote.call("versions.lifecycle", params)?;
    if shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let Some(proposed) = answer.get("proposed") else {
        output::say(done);
        return Ok(ExitCode::SUCCESS);
    };
    let id = text(proposed, "id");
    output::say(&format!(
        "service `{service}` has `publish_approval`: nothing is changed yet\nproposed as {id}; \
         somebody else approves it before {}:\n  postern change-requests approve {id}",
        local(text(proposed, "expires_at"))
    ));
    Ok(ExitCode::SUCCESS)
}
