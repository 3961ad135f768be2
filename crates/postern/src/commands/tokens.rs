//! `postern tokens`.

use super::listing::{List, joined, list};
use super::remote::{Found, Remote, text};
use super::table;
use crate::cli::time::{local, timestamp, utc};
use crate::cli::tokens::{
    Tokens, TokensCreate, TokensList, TokensRestore, TokensRevocations, TokensRevoke,
};
use crate::output;
use jiff::Timestamp;
use postern_control::shorthand::{self, Change, RevokeTokens};
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn dispatch(command: Tokens) -> anyhow::Result<ExitCode> {
    match command {
        Tokens::Create(args) => create(&args),
        Tokens::List(args) => list_tokens(&args),
        Tokens::Revoke(args) => revoke(&args),
        Tokens::Revocations(args) => revocations(&args),
        Tokens::Restore(args) => restore(&args),
    }
}

fn create(args: &TokensCreate) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let params = json!({
        "service_account": args.service_account,
        "title": args.title,
        "scopes": args.scopes,
        "expires_at": args.expires.map(|moment| moment.utc(Timestamp::now())),
    });
    let answer = remote.call("tokens.create", params)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(text(&answer, "token"));
        output::complain(&format!(
            "{}. This is the only time that the token is shown.",
            text(&answer, "id")
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn list_tokens(args: &TokensList) -> anyhow::Result<ExitCode> {
    let of = List {
        kind: "token",
        having: &[("service_account", args.service_account.as_ref())],
        nothing: "no such tokens",
        head: &["ID", "OF", "TITLE", "EXPIRES", "SCOPES"],
    };
    list(&of, &args.listed, |token| {
        let owner = match token.text("user") {
            "" => token.text("service_account"),
            user => user,
        };
        let expires = match token.text("expires_at") {
            "" => "never".to_owned(),
            at => local(at),
        };
        let scopes = match token.document.get("scopes") {
            None => "(all that its owner has)".to_owned(),
            Some(_) => joined(token, "scopes"),
        };
        vec![
            token.id.clone(),
            owner.to_owned(),
            token.text("title").to_owned(),
            expires,
            scopes,
        ]
    })
}

/// Most revocations that are over and removed at once.
const MOST_OVER: u16 = 200;

fn revoke(args: &TokensRevoke) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let issuer = remote.document("issuer", &args.issuer)?;
    let now = Timestamp::now();
    let change = shorthand::revoke_tokens(RevokeTokens {
        issuer: issuer.id.clone(),
        jti: args.jti.clone(),
        subject: args.subject.clone(),
        client: args.client.clone(),
        at: utc(now),
        until: args.until.utc(now),
        who: remote.who.clone(),
        reason: args.reason.clone(),
    })?;
    let which = change.put.as_ref().map(which).unwrap_or_default();
    let what = format!(
        "this revokes {which} of issuer `{}`: every request with {} is refused from then on",
        issuer.id,
        if args.jti.is_some() {
            "it"
        } else {
            "one of them"
        },
    );
    if !remote.confirm(&what, args.yes)? {
        return Ok(ExitCode::FAILURE);
    }
    let id = change.id.clone();
    let mut changes = vec![change];
    if !remote.owned_by_file {
        changes.extend(over(&mut remote, &issuer.id, &id, now)?);
    }
    let comment = args.reason.as_deref().unwrap_or_default();
    let params = json!({"changes": changes, "comment": comment, "source": "token_revocation"});
    let mut answer = remote.call("change", params)?;
    if args.shown.json {
        if let Value::Object(members) = &mut answer {
            members.insert("id".into(), id.into());
        }
        table::json(&answer);
    } else {
        output::say(&format!("{id}: revoked {which} of issuer `{}`", issuer.id));
    }
    Ok(ExitCode::SUCCESS)
}

/// The end of those of the issuer that are over: nothing is to be read about them any more.
fn over(
    remote: &mut Remote,
    issuer: &str,
    new: &str,
    now: Timestamp,
) -> anyhow::Result<Vec<Change>> {
    let issuer = issuer.to_owned();
    let of = [("issuer", Some(&issuer))];
    let (found, _) = remote.documents("token_revocation", &of, MOST_OVER)?;
    let over = found
        .iter()
        .filter(|one| one.id != new && shorthand::is_over(&one.document, now));
    let delete = |one: &Found| one.changed(Change::delete("token_revocation", &one.id));
    Ok(over.map(delete).collect())
}

/// When it ceases to count.
fn ends(one: &Found) -> Option<Timestamp> {
    timestamp(one.text("until")).or_else(|| shorthand::usual_end(one.text("revoked_at")))
}

/// Which tokens it is about, in words.
fn which(document: &Value) -> String {
    match (
        text(document, "jti"),
        text(document, "subject"),
        text(document, "client"),
    ) {
        ("", "", client) => format!("the tokens made so far for client `{client}`"),
        ("", subject, _) => format!("the tokens made so far for subject `{subject}`"),
        (jti, ..) => format!("the token `{jti}`"),
    }
}

fn revocations(args: &TokensRevocations) -> anyhow::Result<ExitCode> {
    let of = List {
        kind: "token_revocation",
        having: &[("issuer", args.issuer.as_ref())],
        nothing: "no tokens of issuers are revoked",
        head: &[
            "ID", "ISSUER", "BY", "TOKENS", "REVOKED", "UNTIL", "WHO", "REASON",
        ],
    };
    let now = Timestamp::now();
    list(&of, &args.listed, |one| {
        let by = ["jti", "subject", "client"];
        let by = by.into_iter().find(|member| !one.text(member).is_empty());
        let by = by.unwrap_or_default();
        let until = ends(one).map(|end| local(&end.to_string()));
        let over = if shorthand::is_over(&one.document, now) {
            ", over"
        } else {
            ""
        };
        vec![
            one.id.clone(),
            one.text("issuer").to_owned(),
            by.to_owned(),
            one.text(by).to_owned(),
            local(one.text("revoked_at")),
            format!("{}{over}", until.unwrap_or_default()),
            one.text("revoked_by").to_owned(),
            one.text("reason").to_owned(),
        ]
    })
}

fn restore(args: &TokensRestore) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let found = remote.document("token_revocation", &args.id)?;
    let change = found.changed(Change::delete("token_revocation", &found.id));
    let answer = remote.change(&change, &args.comment)?;
    if args.shown.json {
        table::json(&answer);
    } else {
        output::say(&format!(
            "{} is taken back: what it said of {} of issuer `{}` does not count any more",
            found.id,
            which(&found.document),
            found.text("issuer")
        ));
    }
    Ok(ExitCode::SUCCESS)
}
