//! `postern login`, `postern logout` and `postern profiles`.

use super::place::{token, trusting};
use super::remote::{said, text};
use super::table;
use crate::cli::place::{LoginArgs, LogoutArgs, Profiles as Command, ProfilesList};
use crate::environment::Environment;
use crate::output;
use crate::profiles::{Profile, Profiles};
use crate::terminal;
use anyhow::Context as _;
use postern_control::client::{self, Client, Trusting};
use postern_model::Secret;
use serde_json::{Value, json};
use std::process::ExitCode;

/// What a token is called that signing in makes.
const TITLE: &str = "postern login";

pub(crate) fn login(args: &LoginArgs) -> anyhow::Result<ExitCode> {
    let path = Profiles::path(&Environment::read()?)?;
    let server = &args.server;
    let name = args.name.clone().unwrap_or_else(|| server.name());
    let ca = args.trust.ca.as_deref();
    let ca = ca.map(std::path::absolute).transpose();
    let ca = ca.context("the file of authorities cannot be found")?;
    let trusting = trusting(ca.as_deref(), args.trust.insecure_http)?;
    // What is certain to fail does so before anybody types a secret.
    Profiles::read(&path)?.may_be(&name, server)?;
    trusting.suits(server).map_err(said)?;
    let (token, token_id) = obtained(args, &trusting)?;
    let mut client = Client::http(server, token.clone(), &trusting).map_err(said)?;
    let status = client.call("status", Value::Null).map_err(said)?;
    let profile = Profile {
        server: server.clone(),
        token,
        token_id,
        ca,
        insecure_http: args.trust.insecure_http,
    };
    Profiles::change(&path, |all| all.put(&name, profile))?;
    output::say(&format!(
        "signed in to {server} as {}; the profile `{name}` is in use",
        text(&status, "who").escape_debug()
    ));
    Ok(ExitCode::SUCCESS)
}

/// A token, and its id if it was made just now.
fn obtained(
    args: &LoginArgs,
    trusting: &Trusting,
) -> anyhow::Result<(Secret<String>, Option<String>)> {
    if let Some(email) = &args.email {
        let password = terminal::secret("Password: ", "the password is typed at a terminal")?;
        let made = client::sign_in(&args.server, trusting, email, &password, TITLE);
        let made = made.map_err(said)?;
        return Ok((made.token, Some(made.id)));
    }
    let given = if args.token_stdin {
        terminal::line(std::io::stdin().lock())?
    } else {
        terminal::secret("Token: ", "--token-stdin reads it from standard input")?
    };
    Ok((token(given.expose())?, None))
}

pub(crate) fn logout(args: &LogoutArgs) -> anyhow::Result<ExitCode> {
    let path = Profiles::path(&Environment::read()?)?;
    let (name, profile) = Profiles::change(&path, |all| all.forget(args.profile.as_deref()))?;
    output::say(&format!("the token for {} is forgotten", profile.server));
    match profile.token_id.clone() {
        Some(id) => {
            if let Err(error) = ended(profile, id) {
                output::complain(&format!(
                    "the profile `{name}` is gone, but its token could not be ended, and is good \
                     until somebody does: {error}"
                ));
            }
        }
        None => output::complain("the token itself is good until somebody ends it"),
    }
    Ok(ExitCode::SUCCESS)
}

fn ended(profile: Profile, id: String) -> anyhow::Result<()> {
    let trusting = trusting(profile.ca.as_deref(), profile.insecure_http)?;
    let token = profile.token;
    let made = client::TokenMade { id, token };
    client::end_token(&profile.server, &trusting, made).map_err(said)
}

pub(crate) fn profiles(command: Command) -> anyhow::Result<ExitCode> {
    let path = Profiles::path(&Environment::read()?)?;
    match command {
        Command::List(args) => list(&Profiles::read(&path)?, &args),
        Command::Use(args) => {
            let server = Profiles::change(&path, |all| {
                all.choose(&args.profile)?;
                Ok(all.get(&args.profile)?.server.clone())
            })?;
            output::say(&format!("commands ask {server} from now on"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(all: &Profiles, args: &ProfilesList) {
    if args.json {
        let shown = all.all().map(|(name, profile, in_use)| {
            json!({
                "name": name,
                "server": profile.server.to_string(),
                "in_use": in_use,
                "ca": profile.ca,
                "insecure_http": profile.insecure_http,
            })
        });
        table::json(&json!({"profiles": shown.collect::<Vec<_>>()}));
        return;
    }
    let row = |(name, profile, in_use): (&str, &Profile, bool)| {
        let mark = if in_use { "in use" } else { "" };
        vec![name.to_owned(), profile.server.to_string(), mark.to_owned()]
    };
    let rows: Vec<_> = all.all().map(row).collect();
    let nothing = "nothing is signed in to; `postern login https://HOST` does that";
    table::print(nothing, &["PROFILE", "SERVER", ""], &rows, false);
}
