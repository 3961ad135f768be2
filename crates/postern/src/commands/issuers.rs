//! `postern issuers`.

use super::listing::joined;
use super::remote::{Found, Remote, text};
use super::table;
use crate::cli::issuers::{
    Issuers, IssuersAdd, IssuersClient, IssuersList, IssuersRefresh, IssuersRemove, IssuersRotate,
    IssuersShow,
};
use crate::cli::time::{local, local_ms, utc};
use crate::output;
use anyhow::bail;
use jiff::{SignedDuration, Timestamp};
use postern_control::shorthand::{self, Change, Expectation};
use serde_json::{Map, Value, json};
use std::process::ExitCode;

/// In which every node learns of a new key before it signs.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);

pub(crate) fn dispatch(command: Issuers) -> anyhow::Result<ExitCode> {
    match command {
        Issuers::List(args) => list(&args),
        Issuers::Show(args) => show(&args),
        Issuers::Add(args) => add(&args),
        Issuers::Client(args) => client(args),
        Issuers::Refresh(args) => refresh(&args),
        Issuers::Rotate(args) => rotate(&args),
        Issuers::Remove(args) => remove(&args),
    }
}

/// How the keys of an issuer stand, by what all of them are said to.
fn keys_of<'a>(standing: &'a Value, id: &str) -> Option<&'a Value> {
    let mut items = standing.get("items").and_then(Value::as_array)?.iter();
    items.find(|one| text(one, "issuer") == id)
}

fn list(args: &IssuersList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let having = [("tenant", args.tenant.as_ref())];
    let (found, more) = remote.documents("issuer", &having, args.listed.limit)?;
    let standing = remote.call("issuers.keys", json!({}))?;
    if args.listed.shown.json {
        let items = found.iter().map(|one| with_keys(one, &standing));
        let items: Vec<Value> = items.collect();
        table::json(&json!({"items": items, "more": more}));
        return Ok(ExitCode::SUCCESS);
    }
    let row = |one: &Found| {
        vec![
            one.id.clone(),
            one.text("tenant").to_owned(),
            one.text("issuer").to_owned(),
            joined(one, "audiences"),
            keys_of(&standing, &one.id).map(stand).unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    let head = ["NAME", "TENANT", "ISSUER", "AUDIENCES", "KEYS"];
    table::print("no such issuers", &head, &rows, more);
    Ok(ExitCode::SUCCESS)
}

fn with_keys(issuer: &Found, standing: &Value) -> Value {
    let mut shown = issuer.json();
    if let Value::Object(members) = &mut shown {
        let keys = keys_of(standing, &issuer.id).cloned().unwrap_or_default();
        members.insert("keys".to_owned(), keys);
    }
    shown
}

/// How keys stand, in a few words.
fn stand(keys: &Value) -> String {
    let when = |member| keys.get(member).and_then(Value::as_i64).map(local_ms);
    if text(keys, "kind") == "introspection" {
        return "none: it is asked about each token".to_owned();
    }
    let count = keys.get("keys").and_then(Value::as_u64);
    let known = match count {
        Some(1) => "1 key".to_owned(),
        Some(many) => format!("{many} keys"),
        None => "no keys".to_owned(),
    };
    let Some(since) = when("failing_since_ms") else {
        return match (count, when("fetched_ms")) {
            (Some(_), Some(at)) => format!("{known} of {at}"),
            (Some(_), None) => known,
            (None, _) => "not fetched yet".to_owned(),
        };
    };
    let until = match (count, when("kept_until_ms")) {
        (Some(_), Some(at)) => format!(" until {at}"),
        _ => String::new(),
    };
    format!(
        "{known}{until}; failing since {since}: {}",
        text(keys, "error")
    )
}

fn show(args: &IssuersShow) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let issuer = remote.document("issuer", &args.issuer)?;
    let standing = remote.call("issuers.keys", json!({"id": issuer.id}))?;
    let uses = remote.call("issuers.uses", json!({"id": issuer.id}))?;
    if args.shown.json {
        let mut shown = with_keys(&issuer, &standing);
        if let Value::Object(members) = &mut shown {
            members.insert("uses".to_owned(), uses);
        }
        table::json(&shown);
        return Ok(ExitCode::SUCCESS);
    }
    let keys = keys_of(&standing, &issuer.id).cloned().unwrap_or_default();
    output::say(&about(&issuer, &keys));
    let services = uses.get("services").and_then(Value::as_array);
    let services: Vec<_> = services
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if services.is_empty() {
        output::say("\nno service accepts its tokens");
    } else {
        output::say(&format!("\naccepted by: {}", services.join(", ")));
    }
    let clients = uses.get("clients").and_then(Value::as_array);
    let row = |one: &Value| ["client", "app", "credential"].map(|name| text(one, name).to_owned());
    let rows: Vec<Vec<String>> = clients
        .into_iter()
        .flatten()
        .map(|one| row(one).to_vec())
        .collect();
    if rows.is_empty() {
        output::say("\nno client of it is an app");
    } else {
        let head = ["CLIENT", "APP", "CREDENTIAL"];
        output::say(&format!("\nclients:\n{}", table::table(&head, &rows)));
        if uses.get("more").and_then(Value::as_bool) == Some(true) {
            output::complain("… and more");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is to be said of the issuer itself.
fn about(issuer: &Found, keys: &Value) -> String {
    let names = keys.get("names").and_then(Value::as_array);
    let names: Vec<_> = names
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let next = keys.get("next_ms").and_then(Value::as_i64);
    let claims = issuer.document.get("claims");
    let said = [
        ("title", issuer.text("title").to_owned()),
        ("tenant", issuer.text("tenant").to_owned()),
        ("iss", issuer.text("issuer").to_owned()),
        ("audiences", joined(issuer, "audiences")),
        ("algorithms", joined(issuer, "algorithms")),
        ("leeway", issuer.text("leeway").to_owned()),
        ("claims", claims.map(Value::to_string).unwrap_or_default()),
        ("keys from", text(keys, "source").to_owned()),
        ("keys", stand(keys)),
        ("key names", names.join(", ")),
        ("fetched next", next.map(local_ms).unwrap_or_default()),
    ];
    let mut lines = vec![format!("{}:", issuer.id)];
    for (name, text) in said {
        if !text.is_empty() {
            lines.push(format!("  {name}: {}", text.replace(char::is_control, " ")));
        }
    }
    lines.join("\n")
}

fn add(args: &IssuersAdd) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let mut changes = vec![new_issuer(args)];
    for service in &args.services {
        let found = remote.document("service", service)?;
        changes.push(found.changed(accepting(&found, &args.id)));
    }
    let comment = &args.comment;
    let params = json!({"changes": changes, "comment": comment, "source": "issuer"});
    let answer = remote.call("change", params)?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    output::say(&format!("added the issuer `{}`", args.id.escape_debug()));
    for service in &args.services {
        let service = service.escape_debug();
        output::say(&format!("the service `{service}` accepts its tokens"));
    }
    output::complain("`postern issuers client` says which app each of its clients is");
    Ok(ExitCode::SUCCESS)
}

/// The change that makes an issuer.
fn new_issuer(args: &IssuersAdd) -> Change {
    let mut document = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            document.insert(name.to_owned(), value);
        }
    };
    put("issuer", Some(args.issuer.clone().into()));
    put("audiences", Some(args.audiences.clone().into()));
    let claims = [
        ("client", &args.claims.client_claim),
        ("user", &args.claims.user_claim),
        ("groups", &args.claims.groups_claim),
        ("scopes", &args.claims.scopes_claim),
    ];
    let claims = claims
        .into_iter()
        .filter_map(|(name, claims)| Some((name.to_owned(), claims.clone()?.into())));
    let claims: Map<String, Value> = claims.collect();
    put("claims", (!claims.is_empty()).then(|| claims.into()));
    let texts = [
        ("keys_url", &args.keys.keys_url),
        ("keys_file", &args.keys.keys_file),
        ("secret", &args.keys.secret),
        ("leeway", &args.leeway),
        ("tenant", &args.tenant),
        ("title", &args.title),
    ];
    for (name, text) in texts {
        put(name, text.clone().map(Value::from));
    }
    Change {
        patch: None,
        put: Some(document.into()),
        ..Change::patch("issuer", &args.id, Value::Null)
    }
    .expecting(Expectation::Absent)
}

/// The change that makes a service accept the tokens of an issuer, besides what it accepts.
fn accepting(service: &Found, issuer: &str) -> Change {
    let accepted = service.document.pointer("/authentication/jwt/issuers");
    let mut issuers: Vec<Value> = accepted
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    issuers.push(issuer.into());
    let mut authentication = json!({ "jwt": { "issuers": issuers } });
    // One that says nothing accepts keys, until it says something else.
    let said = service.document.get("authentication");
    let keys = said.and_then(Value::as_object);
    let keys = keys.is_some_and(|said| !said.contains_key("jwt") && !said.contains_key("api_key"));
    if let (true, Value::Object(members)) = (keys, &mut authentication) {
        members.insert("api_key".to_owned(), json!({}));
    }
    let patch = json!({ "authentication": authentication });
    Change::patch("service", &service.id, patch)
}

fn client(args: IssuersClient) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let mut document = Map::new();
    let said = [
        ("app", Some(Value::from(args.app.clone()))),
        (
            "client",
            Some(json!({"issuer": args.issuer, "id": args.client})),
        ),
        ("environment", Some(args.environment.into())),
        ("scopes", args.scopes.map(Value::from)),
        ("title", args.name.map(Value::from)),
    ];
    let said = said
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    document.extend(said);
    let change = Change {
        patch: None,
        put: Some(document.into()),
        ..Change::patch("credential", &shorthand::credential_id()?, Value::Null)
    };
    let answer = remote.change(&change, &args.comment)?;
    if args.shown.json {
        table::json(&json!({"id": change.id, "change": answer}));
        return Ok(ExitCode::SUCCESS);
    }
    output::say(&format!(
        "{}: the client `{}` of the issuer `{}` is the app `{}`",
        change.id,
        args.client.escape_debug(),
        args.issuer.escape_debug(),
        args.app.escape_debug()
    ));
    Ok(ExitCode::SUCCESS)
}

fn refresh(args: &IssuersRefresh) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let keys = remote.call("issuers.refresh", json!({"id": args.issuer}))?;
    let had = text(&keys, "error").is_empty();
    if args.shown.json {
        table::json(&keys);
    } else {
        output::say(&stand(&keys));
    }
    Ok(if had {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn remove(args: &IssuersRemove) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("issuer", &args.issuer)?;
    let id = found.id.escape_debug().to_string();
    let what = format!("this removes the issuer `{id}`; its tokens are believed no more");
    if !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let change = found.changed(Change::delete("issuer", &found.id));
    let answer = remote.change(&change, &args.comment)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&format!("removed the issuer `{id}`"));
    }
    Ok(ExitCode::SUCCESS)
}

fn rotate(args: &IssuersRotate) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("issuer", &args.issuer)?;
    if found.document.get("built_in").is_none() {
        bail!(
            "the keys of issuer `{}` are not made here\n  = help: whoever signs its tokens changes them",
            args.issuer.escape_debug()
        );
    }
    let at = utc(Timestamp::now()
        .saturating_add(AHEAD)
        .unwrap_or(Timestamp::MAX));
    let patch = json!({"built_in": {"rotated_at": at}});
    let change = found.changed(Change::patch("issuer", &found.id, patch));
    remote.change(&change, &args.comment)?;
    if args.shown.json {
        table::json(&json!({"id": found.id, "rotated_at": at}));
    } else {
        let from = local(&at);
        output::say(&format!("{} signs with a new key from {from} on", found.id));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that tests read as what they mean"
    )]
    fn service(authentication: Value) -> Found {
        Found {
            id: "orders".into(),
            version: None,
            document: json!({ "authentication": authentication }),
        }
    }

    #[test]
    fn what_a_service_accepts_already_stays() {
        let patched = |authentication| accepting(&service(authentication), "login").patch.unwrap();
        let jwt = |issuers: &[&str]| json!({"jwt": {"issuers": issuers}});
        assert_eq!(
            patched(Value::Null)["authentication"],
            jwt(&["login"]),
            "an open service is closed by it"
        );
        assert_eq!(
            patched(jwt(&["own"]))["authentication"],
            jwt(&["own", "login"])
        );
        let keys = patched(json!({"subscription": false}));
        assert_eq!(keys["authentication"]["api_key"], json!({}));
        let named = patched(json!({"api_key": {"header": "K"}}));
        assert_eq!(named["authentication"].get("api_key"), None);
    }

    #[test]
    fn how_keys_stand_is_said_in_a_line() {
        assert_eq!(stand(&json!({"keys": null})), "not fetched yet");
        let good = stand(&json!({"keys": 1, "fetched_ms": 0}));
        assert!(good.starts_with("1 key of 19"), "{good}");
        let kept = json!({
            "keys": 2, "failing_since_ms": 0, "kept_until_ms": 0, "error": "refused",
        });
        let kept = stand(&kept);
        assert!(kept.starts_with("2 keys until 19") && kept.ends_with(": refused"));
        let gone = stand(&json!({"failing_since_ms": 0, "error": "refused"}));
        assert!(gone.starts_with("no keys; failing since"), "{gone}");
    }
}
