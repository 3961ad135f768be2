//! `postern keys`.

mod admit;

use super::remote::{Found, Refused, Remote, text};
use super::table;
use crate::cli::keys::{Keys, KeysCreate, KeysList, KeysRevoke, KeysRotate};
use crate::cli::time::{local, timestamp, utc};
use crate::output;
use jiff::Timestamp;
use postern_control::shorthand::{self, NewKey};
use postern_control::workflow::{Rotation, rotated};
use postern_model::Secret;
use postern_model::key::imported::Algorithm;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Keys) -> anyhow::Result<ExitCode> {
    match command {
        Keys::Create(args) => create(args),
        Keys::Admit(args) => admit::admit(args),
        Keys::List(args) => list(&args),
        Keys::Rotate(args) => rotate(&args),
        Keys::Revoke(args) => revoke(&args),
    }
}

fn create(args: KeysCreate) -> anyhow::Result<ExitCode> {
    let expires_at = args.expires.map(|moment| moment.utc(Timestamp::now()));
    let new = NewKey {
        app: args.app.clone(),
        environment: args.environment,
        scopes: args.scopes,
        expires_at: expires_at.clone(),
        title: args.name,
    };
    let (what, secret, mut change) = if let Some(user) = &args.basic {
        let (password, change) = shorthand::new_user(user, new)?;
        ("password", password, change)
    } else {
        let (key, mut change) = shorthand::new_key(new)?;
        let secret = if args.hmac {
            shorthand::signed_by(&mut change, "env:SIGNING_SECRET");
            shorthand::new_secret()?
        } else {
            Secret::new((*key.reveal().expose()).to_owned())
        };
        ("key", secret, change)
    };
    let mut shown = json!({"id": change.id, what: secret.expose(), "expires_at": expires_at});
    if let (Some(user), Value::Object(members)) = (&args.basic, &mut shown) {
        members.insert("user".into(), user.as_str().into());
    }
    if args.offline {
        if let (true, Value::Object(members)) = (args.shown.json, &mut shown) {
            members.insert("document".into(), change.put.clone().unwrap_or_default());
            table::json(&shown);
        } else {
            output::say(&format!("{}\n\n{}", secret.expose(), change.lines()));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut remote = Remote::connect(&args.shown.at)?;
    if args.hmac && !remote.owned_by_file {
        let holder = format!("credential/{}", change.id);
        let params = json!({"value": secret.expose(), "for": holder});
        let answer = remote.call("secrets.seal", params)?;
        shorthand::signed_by(&mut change, text(&answer, "sealed"));
    }
    if let Err(error) = remote.change(&change, &args.comment) {
        let refused = error.downcast_ref::<Refused>();
        if refused.is_some_and(|refused| refused.code == "file_mode") {
            // The lines of the refusal mean nothing without it.
            output::say(secret.expose());
        }
        return Err(error);
    }
    if args.shown.json {
        table::json(&shown);
        return Ok(ExitCode::SUCCESS);
    }
    output::say(secret.expose());
    let until = expires_at.map_or_else(
        || "it does not expire".to_owned(),
        |at| format!("it expires {}", local(&at)),
    );
    let name = args
        .basic
        .map_or_else(String::new, |user| format!(", user name `{user}`"));
    output::complain(&format!(
        "{} of app `{}`{name}; {until}. This is the only time that the {what} is shown.",
        change.id, args.app
    ));
    Ok(ExitCode::SUCCESS)
}

fn list(args: &KeysList) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.listed.shown.at)?;
    let having = [
        ("app", args.app.as_ref()),
        ("environment", args.environment.as_ref()),
    ];
    let (found, more) = remote.documents("credential", &having, args.listed.limit)?;
    let now = Timestamp::now();
    if args.listed.shown.json {
        let keys = found.iter().map(|key| {
            let mut value = key.json();
            if let Value::Object(members) = &mut value {
                members.insert("state".into(), state(key, now).into());
                if weak(key) {
                    members.insert("weak".into(), true.into());
                }
            }
            value
        });
        table::json(&json!({"keys": keys.collect::<Vec<_>>(), "more": more}));
        return Ok(ExitCode::SUCCESS);
    }
    let row = |key: &Found| {
        let scopes = key.document.get("scopes").and_then(Value::as_array);
        let scopes = scopes.map_or_else(
            || "(all that are granted)".to_owned(),
            |scopes| {
                let scopes: Vec<_> = scopes.iter().filter_map(Value::as_str).collect();
                scopes.join(",")
            },
        );
        vec![
            key.id.clone(),
            key.text("app").to_owned(),
            environment(key).to_owned(),
            state(key, now).to_owned(),
            kept_as(key),
            expires(key),
            scopes,
            key.text("title").to_owned(),
        ]
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    let head = [
        "ID",
        "APP",
        "ENVIRONMENT",
        "STATE",
        "IMPORTED AS",
        "EXPIRES",
        "SCOPES",
        "NAME",
    ];
    table::print("no such keys", &head, &rows, more);
    Ok(ExitCode::SUCCESS)
}

/// The only environment that a key is good for.
pub(super) fn environment(key: &Found) -> &str {
    match key.text("environment") {
        "" => "production",
        other => other,
    }
}

/// When a key ends.
pub(super) fn expires(key: &Found) -> String {
    match key.text("expires_at") {
        "" => "never".to_owned(),
        at => local(at),
    }
}

/// How another gateway digested the key, if that made it.
fn kept_as(key: &Found) -> String {
    match algorithm(key) {
        "" => "-".to_owned(),
        name if weak(key) => format!("{name} (weak, rotate it)"),
        name => name.to_owned(),
    }
}

/// Whether it was imported under a digest that it should not stay under.
fn weak(key: &Found) -> bool {
    let named = |known: &Algorithm| known.name() == algorithm(key);
    Algorithm::ALL
        .iter()
        .find(|known| named(known))
        .is_some_and(|known| known.is_weak())
}

fn algorithm(key: &Found) -> &str {
    let name = key.document.pointer("/imported/algorithm");
    name.and_then(Value::as_str).unwrap_or_default()
}

/// Whether a key opens anything now. Times of documents are compared as times.
pub(super) fn state(key: &Found, now: Timestamp) -> &'static str {
    let at = |member: &str| timestamp(key.text(member));
    if !key.text("revoked_at").is_empty() {
        "revoked"
    } else if at("expires_at").is_some_and(|at| at <= now) {
        "expired"
    } else if at("not_before").is_some_and(|at| at > now) {
        "not yet"
    } else {
        "active"
    }
}

fn rotate(args: &KeysRotate) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let old = remote.document("credential", &args.id)?;
    let app = old.text("app").to_owned();
    if remote.owned_by_file {
        return in_file(&mut remote, old, args);
    }
    let params = json!({
        "id": old.id,
        "overlap_seconds": args.overlap,
        "comment": args.comment,
    });
    let answer = remote.call("keys.rotate", params)?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    output::say(text(&answer, "key"));
    output::complain(&format!(
        "{} of app `{app}` takes the place of {}, which is good until {}. This is the only time \
         that the key is shown.",
        text(&answer, "id"),
        args.id,
        local(text(&answer, "previous_until"))
    ));
    Ok(ExitCode::SUCCESS)
}

/// Where a file owns the configuration, its lines mean nothing without the key that they are of: the
/// key is made here, and the refusal tells them.
fn in_file(remote: &mut Remote, old: Found, args: &KeysRotate) -> anyhow::Result<ExitCode> {
    let rotation = Rotation {
        overlap_seconds: Some(args.overlap),
        comment: args.comment.clone(),
    };
    let new = rotated(&old.into(), &remote.who, &rotation)?;
    output::say(new.key.reveal().expose());
    let params = json!({"changes": new.changes, "comment": args.comment, "source": "credential"});
    remote.call("change", params)?;
    Ok(ExitCode::SUCCESS)
}

fn revoke(args: &KeysRevoke) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let key = remote.document("credential", &args.id)?;
    let at = utc(Timestamp::now());
    let change = shorthand::revoke(&key.id, &key.document, &at, &remote.who, &args.reason)?;
    let what = format!(
        "this revokes {} of app `{}`, for good: every request with it is refused from then on",
        key.id,
        key.text("app")
    );
    if !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let answer = remote.change(&key.changed(change), &args.reason)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&format!("revoked {} of app `{}`", key.id, key.text("app")));
    }
    Ok(ExitCode::SUCCESS)
}
