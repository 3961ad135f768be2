//! `postern import` and `postern openapi`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::remote::{ImportArgs, ImportState, OpenapiArgs};
use crate::output;
use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use std::io::Read as _;
use std::process::ExitCode;

/// Longest document that is read, in bytes.
const LONGEST: u64 = postern_openapi::MAX_BYTES as u64;

/// Operations of one kind that are listed.
const LISTED: usize = 40;

pub(crate) fn import(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let document = document(args)?;
    let mut remote = Remote::connect(&args.shown.at)?;
    let mut params = json!({
        "name": args.file.display().to_string(),
        "text": document,
        "service": args.service,
        "version": args.version,
        "tenant": args.tenant,
        "upstream": args.upstream,
        "upstream_url": args.upstream_url,
        "base_path": args.base_path,
        "state": match args.state {
            ImportState::Draft => "draft",
            ImportState::Published => "published",
        },
        "open": args.open,
        "policies": args.policies,
        "contract": args.contract,
        "comment": args.comment,
        "dry_run": true,
    });
    let planned = remote.call("import", params.clone())?;
    if !args.shown.json || !(args.going.yes || args.going.dry_run) {
        shown(&planned, args.shown.json);
    }
    if args.going.dry_run {
        if args.shown.json {
            table::json(&planned);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let service = text(&planned, "service");
    let what = format!("the operations of {service} become those of the document");
    if !remote.confirm(&what, args.going.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    if let Value::Object(params) = &mut params {
        params.insert("dry_run".to_owned(), false.into());
        // Only what was shown is done.
        if let Some(expect) = planned.get("expect") {
            params.insert("expect".to_owned(), expect.clone());
        }
    }
    // The first connection may have ended while somebody was asked.
    let made = Remote::connect(&args.shown.at)?.call("import", params)?;
    if args.shown.json {
        table::json(&made);
    } else {
        output::say(&summary(&made));
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn openapi(args: &OpenapiArgs) -> anyhow::Result<ExitCode> {
    let Some((service, version)) = args.version.split_once('/') else {
        bail!(
            "`{}` is not a version\n  = help: expected SERVICE/VERSION, such as orders/v1",
            args.version.escape_debug()
        );
    };
    let mut remote = Remote::connect(&args.at)?;
    let params = json!({ "service": service, "version": version });
    table::json(&remote.call("openapi", params)?);
    Ok(ExitCode::SUCCESS)
}

/// Reads the document, which has to be text to be sent.
fn document(args: &ImportArgs) -> anyhow::Result<String> {
    let file = args.file.display();
    let mut bytes = Vec::new();
    let opened =
        std::fs::File::open(&args.file).with_context(|| format!("{file} cannot be read"))?;
    opened
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{file} cannot be read"))?;
    if bytes.len() as u64 > LONGEST {
        bail!(
            "{file} is larger than {} MiB\n  = help: split it, or leave out examples",
            LONGEST >> 20
        );
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        anyhow::anyhow!("{file} is not UTF-8: byte {at} is none\n  = help: save it as UTF-8")
    })
}

/// Shows what was not understood and what would change; beside JSON as complaints, so that the
/// output stays JSON.
fn shown(planned: &Value, json: bool) {
    let say = if json { output::complain } else { output::say };
    let number = |name: &str| {
        planned
            .get(name)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    };
    let title = Some(text(planned, "title")).filter(|title| !title.is_empty());
    say(&format!(
        "{} {} ({}): {} operations",
        title.unwrap_or("an API without a title"),
        text(planned, "api_version"),
        text(planned, "dialect"),
        number("found")
    ));
    let lines = list(planned, "/report/lines");
    if !lines.is_empty() {
        say("\nNot understood, and what is done instead:");
    }
    for line in lines {
        let more = line.get("more").and_then(Value::as_u64).unwrap_or_default();
        let more = match more {
            0 => String::new(),
            1 => " (and in 1 more place)".to_owned(),
            more => format!(" (and in {more} more places)"),
        };
        let pointer = Some(text(line, "pointer")).filter(|pointer| !pointer.is_empty());
        say(&format!(
            "  {}{more}\n    {}: {}",
            pointer.unwrap_or("the whole document"),
            text(line, "what"),
            text(line, "instead")
        ));
    }
    let omitted = planned.pointer("/report/omitted").and_then(Value::as_u64);
    if let Some(omitted) = omitted.filter(|omitted| *omitted > 0) {
        say(&format!("  and {omitted} more"));
    }
    say(&format!("\nWhat changes in {}:", text(planned, "service")));
    for what in list(planned, "/also") {
        say(&format!("  {}", what.as_str().unwrap_or_default()));
    }
    names(say, "+", list(planned, "/difference/added"));
    for changed in list(planned, "/difference/changed").iter().take(LISTED) {
        let members = list(changed, "/members").iter().filter_map(Value::as_str);
        let members: Vec<&str> = members.collect();
        let operation = text(changed, "operation");
        say(&format!("  ~ {operation}: {}", members.join(", ")));
    }
    rest(say, "~", list(planned, "/difference/changed").len());
    names(say, "-", list(planned, "/difference/removed"));
    for kept in list(planned, "/difference/kept").iter().take(LISTED) {
        say(&format!("  = {}", by_hand(kept)));
    }
    rest(say, "=", list(planned, "/difference/kept").len());
    let unchanged = planned.pointer("/difference/unchanged");
    let unchanged = unchanged.and_then(Value::as_u64).unwrap_or_default();
    if unchanged > 0 {
        say(&format!("  {unchanged} operations stay as they are"));
    }
}

/// What stays because it was configured by hand.
fn by_hand(kept: &Value) -> String {
    let operation = text(kept, "operation");
    let Some(member) = kept.get("member").and_then(Value::as_str) else {
        return format!("{operation} was made by hand, and stays");
    };
    let here = kept.get("here").filter(|here| !here.is_null());
    let here = here.map_or_else(|| "none".to_owned(), Value::to_string);
    match kept.get("document").filter(|value| !value.is_null()) {
        Some(document) => {
            format!("{operation}: {member} {here} stays; the document has {document}")
        }
        None => format!("{operation}: {member} {here} stays"),
    }
}

fn names(say: fn(&str), mark: &str, names: &[Value]) {
    for name in names.iter().take(LISTED).filter_map(Value::as_str) {
        say(&format!("  {mark} {name}"));
    }
    rest(say, mark, names.len());
}

fn rest(say: fn(&str), mark: &str, count: usize) {
    if count > LISTED {
        say(&format!("  {mark} and {} more", count - LISTED));
    }
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.map(Vec::as_slice).unwrap_or_default()
}

fn summary(made: &Value) -> String {
    let entries = list(made, "/entries").len();
    if entries == 0 {
        return "nothing has changed since the last import".to_owned();
    }
    let sequence = made.get("sequence").and_then(Value::as_u64);
    let revision = text(made, "revision");
    let revision = if revision.is_empty() {
        String::new()
    } else {
        format!(", revision {revision}")
    };
    format!(
        "{} is imported: change {}{revision}",
        text(made, "service"),
        sequence.unwrap_or_default()
    )
}
