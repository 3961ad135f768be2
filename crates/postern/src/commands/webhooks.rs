//! `postern webhooks`.

use super::remote::{Found, Remote, text};
use super::table;
use crate::cli::remote::Shown;
use crate::cli::time::local;
use crate::cli::webhooks::{
    Webhooks, WebhooksChange, WebhooksCreate, WebhooksDelete, WebhooksDeliveries, WebhooksList,
    WebhooksOne, WebhooksRedeliver, WebhooksRotateSecret,
};
use crate::output;
use postern_control::shorthand::{Change, Expectation};
use serde_json::{Value, json};
use std::process::ExitCode;

/// The kind of their documents.
const KIND: &str = "webhook";

pub(crate) fn dispatch(command: Webhooks) -> anyhow::Result<ExitCode> {
    match command {
        Webhooks::List(args) => list(&args),
        Webhooks::Show(args) => show(&args),
        Webhooks::Create(args) => create(&args),
        Webhooks::Enable(args) => switch(&args, true),
        Webhooks::Disable(args) => switch(&args, false),
        Webhooks::RotateSecret(args) => rotate_secret(&args),
        Webhooks::Delete(args) => delete(&args),
        Webhooks::Test(args) => test(&args),
        Webhooks::Deliveries(args) => deliveries(&args),
        Webhooks::Redeliver(args) => redeliver(&args),
    }
}

/// Scheme, host and port of a URL: the rest is often a secret.
fn origin(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..).unwrap_or_default();
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    url.get(..after_scheme + length).unwrap_or_default()
}

fn owner(webhook: &Found) -> &str {
    match webhook.text("tenant") {
        "" => "(platform)",
        tenant => tenant,
    }
}

fn state(webhook: &Found) -> &'static str {
    match webhook.document.get("enabled") {
        Some(Value::Bool(false)) => "off",
        _ => "on",
    }
}

fn events(webhook: &Found) -> String {
    let events = webhook.document.get("events").and_then(Value::as_array);
    let events = events.into_iter().flatten().filter_map(Value::as_str);
    events.collect::<Vec<_>>().join(",")
}

fn list(args: &WebhooksList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let having = [("tenant", args.tenant.as_ref())];
    let (found, more) = remote.documents(KIND, &having, args.listed.limit)?;
    if args.listed.shown.json {
        let all: Vec<_> = found.iter().map(Found::json).collect();
        table::json(&json!({"webhooks": all, "more": more}));
        return Ok(ExitCode::SUCCESS);
    }
    let row = |webhook: &Found| {
        vec![
            webhook.id.clone(),
            owner(webhook).to_owned(),
            origin(webhook.text("url")).to_owned(),
            state(webhook).to_owned(),
            events(webhook),
            webhook.text("description").to_owned(),
        ]
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    let head = ["ID", "TENANT", "TO", "STATE", "EVENTS", "DESCRIPTION"];
    table::print("no such webhooks", &head, &rows, more);
    Ok(ExitCode::SUCCESS)
}

fn show(args: &WebhooksOne) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document(KIND, &args.id)?;
    if args.shown.json {
        table::json(&found.json());
        return Ok(ExitCode::SUCCESS);
    }
    let clean = |text: &str| text.replace(char::is_control, " ");
    let mut lines = vec![
        format!("{} of {}: {}", found.id, owner(&found), state(&found)),
        format!("  to {}", clean(found.text("url"))),
        format!("  events {}", events(&found)),
    ];
    if !found.text("description").is_empty() {
        lines.push(format!("  {}", clean(found.text("description"))));
    }
    let until = found.document.pointer("/signing/previous_until");
    if let Some(until) = until.and_then(Value::as_str) {
        lines.push(format!(
            "  the secret before signs too until {}",
            local(until)
        ));
    }
    output::say(&lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}

fn create(args: &WebhooksCreate) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let webhook = json!({
        "tenant": args.tenant,
        "url": args.url,
        "events": args.events,
        "description": args.description,
        "enabled": !args.disabled,
    });
    let params = json!({"webhook": webhook, "comment": args.comment});
    let answer = remote.call("webhooks.create", params)?;
    let id = text(&answer, "id");
    let said = format!(
        "{id} to {}. This is the only time that the secret is shown; to try it: postern webhooks test {id}",
        origin(&args.url)
    );
    Ok(secret(&answer, &args.shown, &said))
}

fn rotate_secret(args: &WebhooksRotateSecret) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document(KIND, &args.id)?;
    let params = json!({
        "id": found.id, "overlap_seconds": args.overlap, "comment": args.comment,
    });
    let answer = remote.call("webhooks.rotate_secret", params)?;
    let said = format!(
        "{} has a new secret; the one before signs too until {}. This is the only time that it is shown.",
        found.id,
        local(text(&answer, "previous_until"))
    );
    Ok(secret(&answer, &args.shown, &said))
}

/// Prints a secret, this once.
fn secret(answer: &Value, shown: &Shown, said: &str) -> ExitCode {
    if shown.json {
        table::json(answer);
    } else {
        output::say(text(answer, "secret"));
        output::complain(said);
    }
    ExitCode::SUCCESS
}

fn switch(args: &WebhooksChange, on: bool) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document(KIND, &args.id)?;
    let change = Change::patch(KIND, &found.id, json!({ "enabled": on }));
    let done = format!(
        "{} to {} is {}",
        found.id,
        origin(found.text("url")),
        if on { "on" } else { "off" }
    );
    make(
        &mut remote,
        change,
        &found,
        &args.comment,
        &args.shown,
        &done,
    )
}

fn delete(args: &WebhooksDelete) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document(KIND, &args.id)?;
    let which = format!("{} to {}", found.id, origin(found.text("url")));
    let what = format!("this deletes {which}; what waits for it is not sent any more");
    if !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let change = Change::delete(KIND, &found.id).expecting(Expectation::Present);
    let done = format!("deleted {which}");
    make(
        &mut remote,
        change,
        &found,
        &args.comment,
        &args.shown,
        &done,
    )
}

fn make(
    remote: &mut Remote,
    change: Change,
    found: &Found,
    comment: &str,
    shown: &Shown,
    done: &str,
) -> anyhow::Result<ExitCode> {
    let answer = remote.change(&found.changed(change), comment)?;
    if shown.json {
        table::json(&answer);
    } else {
        output::say(done);
    }
    Ok(ExitCode::SUCCESS)
}

fn test(args: &WebhooksOne) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document(KIND, &args.id)?;
    let answer = remote.call("webhooks.test", json!({ "id": found.id }))?;
    Ok(queued(&answer, &found, &args.shown))
}

fn redeliver(args: &WebhooksRedeliver) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document(KIND, &args.id)?;
    let params = json!({"id": found.id, "delivery": args.delivery});
    let answer = remote.call("webhooks.redeliver", params)?;
    Ok(queued(&answer, &found, &args.shown))
}

/// Says that something is sent, and where to see what becomes of it.
fn queued(answer: &Value, webhook: &Found, shown: &Shown) -> ExitCode {
    if shown.json {
        table::json(answer);
    } else {
        output::say(&format!(
            "{} is sent to {}; what becomes of it: postern webhooks deliveries {}",
            text(answer, "delivery"),
            origin(webhook.text("url")),
            webhook.id
        ));
    }
    ExitCode::SUCCESS
}

fn deliveries(args: &WebhooksDeliveries) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document(KIND, &args.id)?;
    let params = json!({"id": found.id, "limit": args.limit});
    let answer = remote.call("webhooks.deliveries", params)?;
    let items = answer.get("items").and_then(Value::as_array);
    let items = items.cloned().unwrap_or_default();
    let more = !text(&answer, "next").is_empty();
    if args.shown.json {
        table::json(&json!({"deliveries": items, "more": more}));
        return Ok(ExitCode::SUCCESS);
    }
    let number = |one: &Value, member: &str| {
        let found = one.get(member).and_then(Value::as_u64);
        found.map_or_else(|| "–".to_owned(), |number| number.to_string())
    };
    let row = |one: &Value| {
        let next = match text(one, "next") {
            "" => "–".to_owned(),
            at => local(at),
        };
        vec![
            text(one, "delivery").to_owned(),
            text(one, "kind").to_owned(),
            number(one, "attempt"),
            local(text(one, "at")),
            text(one, "outcome").to_owned(),
            number(one, "status"),
            next,
            text(one, "error").to_owned(),
        ]
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    let head = [
        "DELIVERY", "EVENT", "ATTEMPT", "AT", "OUTCOME", "STATUS", "NEXT", "ERROR",
    ];
    table::print("nothing was sent to it yet", &head, &rows, more);
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn of_a_url_nothing_secret_is_shown() {
        for (url, shown) in [
            (
                "https://hooks.example.com/a?token=s",
                "https://hooks.example.com",
            ),
            (
                "https://hooks.example.com:8443?t=s",
                "https://hooks.example.com:8443",
            ),
            ("https://[::1]:1#s", "https://[::1]:1"),
            ("https://hooks.example.com", "https://hooks.example.com"),
            ("", ""),
        ] {
            assert_eq!(origin(url), shown);
        }
    }
}
