//! `postern why`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::asking::WhyArgs;
use crate::cli::place::{DATA, Where};
use crate::cli::time::local_ms;
use crate::output;
use anyhow::anyhow;
use postern_explain::Explanation;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn why(args: &WhyArgs) -> anyhow::Result<ExitCode> {
    let Some(mut params) = question(args) else {
        output::complain(
            "error: say the id of a request, or --last and perhaps a method and a path\n  \
             = help: postern why 01JDB7Z3K8Q4M2T9V6X1C5N0RW, or postern why --last POST /orders",
        );
        return Ok(ExitCode::from(2));
    };
    if let Value::Object(members) = &mut params {
        members.insert("audience".to_owned(), args.reader.name().into());
    }
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("why", params)?;
    let found = answer.get("found");
    if args.shown.json {
        table::json(&answer);
        return Ok(if found.is_some() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    let Some(found) = found else {
        output::complain(&not_found(
            &answer,
            args.words.first().map_or("", String::as_str),
        ));
        return Ok(ExitCode::FAILURE);
    };
    let explanation = read(found, &args.shown.at)?;
    if args.last {
        output::complain(&format!(
            "the last refusal: {}, {}",
            explanation.id.as_deref().unwrap_or_default(),
            local_ms(explanation.at)
        ));
    }
    if answer.get("folded").and_then(Value::as_bool) == Some(true) {
        output::complain(
            "this id has no record of its own: it was one of a flood, of which this one is kept",
        );
    }
    output::say(explanation.render(&output::style()).trim_end());
    Ok(ExitCode::SUCCESS)
}

/// An explanation as the running Postern gave it, with commands that can be pasted where this one
/// was typed.
pub(super) fn read(explanation: &Value, at: &Where) -> anyhow::Result<Explanation> {
    let read: Result<Explanation, _> = serde_json::from_value(explanation.clone());
    let mut explanation = read.map_err(|error| {
        anyhow!(
            "what the running Postern answered cannot be read ({error}); is it of another version?"
        )
    })?;
    let program = quoted(&output::program());
    let place = place(at);
    for command in explanation
        .fixes
        .iter_mut()
        .flat_map(|fix| &mut fix.commands)
    {
        if let Some(rest) = command.strip_prefix("postern ") {
            *command = format!("{program} {rest}{place}");
        }
    }
    Ok(explanation)
}

/// The options that lead to the same running Postern.
fn place(at: &Where) -> String {
    let mut place = String::new();
    let mut say = |option: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(place, " --{option} {}", quoted(&value));
        }
    };
    // Where nothing is said, a command asks there by itself.
    let data = at.data.as_deref().filter(|data| *data != Path::new(DATA));
    say("data", data.map(|data| data.display().to_string()));
    say("server", at.server.as_ref().map(ToString::to_string));
    say("profile", at.profile.clone());
    let ca = at.trust.ca.as_ref();
    say("ca", ca.map(|file| file.display().to_string()));
    if at.trust.insecure_http {
        place.push_str(" --insecure-http");
    }
    place
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// What to ask; `None` where that is not clear.
fn question(args: &WhyArgs) -> Option<Value> {
    let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    match (args.last, words.as_slice()) {
        (false, [id]) => Some(json!({ "id": id })),
        (true, []) => Some(json!({ "app": args.app })),
        (true, [path]) if path.starts_with('/') => Some(json!({"app": args.app, "path": path})),
        (true, [method]) => Some(json!({"app": args.app, "method": method})),
        (true, [method, path]) => Some(json!({"app": args.app, "method": method, "path": path})),
        _ => None,
    }
}

/// Why there is nothing to explain.
pub(super) fn not_found(answer: &Value, id: &str) -> String {
    if let Some(ids) = answer.get("ambiguous").and_then(Value::as_array) {
        let mut out = format!("error: several requests have an id that begins with `{id}`");
        for id in ids.iter().filter_map(Value::as_str) {
            let _ = write!(out, "\n  {id}");
        }
        if answer.get("more").and_then(Value::as_bool) == Some(true) {
            out.push_str("\n  … and more");
        }
        out.push_str("\n  = help: say more of it");
        return out;
    }
    if let Some(searched) = answer.get("none") {
        let mut out = String::from("error: no refusal like that is in the call log");
        looked(&mut out, searched);
        out.push_str("\n  = help: `postern log` lists what came in");
        return out;
    }
    let searched = answer.get("absent").cloned().unwrap_or_default();
    let mut out = format!("error: no request `{id}` is in the call log");
    looked(&mut out, &searched);
    let at = searched.get("at_ms").and_then(Value::as_i64);
    let oldest = searched.get("oldest_ms").and_then(Value::as_i64);
    let help = match (at, oldest) {
        (Some(at), Some(oldest)) if at < oldest => format!(
            "that id says {}, which is older than anything that is kept",
            local_ms(at)
        ),
        (Some(at), _) => format!(
            "that id says {}; if another installation gave it, ask there, or say with --data where \
             that one keeps its files",
            local_ms(at)
        ),
        (None, _) => "an id is 26 letters and digits such as 01JDB7Z3K8Q4M2T9V6X1C5N0RW, and \
                      begins with the time; every response has it in X-Request-Id"
            .to_owned(),
    };
    let _ = write!(out, "\n  = help: {help}");
    out
}

/// Where was looked, and how long records are kept.
fn looked(out: &mut String, searched: &Value) {
    let count = |name: &str| searched.get(name).and_then(Value::as_u64).unwrap_or(0);
    let mut places = Vec::new();
    if searched.get("under_way").and_then(Value::as_bool) == Some(true) {
        places.push("requests that ended just now".to_owned());
    }
    let plural = |count: u64, word: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{count} {word}{s}")
    };
    places.push(plural(count("segments"), "segment"));
    let mut files = plural(count("day_files"), "day file");
    if let (Some(first), Some(last)) = (
        searched.pointer("/days/0").and_then(Value::as_str),
        searched.pointer("/days/1").and_then(Value::as_str),
    ) {
        let _ = write!(files, " ({first} to {last})");
    }
    places.push(files);
    let _ = write!(out, "\n  = looked in: {}", places.join(", "));
    let unreadable = searched.get("unreadable").and_then(Value::as_array);
    for day in unreadable.into_iter().flatten() {
        let _ = write!(
            out,
            "\n  = could not read {}: {}",
            text(day, "day"),
            text(day, "why")
        );
    }
    let ended = searched.get("ended").and_then(Value::as_array);
    for tenant in ended.into_iter().flatten() {
        let days = tenant.get("days").and_then(Value::as_u64).unwrap_or(0);
        let _ = write!(
            out,
            "\n  = deleted: what was asked of tenant `{}`, whose records are kept for {days} days",
            text(tenant, "tenant")
        );
    }
    let _ = write!(out, "\n  = kept: {} days", count("keep_days"));
    match searched.get("oldest_ms").and_then(Value::as_i64) {
        Some(oldest) => {
            let _ = write!(
                out,
                ", room permitting; the oldest is of {}",
                local_ms(oldest)
            );
        }
        None => out.push_str("; there is no record yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offered_commands_can_be_pasted() {
        let at = |data: Option<&str>, server: Option<&str>| Where {
            data: data.map(Into::into),
            server: server.map(|text| text.parse().unwrap()),
            ..Where::default()
        };
        assert_eq!(place(&at(None, None)), "");
        assert_eq!(place(&at(Some("data"), None)), "");
        assert_eq!(
            place(&at(Some("/srv/my data"), None)),
            " --data '/srv/my data'"
        );
        assert_eq!(
            place(&at(None, Some("a/postern.sock"))),
            " --server a/postern.sock"
        );
        let mut there = at(None, Some("http://Postern.example:9090/"));
        there.trust.insecure_http = true;
        assert_eq!(
            place(&there),
            " --server http://postern.example:9090 --insecure-http"
        );
        let by_profile = Where {
            profile: Some("production".into()),
            ..Where::default()
        };
        assert_eq!(place(&by_profile), " --profile production");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
