//! Which running Postern is asked.
//!
//! What the command line says, before what the environment says, before what is found: a Postern on
//! the data directory here, else the profile in use.

use crate::cli::place::{DATA, Trust, Where};
use crate::environment::Environment;
use crate::profiles::{Profile, Profiles};
use anyhow::{Context as _, anyhow, bail};
use postern_control::client::{Client, ClientError, HttpServer, Server, Trusting};
use postern_model::Secret;
use std::io::Read as _;
use std::path::{Path, PathBuf};

#[cfg(test)]
mod tests;

/// Where to ask.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At a data directory.
    Data(PathBuf),
    /// At a socket.
    Socket(PathBuf),
    /// Over HTTP.
    Http(Profile),
    /// Wherever there is one.
    Unsaid(Trust),
}

/// Connects to it.
pub(super) fn connect(at: &Where) -> anyhow::Result<Client> {
    let environment = Environment::read()?;
    let profiles = || Profiles::read(&Profiles::path(&environment)?);
    match said(at, &environment, &profiles)? {
        Place::Data(directory) => Client::connect(&directory).map_err(told),
        Place::Socket(path) if path.is_dir() => Client::connect(&path).map_err(told),
        Place::Socket(path) => Client::connect_to(&path).map_err(told),
        Place::Http(profile) => http(profile),
        Place::Unsaid(trust) => match Client::connect(Path::new(DATA)) {
            Err(error @ ClientError::NotRunning { .. }) => {
                if environment.settings.is_some()
                    && let Some((_, profile)) = profiles()?.in_use()?
                {
                    return http(with(profile.clone(), &trust));
                }
                Err(anyhow!(
                    "{error}, or sign in to one elsewhere: `postern login https://HOST`"
                ))
            }
            found => {
                local(&trust)?;
                found.map_err(told)
            }
        },
    }
}

/// What is said about it.
fn said(
    at: &Where,
    environment: &Environment,
    profiles: &dyn Fn() -> anyhow::Result<Profiles>,
) -> anyhow::Result<Place> {
    if let Some(directory) = &at.data {
        local(&at.trust)?;
        return Ok(Place::Data(directory.clone()));
    }
    if let Some(name) = &at.profile {
        return Ok(Place::Http(with(profiles()?.get(name)?.clone(), &at.trust)));
    }
    let server = match (&at.server, &environment.server) {
        (Some(server), _) => Some(server.clone()),
        (None, Some(text)) => {
            let read: Result<Server, _> = text.parse();
            Some(read.map_err(|why| anyhow!("POSTERN_SERVER: {why}"))?)
        }
        (None, None) => None,
    };
    match (server, &environment.profile) {
        (Some(Server::Socket(path)), _) => {
            local(&at.trust)?;
            Ok(Place::Socket(path))
        }
        (Some(Server::Http(server)), _) => {
            let profile = of_server(server, environment, profiles)?;
            Ok(Place::Http(with(profile, &at.trust)))
        }
        (None, Some(name)) => {
            let all = profiles()?;
            let profile = all.get(name).context("POSTERN_PROFILE")?;
            Ok(Place::Http(with(profile.clone(), &at.trust)))
        }
        (None, None) => Ok(Place::Unsaid(at.trust.clone())),
    }
}

/// A server that is named by its address gets the token of the environment, else the one that was
/// kept for it: never one that was meant for another.
fn of_server(
    server: HttpServer,
    environment: &Environment,
    profiles: &dyn Fn() -> anyhow::Result<Profiles>,
) -> anyhow::Result<Profile> {
    let kept = if environment.settings.is_some() {
        profiles()?.of(&server).cloned()
    } else {
        None
    };
    let token = environment.token.clone();
    match (token, kept) {
        (Some(token), Some(kept)) => Ok(Profile { token, ..kept }),
        (Some(token), None) => Ok(Profile {
            server,
            token,
            token_id: None,
            ca: None,
            insecure_http: false,
        }),
        (None, Some(kept)) => Ok(kept),
        (None, None) => bail!(
            "there is no token for {server}\n  = help: `postern login {server}`, or set POSTERN_TOKEN"
        ),
    }
}

/// What is said about trust, before what was kept about it.
fn with(profile: Profile, trust: &Trust) -> Profile {
    Profile {
        ca: trust.ca.clone().or(profile.ca),
        insecure_http: trust.insecure_http || profile.insecure_http,
        ..profile
    }
}

/// On this machine there is nobody on the way.
fn local(trust: &Trust) -> anyhow::Result<()> {
    if trust.ca.is_some() || trust.insecure_http {
        bail!(
            "--ca and --insecure-http are about HTTP, and the socket on this machine is asked\n  = \
             help: leave them out, or say --server https://HOST"
        );
    }
    Ok(())
}

fn http(profile: Profile) -> anyhow::Result<Client> {
    let trusting = trusting(profile.ca.as_deref(), profile.insecure_http)?;
    Client::http(&profile.server, profile.token, &trusting).map_err(told)
}

/// Whom to believe: reads the file of authorities.
pub(super) fn trusting(ca: Option<&Path>, insecure_http: bool) -> anyhow::Result<Trusting> {
    /// Bytes of it at most.
    const LARGEST: u64 = 1 << 20;
    let authorities = ca.map(|path| {
        let shown = || format!("the authorities in {} cannot be read", path.display());
        let mut pem = Vec::new();
        let file = std::fs::File::open(path).with_context(shown)?;
        file.take(LARGEST + 1)
            .read_to_end(&mut pem)
            .with_context(shown)?;
        if pem.len() as u64 > LARGEST {
            bail!("{} is larger than {} MiB", path.display(), LARGEST >> 20);
        }
        Ok(pem)
    });
    Ok(Trusting {
        authorities: authorities.transpose()?,
        insecure_http,
    })
}

/// A token as somebody gave it.
pub(super) fn token(text: &str) -> anyhow::Result<Secret<String>> {
    let text = text.trim();
    if text.is_empty() {
        bail!("there is no token in what was given");
    }
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err(told(ClientError::Token));
    }
    Ok(Secret::new(text.to_owned()))
}

/// An error whose text is whole already.
fn told(error: ClientError) -> anyhow::Error {
    super::remote::said(error)
}
