//! `postern sessions`.

use super::remote::{Remote, sure, text};
use super::table;
use crate::cli::sessions::{Sessions, SessionsList, SessionsOf, SessionsRevoke};
use crate::cli::time::local_ms;
use crate::output;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Sessions on a page.
const PAGE: usize = 1_000;

pub(crate) fn dispatch(command: Sessions) -> anyhow::Result<ExitCode> {
    match command {
        Sessions::List(args) => list(&args),
        Sessions::Revoke(args) => revoke(&args),
    }
}

fn when(value: &Value, member: &str) -> String {
    let at = value.get(member).and_then(Value::as_i64);
    at.map(local_ms).unwrap_or_default()
}

fn list(args: &SessionsList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let most = usize::from(args.listed.limit);
    let (mut sessions, mut next) = (Vec::new(), Value::Null);
    loop {
        let SessionsOf {
            service,
            issuer,
            host,
            user,
        } = &args.of;
        let limit = most.saturating_sub(sessions.len()).min(PAGE);
        let params = json!({
            "service": service, "issuer": issuer, "host": host, "user": user,
            "after": next, "limit": limit,
        });
        let mut page = remote.call("sessions.list", params)?;
        if let Some(Value::Array(found)) = page.get_mut("sessions").map(Value::take) {
            sessions.extend(found);
        }
        next = page.get_mut("next").map(Value::take).unwrap_or_default();
        if next.is_null() || sessions.len() >= most {
            break;
        }
    }
    if args.listed.shown.json {
        table::json(&json!({"sessions": sessions, "next": next}));
        return Ok(ExitCode::SUCCESS);
    }
    let row = |session: &Value| {
        let who = match text(session, "user") {
            "" => text(session, "subject"),
            user => user,
        };
        vec![
            text(session, "id").to_owned(),
            who.to_owned(),
            text(session, "service").to_owned(),
            text(session, "origin").to_owned(),
            text(session, "from").to_owned(),
            when(session, "since_ms"),
            when(session, "seen_ms"),
            when(session, "until_ms"),
        ]
    };
    let rows: Vec<_> = sessions.iter().map(row).collect();
    let head = [
        "ID", "USER", "SERVICE", "AT", "FROM", "SINCE", "SEEN", "UNTIL",
    ];
    table::print("nobody is signed in", &head, &rows, !next.is_null());
    Ok(ExitCode::SUCCESS)
}

/// Which sessions are meant, in words.
fn which(args: &SessionsRevoke) -> String {
    if let Some(id) = &args.id {
        return format!("session `{id}`");
    }
    if args.all {
        return "all sessions, of everybody at every service".to_owned();
    }
    let of = &args.of;
    let said = [
        (" of ", &of.user),
        (" at service ", &of.service),
        (" at host ", &of.host),
        (" by issuer ", &of.issuer),
    ];
    let said = said.iter().filter_map(|(before, wanted)| {
        let wanted = wanted.as_ref()?;
        Some(format!("{before}`{wanted}`"))
    });
    format!("the sessions{}", said.collect::<String>())
}

fn revoke(args: &SessionsRevoke) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let what = format!(
        "this revokes {}: whoever is signed in by {} is signed out at once",
        which(args),
        if args.id.is_some() { "it" } else { "one" },
    );
    if !sure(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let of = &args.of;
    let params = json!({
        "id": args.id, "service": of.service, "issuer": of.issuer, "host": of.host, "user": of.user,
        "all": args.all, "reason": args.reason,
    });
    let mut revoked = 0;
    let mut answer = loop {
        let answer = remote.call("sessions.revoke", params.clone())?;
        revoked += answer.get("revoked").and_then(Value::as_u64).unwrap_or(0);
        if answer.get("more").and_then(Value::as_bool) != Some(true) {
            break answer;
        }
    };
    if let Some(total) = answer.get_mut("revoked") {
        *total = revoked.into();
    }
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(before) = answer.get("before").filter(|before| !before.is_null()) {
        output::say(&ended_before(
            args.id.as_deref().unwrap_or_default(),
            before,
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let said = match revoked {
        0 => "nobody is signed in like that".to_owned(),
        1 => "1 session revoked".to_owned(),
        n => format!("{n} sessions revoked"),
    };
    output::say(&said);
    Ok(ExitCode::SUCCESS)
}

fn ended_before(id: &str, before: &Value) -> String {
    let how = match text(before, "how") {
        "signed_out" => "its browser signed out",
        "replaced" => "its browser signed in anew",
        "too_many" => "it was the oldest of too many",
        "provider" => "its person signed out at the identity provider",
        _ => "it was revoked",
    };
    let by = match text(before, "by") {
        "" => String::new(),
        by => format!(" by {by}"),
    };
    let reason = match text(before, "reason") {
        "" => String::new(),
        reason => format!(" (“{reason}”)"),
    };
    format!(
        "{id} had ended before: {how} {}{by}{reason}",
        when(before, "at_ms")
    )
}
